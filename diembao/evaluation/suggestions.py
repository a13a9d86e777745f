"""Stored articles → those whose label would teach the rules most: uncertain, and unlike each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.opinion.encoder import EncoderFailed
from pipeline.tagging.opinion.passages import head_text
from pipeline.tagging.topic_verdicts import ASSIGNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pipeline.opinion.encoder import Encoder
    from pipeline.records import Item

#: Articles among which unlike ones are sought, for each that is wanted.
_AROUND = 6
#: Chance of a verdict that tells nothing.
_EVEN = 0.5
#: Characters of a text that a reader is given.
_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One article that is worth a label."""

    item: Item
    #: 0 to 1: how little its verdicts are certain
    doubt: float
    #: what is least certain: a topic, 'tone' or 'relevance'
    about: str


def suggest(items: Iterable[Item], decided: set[str], count: int, encoder: Encoder | None) -> list[Suggestion]:
    """Return the articles whose labels would teach most, the best first.

    `decided` are the keys of those that people have decided on. Of the least certain ones those are taken that are
    farthest from all that were taken before: by their vectors, or without an encoder by story and topics.
    """
    doubtful = sorted(
        (_suggestion(item) for item in items if item.key not in decided), key=lambda one: (-one.doubt, one.item.key)
    )
    pool = doubtful[: count * _AROUND]
    vectors = _vectors([one.item for one in pool], encoder)
    return _spread(pool, vectors, count)


def _suggestion(item: Item) -> Suggestion:
    """Return an article with its least certain verdict."""
    doubts = {topic.id: _doubt(topic.score, ASSIGNED) for topic in (*item.tags.topics, *item.tags.near)}
    if item.tags.tone_score is not None:
        # The best of three chances: a third says nothing.
        doubts["tone"] = 1 - (item.tags.tone_score - 1 / 3) * 1.5
    doubts["relevance"] = _doubt(2 * item.tags.relevance_score - 1, _EVEN)
    about = max(doubts, key=lambda name: doubts[name])
    return Suggestion(item, round(max(0.0, min(1.0, doubts[about])), 3), about)


def _doubt(chance: float, border: float) -> float:
    """Return 1 at the border between two verdicts, and 0 at either end."""
    return 1 - (abs(chance - border) / (border if chance < border else 1 - border))


def _vectors(items: Sequence[Item], encoder: Encoder | None) -> NDArray[np.float64]:
    """Return a row for each article; near ones are alike."""
    if encoder is not None and items:
        try:
            texts = [head_text(item.article.title, item.article.text) for item in items]
            return np.asarray(encoder.encode(texts), dtype=np.float64)
        except EncoderFailed:
            pass  # a list by topics is better than none
    names = sorted({name for item in items for name in _marks(item)})
    rows = np.array([[float(name in _marks(item)) for name in names] for item in items]).reshape(len(items), len(names))
    result: NDArray[np.float64] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return result


def _marks(item: Item) -> set[str]:
    return {f"story {item.story}", f"outlet {item.source_id}", *(topic.id for topic in item.tags.topics)}


def _spread(pool: Sequence[Suggestion], vectors: NDArray[np.float64], count: int) -> list[Suggestion]:
    """Take one after the other that is both doubtful and unlike all that were taken."""
    chosen: list[Suggestion] = []
    likeness = np.zeros(len(pool))
    doubts = np.array([one.doubt for one in pool])
    free = np.ones(len(pool), dtype=bool)
    while free.any() and len(chosen) < count:
        best = int(np.argmax(np.where(free, doubts * (1 - likeness), -1.0)))
        free[best] = False
        chosen.append(pool[best])
        likeness = np.maximum(likeness, np.clip(vectors @ vectors[best], 0.0, 1.0))
    return chosen


def suggestion_row(suggestion: Suggestion) -> dict[str, Any]:
    """Return the JSON line of a suggestion; a person fills 'decision', and `diembao train` reads it."""
    item = suggestion.item
    article, tags = item.article, item.tags
    return {
        "id": item.key,
        "url": article.url,
        "outlet": item.outlet,
        "language": item.language,
        "published": article.published.isoformat() if article.published else None,
        "title": article.title,
        "text": article.text[:_TEXT],
        "tags": {"relevance": tags.relevance, "tone": tags.tone, "topics": [topic.id for topic in tags.topics]},
        "doubt": suggestion.doubt,
        "about": suggestion.about,
        "decision": {},
    }
