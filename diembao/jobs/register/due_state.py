"""How the due day of a matter stands: over, soon, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, get_args

from pipeline.register.deadlines import Due, is_due_soon, is_overdue, working_days_left
from pipeline.register.working_days import NoHolidays

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from config.register.book import RegisterBook
    from pipeline.register.matters import Matter

#: '': not over and not soon, or it counts no more
Urgency = Literal["", "soon", "overdue"]
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)


@dataclass(frozen=True, slots=True)
class DueState:
    """How a due day stands at a moment."""

    urgency: Urgency = ""
    #: working days after today up to the due day, 0 on it; None where they do not count or holidays.toml lacks the year
    days_left: int | None = None
    #: whole hours up to the moment that is due, where hours count and it is not over
    hours_left: int | None = None


def due_state(matter: Matter, book: RegisterBook, zone: tzinfo, at: datetime) -> DueState:
    """Return how the due day of a matter stands; a matter that waits for no answer has none that counts."""
    if not matter.is_open or matter.due is None:
        return DueState()
    due = Due(matter.due, matter.due_at)
    if is_overdue(due, at, zone):
        return DueState("overdue")
    try:
        left = working_days_left(due, at, zone, book.calendar)
    except NoHolidays:
        left = None
    hours = None if due.at is None else (due.at - at) // timedelta(hours=1)
    return DueState("soon" if _is_soon(due, book, zone, at) else "", left, hours)


def _is_soon(due: Due, book: RegisterBook, zone: tzinfo, at: datetime) -> bool:
    try:
        return is_due_soon(due, at, zone, book.calendar, book.rules.reminders.soon_working_days)
    except NoHolidays:
        # So many calendar days hold at most as many working days.
        return (due.day - at.astimezone(zone).date()).days <= book.rules.reminders.soon_working_days
