"""Options that several commands share, and the record into which a command with many options gathers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from functools import wraps
from math import isfinite
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from diembao.cli import translated
from diembao.cli.context import CliContext
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate

#: First and last day that an option takes. A day needs some around it (weeks before, the next midnight, other time
#: zones), which the ends of the calendar, 0001-01-01 and 9999-12-31, do not have.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
#: Largest number of a row: that of PostgreSQL's integer.
MOST_ROWS = 2**31 - 1


class _Day(click.DateTime):
    """A day as YYYY-MM-DD or DD/MM/YYYY, from FIRST_DAY to LAST_DAY."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            day = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(translate("{day} is no day; write 2026-11-29 or 29/11/2026", day=value), param, ctx)
        if not FIRST_DAY <= day.date() <= LAST_DAY:
            message = translate("{day} is not between {first} and {last}", day=value, first=FIRST_DAY, last=LAST_DAY)
            self.fail(message, param, ctx)
        return day


class _Minutes(click.FloatRange):
    """Minutes from 0 to those of a day: neither infinite nor no number, which a range alone lets pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        minutes = super().convert(value, param, ctx)
        if not isfinite(minutes):
            self.fail(translate("{value} is no number of minutes", value=value), param, ctx)
        return minutes


#: Minutes to wait, at most a day.
MINUTES = _Minutes(0, 24 * 60)
#: A day as YYYY-MM-DD or DD/MM/YYYY.
DAY = _Day(["%Y-%m-%d", "%d/%m/%Y"])
#: The day of a digest.
day = translated.option("--day", type=DAY, metavar="YYYY-MM-DD", help=mark("The day (default: today)."))
#: The last day whose data count.
as_of = translated.option(
    "--as-of",
    type=DAY,
    metavar="YYYY-MM-DD",
    help=mark("By what was stored, tagged and decided by the end of this day."),
)
#: The id of a published digest.
publication = translated.option(
    "--id", "publication", type=click.IntRange(1, MOST_ROWS), help=mark("Number of a published digest.")
)

_Record = TypeVar("_Record")


def gather(record: type[_Record]) -> Callable[[Callable[[CliContext, _Record], int]], Callable[..., int]]:
    """Return a decorator for a command that takes its options as one record, whose fields are named like them."""

    def decorate(command: Callable[[CliContext, _Record], int]) -> Callable[..., int]:
        @wraps(command)
        def call(app: CliContext, /, **values: Any) -> int:
            return command(app, record(**values))

        return call

    return decorate


def day_of(value: datetime | None) -> date | None:
    """Return the day that an option of type DAY holds."""
    return value.date() if value else None


def begun_day(app: CliContext, value: datetime | None) -> date | None:
    """Return the day that an option of type DAY holds; raises UsageError for one that has not begun in the province."""
    if value is None:
        return None
    today = now().astimezone(app.zone()).date()
    if value.date() > today:
        raise click.UsageError(translate("{day:%Y-%m-%d} has not begun; today is {today}", day=value, today=today))
    return value.date()


def end_of_day(value: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return the last moment of a day of the province."""
    return datetime.combine(value.date(), time.max, zone) if value else None
