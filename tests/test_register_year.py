"""A simulated year of the register on both databases: what the program says of it is recomputed with pandas.

The recomputation (tests/support/register_replay.py) reads the exported CSVs of matters, matter_steps and
press_contacts alone, and holidays.toml. What was said of a week, a day or a month when it was over is compared with
what is said of it later.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analysis.register.figures import RegisterFigures, register_figures
from analysis.register.lists import overdue_list, weekly_list
from analysis.register.yearly import yearly_figures
from storage.database import open_database
from tests.support.played_year import Played, read_table
from tests.support.register_replay import (
    END,
    OPEN,
    filled,
    given_late,
    local_day,
    overdue,
    replay,
    sums,
    told,
    working_days,
)
from tests.support.register_year import (
    ENDED,
    NEW_NAME,
    OLD_NAME,
    RESTRUCTURED,
    SUCCESSOR,
    ZONE,
    at,
    play_year,
)

pytestmark = pytest.mark.long(20)

#: Kind of the database, and one in how many weeks and days is told of and compared.
_YEARS = [
    ("sqlite", 8),
    pytest.param(("sqlite", 1), marks=pytest.mark.thorough),
    pytest.param(("postgresql", 1), marks=pytest.mark.thorough),
]


@pytest.fixture(scope="module", params=_YEARS, ids=lambda year: f"{year[0]}-{year[1]}")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("year")
    kind, every = request.param
    address = f"sqlite:///{folder / 't.db'}" if kind == "sqlite" else request.getfixturevalue("postgres")()
    storage = open_database(address)
    year = play_year(storage, every=every)
    tables = {name: read_table(storage, year, name, folder) for name in ("matters", "matter_steps", "press_contacts")}
    yield Played(storage, year, every, tables["matters"], tables["matter_steps"], tables["press_contacts"])
    storage.close()


def test_the_tables_hold_the_year(played: Played) -> None:
    matters, steps = played.matters, played.steps
    assert len(matters) == 300
    assert matters["matter"].is_unique
    stood = replay(steps, END)
    indexed = matters.set_index("matter")
    assert list(indexed["state"]) == list(stood["state"])
    assert list(indexed["unit"].fillna("")) == list(stood["counted"].fillna(""))
    assert list(indexed["unit_name"].fillna("")) == list(stood["name"])
    assert indexed["answered"].equals(stood["answered"].astype(indexed["answered"].dtype))
    settled = stood["given"].where(stood["settled"])
    assert indexed["settled"].equals(settled.astype(indexed["settled"].dtype))
    assert (stood["settled"] & (stood["answered"] != stood["given"])).sum() > 5, "opened again after such an answer"
    assert list(indexed["overdue"] == "yes") == list(overdue(stood, END))
    timed = stood["given"].notna() & stood["given_due"].notna()
    assert list(indexed["in_time"][timed] == "yes") == list(~given_late(stood)[timed])
    assert indexed["in_time"][~timed].isna().all()
    answered = stood["given"].notna()
    days = (local_day(stood["given"]) - local_day(stood["opened"])).dt.days
    assert list(indexed["days"][answered]) == list(days[answered])
    worked = working_days(local_day(stood["opened"][answered]), local_day(stood["given"][answered]))
    assert list(indexed["working_days"][answered]) == list(worked)
    assert {
        number: tuple(str(text).split("; ")) if text else () for number, text in indexed["topics"].fillna("").items()
    } == (played.year.topics)
    assert (steps[steps["kind"] == "transfer"]["unit"].isin([SUCCESSOR]) | (steps["kind"] != "transfer")).any()
    assert ENDED in set(stood["counted"]), "what the unit that ended had answered stays its own"
    assert {OLD_NAME, NEW_NAME} <= set(stood["name"])


def test_weekly_lists_of_every_week(played: Played) -> None:
    assert len(played.year.weeks) == 56 // played.every
    for end, live in played.year.weeks.items():
        found = weekly_list(played.state(END if end == max(played.year.weeks) else end))
        assert (found.start, found.end) == (end - timedelta(days=7), end)
        assert found == live, "a past week stays what it was"
        stood = replay(played.steps, end)

        def numbers(wanted: pd.Series, stood: pd.DataFrame = stood) -> list[int]:
            some = stood[wanted].reset_index()
            some["nameless"] = some["name"] == ""
            return [int(n) for n in some.sort_values(["nameless", "name", "matter"])["matter"]]

        start = pd.Timestamp(end) - pd.Timedelta(days=7)
        expected = {
            "opened": stood["opened"] >= start,
            "answered": stood["answered"] >= start,
            "ended": stood["ended"] >= start,
            "open": stood["state"].isin(OPEN),
        }
        for part, wanted in expected.items():
            assert [s.matter.id for s in getattr(found, part)] == numbers(wanted), (end, part)
        late = overdue(stood, end)
        for unit in found.units:
            of_unit = stood["name"] == unit.name
            counted = [int((wanted & of_unit).sum()) for wanted in (*expected.values(), late)]
            assert counted == [unit.opened, unit.answered, unit.ended, unit.open, unit.overdue], (end, unit.name)
        shown = np.logical_or.reduce([wanted.to_numpy() for wanted in expected.values()])
        assert {unit.name for unit in found.units} == set(stood["name"][shown])


def test_overdue_lists_of_twenty_days(played: Played) -> None:
    assert len(played.year.overdue) == -(-20 // played.every)
    rows = 0
    for moment, live in played.year.overdue.items():
        found = overdue_list(played.state(moment))
        assert found == live, "a past list stays what it was"
        stood = replay(played.steps, moment)
        late = stood[overdue(stood, moment)].reset_index()
        today = pd.Timestamp(moment).tz_convert(ZONE.key).tz_localize(None).normalize()
        late["days"] = (today - late["due"]).dt.days
        late["nameless"] = late["name"] == ""
        late = late.sort_values(["nameless", "name", "days", "matter"], ascending=[True, True, False, True])
        worked = working_days(late["due"], pd.Series(today, index=late.index))
        expected = list(zip(late["matter"], late["name"], late["days"], worked, strict=True))
        state = played.state(moment)
        said = [
            (r.standing.matter.id, state.unit_name(r.standing.unit, r.standing.then), r.days, r.working_days)
            for r in found.rows
        ]
        assert said == [(int(m), n, int(d), int(w)) for m, n, d, w in expected], moment
        rows += len(said)
    assert rows > 100 // played.every


def _compare(found: RegisterFigures, played: Played, first: date, last: date, moment: datetime) -> None:
    stood = replay(played.steps, moment)
    assert told(found.all) == sums(stood, first, last, moment)
    names = sorted({*stood["name"], *stood["given_name"]})
    of_units = {
        name: sums(stood[stood["name"] == name], first, last, moment, stood[stood["given_name"] == name])
        for name in names
    }
    assert {row.name: told(row) for row in found.units} == filled(of_units)
    of_kinds = {str(name): sums(some, first, last, moment) for name, some in stood.groupby("kind")}
    assert {row.name: told(row) for row in found.kinds} == filled(of_kinds)
    topics = played.matters.set_index("matter")["topics"].fillna("").reindex(stood.index)
    spread = stood.assign(topic=topics.str.split("; ")).explode("topic")
    expected = {str(name): sums(some, first, last, moment) for name, some in spread.groupby("topic")}
    assert {row.name: told(row) for row in found.topics} == filled(expected)


def test_months_and_the_year(played: Played) -> None:
    assert len(played.year.months) == 12
    for first, live in played.year.months.items():
        after = (first + timedelta(days=32)).replace(day=1)
        found = register_figures(played.state(END), first, after - timedelta(days=1))
        assert found == live, "a frozen month stays what it was"
        if first.month % played.every == 0:
            _compare(found, played, first, after - timedelta(days=1), at(after))
    first, last = date(2025, 12, 15), date(2026, 12, 14)
    year = register_figures(played.state(END), first, last)
    _compare(year, played, first, last, at(date(2026, 12, 15)))
    by_month = {one.name: one for one in year.months}
    assert list(by_month)[:2] == ["2025-12", "2026-01"]
    for month, live in played.year.months.items():
        if month != date(2025, 12, 1):
            assert told(by_month[f"{month:%Y-%m}"]) == told(live.all)
    shares = [row.share_in_time for row in year.units]
    assert any(share is not None and 0 < share < 100 for share in shares)


def bounds_of(year: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(date(year - 1, 12, 15)), pd.Timestamp(date(year, 12, 14))


def at_the_end_of(played: Played, year: int) -> tuple[pd.DataFrame, datetime]:
    """Return the matters as they stood at the end of a year of the report, without those that needed no answer."""
    end = min(at(date(year, 12, 15)), END)
    stood = replay(played.steps, end)
    return stood[(stood["state"] != "not_needed") | stood["settled"]], end


def due_in(played: Played, year: int) -> pd.DataFrame:
    """Return the matters of the fifth figure of a year: by the day of an answer in time, else by the due day, once."""
    counted: set[int] = set()
    chosen = pd.DataFrame()
    for one in range(2024, year + 1):
        stood, end = at_the_end_of(played, one)
        answered = stood["given"].notna() & stood["given_due"].notna()
        waiting = stood["given"].isna() & overdue(stood, end)
        timed = stood[answered | waiting]
        on_time = timed["given"].notna() & ~given_late(timed)
        due = timed["given_due"].where(timed["given"].notna(), timed["due"])
        day = local_day(timed["given"]).where(on_time, due)
        chosen = timed.assign(on_time=on_time)[(day <= bounds_of(one)[1]) & ~timed.index.isin(counted)]
        counted |= set(chosen.index)
    return chosen


def test_the_six_figures(played: Played) -> None:
    """Written from the words of docs/register.md."""
    seen: list[int] = []
    for year in (2025, 2026, 2027):
        first, last = bounds_of(year)
        stood, _ = at_the_end_of(played, year)
        before = replay(played.steps, at(first.date()))
        log = played.contacts[played.contacts["day"].between(first, last)]
        information = ["periodic", "unexpected", "spoken", "written"]
        of_matter = played.contacts[played.contacts["matter"].notna() & (played.contacts["day"] <= last)]
        told_of = set(of_matter[of_matter["kind"].isin(information)]["matter"].astype(int))
        spoken_of = set(of_matter[of_matter["kind"].isin([*information, "conference"])]["matter"].astype(int))
        written_of = set(of_matter[of_matter["kind"] == "written"]["matter"].astype(int))
        in_year = stood[local_day(stood["given"]).between(first, last)]
        opened = stood[local_day(stood["opened"]).between(first, last)]
        older = stood.index.difference(opened.index)
        unanswered = before[before["given"].isna()] if len(before) else before
        carried = older[older.isin(unanswered[unanswered["state"] != "not_needed"].index)]
        revived = older[older.isin(unanswered[unanswered["state"] == "not_needed"].index)]
        requests = stood.loc[opened.index.union(carried).union(revived)]
        answers = requests[requests.index.isin(in_year.index)]
        alone = log[log["matter"].isna()]
        asked = int(alone["kind"].isin(["spoken", "written", "refusal"]).sum())
        given = int(alone["kind"].isin(["spoken", "written"]).sum())
        sudden = opened[opened["unexpected"] == "yes"]
        sudden_alone = int((alone["kind"] == "unexpected").sum())
        timed = due_in(played, year)
        seen.extend(timed.index)
        in_writing = answers["given_numbered"] | answers.index.isin(written_of)
        expected = {
            "conferences": (int((log["kind"] == "conference").sum()), None),
            "information": (int(log["kind"].isin(information).sum()) + int((~in_year.index.isin(told_of)).sum()), None),
            "answers": (len(answers) + given, len(requests) + asked),
            "unexpected": (
                int((sudden["given"].notna() | sudden.index.isin(spoken_of)).sum()) + sudden_alone,
                len(sudden) + sudden_alone,
            ),
            "on_time": (int(timed["on_time"].sum()), len(timed)),
            "written": (int(in_writing.sum()) + int((alone["kind"] == "written").sum()), len(answers) + given),
        }
        found = yearly_figures(played.state(END), year)
        assert (found.first, found.last) == (first.date(), last.date())
        counted = {one.id: one.counted for one in found.figures}
        assert {name: (c.value, c.total) if c else None for name, c in counted.items()} == expected
        typed = {one.id: one.origin for one in found.figures if one.typed is not None}
        assert typed == ({"conferences": "typed"} if year == 2026 else {})
        if year > 2025:
            assert len(carried), "what was open at the end of a year is a request of the next"
    assert len(seen) == len(set(seen)) > 150, "each is due in one year"
    opened = played.matters.set_index("matter")["opened"]
    border = opened[opened.dt.strftime("%m-%d").isin(["12-14", "12-15"])].dt.strftime("%Y-%m-%d %H:%M")
    assert {"2025-12-14 23:59", "2025-12-15 00:00", "2026-12-14 23:59", "2026-12-15 00:00"} <= set(border)


def test_a_year_with_nothing_says_so(played: Played) -> None:
    found = yearly_figures(played.state(END), 2020)
    assert {one.origin for one in found.figures} == {"unknown"}
    assert [one.count for one in found.figures] == [None] * 6


def test_the_restructuring_is_seen_from_its_day_on(played: Played) -> None:
    before, after = (played.state(at(RESTRUCTURED) + timedelta(hours=n)) for n in (-1, 1))
    names = [
        {state.unit_name(s.unit, s.then) for s in state.standings if s.matter.is_open} for state in (before, after)
    ]
    assert f"Đơn vị {ENDED}" in names[0]
    assert f"Đơn vị {ENDED}" not in names[1]
    assert OLD_NAME in names[0] - names[1]
