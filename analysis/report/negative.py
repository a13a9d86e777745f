"""PeriodicReport → the section that lists the stories with articles of a negative tone."""

from collections.abc import Iterator

from analysis.digest import excerpt
from analysis.documents.blocks import Block, BulletList, Heading, Paragraph, Run, Runs
from analysis.documents.labels import Labels
from analysis.report.model import PeriodicReport
from analysis.report.story_titles import story_runs


def negative_blocks(report: PeriodicReport, words: Labels) -> Iterator[Block]:
    """Yield the section; its numbers of articles add up to the sum of the report's figures."""
    total = report.now.tones["negative"]
    if not report.negative:
        return
    yield Heading(1, (Run(words.of("report", "negative")),))
    told = sum(story.tones["negative"] for story in report.negative)
    text = words.of("report", "negative_sum", items=words.whole(total), stories=words.whole(report.negative_stories))
    yield Paragraph((Run(text),), "small")
    rows: list[Runs] = []
    for story in report.negative:
        spread = words.of(
            "report",
            "negative_story",
            negative=words.whole(story.tones["negative"]),
            items=words.whole(story.items),
            outlets=words.whole(len(story.outlets)),
            first=excerpt.visible(story.outlet),
            day=words.short_date(story.start.astimezone(report.zone).date()),
        )
        rows.append((*story_runs(story, words), Run(f". {spread}")))
    yield BulletList(tuple(rows), numbered=True)
    if rest := report.negative_stories - len(report.negative):
        more = words.of("report", "negative_more", stories=words.whole(rest), items=words.whole(total - told))
        yield Paragraph((Run(more),), "small")
