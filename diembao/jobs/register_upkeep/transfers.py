"""Units that ended: their matters go to the unit that took over their work, by a step of the service itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from diembao.jobs.register.unit_names import unit_names
from pipeline.i18n.catalogs import translate
from pipeline.i18n.language import use_language
from pipeline.records.audit import MACHINE
from pipeline.register.matters import MatterClash, MatterFilter, StepRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from config.register.book import RegisterBook
    from pipeline.records.accounts import Department
    from pipeline.register.matters import Matter
    from pipeline.register.units import Unit
    from storage.database import Database

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EndedUnit:
    """A unit that ended, and to whom its matters go."""

    unit: Unit
    department: Department
    #: None: there is no department that takes over, or it is disabled
    successor: Department | None
    #: handle of the unit that took over its work; '': units.toml names none that exists
    successor_handle: str


def ended_units(storage: Database, book: RegisterBook, day: date) -> list[EndedUnit]:
    """Return the units of units.toml that ended before a day and have a department at the desk."""
    departments = {one.handle: one for one in storage.accounts.departments()}
    return [
        EndedUnit(unit, departments[unit.handle], *_successor(book, unit, departments, day))
        for unit in book.units.unit
        if unit.until is not None and unit.until < day and unit.handle in departments
    ]


def _successor(
    book: RegisterBook, unit: Unit, departments: dict[str, Department], day: date
) -> tuple[Department | None, str]:
    handle = book.units.unit_at(unit.handle, day)
    found = departments.get(handle or "")
    return (None if found is None or found.disabled else found), handle or ""


def transfer_matters(storage: Database, book: RegisterBook, day: date, at: datetime) -> int:
    """Hand over what concerns units that ended to the units that took over, whatever its state; return how many.

    Each step says both names. A matter that was handed over no longer concerns the unit that ended: nothing is done a
    second time. One that somebody changes meanwhile waits for the next run. `day` is today, local.
    """
    count = 0
    for ended in ended_units(storage, book, day):
        if ended.successor is None:
            continue
        for matter, request in _requests(storage, book, ended, ended.successor):
            count += not isinstance(storage.register.step(MACHINE, matter.id, request, at), MatterClash)
    return count


def _requests(
    storage: Database, book: RegisterBook, ended: EndedUnit, successor: Department
) -> Iterator[tuple[Matter, StepRequest]]:
    assert ended.unit.until is not None
    old, new, names = ended.department.id, successor.id, unit_names(storage, book.units)
    # What is written down stays: it is in the language of the office, not in that of who looks.
    with use_language("vi"):
        reason = translate(
            "{old} ended on {day:%d/%m/%Y}; {new} took over its work.",
            old=names.at(old, ended.unit.until),
            day=ended.unit.until,
            new=names.at(new, ended.unit.until + _ONE_DAY),
        )
    for matter in storage.register.matters(MatterFilter(units=(old,))):
        unit = new if matter.unit == old else matter.unit
        taking_part = _replaced(matter.taking_part, old, new, unit)
        values = {"unit": unit, "taking_part": taking_part}
        yield matter, StepRequest("transfer", values, reason, expected=matter.version)


def _replaced(numbers: Sequence[int], old: int, new: int, in_charge: int | None) -> tuple[int, ...]:
    replaced = dict.fromkeys(new if number == old else number for number in numbers)
    return tuple(number for number in replaced if number != in_charge)
