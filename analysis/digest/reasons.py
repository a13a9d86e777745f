"""Digest → its annex: why the machine chose each report, a line for each."""

from collections.abc import Iterator

from analysis.digest import excerpt
from analysis.digest.model import Digest
from analysis.documents.labels import Labels
from pipeline.records import Item, VerdictReason
from pipeline.tagging.reason_text import relevance_reason_text

#: Verdicts whose lines stand below one sentence, which is not said again in each
_GROUPS = ("main", "mention")


def reason_groups(day: Digest, words: Labels, province: str) -> Iterator[tuple[str, list[tuple[Item, str]]]]:
    """Yield (sentence for all of a group, its leads with what is said of each alone); '' for those of other kinds."""
    stories = [*day.foreign, *(s for section in day.sections for s in section.stories), *day.undated, *day.mentions]
    by_code: dict[str, list[tuple[Item, str]]] = {}
    for story in stories:
        reason = story.lead.tags.reason
        code = reason.code if reason.code in _GROUPS else ""
        told = VerdictReason(f"{code}_short", reason.parameters) if code else reason
        if text := excerpt.visible(relevance_reason_text(told, words.lang)):
            by_code.setdefault(code, []).append((story.lead, text))
    for code in (*_GROUPS, ""):
        if rows := by_code.get(code):
            yield (words.say(f"reasons_{code}", province=province, n=len(rows)) if code else ""), rows
