"""A crontab expression → a trigger of APScheduler, with the meaning that crontab(5) gives it.

APScheduler's own `from_crontab` counts Monday as 0, and needs both day of month and day of week to match. crontab(5)
counts Sunday as 0 and 7, and where both days are restricted, either is enough.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

_MONTHS = {
    name: n
    for n, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_WEEKDAYS = {name: n for n, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
#: APScheduler's names of the weekdays by crontab's numbers.
_NAMES_OF_WEEKDAYS = tuple(_WEEKDAYS)
#: Word for the last day of a month, an extension of APScheduler
_LAST = "last"
#: Days that a month has at most, by its number
_MOST_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields of an expression: its name, and the numbers and names that it takes."""

    name: str
    first: int
    last: int
    names: Mapping[str, int] = field(default_factory=dict)


_MINUTE, _HOUR, _DAY = _Field(mark("minute"), 0, 59), _Field(mark("hour"), 0, 23), _Field(mark("day"), 1, 31)
_MONTH, _WEEKDAY = _Field(mark("month"), 1, 12, _MONTHS), _Field(mark("weekday"), 0, 7, _WEEKDAYS)


def cron_trigger(expression: str, zone: tzinfo) -> "BaseTrigger":
    """Return the trigger of a crontab expression, e.g. "30 6 * * mon-fri".

    Sets of values may be lists, ranges and steps; months and weekdays may be names of three letters; "last" is the last
    day of a month. Raises ValueError where the expression has no five fields, a field makes no sense, or no day of any
    year fits.
    """
    from apscheduler.triggers.combining import OrTrigger
    from apscheduler.triggers.cron import CronTrigger

    words = expression.split()
    if len(words) != 5:
        raise ValueError(
            Message(
                mark("five fields (minute hour day month weekday) are needed, found {count}: {expression!r}"),
                count=len(words),
                expression=expression,
            )
        )
    minute, hour, day_word, month, weekday_word = words
    days = [word for word in day_word.lower().split(",") if word != _LAST]
    day_numbers = _numbers(",".join(days), _DAY) if days else set[int]()
    month_numbers = _numbers(month, _MONTH)
    weekdays = {n % 7 for n in _numbers(weekday_word, _WEEKDAY)}
    times: dict[str, Any] = {
        "minute": _listed(_numbers(minute, _MINUTE), _MINUTE),
        "hour": _listed(_numbers(hour, _HOUR), _HOUR),
        "month": _listed(month_numbers, _MONTH),
        "timezone": zone,
    }
    by_day = ",".join(
        [_listed(day_numbers, _DAY)] * bool(day_numbers) + [_LAST] * (len(days) < len(day_word.split(",")))
    )
    by_weekday = ",".join(_NAMES_OF_WEEKDAYS[n] for n in sorted(weekdays)) if len(weekdays) < 7 else "*"
    # As in cron, a field that begins with a star restricts no day in this sense, even with a step.
    if not day_word.startswith("*") and not weekday_word.startswith("*"):
        return OrTrigger([CronTrigger(day=by_day, **times), CronTrigger(day_of_week=by_weekday, **times)])
    if _LAST not in by_day and min(day_numbers) > max(_MOST_DAYS[n] for n in month_numbers):
        raise ValueError(Message(mark("no such day in any year: {expression!r}"), expression=expression))
    return CronTrigger(day=by_day, day_of_week=by_weekday, **times)


def _numbers(word: str, field: _Field) -> set[int]:
    """Return the numbers that a field's word names. Raises ValueError."""
    numbers: set[int] = set()
    for part in word.split(","):
        match = re.fullmatch(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?", part, re.ASCII)
        if match is None:
            raise _fault(field, mark("{part!r} is no number, name, range or step"), part=part)
        first, last = field.first, min(field.last, 6) if field is _WEEKDAY else field.last
        if match[1] is not None:
            first = _number(match[1], field)
            # As in cron, a single number with a step begins a range to the end of the field.
            last = _number(match[2], field, end=first) if match[2] else last if match[3] else first
        step = int(match[3] or 1)
        if first > last:
            raise _fault(field, mark("the range {part!r} ends before it begins"), part=part)
        if step < 1:
            raise _fault(field, mark("{part!r} has a step of 0"), part=part)
        numbers.update(range(first, last + 1, step))
    return numbers


def _number(word: str, field: _Field, end: int = 0) -> int:
    """Return the number of a name or number; `end` is where the range begins that the word ends. Raises ValueError."""
    number = int(word) if word.isdigit() else field.names.get(word.lower(), -1)
    if field is _WEEKDAY and word.lower() == "sun" and end > 0:
        number = 7  # "fri-sun"
    if not field.first <= number <= field.last:
        names = ", ".join(field.names)
        if names:
            allowed = mark("{first} to {last} or {names}, found {word!r}")
            raise _fault(field, allowed, first=field.first, last=field.last, names=names, word=word)
        allowed = mark("{first} to {last}, found {word!r}")
        raise _fault(field, allowed, first=field.first, last=field.last, word=word)
    return number


def _fault(field: _Field, message: str, **values: object) -> ValueError:
    return ValueError(Message(mark("{field}: {fault}"), field=Message(field.name), fault=Message(message, **values)))


def _listed(numbers: set[int], field: _Field) -> str:
    return "*" if len(numbers) > field.last - field.first else ",".join(map(str, sorted(numbers)))
