"""Comments on articles: @name tells a person of it, @handle all members of a department."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from storage.reviews.comments import with_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipeline.records.audit import Actor
    from pipeline.records.reviews import Comment
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class CommentResult:
    comment: Comment
    #: names after '@' that neither a person nor a department has: nobody is told
    unknown: tuple[str, ...]


def comment(storage: Database, actor: Actor, key: str, text: str, at: datetime) -> CommentResult:
    """Store a comment; letters to those it names wait in the outbox from then on, one for each of them.

    Raises StorageError, with a message for the person, for an empty or too long text and an unknown article.
    """
    return CommentResult(*storage.reviews.comment(actor, key, text, at))


def named_words(opened: Callable[[], Database]) -> Callable[[Comment], str]:
    """Return what gives the text of a comment as it is shown: '@minh' is "@Lê Văn Minh".

    `opened` gives the database, which is asked for only where a comment names somebody.
    """

    @cache
    def names() -> dict[str, str]:
        storage = opened()
        departments = {one.handle: one.name for one in storage.accounts.departments()}
        return {**departments, **storage.accounts.full_names()}

    return lambda one: with_names(one.text, names()) if "@" in one.text else one.text


def unknown_names(storage: Database, text: str) -> tuple[str, ...]:
    """Return the names after '@' in a text that neither a person nor a department has: nobody would be told."""
    return storage.reviews.unknown_names(text)
