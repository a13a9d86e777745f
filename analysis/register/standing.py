"""Steps of matters → how each matter stood at a moment, and the unit and the day under which it is counted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.register.deadlines import Due, is_overdue
from pipeline.register.matters import Matter, MatterStep
from pipeline.register.steps import with_step
from pipeline.register.working_days import NoHolidays, WorkCalendar

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer by which a matter is counted."""

    #: aware
    at: datetime
    #: the term that held when it was given; None: there was none
    due: Due | None
    #: number of the department that was in charge
    unit: int | None
    #: number of its document; '': none
    number: str

    def is_timely(self, zone: ZoneInfo) -> bool | None:
        """Return whether it was given within its term; None: there was none."""
        return None if self.due is None else not is_overdue(self.due, self.at, zone)


@dataclass(frozen=True, slots=True)
class Standing:
    """A matter as it stood at a moment.

    It is counted under the unit in charge when it was answered, else when it was dropped, else at the moment: a merger
    later on changes nothing about who answered.
    """

    matter: Matter
    #: number of the department under which it is counted; None: no unit was in charge
    unit: int | None
    #: aware time of that: its unit is called as on its local day
    then: datetime
    #: when it was closed or dropped; None: neither
    ended_at: datetime | None = None
    #: the answer with which it was first closed: it counts for ever, whatever became of the matter after it
    settled: Answer | None = None

    @property
    def was_dropped(self) -> bool:
        """Whether it needed no answer."""
        return self.matter.state == "not_needed"

    @property
    def answer(self) -> Answer | None:
        """The answer by which it is counted: the one with which it was first closed, else the one that it has."""
        return self.settled or self.last_answer

    @property
    def last_answer(self) -> Answer | None:
        """The answer that it has; None: it waits for one (again), or needs none."""
        matter = self.matter
        return (
            None
            if matter.answered_at is None
            else Answer(matter.answered_at, self.due(), self.unit, matter.answer_number)
        )

    @property
    def needed_none(self) -> bool:
        """Whether it was dropped, and nothing was ever answered that counts."""
        return self.was_dropped and self.settled is None

    def due(self) -> Due | None:
        """Return the end of its term; None: it has none."""
        return None if self.matter.due is None else Due(self.matter.due, self.matter.due_at)

    def opened_on(self, zone: ZoneInfo) -> date:
        """Return the local day on which it was opened."""
        return self.matter.opened_at.astimezone(zone).date()

    def answered_on(self, zone: ZoneInfo) -> date | None:
        """Return the local day of the answer by which it is counted; None: there is none."""
        return None if self.answer is None else self.answer.at.astimezone(zone).date()

    def days(self, zone: ZoneInfo) -> int | None:
        """Return the calendar days from the opening to the answer; None: it is not answered."""
        answered = self.answered_on(zone)
        return None if answered is None else (answered - self.opened_on(zone)).days

    def working_days(self, zone: ZoneInfo, calendar: WorkCalendar) -> int | None:
        """Return the working days after the day of opening up to the answer; None: not answered, or not countable."""
        answered = self.answered_on(zone)
        try:
            return None if answered is None else calendar.working_days_between(self.opened_on(zone), answered)
        except NoHolidays:
            return None

    def in_time(self, zone: ZoneInfo) -> bool | None:
        """Return whether it was answered within its term; None: it is not answered, or had no term."""
        return None if self.answer is None else self.answer.is_timely(zone)

    def is_overdue(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Return whether it waits for its answer although its term is over."""
        due = self.due()
        return self.matter.is_open and due is not None and is_overdue(due, moment, zone)


def standings(steps: Iterable[MatterStep], moment: datetime) -> list[Standing]:
    """Return every matter as its steps up to an aware moment make it, by number; steps in the order of their making."""
    found: dict[int, Standing] = {}
    # What stood just before midnight has the names of the day that ends.
    then = moment - _INSTANT
    for step in steps:
        before = found.get(step.matter)
        matter = with_step(before.matter if before else None, step)
        settled = before.settled if before else None
        if before is None or step.kind in ("return", "reopen"):
            found[step.matter] = Standing(matter, matter.unit, then, None, settled)
        elif step.kind == "answer":
            found[step.matter] = Standing(matter, matter.unit, step.at, None, settled)
        elif step.kind == "drop":
            found[step.matter] = Standing(matter, matter.unit, step.at, step.at, settled)
        elif step.kind == "close":
            found[step.matter] = replace(before, matter=matter, ended_at=step.at, settled=before.answer)
        elif matter.is_open:
            found[step.matter] = replace(before, matter=matter, unit=matter.unit)
        else:
            found[step.matter] = replace(before, matter=matter)
    return [found[number] for number in sorted(found)]
