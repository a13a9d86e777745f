"""The hours in which a source may be asked, as written → whether now is one of them."""

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Source

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DAY = 24 * 60


def parse_hours(written: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of e.g. "22:00-06:00, 12:00-13:00" in minutes of the day, end exclusive; () for "".

    A span whose end is not after its beginning runs over midnight. Raises ValueError.
    """
    return tuple(_span(part.strip()) for part in written.split(",")) if written.strip() else ()


def _span(part: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(part)
    if match is None:
        raise ValueError(Message(mark("not a span of hours like 22:00-06:00: {part!r}"), part=part))
    numbers = [int(number) for number in match.groups()]
    begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if numbers[1] > 59 or numbers[3] > 59 or begin >= _DAY or end > _DAY:
        raise ValueError(Message(mark("no time of day in {part!r}"), part=part))
    if begin == end:
        raise ValueError(Message(mark("{part!r} is no time at all; leave `hours` out to ask at any hour"), part=part))
    return begin, end


def is_allowed_at(source: Source, at: datetime, zone: ZoneInfo) -> bool:
    """Whether feeds and pages of a source may be asked at `at` (aware), by the clock of `zone`; always without hours.

    Raises ValueError where its hours are not written as they should be, which loading sources.toml rules out.
    """
    clock: time = at.astimezone(zone).time()
    minute = clock.hour * 60 + clock.minute
    spans = parse_hours(source.hours)
    return not spans or any(_is_within(minute, begin, end) for begin, end in spans)


def _is_within(minute: int, begin: int, end: int) -> bool:
    return begin <= minute < end if begin < end else minute >= begin or minute < end
