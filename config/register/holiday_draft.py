"""A year → a draft of its [[year]] of holidays.toml: the days that the law gives, Tết by the lunar calendar.

The days are those of the library `holidays`. What the Prime Minister approves for each year, which days of Tết are off
and which working days are swapped, is in no library before it is announced.
"""

from datetime import date
from itertools import groupby

from config.register.holidays import HolidayYear, Occasion
from pipeline.i18n.catalogs import translate

_SATURDAY = 5
#: Years for which the library has days that today's Labour Code gives.
FIRST_YEAR, LAST_YEAR = 2021, 2100


def holiday_draft(year: int) -> HolidayYear:
    """Return the days off of a year from Monday to Friday, in runs of days; the source says that it is a draft."""
    import holidays

    found = holidays.country_holidays("VN", years=year, language="vi")
    days = sorted(day for day in found if day.year == year and day.weekday() < _SATURDAY)
    source = translate("Draft by the law and the lunar calendar; not announced")
    runs = groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0])
    return HolidayYear(year, tuple(_occasion([day for _, day in run], dict(found), source) for _, run in runs))


def _occasion(days: list[date], names: dict[date, str], source: str) -> Occasion:
    return Occasion(", ".join(dict.fromkeys(names[day] for day in days)), source, tuple(days))


def draft_text(year: int) -> str:
    """Return the draft as TOML, with a head that says, in the language of the context, what it does not know."""
    import tomlkit

    head = translate(
        "A draft: the days off of {year} that the law gives, Tết by the lunar calendar.\n"
        "Swapped working days, the days off of Tết that the Prime Minister chooses, and days off that the law has got\n"
        "since are not announced here. Compare each day with the announcement, and put its number into `source`.",
        year=year,
    )
    document = tomlkit.document()
    for line in head.split("\n"):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    table = tomlkit.table()
    table.add("year", year)
    occasions = tomlkit.aot()
    for occasion in holiday_draft(year).off:
        row = tomlkit.table()
        row.add("name", occasion.name)
        row.add("days", list(occasion.days))
        row.add("working", [])
        row.add("source", occasion.source)
        occasions.append(row)
    table.add("off", occasions)
    years = tomlkit.aot()
    years.append(table)
    document.add("year", years)
    return tomlkit.dumps(document)
