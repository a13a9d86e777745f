"""Stories of the last days → those that may need a matter, with their reasons: proposed to people, never opened."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.i18n.language import current_language
from pipeline.register.candidates import Candidate, SeenArticle, find_candidates
from pipeline.register.phrases import found_phrases
from storage.reviews.queues import QueueQuery
from storage.reviews.rows import QueueRow, Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pipeline.register.rules import RegisterRules
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database

#: Characters of a text in which words that ask for an answer are looked for.
_CHARACTERS = 8_000
#: Days by which an article may have been published before it was found, and counts.
_LATE = timedelta(days=2)


def propose(
    storage: Database, rules: Rulebook, register: RegisterRules, at: datetime, *, days: int | None = None
) -> Sequence[Candidate]:
    """Return the happenings of the days up to `at` that may need a matter, the weightiest first.

    `days`: None for those of register.toml. Topics are named in the language of the context.
    """
    articles = _seen(storage, register, at, timedelta(days=days or register.candidates.days))
    english = current_language() == "en"
    return find_candidates(
        articles,
        storage.register.matters(),
        storage.register.articles(),
        register.candidates,
        signals={topic.id for topic in rules.topics.topic if topic.kind == "signal"},
        topics={topic.id: topic.label_en if english else topic.label_vi for topic in rules.topics.topic},
    )


def _seen(storage: Database, register: RegisterRules, at: datetime, span: timedelta) -> list[SeenArticle]:
    """Return the articles of a span that rules or people call relevant and nobody rejected."""
    storage.search.catch_up()
    start = at - span
    asked = QueueQuery(Window(start, at, start - _LATE), unread=_about, characters=_CHARACTERS)
    read = storage.reviews.queue(asked, at)
    rows = [row for row in read.rows if row.relevance != "no" and row.review.state != "rejected"]
    notes = Counter(one.item for one in storage.register.clarifications([row.key for row in rows]))
    return [_article(row, read.openings, register, notes[row.key]) for row in rows]


def _about(rows: Sequence[QueueRow]) -> list[str]:
    return [row.key for row in rows if row.relevance == "main"]


def _article(row: QueueRow, openings: Mapping[str, str], register: RegisterRules, notes: int) -> SeenArticle:
    text = f"{row.title}. {openings.get(row.key, '')}"
    return SeenArticle(
        row.key,
        row.story,
        row.event,
        row.title,
        row.source_id,
        row.outlet,
        row.country,
        row.published_or_seen,
        row.first_seen,
        row.topics,
        row.relevance == "main",
        row.tone == "negative",
        bool(found_phrases(text, register.candidates.requests)),
        notes,
    )
