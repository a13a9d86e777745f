"""Terms of the register against dates counted off a table of days worked that was written out by hand."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import packaged
from config.register.holidays import load_calendar
from pipeline.i18n.language import use_language
from pipeline.register.deadlines import (
    Due,
    Term,
    TermUnit,
    due_of,
    is_due_soon,
    is_overdue,
    working_days_left,
)
from pipeline.register.working_days import NoHolidays, WorkCalendar, YearOff
from tests.support.worked_days import YEAR_2027, worked_days

DAY = timedelta(days=1)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WORKED = worked_days()
TABLE = Path(__file__).parent / "data" / "register_terms.tsv"
CASES = list(csv.DictReader(TABLE.read_text("utf-8").splitlines(), dialect="excel-tab"))
COUNTED = [case for case in CASES if "working" in case["term"] and not case["due"].startswith("no ")]
UNITS: dict[str, TermUnit] = {"working_days": "working_days", "days": "days", "hours": "hours"}


@pytest.fixture(scope="module")
def calendars(tmp_path_factory: pytest.TempPathFactory) -> dict[str, WorkCalendar]:
    """Calendars by the years they have: the packaged file, with a year that the tests assume, and with one alone."""
    texts = {
        "2025-2026": packaged("holidays.toml"),
        "2025-2027": packaged("holidays.toml") + YEAR_2027,
        "2026": "[[year]]\nyear = 2026" + packaged("holidays.toml").partition("[[year]]\nyear = 2026")[2],
    }
    made = {}
    for name, text in texts.items():
        folder = tmp_path_factory.mktemp(name)
        (folder / "holidays.toml").write_text(text, "utf-8")
        made[name] = load_calendar(folder)
    return made


def all_days(first: date = date(2025, 1, 1), last: date = date(2027, 12, 31)) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def moment(words: str) -> datetime:
    return datetime.strptime(words, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)


def test_there_are_enough_cases_of_each_kind() -> None:
    notes = " | ".join(case["note"] for case in CASES)
    assert len(CASES) >= 200
    assert len({tuple(case.values())[:6] for case in CASES}) == len(CASES)
    for kind in ("Tet 2025", "Tet 2026", "Tet 2027", "Saturday worked", "30/4-1/5", "year's end", "23:59", "midnight"):
        assert kind in notes
    assert len({case["zone"] for case in CASES}) >= 4


def test_the_table_written_by_hand_and_the_file_agree(calendars: dict[str, WorkCalendar]) -> None:
    assert [day for day in all_days() if calendars["2025-2027"].is_working(day)] == WORKED


def name_of(case: dict[str, str]) -> str:
    return " ".join((case["opened"], case["term"], case["zone"], case["ends"], case["calendar"]))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case(case: dict[str, str], calendars: dict[str, WorkCalendar]) -> None:
    number, unit = case["term"].split()
    opened, seen = moment(case["opened"]), moment(case["seen"]) if case["seen"] else None
    zone, calendar = ZoneInfo(case["zone"]), calendars[case["calendar"]]
    term, next_day = Term(int(number), UNITS[unit]), case["ends"] == "next"
    if case["due"].startswith("no "):
        with pytest.raises(NoHolidays) as caught:
            due_of(term, opened, seen, zone, calendar, end_on_working_day=next_day)
        assert f"no {caught.value.year}" == case["due"]
        return
    due = due_of(term, opened, seen, zone, calendar, end_on_working_day=next_day)
    if unit == "hours":
        assert due == Due(moment(case["due"]).astimezone(zone).date(), moment(case["due"]))
    else:
        assert due == Due(date.fromisoformat(case["due"]))


@pytest.mark.parametrize("case", COUNTED, ids=name_of)
def test_counted_days_of_a_case_are_as_many_as_its_term_and_none_is_left_out(case: dict[str, str]) -> None:
    """The table of cases against a walk from day to day, without the code that is tested."""
    counted = [tuple(map(int, word.split("/"))) for word in case["counted"].split()]
    day = moment(case["opened"]).astimezone(ZoneInfo(case["zone"])).date()
    walked: list[tuple[int, int]] = []
    while len(walked) < int(case["term"].split()[0]):
        day += DAY
        if day in WORKED:
            walked.append((day.day, day.month))
    assert counted == walked
    assert day == date.fromisoformat(case["due"])


def test_a_year_without_data_is_named_with_the_way_out() -> None:
    with pytest.raises(NoHolidays) as caught:
        WorkCalendar({2026: YearOff()}).is_working(date(2027, 3, 1))
    assert "holidays.toml has no days off of 2027" in str(caught.value)
    assert "--year 2027 --draft" in str(caught.value)
    with use_language("vi"):
        assert caught.value.explanation().startswith("holidays.toml chưa có ngày nghỉ của năm 2027")


@pytest.mark.parametrize(
    ("known", "day", "n", "missing"),
    [
        ((2026,), date(2026, 12, 31), 1, 2027),
        ((2026,), date(2026, 12, 31), 0, None),
        ((2026,), date(2026, 1, 3), 0, None),
        ((2026,), date(2027, 1, 1), 0, 2027),
        ((2026,), date(2025, 12, 30), 1, 2025),
        ((2026,), date(2025, 12, 31), 1, None),
        ((2025, 2027), date(2025, 12, 30), 1, None),
        ((2025, 2027), date(2025, 12, 31), 1, 2026),
        ((2025, 2027), date(2025, 6, 2), 400, 2026),
        ((), date(2026, 5, 5), 1, 2026),
        ((), date(2026, 5, 5), 0, 2026),
    ],
)
def test_years_that_a_count_needs(known: tuple[int, ...], day: date, n: int, missing: int | None) -> None:
    calendar = WorkCalendar({year: YearOff() for year in known})
    if missing is None:
        assert calendar.is_working(calendar.add(day, n))
        return
    with pytest.raises(NoHolidays) as caught:
        calendar.add(day, n)
    assert caught.value.year == missing


def test_the_first_days_of_a_year_that_are_off_need_the_year_before_for_no_days() -> None:
    calendar = WorkCalendar({2026: YearOff(frozenset({date(2026, 1, 1)}))})
    with pytest.raises(NoHolidays) as caught:
        calendar.add(date(2026, 1, 1), 0)
    assert caught.value.year == 2025
    assert calendar.next_from(date(2026, 1, 1)) == date(2026, 1, 2)
    with pytest.raises(ValueError, match="counted forward"):
        calendar.add(date(2026, 1, 5), -1)


DAYS = st.dates(date(2025, 2, 1), date(2027, 6, 30))
OFFS = st.frozensets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=60)


def calendar_of(off: frozenset[date], swapped: frozenset[date]) -> WorkCalendar:
    """A calendar of three years: these days off, and of the others those that are Saturdays or Sundays worked."""
    working = frozenset(day for day in swapped - off if day.weekday() > 4)
    return WorkCalendar(
        {
            year: YearOff(
                frozenset(day for day in off if day.year == year), frozenset(day for day in working if day.year == year)
            )
            for year in (2025, 2026, 2027)
        }
    )


@given(OFFS, OFFS, DAYS, st.integers(0, 60))
def test_never_on_a_day_off_and_counted_as_a_walk_counts(
    off: frozenset[date], swapped: frozenset[date], day: date, n: int
) -> None:
    calendar = calendar_of(off, swapped)
    found = calendar.add(day, n)
    assert found not in off
    assert found.weekday() < 5 or found in swapped
    between = [
        d for d in all_days(day + DAY, found) if (d.weekday() < 5 and d not in off) or (d in swapped - off and d > day)
    ]
    assert len(between) == n
    if n:
        assert calendar.working_days_between(day, found) == n == -calendar.working_days_between(found, day)


@given(OFFS, OFFS, DAYS, st.integers(0, 40), st.integers(0, 40))
def test_additive(off: frozenset[date], swapped: frozenset[date], day: date, a: int, b: int) -> None:
    calendar = calendar_of(off, swapped)
    assert calendar.add(calendar.add(day, a), b) == calendar.add(day, a + b)


@given(OFFS, OFFS, DAYS, DAYS, st.integers(0, 40), st.integers(0, 40))
def test_monotone(off: frozenset[date], swapped: frozenset[date], day: date, other: date, a: int, b: int) -> None:
    calendar = calendar_of(off, swapped)
    early, late = sorted((day, other))
    fewer, more = sorted((a, b))
    assert calendar.add(early, fewer) <= calendar.add(late, fewer)
    assert calendar.add(early, fewer) <= calendar.add(early, more)
    if fewer < more:
        assert calendar.add(early, fewer) < calendar.add(early, more)


@given(DAYS, DAYS, DAYS)
def test_days_between_add_up(a: date, b: date, c: date) -> None:
    calendar = calendar_of(frozenset(), frozenset())
    between = calendar.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


def test_what_is_left_of_a_term(calendars: dict[str, WorkCalendar]) -> None:
    calendar, due = calendars["2025-2026"], Due(date(2026, 2, 23))

    def at(words: str) -> datetime:
        return datetime.fromisoformat(words).replace(tzinfo=HANOI).astimezone(UTC)

    for words, left, soon, over in (
        ("2026-02-09 12:00", 5, False, False),
        ("2026-02-11 23:59", 3, True, False),
        ("2026-02-13 08:00", 1, True, False),
        ("2026-02-18 08:00", 1, True, False),  # Tết
        ("2026-02-23 23:59", 0, True, False),
        ("2026-02-24 00:00", -1, False, True),
        ("2026-03-02 00:00", -5, False, True),
    ):
        now = at(words)
        assert working_days_left(due, now, HANOI, calendar) == left, words
        assert is_due_soon(due, now, HANOI, calendar, 3) == soon, words
        assert is_overdue(due, now, HANOI) == over, words


def test_a_term_in_hours_is_over_at_its_moment(calendars: dict[str, WorkCalendar]) -> None:
    opened = datetime(2026, 8, 29, 3, 0, tzinfo=UTC)
    due = due_of(Term(24, "hours"), opened, None, HANOI, calendars["2025-2026"])
    assert due == Due(date(2026, 8, 30), opened + DAY)
    assert not is_overdue(due, opened + DAY, HANOI)
    assert is_overdue(due, opened + DAY + timedelta(seconds=1), HANOI)
    assert not is_due_soon(due, opened + DAY + timedelta(seconds=1), HANOI, calendars["2025-2026"], 3)


def test_a_far_due_day_of_a_year_without_data_is_not_soon(calendars: dict[str, WorkCalendar]) -> None:
    calendar, due = calendars["2025-2026"], Due(date(2028, 1, 5))
    assert not is_due_soon(due, datetime(2026, 12, 1, tzinfo=UTC), HANOI, calendar, 3)
    with pytest.raises(NoHolidays):
        is_due_soon(due, datetime(2026, 12, 30, tzinfo=UTC), HANOI, calendar, 3)
    with pytest.raises(NoHolidays):
        working_days_left(due, datetime(2026, 12, 1, tzinfo=UTC), HANOI, calendar)
