"""Rows of a queue → what asks for attention in a story, by the rule of the digest (analysis.stories.ranking)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from analysis.stories.ranking import asks_for_attention
from pipeline.tagging.words.gravity import NOTHING, Gravity, gravest, judge_gravity

if TYPE_CHECKING:
    from pipeline.rules.rulebook import Rulebook
    from storage.reviews.rows import QueueRow


@dataclass(frozen=True, slots=True)
class Attention:
    """Why a story or event asks for attention: observations, no verdict."""

    #: articles with a negative tone
    negative: int
    #: ids of topics that ask for attention whatever their tone
    signals: tuple[str, ...]
    gravity: Gravity


class GravityCache:
    """What is grave in articles, by key, version and rules; each is judged once in a process. Threads may share it."""

    #: Characters of a text that are judged: gravity is told in its first 160 words.
    CHARACTERS = 1600
    #: Articles whose gravity is kept, those asked for last.
    _MOST = 20_000

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, int, str], Gravity] = OrderedDict()

    def missing(self, rows: Sequence[QueueRow], rules: Rulebook) -> list[str]:
        """Return the keys of the articles that are not judged yet."""
        with self._lock:
            return [row.key for row in rows if (row.key, row.version, rules.version) not in self._known]

    def judge(self, rows: Sequence[QueueRow], openings: Mapping[str, str], rules: Rulebook) -> None:
        """Judge the articles whose beginnings are given."""
        fresh = {
            (row.key, row.version, rules.version): judge_gravity(row.title, openings[row.key], row.language, rules)
            for row in rows
            if row.key in openings
        }
        with self._lock:
            self._known.update(fresh)
            while len(self._known) > self._MOST:
                self._known.popitem(last=False)

    def of(self, row: QueueRow, rules: Rulebook) -> Gravity:
        """Return what is grave in an article; nothing where it was not judged."""
        with self._lock:
            return self._known.get((row.key, row.version, rules.version), NOTHING)


def attention_of(rows: Sequence[QueueRow], signals: Collection[str], gravity: Sequence[Gravity]) -> Attention | None:
    """Return why the articles of one story ask for attention; None: they do not.

    What the rules called relevant counts as such also after a person took it out, so that it stays in its place.
    """
    grave = gravest(gravity)
    negative = sum(row.tone == "negative" for row in rows)
    found = tuple(sorted({topic for row in rows for topic in row.topics if topic in signals}))
    main = any("main" in (row.relevance, row.machine) for row in rows)
    if not asks_for_attention(main, bool(negative), bool(found), grave):
        return None
    return Attention(negative, found, grave)


def joined(each: Sequence[Attention]) -> Attention | None:
    """Return why an event asks for attention by what its stories do; None where none does."""
    if not each:
        return None
    signals = tuple(sorted({topic for one in each for topic in one.signals}))
    return Attention(sum(one.negative for one in each), signals, gravest(one.gravity for one in each))
