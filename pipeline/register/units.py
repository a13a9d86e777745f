"""units.toml as records: units with their names by date, mergers, and spokespersons."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import ClassVar

_FORBID = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class UnitName:
    """A name of a unit; `since` and `until` are its first and last day, None where it has none."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """[[unit]]: a department of the desk, by its handle."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    handle: str
    #: Empty: the department's own name at all times.
    names: tuple[UnitName, ...] = ()
    #: Its last day; None: it exists.
    until: date | None = None
    #: Handle of the unit that took over its work on the day after `until`; '' for none.
    successor: str = ""
    #: Sign-in name of the account of its head; '' where none is told.
    head: str = ""


@dataclass(frozen=True, slots=True)
class Spokesperson:
    """[[spokesperson]]: who speaks for a unit to the press, from `since` to `until`."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Handle of the unit.
    unit: str
    name: str
    position: str = ""
    mail: str = ""
    phone: str = ""
    #: Whether the telephone number is private: it is then in no export.
    private: bool = True
    since: date | None = None
    until: date | None = None

    @property
    def public_phone(self) -> str:
        """The telephone number, '' where it is private."""
        return "" if self.private else self.phone


@dataclass(frozen=True, slots=True)
class OfficeHead:
    """[[office]]: the head and the end of the office's documents up to a day; what is empty is as in settings.toml."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Its last day.
    until: date
    parent_agency: str = ""
    agency: str = ""
    symbol: str = ""
    place: str = ""
    authority: str = ""
    signer_title: str = ""
    signer: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Units:
    """All of units.toml. A handle that it does not have is a unit that exists and has its department's own name."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    unit: tuple[Unit, ...] = ()
    spokesperson: tuple[Spokesperson, ...] = ()
    office: tuple[OfficeHead, ...] = ()

    def office_at(self, day: date) -> OfficeHead | None:
        """Return the head of the office's documents on a day; None: as in settings.toml."""
        return min((o for o in self.office if day <= o.until), key=lambda o: o.until, default=None)

    @cached_property
    def by_handle(self) -> dict[str, Unit]:
        """The units by handle, in the order of the file."""
        return {unit.handle: unit for unit in self.unit}

    def name_at(self, handle: str, day: date) -> str | None:
        """Return what a unit was called on a day; None: as its department is."""
        unit = self.by_handle.get(handle)
        return next((n.name for n in unit.names if holds(n.since, n.until, day)), None) if unit else None

    def unit_at(self, handle: str, day: date) -> str | None:
        """Return the handle of the unit that does a unit's work on a day: itself, or what came after it.

        None where the work ended before that day and nobody took it over.
        """
        for later in (handle, *self.successor_chain(handle)):
            unit = self.by_handle.get(later)
            if unit is None or unit.until is None or day <= unit.until:
                return later
        return None

    def units_at(self, day: date) -> tuple[Unit, ...]:
        """Return the units of the file that exist on a day: not ended, and no first name that begins later."""
        return tuple(unit for unit in self.unit if holds(_begins(unit), unit.until, day))

    def successor_chain(self, handle: str) -> tuple[str, ...]:
        """Return the handles of the units that came after a unit, the next one first."""
        chain: list[str] = []
        unit = self.by_handle.get(handle)
        while unit is not None and unit.successor and unit.successor not in (handle, *chain):
            chain.append(unit.successor)
            unit = self.by_handle.get(unit.successor)
        return tuple(chain)

    def spokespersons_at(self, handle: str, day: date) -> tuple[Spokesperson, ...]:
        """Return who speaks for a unit on a day, in the order of the file."""
        return tuple(s for s in self.spokesperson if s.unit == handle and holds(s.since, s.until, day))

    def spokesperson_at(self, handle: str, day: date) -> Spokesperson | None:
        """Return the first of those who speak for a unit on a day; None where the file names none."""
        return next(iter(self.spokespersons_at(handle, day)), None)


def holds(since: date | None, until: date | None, day: date) -> bool:
    """Return whether a day lies between a first and a last day, both included; None: no such end."""
    return (since is None or since <= day) and (until is None or day <= until)


def overlaps(names: Iterable[UnitName]) -> Iterator[int]:
    """Yield the numbers of the names that hold on a day on which an earlier one in the list holds too."""
    earlier: list[UnitName] = []
    for n, name in enumerate(names):
        if any(
            (name.since or date.min) <= (other.until or date.max)
            and (other.since or date.min) <= (name.until or date.max)
            for other in earlier
        ):
            yield n
        earlier.append(name)


def _begins(unit: Unit) -> date | None:
    """Return the first day of a unit's first name; None where no name has one, or one has always been."""
    starts = [name.since for name in unit.names]
    return None if None in starts else min((s for s in starts if s), default=None)
