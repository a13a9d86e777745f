"""register.toml, units.toml and holidays.toml of one home, read together."""

from dataclasses import dataclass
from pathlib import Path

from config.register.holidays import FILE as HOLIDAYS
from config.register.holidays import load_calendar
from config.register.register import FILE as RULES
from config.register.register import load_register
from config.register.units import FILE as UNITS
from config.register.units import load_units
from pipeline.register.rules import RegisterRules
from pipeline.register.units import Units
from pipeline.register.working_days import WorkCalendar

#: The files of a home that a RegisterBook is read from.
FILES = (RULES, UNITS, HOLIDAYS)


@dataclass(frozen=True, slots=True)
class RegisterBook:
    """What a home says of the register: kinds and terms, units with their names by date, working days."""

    rules: RegisterRules
    units: Units
    calendar: WorkCalendar


def load_register_book(directory: Path | None) -> RegisterBook:
    """Read the register's files of `directory`, or the packaged ones. Raises ConfigError."""
    return RegisterBook(load_register(directory), load_units(directory), load_calendar(directory))
