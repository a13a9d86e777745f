"""The register and the log of contacts → the six figures of the yearly report, each with its source.

What is counted as what (docs/register.md and the document say the same):

- press conferences: entries `conference` of the log on a day of the year.
- times information was given: entries `periodic`, `unexpected`, `spoken` and `written` of the log on a day of the year,
  and matters answered in the year that no such entry belongs to. A press conference is not counted again here.
- answers / requests: requests are matters opened in the year, those carried over (opened before; neither answered nor
  dropped when the year began, or dropped then and opened again in the year), without those dropped at its end; and
  entries `spoken`, `written` and `refusal` without a matter. Answers are the requests that were answered in the year (a
  refusal is none).
- unexpected cases spoken on / all: matters marked unexpected that were opened in the year and not dropped, and entries
  `unexpected` without a matter; spoken on are those with an answer or with an entry of the log that is no refusal, up
  to the end of the year.
- on time / all: matters with a term that were answered or are overdue, not dropped. One that was answered in time
  belongs to the year of its answer, any other to the year of its due day. Each counts once: what an earlier year
  counted, no later one counts again; what no year could count, as its due day was set back, the next one counts.
- written responses / all: all are the answers of the third figure; written are those with the number of a document or
  an entry `written` up to the end of the year.

The answer of a matter is the one with which it was first closed, else the one that it has; a matter that was closed
with an answer counts as answered even if it was opened again, and dropped then.

Year Y is 15 December of Y - 1 to 14 December of Y ([calendar] of register.toml). Matters count by local days, entries
of the log by their day, whenever they were written down; matters stand as at the end of the year, or at the moment
where that is earlier.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from analysis.register.standing import Standing
from analysis.register.state import RegisterState
from pipeline.register.matters import ContactKind, PressContact, YearlyFigure

FigureId = Literal["conferences", "information", "answers", "unexpected", "on_time", "written"]
FIGURES: tuple[FigureId, ...] = get_args(FigureId)
#: Figures that are so many of a whole.
WITH_TOTAL: frozenset[FigureId] = frozenset({"answers", "unexpected", "on_time", "written"})
#: Where a figure comes from: the log, the register, both, a person, or nowhere yet.
Origin = Literal["log", "register", "both", "typed", "unknown"]
_COUNTED_FROM: dict[FigureId, Origin] = {
    "conferences": "log",
    "information": "both",
    "answers": "both",
    "unexpected": "both",
    "on_time": "register",
    "written": "both",
}
#: Kinds of contact by which information was given, beside press conferences.
_INFORMATION: frozenset[ContactKind] = frozenset({"periodic", "unexpected", "spoken", "written"})


@dataclass(frozen=True, slots=True)
class Count:
    """A number, and the whole that it is of; None: it is of none."""

    value: int
    total: int | None = None

    def __str__(self) -> str:
        """Return '3' or '3/4'; '0/0' where there was nothing."""
        return str(self.value) if self.total is None else f"{self.value}/{self.total}"


@dataclass(frozen=True, slots=True)
class SourcedFigure:
    """One of the six figures: what holds, where it comes from, and what was counted beside a typed one."""

    id: FigureId
    #: None: neither counted nor typed
    count: Count | None
    origin: Origin
    #: what register and log say; None: they hold nothing of the year
    counted: Count | None
    #: the typed figure, which holds before the counted one; None: none was typed
    typed: YearlyFigure | None = None


@dataclass(frozen=True, slots=True)
class YearlyFigures:
    """The six figures of a year, in their order."""

    year: int
    #: local days, both included
    first: date
    last: date
    figures: tuple[SourcedFigure, ...]


def yearly_figures(state: RegisterState, year: int) -> YearlyFigures:
    """Return the six figures of a year as known at the state's moment."""
    first, last = state.rules.calendar.report_window(year)
    year_matters = _year_matters(state, year)
    log = [one for one in state.contacts if first <= one.day <= last]
    counted = _count(state, year_matters, log, last)
    known: dict[Origin, bool] = {"log": bool(log), "register": year_matters.any}
    known["both"] = known["log"] or known["register"]
    return YearlyFigures(
        year,
        first,
        last,
        tuple(
            _sourced(one, counted[one] if known[_COUNTED_FROM[one]] else None, state.typed.get((year, one)))
            for one in FIGURES
        ),
    )


