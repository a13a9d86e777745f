"""The weekly list and the overdue list → a PrintDocument."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from analysis.documents.blocks import Block, Heading, PrintDocument, Run, Table
from analysis.register.lists import PARTS, Overdue, OverdueList, WeeklyList
from analysis.register.paper_head import PaperHead
from analysis.register.standing import Standing
from analysis.register.state import RegisterState
from analysis.register.words import RegisterWords, one_line, table
from pipeline.register.working_days import NoHolidays

#: Letters of a result or reason in a table
_RESULT = 160
_COUNTS = ("opened", "answered", "ended", "open", "overdue")


def weekly_document(state: RegisterState, found: WeeklyList, head: PaperHead) -> PrintDocument:
    """Return the weekly list as a document."""
    words = RegisterWords(state, head.labels)
    start, end = words.clock(found.start), words.clock(found.end)
    return head.document(
        state.zone,
        words.say("weekly_title"),
        words.say("weekly_abstract", day=words.day(found.end)),
        words.say("weekly_period", start=start, end=end),
        _weekly_blocks(words, found),
        _annex(words, [one for part in PARTS for one in found.part(part)]),
    )


def overdue_document(state: RegisterState, found: OverdueList, head: PaperHead) -> PrintDocument:
    """Return the overdue list as a document."""
    words = RegisterWords(state, head.labels)
    return head.document(
        state.zone,
        words.say("overdue_title"),
        words.say("overdue_abstract", day=words.day(found.moment)),
        words.say("as_of", at=words.clock(found.moment)),
        _overdue_blocks(words, found),
        _annex(words, [row.standing for row in found.rows]),
    )


def _weekly_blocks(words: RegisterWords, found: WeeklyList) -> Iterator[Block]:
    yield Heading(1, (Run(words.say("by_unit")),))
    if found.units:
        rows = [
            (one_line(u.name) or words.say("no_unit"), *(str(getattr(u, name)) for name in _COUNTS))
            for u in found.units
        ]
        if len(rows) > 1:
            sums = [sum(getattr(u, name) for u in found.units) for name in _COUNTS]
            rows.append((words.say("all_units"), *map(str, sums)))
        head = words.heads("unit", "opened", "answered", "ended", "waiting", "overdue")
        yield table(head, rows, (40, 12, 12, 12, 12, 12), range(1, 6))
    else:
        yield words.paragraph("nothing")
    for part in PARTS:
        rows_of_part = found.part(part)
        yield Heading(1, (Run(words.say(f"part_{part}", n=len(rows_of_part))),))
        yield _PARTS[part](words, rows_of_part, found.end) if rows_of_part else words.paragraph("nothing")
    yield words.small("weekly_note")


def _opened(words: RegisterWords, rows: Sequence[Standing], end: datetime) -> Table:
    lines = [
        (
            str(s.matter.id),
            words.title(s),
            words.unit(s),
            words.day(s.matter.opened_at),
            words.due(s),
            words.state_name(s),
        )
        for s in rows
    ]
    head = words.heads("no", "matter", "unit", "opened_on", "due", "state")
    return table(head, lines, (7, 31, 19, 15, 15, 13))


def _answered(words: RegisterWords, rows: Sequence[Standing], end: datetime) -> Table:
    lines = [
        (
            str(s.matter.id),
            words.title(s),
            words.unit(s),
            words.day(s.matter.answered_at),
            one_line(s.matter.answer_number, _RESULT) or "–",
            words.timely(s),
        )
        for s in rows
    ]
    head = words.heads("no", "matter", "unit", "answered_on", "document", "timely")
    return table(head, lines, (7, 32, 19, 15, 14, 13))


def _ended(words: RegisterWords, rows: Sequence[Standing], end: datetime) -> Table:
    lines = [
        (
            str(s.matter.id),
            words.title(s),
            words.unit(s),
            words.day(s.ended_at),
            f"{words.state_name(s)}: {one_line(s.matter.reason if s.was_dropped else s.matter.result, _RESULT)}",
        )
        for s in rows
    ]
    return table(words.heads("no", "matter", "unit", "ended_on", "outcome"), lines, (7, 32, 19, 15, 27))


def _open(words: RegisterWords, rows: Sequence[Standing], end: datetime) -> Table:
    lines = [
        (str(s.matter.id), words.title(s), words.unit(s), words.due(s), _left(words, s, end), words.state_name(s))
        for s in rows
    ]
    head = words.heads("no", "matter", "unit", "due", "left", "state")
    return table(head, lines, (7, 30, 19, 15, 16, 13))


_PARTS = {"opened": _opened, "answered": _answered, "ended": _ended, "open": _open}


def _left(words: RegisterWords, one: Standing, at: datetime) -> str:
    """Return how much of a term is left at a moment: 'quá 3 ngày', 'còn 5 ngày làm việc', 'hôm nay'."""
    due, today = one.matter.due, at.astimezone(words.state.zone).date()
    if due is None:
        return "–"
    if one.is_overdue(at, words.state.zone):
        return words.say("late_by", n=(today - due).days) if due < today else words.say("late_today")
    if due == today:
        return words.say("due_today")
    try:
        return words.say("left_working", n=words.state.calendar.working_days_between(today, due))
    except NoHolidays:
        return words.say("left_days", n=(due - today).days)


def _overdue_blocks(words: RegisterWords, found: OverdueList) -> Iterator[Block]:
    if not found.rows:
        yield words.paragraph("nothing_overdue")
        return
    units = [(name, list(rows)) for name, rows in groupby(found.rows, lambda row: words.unit(row.standing))]
    yield words.paragraph("overdue_sum", n=len(found.rows), units=len(units))
    for name, rows in units:
        yield Heading(1, (Run(words.say("unit_head", name=name, n=len(rows))),))
        lines = [
            (
                str(row.standing.matter.id),
                words.title(row.standing),
                words.day(row.standing.matter.opened_at),
                words.due(row.standing),
                _late(words, row),
                words.state_name(row.standing),
            )
            for row in rows
        ]
        head = words.heads("no", "matter", "opened_on", "due", "late_head", "state")
        yield table(head, lines, (7, 35, 15, 15, 15, 13))
    yield words.small("overdue_note")


def _late(words: RegisterWords, row: Overdue) -> str:
    if not row.days:
        return words.say("late_today")
    late = words.say("days", n=row.days)
    return late if row.working_days is None else f"{late} ({row.working_days})"


def _annex(words: RegisterWords, found: Sequence[Standing]) -> Iterator[Block]:
    if found:
        yield Heading(1, (Run(words.say("articles")),))
        yield words.articles(found)
