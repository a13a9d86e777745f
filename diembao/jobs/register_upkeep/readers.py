"""Who is told what of the register on a day: members of units, their heads, the office, mailboxes of units."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from diembao.jobs.people.account_words import check_mail
from diembao.jobs.register.aftermath import news_of_matters
from diembao.jobs.register.sight import may_read
from pipeline.register.matters import OPEN_STATES, MatterFilter
from pipeline.register.reminders import (
    AFTER_STATES,
    AfterAnswer,
    Reader,
    ReminderDay,
    Told,
    concerns_after,
    reminder_moment,
)
from pipeline.register.steps import with_step
from storage.accounts.errors import AccountRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime, tzinfo

    from config.register.book import RegisterBook
    from pipeline.records.accounts import Account
    from pipeline.register.matters import Matter, MatterStep
    from pipeline.register.working_days import WorkCalendar
    from storage.database import Database

#: Cause of a day's letters, before the day: 'register 2026-11-23'.
CAUSE = "register"
#: Days for which what is new to a unit is looked for, before the first reminder and after a long silence.
_FIRST, _LONGEST = timedelta(days=7), timedelta(days=31)


def load_day(storage: Database, book: RegisterBook, day: date, zone: tzinfo) -> ReminderDay:
    """Return the open matters of a day, with what is new to each reader.

    New is what was given to a unit between the moment of the last day of which the reader has a letter that was sent,
    or begun, and that of this day; what is given later on this day is told on the next one.
    """
    reminders = book.rules.reminders
    matters = storage.register.matters(MatterFilter(states=tuple(sorted(OPEN_STATES))))
    until = reminder_moment(day, zone, reminders)
    told_until = {
        reader: max(reminder_moment(last, zone, reminders), until - _LONGEST)
        for reader, last in storage.letters.last_days(CAUSE, day).items()
    }
    since = until - _FIRST
    open_ones = {matter.id for matter in matters}
    given = open_ones.intersection(storage.register.given_between(min((since, *told_until.values())), until))
    histories = {number: _history(steps) for number, steps in storage.register.steps_of(given).items()}
    return ReminderDay(day, zone, tuple(matters), histories, reminders, rough_calendar(book, day), since, told_until)


def load_after_answers(
    storage: Database, book: RegisterBook, found: ReminderDay, reader: Reader | None, wanted: Callable[[Matter], bool]
) -> list[AfterAnswer]:
    """Return what became known of the reports of answered matters since a reader (None: any) was told, by matter.

    Texts are read of the matters that are `wanted` alone; where nothing is watched, nothing is read.
    """
    since = found.earliest if reader is None else found.since(reader)
    news = news_of_matters(
        storage, book.rules, since, found.until, lambda one: one.answered_at is not None and wanted(one)
    )
    return [
        AfterAnswer(matter, watch.article.outlet, watch.article.is_linked, event.state, event.at, event.known_at)
        for matter, watch, event in news
        if event.state in AFTER_STATES
    ]


def after_concerns_account(account: Account, matter: Matter) -> bool:
    """Return whether an account is told what came after the answer of a matter: only of what it may see."""
    own = () if account.department is None or not account.allows("matter.work") else (account.department,)
    return may_read(account, matter) and concerns_after(matter, own, is_office=is_editor(account))


def _history(steps: Iterable[MatterStep]) -> list[tuple[datetime, frozenset[int]]]:
    """Return the departments of a matter after each of its steps, with their times."""
    found: list[tuple[datetime, frozenset[int]]] = []
    matter: Matter | None = None
    for step in steps:
        matter = with_step(matter, step)
        found.append((step.at, frozenset(matter.units)))
    return found


def rough_calendar(book: RegisterBook, day: date) -> WorkCalendar:
    """Return the calendar for reminders of a day: one comes too where nobody filled in the year's days off."""
    return book.calendar.with_plain_weeks(range(day.year - 1, day.year + 3))


def told_to_account(found: ReminderDay, account: Account, headed: Sequence[int], at: datetime) -> Told:
    """Return what an account is told: only what it may see as it is now."""
    own = () if account.department is None or not account.allows("matter.work") else (account.department,)
    reader: Reader = ("account", account.id)
    return found.told(at, reader, own, headed, is_office=is_editor(account), may_read=partial(may_read, account))


def told_to_mailbox(found: ReminderDay, department: int, at: datetime) -> Told:
    """Return what the mailbox of a department is told."""
    return found.told(at, ("mailbox", department), (department,))


def is_editor(account: Account) -> bool:
    """Whether an account is one of the office's editors, to whom matters are escalated."""
    return account.allows("matter.manage") and account.allows("publish")


def headed_by(storage: Database, book: RegisterBook, account: Account, day: date) -> tuple[int, ...]:
    """Return the departments whose head an account is on a day, by units.toml."""
    heads = {unit.handle for unit in book.units.units_at(day) if unit.head == account.name}
    return tuple(one.id for one in storage.accounts.departments() if one.handle in heads) if heads else ()


def can_be_written_to(account: Account) -> bool:
    """Whether mail reaches an account: it is not disabled, and has an address."""
    return not account.disabled and account.erased_at is None and bool(usable_mail(account.mail))


def usable_mail(mail: str) -> str:
    """Return a mail address; '' where it is none."""
    try:
        return check_mail(mail)
    except AccountRefused:
        return ""


def has_readers(accounts: Iterable[Account], department: int) -> bool:
    """Whether a department has a member who works on matters and whom mail reaches."""
    return any(
        one.department == department and one.allows("matter.work") and can_be_written_to(one) for one in accounts
    )


def office_accounts(accounts: Iterable[Account]) -> list[Account]:
    """Return the accounts of the office whom mail reaches: those who open, assign and end matters."""
    return [one for one in accounts if one.allows("matter.manage") and can_be_written_to(one)]


def clock_cause(matter: Matter, state: str, ends: datetime) -> str:
    """Return the cause of the letters about a clock; another end of the clock makes another cause."""
    return f"clock {matter.id} {state} {ends:%Y%m%dT%H%MZ}"
