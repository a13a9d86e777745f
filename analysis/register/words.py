"""The words of the register's documents in one language, and its matters in short lines."""

from collections.abc import Sequence
from datetime import datetime

from analysis.documents.blocks import BulletList, Paragraph, Run, Runs, Table
from analysis.documents.labels import Labels
from analysis.register.standing import Standing
from analysis.register.state import RegisterState, Report
from pipeline.register.matters import Matter
from pipeline.text.invisible import strip_invisible
from pipeline.text.line_length import cut_line

#: Letters of the title of a matter, of a headline and of what a person wrote, in a document.
_TITLE, _HEADLINE, _SAID = 200, 200, 300


def one_line(text: str, most: int = _SAID) -> str:
    """Return a text on one line of at most `most` letters, without characters that hide or reorder others."""
    return cut_line(" ".join(strip_invisible(text).split()), most)


class RegisterWords:
    """The words of the register's documents; messages are those of the context `register-paper`."""

    def __init__(self, state: RegisterState, words: Labels) -> None:
        self.state, self.labels = state, words

    def say(self, key: str, **values: object) -> str:
        """Return a message."""
        return self.labels.of("register-paper", key, **values)

    def heads(self, *keys: str) -> tuple[str, ...]:
        """Return the heads of a table."""
        return tuple(self.say(key) for key in keys)

    def paragraph(self, key: str, **values: object) -> Paragraph:
        """Return a paragraph."""
        return Paragraph((Run(self.say(key, **values)),))

    def small(self, key: str, **values: object) -> Paragraph:
        """Return a paragraph of notes."""
        return Paragraph((Run(self.say(key, **values)),), "small")

    def title(self, one: Standing) -> str:
        """Return the title of a matter, short."""
        return one_line(one.matter.title, _TITLE)

    def unit(self, one: Standing) -> str:
        """Return the name of the unit of a matter at its time."""
        return one_line(self.state.unit_name(one.unit, one.then)) or self.say("no_unit")

    def day(self, at: datetime | None) -> str:
        """Return the local day of an aware time."""
        return "–" if at is None else self.labels.short_date(at.astimezone(self.state.zone).date())

    def clock(self, at: datetime) -> str:
        """Return an aware time as local hours and day."""
        return self.labels.clock(at.astimezone(self.state.zone))

    def due(self, one: Standing) -> str:
        """Return until when a matter is to be answered: a day, or of a term in hours a moment."""
        return self.due_of(one.matter)

    def due_of(self, matter: Matter) -> str:
        """Return the same of a matter."""
        if matter.due_at is not None:
            return self.clock(matter.due_at)
        return self.say("no_term") if matter.due is None else self.labels.short_date(matter.due)

    def state_name(self, one: Standing) -> str:
        """Return the name of a matter's state."""
        return self.labels.of("matter-state", one.matter.state)

    def timely(self, one: Standing) -> str:
        """Return whether the answer that a matter has was given in time, in a word."""
        answer = one.last_answer and one.last_answer.is_timely(self.state.zone)
        return self.say("no_term" if answer is None else "in_time" if answer else "late")

    def report(self, report: Report | None) -> Runs:
        """Return an article of the press as a reference: headline with its address, outlet, day."""
        if report is None:
            return (Run(self.say("article_gone")),)
        headline = one_line(report.title, _HEADLINE) or self.labels.say("untitled")
        day = self.day(report.published) if report.published else self.say("undated")
        link = report.link or None
        return Run(headline, link=link, language=report.language), Run(f" ({one_line(report.outlet)}, {day})")

    def articles(self, found: Sequence[Standing]) -> BulletList:
        """Return the articles from which matters were opened, a line for each matter, by number."""
        lines = []
        for one in sorted({s.matter.id: s for s in found}.values(), key=lambda s: s.matter.id):
            kind = self.state.kind_name(one.matter.kind, self.labels.lang)
            head = Run(self.say("matter_line", number=one.matter.id, kind=kind), bold=True)
            lines.append((head, Run(" "), *self.report(self.state.origin(one.matter.id))))
        return BulletList(tuple(lines))

    def share(self, value: float | None) -> str:
        """Return a share in per cent; '–' for none."""
        return "–" if value is None else f"{self.labels.number(value)} %"

    def number(self, value: float | None) -> str:
        """Return a figure, whole where it is whole; '–' for none."""
        if value is None:
            return "–"
        return self.labels.whole(int(value)) if value == int(value) else self.labels.number(value)


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], numeric: Sequence[int] = ()
) -> Table:
    """Return a table of a document."""
    return Table(tuple(head), tuple(tuple(row) for row in rows), tuple(widths), frozenset(numeric))
