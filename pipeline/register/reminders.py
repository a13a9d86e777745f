"""Open matters and a moment → what a unit, its head and the office are told on a day, and whose clock runs out."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

from pipeline.register.deadlines import Due, is_due_soon, is_overdue
from pipeline.register.matters import Matter
from pipeline.register.rules import RegisterRules, Reminders
from pipeline.register.watch import WatchState
from pipeline.register.working_days import WorkCalendar

#: warn: fewer hours are left than the office wants to be told of
ClockState = Literal["runs", "soon", "over"]


@dataclass(frozen=True, slots=True)
class Told:
    """What one reader is told on a day; a matter stands in one list alone, each by its due date."""

    #: over for so many days that heads and the office are told
    escalated: tuple[Matter, ...] = ()
    overdue: tuple[Matter, ...] = ()
    soon: tuple[Matter, ...] = ()
    #: new to the unit, and due later or without a term
    given: tuple[Matter, ...] = ()
    #: overdue or due soon, and no unit is in charge: for the office
    unassigned: tuple[Matter, ...] = ()

    @property
    def matters(self) -> tuple[Matter, ...]:
        return (*self.escalated, *self.overdue, *self.soon, *self.given, *self.unassigned)


#: Whose letters: an account's or a department's mailbox, and its number.
Reader = tuple[Literal["account", "mailbox"], int]


@dataclass(frozen=True, slots=True)
class AfterAnswer:
    """What became known of a report of a matter that was answered."""

    matter: Matter
    outlet: str
    #: whether the article belongs to the matter, or is a reprint, which not everybody may see
    is_linked: bool
    state: WatchState
    #: when it was seen, and when it became known
    at: datetime
    known_at: datetime


#: States after an answer that the day's message tells: a mere change of text is on the matter's page.
AFTER_STATES: frozenset[WatchState] = frozenset({"corrected", "changed_back", "taken_down", "spreading"})


def concerns_after(matter: Matter, own: Collection[int] = (), *, is_office: bool = False) -> bool:
    """Return whether a reader is told what came after an answer: the unit in charge (`own`), and the office."""
    return matter.answered_at is not None and (is_office or matter.unit in own)


@dataclass(frozen=True)
class ReminderDay:
    """The matters of a day, as they are to be told of."""

    day: date
    zone: tzinfo
    #: open matters
    matters: tuple[Matter, ...]
    #: number of a matter that was given to units lately → its departments after each of its steps, with their times
    given: Mapping[int, Sequence[tuple[datetime, frozenset[int]]]]
    rules: Reminders
    calendar: WorkCalendar
    #: since when what was given is new to whoever had no letter yet, and to others by reader
    new_since: datetime
    told_until: Mapping[Reader, datetime]

    @property
    def until(self) -> datetime:
        """The moment up to which what came up is news of this day."""
        return reminder_moment(self.day, self.zone, self.rules)

    @property
    def earliest(self) -> datetime:
        """The moment since when something may be new to any reader."""
        return min((self.new_since, *self.told_until.values()))

    def since(self, reader: Reader) -> datetime:
        """Return the moment, exclusive, since when what came up is new to a reader."""
        return self.told_until.get(reader, self.new_since)

    def told(
        self,
        at: datetime,
        reader: Reader,
        own: Collection[int] = (),
        headed: Collection[int] = (),
        *,
        is_office: bool = False,
        may_read: Callable[[Matter], bool] = lambda _: True,
    ) -> Told:
        """Return what a reader is told at a moment: `own` are its departments, `headed` those whose head it is.

        New is what was given to its departments since its own last letter.

        `is_office`: matters of all departments, and of none, are escalated to it.
        """
        chosen = Told()
        lists: dict[str, list[Matter]] = {name: [] for name in chosen.__dataclass_fields__}
        for matter in sorted(self.matters, key=_by_due):
            if not may_read(matter):
                continue
            name = self._list_of(matter, at, (own, headed), is_office=is_office)
            if name == "given" and self._new_units(matter, reader).isdisjoint(own):
                continue
            if name:
                lists[name].append(matter)
        return Told(**{name: tuple(found) for name, found in lists.items()})

    def _list_of(
        self, matter: Matter, at: datetime, units: tuple[Collection[int], Collection[int]], *, is_office: bool
    ) -> str:
        own, headed = units
        is_own = not set(own).isdisjoint(matter.units)
        due = due_of_matter(matter)
        over = due is not None and is_overdue(due, at, self.zone)
        soon = due is not None and is_due_soon(due, at, self.zone, self.calendar, self.rules.soon_working_days)
        if is_office and matter.unit is None and (over or soon):
            return "unassigned"
        long_over = over and due is not None and (self.day - due.day).days >= self.rules.escalate_after_days
        if long_over and (is_office or matter.unit in headed):
            return "escalated"
        if not is_own:
            return ""
        if over or soon:
            return "overdue" if over else "soon"
        return "given"

    def _new_units(self, matter: Matter, reader: Reader) -> frozenset[int]:
        """Return the departments that a matter concerns by this day and did not when a reader was told last."""
        history = self.given.get(matter.id, ())
        return _units_before(history, self.until) - _units_before(history, self.since(reader))


def _units_before(history: Iterable[tuple[datetime, frozenset[int]]], moment: datetime) -> frozenset[int]:
    """Return the departments after the steps up to the first one not before a moment (as steps_before has it)."""
    found = frozenset[int]()
    for at, units in history:
        if at >= moment:
            break
        found = units
    return found


def due_of_matter(matter: Matter) -> Due | None:
    """Return when a matter is due; None: it has no term."""
    return None if matter.due is None else Due(matter.due, matter.due_at)


def _by_due(matter: Matter) -> tuple[bool, date, int]:
    return matter.due is None, matter.due or date.max, matter.id


def reminder_moment(day: date, zone: tzinfo, rules: Reminders) -> datetime:
    """Return the moment of a day's message."""
    return datetime.combine(day, rules.time, zone)


def is_reminder_day(day: date, rules: Reminders, calendar: WorkCalendar) -> bool:
    """Return whether messages are sent on a day. Raises NoHolidays."""
    return not rules.working_days_only or calendar.is_working(day)


def clock_end(matter: Matter, rules: RegisterRules, zone: tzinfo) -> datetime | None:
    """Return when the clock of an unexpected matter that waits for its answer ends; None: it has none.

    That is its moment; of a day that was typed without an hour the day's last moment in `zone`; without both, so many
    hours after first sight, unless an answer was given already with which it was closed.
    """
    if not matter.is_unexpected or not matter.is_open:
        return None
    if matter.due_at is not None:
        return matter.due_at
    if matter.due is not None:
        return datetime.combine(matter.due, time.max, zone)
    return None if matter.settled_at is not None else matter.first_seen + timedelta(hours=rules.unexpected.hours)


def clock_state(matter: Matter, rules: RegisterRules, at: datetime, zone: tzinfo) -> ClockState:
    """Return how the clock of a matter stands; one without a clock runs."""
    ends = clock_end(matter, rules, zone)
    if ends is None:
        return "runs"
    if at > ends:
        return "over"
    return "soon" if ends - at < timedelta(hours=rules.unexpected.warn_hours) else "runs"


def overdue_clocks(matters: Iterable[Matter], rules: RegisterRules, at: datetime, zone: tzinfo) -> list[Matter]:
    """Return the unexpected matters whose clock is over."""
    return [matter for matter in matters if clock_state(matter, rules, at, zone) == "over"]
