"""The day's messages of the register, and those about clocks that run out, put into the outbox; each of them once."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from diembao.jobs.register_upkeep.readers import (
    CAUSE,
    after_concerns_account,
    can_be_written_to,
    clock_cause,
    has_readers,
    headed_by,
    load_after_answers,
    load_day,
    office_accounts,
    rough_calendar,
    told_to_account,
    told_to_mailbox,
    usable_mail,
)
from pipeline.register.matters import OPEN_STATES, MatterFilter
from pipeline.register.reminders import clock_end, clock_state, concerns_after, is_reminder_day

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from config.register.book import RegisterBook
    from storage.database import Database


def remind(storage: Database, book: RegisterBook, zone: tzinfo, at: datetime) -> int:
    """Let the day's messages be due, where it is late enough in the day and nobody did before; return how many.

    A reader for whom there is nothing gets none. The text is made when it is sent, by what the reader may see then.
    """
    local, rules = at.astimezone(zone), book.rules.reminders
    day = local.date()
    if local.timetz().replace(tzinfo=None) < rules.time:
        return 0
    if not is_reminder_day(day, rules, rough_calendar(book, day)):
        return 0
    cause = f"{CAUSE} {day.isoformat()}"
    if storage.letters.of_cause(cause):
        return 0
    found = load_day(storage, book, day, zone)
    news = load_after_answers(storage, book, found, None, lambda _: True)
    if not (found.matters or news):
        return 0
    accounts = storage.accounts.accounts()
    to = [
        one.id
        for one in accounts
        if can_be_written_to(one)
        and (
            told_to_account(found, one, headed_by(storage, book, one, day), at).matters
            or any(
                new.known_at > found.since(("account", one.id)) and after_concerns_account(one, new.matter)
                for new in news
            )
        )
    ]
    mailboxes = [
        one.id
        for one in storage.accounts.departments()
        if not one.disabled
        and usable_mail(one.mail)
        and not has_readers(accounts, one.id)
        and (
            told_to_mailbox(found, one.id, at).matters
            or any(
                new.known_at > found.since(("mailbox", one.id)) and concerns_after(new.matter, (one.id,))
                for new in news
            )
        )
    ]
    return storage.letters.tell(cause, to, mailboxes, at)


def warn_of_clocks(storage: Database, book: RegisterBook, zone: tzinfo, at: datetime) -> int:
    """Let the office be told of clocks that are about to run out or did, on any day; return how many letters."""
    open_ones = storage.register.matters(MatterFilter(states=tuple(sorted(OPEN_STATES))))
    told = 0
    for matter in open_ones:
        ends, state = clock_end(matter, book.rules, zone), clock_state(matter, book.rules, at, zone)
        if ends is None or state == "runs":
            continue
        to = [one.id for one in office_accounts(storage.accounts.accounts())]
        told += storage.letters.tell(clock_cause(matter, state, ends.astimezone(UTC)), to, (), at)
    return told
