"""Hours in which a source may be asked: by its own clock, over midnight, and not what is no time of day."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.polling.allowed_hours import is_allowed_at, parse_hours
from pipeline.records import Source

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def source(hours: str) -> Source:
    return Source("a", "A", "https://a.example/", (), hours=hours)


@pytest.mark.parametrize(
    ("hours", "clock", "may"),
    [
        ("", "12:00", True),
        ("22:00-06:00", "21:59", False),
        ("22:00-06:00", "22:00", True),
        ("22:00-06:00", "00:00", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "06:00", False),
        ("1:30 - 2:45", "02:44", True),
        ("1:30 - 2:45", "02:45", False),
        ("18:00-24:00", "23:59", True),
        ("18:00-24:00", "00:00", False),
        ("22:00-06:00, 12:00–13:00", "12:30", True),
        ("22:00-06:00, 12:00–13:00", "13:30", False),
    ],
)
def test_may_ask(hours: str, clock: str, may: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-20T{clock}:30").replace(tzinfo=ZONE)
    assert is_allowed_at(source(hours), at, ZONE) is may
    assert is_allowed_at(source(hours), at.astimezone(UTC), ZONE) is may


def test_the_clock_is_that_of_the_zone() -> None:
    at = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # 23:30 in Vietnam
    assert is_allowed_at(source("22:00-06:00"), at, ZONE)
    assert not is_allowed_at(source("22:00-06:00"), at, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "hours", ["22-6", "25:00-06:00", "22:60-23:00", "06:00-06:00", "24:00-06:00", "đêm", "1:00-2:00,"]
)
def test_what_is_no_span(hours: str) -> None:
    with pytest.raises(ValueError, match=r"span|time"):
        parse_hours(hours)
