"""Digest → the lines about it as a whole: which hours it covers, which sources were asked, what is new in it."""

from collections import Counter

from analysis.digest.model import Digest
from analysis.digest.stories import Story
from analysis.documents.labels import Labels
from pipeline.records import SourceState

#: States of a source that mean that it answered, in which order the others are named, and which were never asked
_READ: tuple[SourceState, ...] = ("read", "unchanged", "empty")
_OTHERS: tuple[SourceState, ...] = ("failed", "waiting", "not_due", "paused")
#: Hours of a digest, and hours by which one may differ without a word: a clock may be put forward or back
_HOURS, _TOLERANCE = 24, 1.5


class HeadLines:
    """The lines in one language."""

    def __init__(self, day: Digest, words: Labels) -> None:
        self._day, self._words = day, words

    def sources(self) -> str:
        """Return how many sources were read, failed, and were not asked: numbers that add up to all of them."""
        counts = Counter(source.state for source in self._day.sources)
        parts = [self._words.say("sources_read", n=sum(counts[state] for state in _READ))]
        parts += [
            self._words.say(f"sources_{state}", n=counts[state])
            for state in _OTHERS
            if counts[state] or state == "failed"
        ]
        return self._words.say("sources_all", parts=", ".join(parts), all=len(self._day.sources))

    def length(self) -> str:
        """Return a sentence about a period that is not a day long; '' for one that is."""
        day = self._day
        hours = (day.end.timestamp() - day.start.timestamp()) / 3600
        if abs(hours - _HOURS) <= _TOLERANCE:
            return ""
        return self._words.say("period_length", hours=round(hours), usual=_HOURS)

    def mark(self, story: Story) -> str:
        """Return whether a story is new since the last edition, in a word; '' where there is no edition before."""
        edition = self._day.edition
        if edition is None:
            return ""
        return self._words.say("goes_on" if edition.holds(story) else "new")
