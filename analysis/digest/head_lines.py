"""Digest → what it says of itself: its hours, the sources asked, what is new, and why each report was chosen."""

from collections import Counter
from collections.abc import Iterator

from analysis.digest import excerpt
from analysis.digest.model import Digest
from analysis.documents.labels import Labels
from analysis.stories.grouping import Story
from pipeline.records import Item, SourceState, VerdictReason
from pipeline.tagging.reason_text import relevance_reason_text

#: States of a source that mean that it answered, in which order the others are named, and which were never asked
_READ: tuple[SourceState, ...] = ("read", "unchanged", "empty")
_OTHERS: tuple[SourceState, ...] = ("failed", "waiting", "not_due", "paused")
#: Hours of a digest, and hours by which one may differ without a word: a clock may be put forward or back
_HOURS, _TOLERANCE = 24, 1.5
#: Verdicts whose lines stand below one sentence, which is not said again in each
_GROUPS = ("main", "mention")
#: Code of what a person decided
_DECIDED = "decided"


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


def reason_groups(day: Digest, words: Labels, province: str) -> Iterator[tuple[str, list[tuple[Item, str]]]]:
    """Yield (sentence for all of a group, its leads with what is said of each alone); '' for those of other kinds."""
    stories = [*day.foreign, *(s for section in day.sections for s in section.stories), *day.undated, *day.mentions]
    by_code: dict[str, list[tuple[Item, str]]] = {}
    for story in stories:
        reason = story.lead.tags.reason
        code = reason.code if reason.code in (*_GROUPS, _DECIDED) else ""
        told = VerdictReason(f"{code}_short", reason.parameters) if code in _GROUPS else reason
        if text := excerpt.visible(relevance_reason_text(told, words.lang)):
            by_code.setdefault(code, []).append((story.lead, text))
    for code in (*_GROUPS, _DECIDED, ""):
        if rows := by_code.get(code):
            yield (words.say(f"reasons_{code}", province=province, n=len(rows)) if code else ""), rows
