"""Options that several commands share, and the record into which a command with many options gathers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from functools import wraps
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from diembao.cli import translated
from diembao.cli.context import CliContext
from pipeline.i18n.catalogs import mark

#: A day as YYYY-MM-DD.
DAY = click.DateTime(["%Y-%m-%d"])
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
publication = translated.option("--id", "publication", type=int, help=mark("Number of a published digest."))

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


def end_of_day(value: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return the last moment of a day of the province."""
    return datetime.combine(value.date(), time.max, zone) if value else None