def _sourced(id_: FigureId, counted: Count | None, typed: YearlyFigure | None) -> SourcedFigure:
    if typed is not None:
        total = (typed.total or 0) if id_ in WITH_TOTAL else None
        return SourcedFigure(id_, Count(typed.value, total), "typed", counted, typed)
    return SourcedFigure(id_, counted, "unknown" if counted is None else _COUNTED_FROM[id_], counted)


@dataclass(frozen=True, slots=True)
class _YearMatters:
    """The matters that a year counts."""

    #: opened in the year, those too that were dropped
    opened: list[Standing]
    #: opened in the year or carried over, and not dropped
    requests: list[Standing]
    #: answered in the year
    answered: list[Standing]
    #: answered or overdue, and counted by no year before
    timed: list[Standing]

    @property
    def any(self) -> bool:
        return any((self.opened, self.requests, self.answered, self.timed))


def _year_matters(state: RegisterState, year: int) -> _YearMatters:
    first, last = state.rules.calendar.report_window(year)
    begin, end = _midnight(state, first), _midnight(state, last + timedelta(days=1))
    if state.moment <= begin:
        return _YearMatters([], [], [], [])
    moment = min(end, state.moment)
    # What was dropped when the year began, and is not any more, was opened again in the year.
    answered_before = {s.matter.id for s in state.standings_at(begin) if s.answer is not None}
    found = state.standings_at(moment)
    stood = [s for s in found if not s.needed_none]
    counted_before = _timed_before(state, year)
    return _YearMatters(
        [s for s in found if first <= s.opened_on(state.zone) <= last],
        [s for s in stood if s.matter.id not in answered_before],
        [s for s in stood if _within(s.answered_on(state.zone), first, last)],
        [s for s in stood if _is_timed(s, moment, state) and s.matter.id not in counted_before],
    )


def _timed_before(state: RegisterState, year: int) -> set[int]:
    """Return the matters that an earlier year counted by their term, each as it stood at the end of that year."""
    found: set[int] = set()
    if state.steps:
        for one in range(min(step.at for step in state.steps).astimezone(state.zone).year, year):
            end = _midnight(state, state.rules.calendar.report_window(one)[1] + timedelta(days=1))
            found |= {s.matter.id for s in state.standings_at(end) if not s.needed_none and _is_timed(s, end, state)}
    return found


def _is_timed(one: Standing, moment: datetime, state: RegisterState) -> bool:
    """Whether it is known at a moment if a matter was answered in time: it was answered, or its term is over."""
    return one.is_overdue(moment, state.zone) if one.answer is None else one.answer.due is not None


def _midnight(state: RegisterState, day: date) -> datetime:
    return datetime.combine(day, time.min, state.zone)


def _within(day: date | None, first: date, last: date) -> bool:
    return day is not None and first <= day <= last


def _count(state: RegisterState, matters: _YearMatters, log: list[PressContact], last: date) -> dict[FigureId, Count]:
    # Entries of matters count for them whatever their day: an answer of January may be told of in February. What
    # happened after the year changes nothing of it.
    past = [one for one in state.contacts if one.day <= last]
    spoken_of = {one.matter for one in past if one.kind in _INFORMATION or one.kind == "conference"}
    told_of = {one.matter for one in past if one.kind in _INFORMATION}
    written_of = {one.matter for one in past if one.kind == "written"}
    answered = {s.matter.id for s in matters.answered}
    answers = [s for s in matters.requests if s.matter.id in answered]
    alone = [one for one in log if one.matter is None]
    asked = [one for one in alone if one.kind in ("spoken", "written", "refusal")]
    given = [one for one in asked if one.kind != "refusal"]
    unexpected = [s for s in matters.opened if s.matter.is_unexpected and not s.needed_none]
    told_alone = sum(one.kind == "unexpected" for one in alone)
    in_writing = sum(bool(s.answer and s.answer.number) or s.matter.id in written_of for s in answers)
    return {
        "conferences": Count(sum(one.kind == "conference" for one in log)),
        "information": Count(
            sum(one.kind in _INFORMATION for one in log) + sum(s.matter.id not in told_of for s in matters.answered)
        ),
        "answers": Count(len(answers) + len(given), len(matters.requests) + len(asked)),
        "unexpected": Count(
            sum(s.answer is not None or s.matter.id in spoken_of for s in unexpected) + told_alone,
            len(unexpected) + told_alone,
        ),
        "on_time": Count(sum(bool(s.in_time(state.zone)) for s in matters.timed), len(matters.timed)),
        "written": Count(in_writing + sum(one.kind == "written" for one in given), len(answers) + len(given)),
    }
