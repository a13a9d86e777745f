"""Written time of day beside a date → the time, and the zone that is stated with it."""

import re
from dataclasses import dataclass
from datetime import time, tzinfo

from pipeline.dates.zones import ZONE, zone_in_words, zone_of_match

# Marks of the half of the day, by what they do to the hour of a clock of twelve hours.
_BEFORE_NOON = (
    r"a\.?\s?m\b\.?", r"sa(?!\w)", "sáng", "上午", "凌晨", "清晨", "早上", "早晨", "午前", "오전", "새벽", "아침",
    r"π\.?\s?μ\.?", r"ص(?!\w)",
)  # fmt: skip
_AFTER_NOON = (
    r"p\.?\s?m\b\.?", r"ch(?!\w)", "chiều", "tối", "下午", "傍晚", "晚上", "晚间", "晚間", "午後", "오후", "저녁",
    r"μ\.?\s?μ\.?", r"م(?!\w)",
)  # fmt: skip
# From 10 o'clock to 1 or 2: twelve hours are added to 1, 2 and 3 only.
_NOON = ("trưa", "中午", "正午", "낮")
# From nine in the evening to five in the morning.
_NIGHT = ("đêm", "khuya", "深夜", "夜里", "夜裡", "半夜", "밤")
_MARKS = "|".join((*_BEFORE_NOON, *_AFTER_NOON, *_NOON, *_NIGHT))
_HALVES = tuple(
    (half, re.compile("|".join(marks), re.IGNORECASE))
    for half, marks in (("am", _BEFORE_NOON), ("pm", _AFTER_NOON), ("noon", _NOON), ("night", _NIGHT))
)

# '15.07' is a time only between a date and a zone, 'Uhr' or 'น.', or right behind a date: else it is a number.
_POINT = r"(?P<hp>[01]\d|2[0-3])\.(?P<mp>[0-5]\d)(?![\d.])"
_CLOCK = (
    rf"(?:(?<![A-Za-zÀ-ỹ])(?P<a>{_MARKS})\s*)?"
    r"(?<![\d:])(?:(?P<h>[01]?\d|2[0-3])\s?(?:[:：hg時时點点시]|giờ)\s?(?P<m>[0-5]\d|\d(?=\s?(?:phút|[分분])))"
    r"(?:[:'：](?P<s>[0-5]\d)(?:[.,]\d+)?|\s?(?:phút|[分분'’′])(?:\s?(?P<s2>[0-5]?\d)\s?[秒초])?)?(?!\d)"
    r"|(?P<ho>1[0-2]|0?[1-9])(?=\s?(?:[ap]\.?m\b|(?:SA|CH)(?!\w)))"
    r"|(?P<hg>[01]?\d|2[0-3])\s?(?:giờ|[h時时点點시])(?!\w|\s*trước)"
    rf"{{point}})\s*(?P<b>{_MARKS})?"
)
# Text between clock and day: at most a weekday and words such as 'lúc', 'ngày', 'à', 'a las'; more is a sentence.
_GAP = rf"[\s,;:|\-–—/·•()\[\]@]*(?:(?!(?:{_MARKS})(?![^\W\d_]))(?:thứ\s\d|[^\W\d_]{{1,12}}\.?)[\s,;|\-–—·•)]+){{0,4}}"
_BEFORE = re.compile(
    _CLOCK.replace("{point}", rf"|{_POINT}(?=\s*(?:WIB|WITA|WIT|น\.))") + rf"{ZONE}?" + _GAP + r"$", re.IGNORECASE
)
_AFTER = re.compile(r"\.?" + _GAP + _CLOCK.replace("{point}", rf"|{_POINT}") + rf"{ZONE}?", re.IGNORECASE)
_ISO_AFTER = re.compile(rf"T(?P<h>[01]\d|2[0-3]):?(?P<m>[0-5]\d)(?::?(?P<s>[0-5]\d)(?:[.,]\d+)?)?{ZONE}?")
_ZONE_BEHIND = re.compile(ZONE)
# Characters between a clock and its day at most.
_NEAR = 60


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as it is written."""

    time: time | None
    #: zone stated beside it, None if none is
    zone: tzinfo | None


def clock_beside(text: str, start: int, end: int, country: str = "") -> Clock | None:
    """Return the clock beside a date that stands at `start` to `end` of a text; None if there is none.

    `country` is the outlet's (ISO 3166-1), by which names of zones are read.
    """
    if iso := _ISO_AFTER.match(text, end):
        return Clock(_time_of(iso), zone_of_match(iso, country))
    clock = _BEFORE.search(text[max(0, start - _NEAR) : start])
    last = end
    if clock is None:
        clock = _AFTER.match(text, end)
        if clock is None:
            return None
        last = clock.end()
    zone = zone_of_match(clock, country)
    # '15:07 28/11/2026 +0700': the zone may stand behind the date
    zone = zone or zone_of_match(_ZONE_BEHIND.match(text, last), country) or zone_in_words(text)
    return Clock(_time_of(clock), zone)


def _time_of(clock: re.Match[str]) -> time:
    part = clock.groupdict()
    hour = int(part.get("h") or part.get("ho") or part.get("hg") or part.get("hp") or 0)
    minute = int(part.get("m") or part.get("mp") or 0)
    second = int(part.get("s") or part.get("s2") or 0)
    return time(_hour_of_day(hour, part.get("a") or part.get("b") or ""), minute, second)


def _hour_of_day(hour: int, mark: str) -> int:
    """Return the hour, 0 to 23, of a clock with the mark of a half of the day; an hour above 12 needs no mark."""
    half = next((name for name, pattern in _HALVES if mark and pattern.fullmatch(mark.strip())), "")
    if half == "am" or (half == "night" and hour == 12):
        return 0 if hour == 12 else hour
    adds = (half == "pm" and hour < 12) or (half == "noon" and hour < 4) or (half == "night" and 6 <= hour < 12)
    return hour + 12 if adds else hour
