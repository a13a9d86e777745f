"""The register → the list of a week, and the list of what is overdue."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from analysis.register.standing import Standing
from analysis.register.state import RegisterState
from pipeline.register.rules import Lists
from pipeline.register.working_days import NoHolidays

#: Parts of the weekly list, in their order.
Part = Literal["opened", "answered", "ended", "open"]
PARTS: tuple[Part, ...] = ("opened", "answered", "ended", "open")


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """Matters of one unit in a week; `overdue` are some of `open`."""

    #: its name then; '': no unit was in charge
    name: str
    opened: int
    answered: int
    ended: int
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class WeeklyList:
    """The matters of the seven days before `end`, as they stood at `end`; each part by unit and number."""

    #: aware; inclusive, exclusive
    start: datetime
    end: datetime
    #: opened in the week, whatever became of them
    opened: tuple[Standing, ...]
    #: answered in the week, and not sent back since
    answered: tuple[Standing, ...]
    #: closed or dropped in the week, and not taken up again
    ended: tuple[Standing, ...]
    #: all that wait for their answer
    open: tuple[Standing, ...]
    #: by name, those without a unit last
    units: tuple[UnitCounts, ...]

    def part(self, name: Part) -> tuple[Standing, ...]:
        """Return a part."""
        return {"opened": self.opened, "answered": self.answered, "ended": self.ended, "open": self.open}[name]


@dataclass(frozen=True, slots=True)
class Overdue:
    """A matter whose term is over, and by how much."""

    standing: Standing
    #: calendar days since the due day; 0: a term in hours that ended today
    days: int
    #: working days since the due day; None: holidays.toml does not have the year
    working_days: int | None


@dataclass(frozen=True, slots=True)
class OverdueList:
    """The matters that were overdue at a moment, by unit, the longest overdue first."""

    moment: datetime
    rows: tuple[Overdue, ...]


def week_ended(lists: Lists, moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return start (inclusive) and end (exclusive) of the last week of the weekly list that had ended at a moment."""
    local = moment.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - lists.weekday) % 7)
    if datetime.combine(day, lists.time, zone) > moment:
        day -= timedelta(days=7)
    return datetime.combine(day - timedelta(days=7), lists.time, zone), datetime.combine(day, lists.time, zone)


def weekly_list(state: RegisterState, unit: int | None = None) -> WeeklyList:
    """Return the list of the last week that had ended at the state's moment; `unit`: of that department alone.

    What came after the end of the week is not in it.
    """
    start, end = week_ended(state.rules.lists, state.moment, state.zone)
    found = _of_unit(state.standings_at(end), unit)

    def within(at: datetime | None) -> bool:
        return at is not None and start <= at < end

    parts: dict[Part, list[Standing]] = {
        "opened": [s for s in found if within(s.matter.opened_at)],
        "answered": [s for s in found if within(s.matter.answered_at)],
        "ended": [s for s in found if within(s.ended_at)],
        "open": [s for s in found if s.matter.is_open],
    }
    opened, answered, ended, waiting = (by_unit(state, parts[part]) for part in PARTS)
    return WeeklyList(start, end, opened, answered, ended, waiting, _unit_counts(state, parts, end))


def _unit_counts(state: RegisterState, parts: dict[Part, list[Standing]], end: datetime) -> tuple[UnitCounts, ...]:
    counts = {part: Counter(state.unit_name(s.unit, s.then) for s in rows) for part, rows in parts.items()}
    late = Counter(state.unit_name(s.unit, s.then) for s in parts["open"] if s.is_overdue(end, state.zone))
    names = sorted({name for some in counts.values() for name in some}, key=_last_without_name)
    return tuple(
        UnitCounts(
            name,
            counts["opened"][name],
            counts["answered"][name],
            counts["ended"][name],
            counts["open"][name],
            late[name],
        )
        for name in names
    )


def overdue_list(state: RegisterState, unit: int | None = None) -> OverdueList:
    """Return the matters that were overdue at the state's moment; `unit`: of that department alone."""
    rows = []
    for one in _of_unit(state.standings, unit):
        due = one.matter.due
        if due is None or not one.is_overdue(state.moment, state.zone):
            continue
        try:
            worked = state.calendar.working_days_between(due, state.today)
        except NoHolidays:
            worked = None
        rows.append(Overdue(one, (state.today - due).days, worked))
    rows.sort(key=lambda row: (*_place(state, row.standing)[:1], -row.days, row.standing.matter.id))
    return OverdueList(state.moment, tuple(rows))


def by_unit(state: RegisterState, rows: Iterable[Standing]) -> tuple[Standing, ...]:
    """Return matters by the name of their unit, then by number; those without a unit last."""
    return tuple(sorted(rows, key=lambda one: _place(state, one)))


def _place(state: RegisterState, one: Standing) -> tuple[tuple[bool, str], int]:
    return _last_without_name(state.unit_name(one.unit, one.then)), one.matter.id


def _last_without_name(name: str) -> tuple[bool, str]:
    return not name, name


def _of_unit(found: Sequence[Standing], unit: int | None) -> list[Standing]:
    return [one for one in found if unit is None or one.unit == unit]
