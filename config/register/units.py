"""units.toml → the units of the register and their spokespersons, checked for sense as well as form."""

import re
from pathlib import Path

from config.load import Faults, read_toml, resolve
from pipeline.i18n.catalogs import mark
from pipeline.register.units import Unit, Units, overlaps

FILE = "units.toml"
#: Names to sign in with, and handles of departments: those that diembao.jobs.people takes.
_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_TWICE = mark("{name!r} is used twice")
_UNKNOWN = mark("no [[unit]] has the handle {found!r}")
_NO_HANDLE = mark("small letters, digits, '.', '_' and '-' only, found {found!r}")
_LATER = mark("is later than its 'until'")


def load_units(directory: Path | None) -> Units:
    """Read units.toml of `directory`, or the packaged one. Raises ConfigError.

    Whether the desk has a department of each handle is not asked here.
    """
    name, text = resolve(directory, FILE)
    units, faults = read_toml(text, Units, name=name)
    seen: set[str] = set()
    for n, unit in enumerate(units.unit):
        if unit.handle in seen:
            faults.add(("unit", n, "handle"), _TWICE, name=unit.handle)
        seen.add(unit.handle)
        _check_unit(n, unit, units, faults)
    _check_spokespersons(units, faults)
    days = [office.until for office in units.office]
    for n, day in enumerate(days):
        if day in days[:n]:
            faults.add(("office", n, "until"), _TWICE, name=day.isoformat())
    faults.raise_any()
    return units


def _check_unit(n: int, unit: Unit, units: Units, faults: Faults) -> None:
    for key in ("handle", "head"):
        value = getattr(unit, key)
        if (value or key == "handle") and not _HANDLE.fullmatch(value):
            faults.add(("unit", n, key), _NO_HANDLE, found=value)
    for name in unit.names:
        if not name.name.strip():
            faults.add(("unit", n, "names"), mark("is empty"))
        if name.since and name.until and name.since > name.until:
            faults.add(("unit", n, "names"), _LATER)
    for k in overlaps(unit.names):
        faults.add(
            ("unit", n, "names"), mark("{name!r} holds on days on which another name holds"), name=unit.names[k].name
        )
    if not unit.successor:
        return
    if unit.until is None:
        faults.add(("unit", n, "successor"), mark("needs 'until', the last day of the unit before it"))
    if unit.successor not in units.by_handle:
        faults.add(("unit", n, "successor"), _UNKNOWN, found=unit.successor)
    elif _comes_back(unit, units):
        faults.add(("unit", n, "successor"), mark("leads back to the unit itself"))


def _comes_back(unit: Unit, units: Units) -> bool:
    """Return whether the units after a unit lead back to it."""
    chain = units.successor_chain(unit.handle)
    last = units.by_handle.get(chain[-1]) if chain else unit
    return last is not None and last.successor == unit.handle


def _check_spokespersons(units: Units, faults: Faults) -> None:
    for n, person in enumerate(units.spokesperson):
        if person.unit not in units.by_handle:
            faults.add(("spokesperson", n, "unit"), _UNKNOWN, found=person.unit)
        if not person.name.strip():
            faults.add(("spokesperson", n, "name"), mark("is empty"))
        if person.mail and not _MAIL.fullmatch(person.mail):
            faults.add(("spokesperson", n, "mail"), mark("no e-mail address: {found!r}"), found=person.mail)
        if person.since and person.until and person.since > person.until:
            faults.add(("spokesperson", n, "since"), _LATER)
