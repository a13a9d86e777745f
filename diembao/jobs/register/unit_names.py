"""Departments of the desk as units of the register: what each is called on a day, and which can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pipeline.records.accounts import Department
    from pipeline.register.units import Spokesperson, Units
    from storage.database import Database


class UnitNames:
    """Names of units by the number of their department and by date."""

    def __init__(self, departments: Sequence[Department], units: Units) -> None:
        self._departments = {one.id: one for one in departments}
        self._units = units

    def handle(self, number: int | None) -> str:
        """Return the handle of a unit; '' for none and for an unknown number."""
        one = None if number is None else self._departments.get(number)
        return one.handle if one else ""

    def handles(self) -> dict[str, int]:
        """Return the numbers of all units by their handles."""
        return {one.handle: one.id for one in self._departments.values()}

    def at(self, number: int | None, day: date) -> str:
        """Return what a unit was called on a local day; '' for none and for an unknown number."""
        one = None if number is None else self._departments.get(number)
        if one is None:
            return ""
        return self._units.name_at(one.handle, day) or one.name

    def choices(self, day: date) -> list[tuple[int, str]]:
        """Return number and name of the units that a matter can be given to on a day, by name."""
        there = [
            one
            for one in self._departments.values()
            if not one.disabled and self._units.unit_at(one.handle, day) == one.handle
        ]
        return sorted(((one.id, self.at(one.id, day)) for one in there), key=lambda pair: pair[1].casefold())

    def spokespersons(self, number: int | None, day: date) -> tuple[Spokesperson, ...]:
        """Return who speaks for a unit to the press on a day."""
        return self._units.spokespersons_at(self.handle(number), day)


def unit_names(storage: Database, units: Units) -> UnitNames:
    """Return the names of all units, those of disabled departments too."""
    return UnitNames(storage.accounts.departments(), units)
