"""A term and the moment from which it runs → when it is due, how much of it is left, and whether it is over."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import ClassVar, Literal

from pipeline.register.working_days import WorkCalendar

TermUnit = Literal["working_days", "days", "hours"]


@dataclass(frozen=True, slots=True)
class Term:
    """How long there is to answer: working days, calendar days, or hours that run day and night."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    amount: int
    unit: TermUnit = "working_days"


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a term: the end of a local day, or a moment of it."""

    #: Last local day on which the answer is in time.
    day: date
    #: Aware moment at which a term in hours ends; None: the end of the day.
    at: datetime | None = None


def due_of(
    term: Term,
    opened_at: datetime,
    first_seen: datetime | None,
    zone: tzinfo,
    calendar: WorkCalendar,
    *,
    end_on_working_day: bool = True,
) -> Due:
    """Return when a term ends; `opened_at` and `first_seen` are aware, days are those of `zone`.

    Days are counted from the day after the one on which the matter was opened (Civil Code 2015, Art. 147). With
    `end_on_working_day`, a term in calendar days that would end on a day off ends with the next working day (Art.
    148.5). Hours run from first sight, or from the opening where nothing was seen. Raises NoHolidays.
    """
    if term.unit == "hours":
        ends = (first_seen or opened_at) + timedelta(hours=term.amount)
        return Due(ends.astimezone(zone).date(), ends)
    opened = opened_at.astimezone(zone).date()
    if term.unit == "working_days":
        return Due(calendar.add(opened, term.amount))
    last = opened + timedelta(days=term.amount)
    return Due(calendar.next_from(last) if end_on_working_day else last)


def working_days_left(due: Due, now: datetime, zone: tzinfo, calendar: WorkCalendar) -> int:
    """Return the working days after today up to the day that is due; 0 on its day, below 0 when it is over.

    Raises NoHolidays.
    """
    return calendar.working_days_between(now.astimezone(zone).date(), due.day)


def is_overdue(due: Due, now: datetime, zone: tzinfo) -> bool:
    """Return whether the term is over."""
    return now > due.at if due.at is not None else now.astimezone(zone).date() > due.day


def is_due_soon(due: Due, now: datetime, zone: tzinfo, calendar: WorkCalendar, within: int) -> bool:
    """Return whether the term is not over and ends today or within so many working days.

    A due day of a year without data is soon only if the next `within` working days reach it. Raises NoHolidays where
    they cannot be counted.
    """
    today = now.astimezone(zone).date()
    if is_overdue(due, now, zone):
        return False
    if due.day <= today:
        return True
    if due.day.year in calendar.years:
        return calendar.working_days_between(today, due.day) <= within
    return due.day <= calendar.add(today, within)
