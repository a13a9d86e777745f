"""What keeps a register that holds matters from its work: its job, its files, units and people whom nothing reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.faults.errors import ConfigError
from config.register.book import load_register_book
from config.register.holidays import missing_years
from diembao.jobs.register.sight import may_read
from diembao.jobs.register_upkeep.readers import has_readers, office_accounts, usable_mail
from diembao.jobs.register_upkeep.transfers import ended_units
from pipeline.i18n.catalogs import translate
from pipeline.register.matters import OPEN_STATES, MatterFilter
from pipeline.register.reminders import overdue_clocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime, tzinfo
    from pathlib import Path

    from config.register.book import RegisterBook
    from config.schedule import Job
    from pipeline.records.accounts import Account, Department
    from pipeline.register.matters import Matter
    from storage.database import Database

#: Numbers of matters that a message lists.
_LISTED = 12
_COMMAND = ("register", "upkeep")


def find_obstacles(
    storage: Database, folder: Path, jobs: Sequence[Job], at: datetime, zone: tzinfo
) -> Iterator[tuple[str, str]]:
    """Yield (cause of an alert, its text); `folder`: the home's configuration, which may not exist."""
    if not any(job.command[:2] == _COMMAND for job in jobs):
        yield (
            "register:job",
            translate(
                "No job of schedule.toml runs diembao register upkeep: nobody is told of matters that are due.\nWhat "
                "to do: take the job over from the schedule.toml that came with the program"
            ),
        )
    try:
        book = load_register_book(folder if folder.exists() else None)
    except ConfigError:
        yield (
            "register:config",
            translate("The configuration of the register has faults.\nWhat to do: diembao config check"),
        )
        return
    today = at.astimezone(zone).date()
    open_ones = storage.register.matters(MatterFilter(states=tuple(sorted(OPEN_STATES))))
    yield from _clocks(overdue_clocks(open_ones, book.rules, at, zone))
    yield from _years(book, today)
    departments, accounts = storage.accounts.departments(), storage.accounts.accounts()
    yield from _units_without_department(book, departments, today)
    yield from _stranded(storage, book, today)
    yield from _unreachable(open_ones, departments, accounts)
    yield from _heads(book, departments, accounts, open_ones, today)


def _numbers(matters: Sequence[Matter]) -> str:
    listed = ", ".join(str(matter.id) for matter in matters[:_LISTED])
    return f"{listed}, …" if len(matters) > _LISTED else listed


def _clocks(over: Sequence[Matter]) -> Iterator[tuple[str, str]]:
    if over:
        yield (
            "register:clock",
            translate(
                "The time to inform the press of unexpected matters ran out: {numbers}.\nWhat to do: answer them at "
                "the desk, or say there when they were answered",
                numbers=_numbers(over),
            ),
        )


def _years(book: RegisterBook, today: date) -> Iterator[tuple[str, str]]:
    for year in missing_years(book.calendar.years, today):
        yield (
            f"register:holidays {year}",
            translate(
                "holidays.toml has no days off of {year}: no term that reaches into it can be counted.\nWhat to do: "
                "add them from the announcement; a draft: diembao register holidays --year {year} --draft",
                year=year,
            ),
        )


def _units_without_department(
    book: RegisterBook, departments: Sequence[Department], today: date
) -> Iterator[tuple[str, str]]:
    known = {one.handle for one in departments}
    for unit in book.units.units_at(today):
        if unit.handle not in known:
            yield (
                f"register:unit {unit.handle}",
                translate(
                    "units.toml has a unit '{handle}', and the desk has no department of that handle.\nWhat to do: "
                    "make the department at the desk, or mend the handle",
                    handle=unit.handle,
                ),
            )


def _stranded(storage: Database, book: RegisterBook, today: date) -> Iterator[tuple[str, str]]:
    """Yield units that ended and whose matters nobody takes over."""
    for ended in ended_units(storage, book, today):
        if ended.successor is not None:
            continue
        count = storage.register.count(MatterFilter(units=(ended.department.id,)))
        if count and ended.successor_handle:
            yield (
                f"register:ended {ended.unit.handle}",
                translate(
                    "Unit '{handle}' ended, and its {count} matters go nowhere: the desk has no department "
                    "'{successor}' that is in use.\nWhat to do: make or enable it at the desk",
                    handle=ended.unit.handle,
                    count=count,
                    successor=ended.successor_handle,
                ),
            )
        elif count:
            yield (
                f"register:ended {ended.unit.handle}",
                translate(
                    "Unit '{handle}' ended, and units.toml names no successor for its {count} matters.\nWhat to do: "
                    "name one",
                    handle=ended.unit.handle,
                    count=count,
                ),
            )


def _unreachable(
    matters: Sequence[Matter], departments: Sequence[Department], accounts: Sequence[Account]
) -> Iterator[tuple[str, str]]:
    """Yield units with open matters whom no mail reaches, and an office whom none reaches."""
    concerned = {unit for matter in matters for unit in matter.units}
    for one in departments:
        if one.id in concerned and not has_readers(accounts, one.id) and (one.disabled or not usable_mail(one.mail)):
            yield (
                f"register:unreachable {one.handle}",
                translate(
                    "{name} has open matters, and nobody there can be told: no account with a mail address, no "
                    "mailbox.\nWhat to do: give the department a mailbox at the desk, or its people accounts",
                    name=one.name,
                ),
            )
    if matters and not office_accounts(accounts):
        yield (
            "register:office",
            translate(
                "No account of the office has a mail address: nobody is told of clocks that run out.\nWhat to do: add "
                "the addresses at the desk"
            ),
        )


def _heads(
    book: RegisterBook,
    departments: Sequence[Department],
    accounts: Sequence[Account],
    matters: Sequence[Matter],
    today: date,
) -> Iterator[tuple[str, str]]:
    """Yield heads of units whom what stays overdue cannot be told."""
    by_name, numbers = {one.name: one for one in accounts}, {one.handle: one.id for one in departments}
    for unit in book.units.units_at(today):
        account = by_name.get(unit.head)
        own = [matter for matter in matters if matter.unit is not None and matter.unit == numbers.get(unit.handle)]
        if not unit.head or not own:
            continue
        if account is None or account.disabled or not all(may_read(account, matter) for matter in own):
            yield (
                f"register:head {unit.handle}",
                translate(
                    "The head of unit '{handle}' in units.toml, '{head}', is no account that may see the unit's "
                    "matters.\nWhat to do: mend the name, or the account's department",
                    handle=unit.handle,
                    head=unit.head,
                ),
            )
