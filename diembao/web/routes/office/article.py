"""What the pages of an assignment and of a mention show of their article, and a comment on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from diembao.jobs.access import may_comment, visible
from diembao.jobs.review.cards import Card, card
from diembao.jobs.review.comments import comment, unknown_names
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.engine.errors import StorageError
from storage.reviews.comments import LONGEST


@dataclass(frozen=True, slots=True)
class Refused:
    """A comment that was not taken, why, and whether it is if the form is sent once more with `anyway`."""

    text: str
    why: str
    may_insist: bool = False


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article that the account of a visit may see."""

    card: Card
    may_comment: bool
    may_read_all: bool
    refused: Refused | None = None


def shown_article(visit: Visit, key: str, refused: Refused | None = None) -> ShownArticle:
    """Return an article as these pages show it. Raises DeskError 404 where the account may not see it."""
    found = card(visit.storage, key, account=visit.me.id, language=visit.language, at=visit.now)
    sight = visible(visit.storage, visit.me)
    if found is None or not sight.shows(found.item.key, found.item.story):
        raise DeskError(404)
    allowed = may_comment(sight, visit.me, found.item.key, found.item.story)
    return ShownArticle(found, allowed, sight.every_article, refused)


def take_comment(visit: Visit, shown: ShownArticle, back: str) -> Response | Refused:
    """Store the comment of a form and lead back; return why where it was not taken. Raises DeskError 403."""
    if not shown.may_comment:
        raise DeskError(403)
    text = visit.form.get("text", "")
    if len(text) > 2 * LONGEST:
        raise DeskError(413)
    if not visit.form.get("anyway") and (unknown := unknown_names(visit.storage, text)):
        return Refused(text, nobody_called(unknown).translated(), may_insist=True)
    try:
        result = comment(visit.storage, visit.actor, shown.card.key, text, visit.now)
    except StorageError as error:
        if error.may_pass:
            raise
        return Refused(text, str(error.explanation()))
    if result.unknown:
        names = ", ".join(f"@{name}" for name in result.unknown)
        return redirect(
            visit, back, Message(mark("Commented. Nobody is called {names}: nobody was told."), names=names)
        )
    return redirect(visit, back, Message(mark("Commented.")))


def nobody_called(names: Sequence[str]) -> Message:
    """Return the message that a comment names people whom there is not."""
    return Message(mark("Nobody is called “{names}”. Nothing is saved yet."), names=", ".join(names))
