"""What the figures of a report owe to archives that were read back → notes below their table."""

from collections.abc import Iterator

from analysis.documents.blocks import Paragraph, Run
from analysis.documents.labels import Labels
from analysis.report.model import PeriodicReport


def archive_notes(report: PeriodicReport, words: Labels) -> Iterator[Paragraph]:
    """Yield a note for the span and for each span that it is compared with, where archives had articles of it."""
    for key, figures in (
        ("archive_now", report.now),
        ("archive_before", report.before),
        ("archive_year", report.year),
    ):
        if figures.archived:
            share = words.number(100 * figures.archived / figures.items)
            text = words.of(
                "report", key, n=words.whole(figures.archived), items=words.whole(figures.items), share=share
            )
            yield Paragraph((Run(text),), style="small")
