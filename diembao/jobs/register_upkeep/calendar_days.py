"""The register's days as entries of a calendar: terms of matters, information, press conferences, the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from diembao.jobs.register.sight import visible_matters
from diembao.jobs.register.unit_names import unit_names
from pipeline.i18n.catalogs import translate
from pipeline.register.matters import MATTER_STATES, OPEN_STATES, MatterFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.register.book import RegisterBook
    from pipeline.records.accounts import Account
    from pipeline.register.matters import Matter, MatterState
    from storage.database import Database

#: Months before and after this one whose days of the office are given.
_BEFORE, _AFTER = 1, 13
#: Time for which a matter that no longer waits stands in the calendar as cancelled, so that programs take it off.
_CANCELLED = timedelta(days=60)
#: Longest time between the opening of a matter and its due date for which it is so shown.
_LONGEST_TERM = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One entry: a whole local day, or a moment."""

    #: never another one for the same thing
    uid: str
    title: str
    day: date
    #: UTC; None: the whole day
    at: datetime | None = None
    #: grows with every change
    sequence: int = 0
    #: page of the desk; '': none
    url: str = ""
    is_cancelled: bool = False


def calendar_entries(
    storage: Database, book: RegisterBook, account: Account, today: date, desk: str, *, with_titles: bool
) -> list[CalendarEntry]:
    """Return the entries that an account may see, by day; `with_titles` False: matters by number and unit alone.

    `today` is the local day, `desk` the address of the desk ('': not known).
    """
    names = unit_names(storage, book.units)
    ended: tuple[MatterState, ...] = tuple(state for state in MATTER_STATES if state not in OPEN_STATES)
    since = datetime.combine(today - _CANCELLED, time.min, UTC) - _LONGEST_TERM
    wanted = (
        MatterFilter(states=tuple(OPEN_STATES)),
        MatterFilter(states=ended, opened_since=since),
    )
    matters = [
        _entry(matter, names.at(matter.unit, today), desk, with_title=with_titles)
        for some in wanted
        for matter in visible_matters(storage, account, some)
        if matter.due is not None and (matter.is_open or matter.due >= today - _CANCELLED)
    ]
    return sorted([*matters, *_office_days(book, today)], key=lambda entry: (entry.day, entry.uid))


def _entry(matter: Matter, unit: str, desk: str, *, with_title: bool) -> CalendarEntry:
    assert matter.due is not None
    # Numbers begin anew in another database; the time of opening does not.
    uid = f"matter-{matter.id}-{int(matter.opened_at.timestamp())}@diembao"
    unit = unit or translate("no unit in charge")
    if with_title:
        title = translate("Due: matter {number}, {title} ({unit})", number=matter.id, title=matter.title, unit=unit)
    else:
        title = translate("Due: matter {number} ({unit})", number=matter.id, unit=unit)
    at = None if matter.due_at is None else matter.due_at.astimezone(UTC)
    url = f"{desk}/register/matter/{matter.id}" if desk else ""
    return CalendarEntry(uid, title, matter.due, at, matter.version, url, not matter.is_open)


def _office_days(book: RegisterBook, today: date) -> Iterator[CalendarEntry]:
    """Yield what the office owes the press and the ministry from last month to the same month of the next year."""
    rules = book.rules.calendar
    months = [divmod(today.year * 12 + today.month - 1 + n, 12) for n in range(-_BEFORE, _AFTER)]
    for year, month in ((year, number + 1) for year, number in months):
        day = rules.information_on(year, month)
        uid = f"information-{year}-{month:02d}@diembao"
        yield CalendarEntry(uid, translate("Monthly information for the press"), day)
    first, last = (date(year, number + 1, 1) for year, number in (months[0], months[-1]))
    for year in range(first.year, last.year + 1):
        for day in rules.conferences(year):
            if (first.year, first.month) <= (day.year, day.month) <= (last.year, last.month):
                uid = f"conference-{year}-{day.month:02d}@diembao"
                yield CalendarEntry(uid, translate("Quarterly press conference"), day)
        # The report is to be there before that day.
        due = rules.report_due(year)
        if (first.year, first.month) <= (due.year, due.month) <= (last.year, last.month):
            title = translate("Last day of the yearly report (before {day:%d/%m})", day=due)
            yield CalendarEntry(f"report-{year}@diembao", title, due - timedelta(days=1))
