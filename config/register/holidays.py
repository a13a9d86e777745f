"""holidays.toml → the calendar of working days, and a doubt where a year that is needed has none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from config.faults.errors import Fault
from config.load import Faults, read_toml, resolve
from pipeline.i18n.catalogs import mark
from pipeline.register.working_days import WorkCalendar, YearOff

_FORBID = {"extra": "forbid"}
_SATURDAY = 5
#: First month in which the calendar should have the next year: it is announced about then.
_NEXT_YEAR_FROM = 10
#: Years that a calendar may hold.
_YEARS = range(2000, 2101)
FILE = "holidays.toml"


@dataclass(frozen=True, slots=True)
class Occasion:
    """[[year.off]]: an occasion, its days off, and the Saturdays and Sundays that are worked in return."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    #: Document that announces it, with its date.
    source: str
    days: tuple[date, ...] = ()
    working: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """[[year]]: the days off of one year."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    year: int
    off: tuple[Occasion, ...]

    def exceptions(self) -> YearOff:
        """Return the year's days off and swapped working days."""
        return YearOff(
            frozenset(day for occasion in self.off for day in occasion.days),
            frozenset(day for occasion in self.off for day in occasion.working),
        )


@dataclass(frozen=True, slots=True)
class _HolidayFile:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    year: tuple[HolidayYear, ...] = ()


def load_holidays(directory: Path | None) -> dict[int, HolidayYear]:
    """Read the years of holidays.toml of `directory`, or of the packaged one, in their order. Raises ConfigError."""
    name, text = resolve(directory, FILE)
    file, faults = read_toml(text, _HolidayFile, name=name)
    years: set[int] = set()
    for n, year in enumerate(file.year):
        if year.year in years:
            faults.add(("year", n, "year"), mark("{name!r} is used twice"), name=year.year)
        years.add(year.year)
        if year.year not in _YEARS:
            faults.add(("year", n, "year"), mark("no year of this century: {found}"), found=year.year)
        _check_year(n, year, faults)
    faults.raise_any()
    return {year.year: year for year in sorted(file.year, key=lambda year: year.year)}


def load_calendar(directory: Path | None) -> WorkCalendar:
    """Return the calendar of holidays.toml of `directory`, or of the packaged one. Raises ConfigError."""
    return work_calendar(load_holidays(directory))


def work_calendar(years: Mapping[int, HolidayYear]) -> WorkCalendar:
    """Return the calendar of these years."""
    return WorkCalendar({number: year.exceptions() for number, year in years.items()})


def holiday_doubts(directory: Path, today: date) -> tuple[Fault, ...]:
    """Return a doubt for this year, and from 1 October on for the next, where holidays.toml has no days off of it.

    `today` is a local day. Raises ConfigError.
    """
    faults = Faults(*resolve(directory, FILE))
    for year in missing_years(load_holidays(directory), today):
        faults.add(
            (),
            mark(
                "no days off of {year}: a term that reaches into {year} cannot be counted. Add [[year]] from the "
                "announcement; a draft: diembao register holidays --year {year} --draft"
            ),
            year=year,
        )
    return faults.all


def missing_years(known: Collection[int], today: date) -> list[int]:
    """Return this year, and from 1 October on the next, where they have no days off."""
    needed = [today.year] + [today.year + 1] * (today.month >= _NEXT_YEAR_FROM)
    return [year for year in needed if year not in known]


def _check_year(n: int, year: HolidayYear, faults: Faults) -> None:
    """Add what in one year cannot be meant; `n` is its number."""
    seen: set[date] = set()
    for k, occasion in enumerate(year.off):
        at = ("year", n, "off", k)
        for key in ("name", "source"):
            if not getattr(occasion, key).strip():
                faults.add((*at, key), mark("is empty"))
        if not occasion.days and not occasion.working:
            faults.add(at, mark("needs days or working"))
        for key, days in (("days", occasion.days), ("working", occasion.working)):
            for day in days:
                if day.year != year.year:
                    faults.add((*at, key), mark("{day} is no day of {year}"), day=day, year=year.year)
                if day in seen:
                    faults.add((*at, key), mark("{day} stands here twice"), day=day)
                seen.add(day)
        for day in occasion.working:
            if day.weekday() < _SATURDAY:
                faults.add((*at, "working"), mark("{day} is no Saturday or Sunday: it is worked anyway"), day=day)
