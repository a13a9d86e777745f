"""A clock that jumps while the service runs: every day has its digest once, and status tells of it."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diembao.service.clock_watch import ClockWatch
from diembao.system.home import Home
from pipeline.records import JobOutcome, JobRun
from storage.database import open_database
from tests.support.cli import run_inside
from tests.support.clocks import AHEAD, NOON, SOURCE, ZONE, poll
from tests.support.served_home import JOB, serving, until

pytestmark = pytest.mark.long(35)


def test_status_says_that_records_are_ahead(tmp_path: Path) -> None:
    home = _home(tmp_path)
    storage = open_database(home.database)
    storage.crawl.set_sources([SOURCE])
    poll(storage, AHEAD, "https://bao.example/1.html")
    storage.close()
    words = "Records are dated later than now"
    assert words in run_inside("--home", home.root, "--lang", "en", "status").stdout
    storage = open_database(home.database)
    storage.maintenance.bring_back(datetime.now(UTC))
    storage.close()
    assert words not in run_inside("--home", home.root, "--lang", "en", "status").stdout


@pytest.mark.parametrize("back", [pytest.param(timedelta(hours=30), marks=pytest.mark.thorough), timedelta(days=400)])
def test_the_service_makes_no_digest_again_after_a_clock_that_was_behind(back: timedelta, tmp_path: Path) -> None:
    home = _home(tmp_path)
    clock = tmp_path / "clock.json"

    def set_clock(at: datetime, steady: float) -> None:
        temporary = clock.with_suffix(".new")
        temporary.write_text(json.dumps({"now": at.isoformat(), "steady": steady}))
        temporary.replace(clock)

    def runs() -> list[JobRun]:
        storage = open_database(home.database)
        try:
            return storage.service.jobs_since(datetime(2000, 1, 1, tzinfo=UTC), ("day",))
        finally:
            storage.close()

    set_clock(NOON, 0)
    with serving(home, DIEMBAO_CLOCK=str(clock)):
        until(runs)  # from NOON on the job is known: a clock that moves before that owes no first day
        for day in (1, 2, 3):
            set_clock(NOON + timedelta(days=day), day * 86400)
            until(lambda day=day: sum(run.outcome is JobOutcome.DONE for run in runs()) == day, 120)
        before = runs()
        set_clock(NOON + timedelta(days=3) - back, 3 * 86400 + 10)
        time.sleep(1)
        assert runs() == before
        said = run_inside("--home", home.root, "--lang", "en", "status", DIEMBAO_CLOCK=str(clock)).stdout
        assert "The clock is behind" in said
        set_clock(NOON + timedelta(days=4), 4 * 86400)
        until(lambda: len(runs()) > len(before), 120)
        until(lambda: all(run.ended for run in runs()), 120)
    days = Counter(str(run.due.astimezone(ZONE).date()) for run in runs() if run.outcome is not JobOutcome.PLANNED)
    assert days == {f"2026-{day}": 1 for day in ("11-30", "12-01", "12-02", "12-03")}


@pytest.mark.parametrize(
    ("jump", "restart"),
    [(timedelta(days=3), True), (timedelta(days=3020), False)],
)
def test_the_service_makes_every_digest_on_its_day(jump: timedelta, restart: bool, tmp_path: Path) -> None:
    home = _home(tmp_path)
    clock = tmp_path / "clock.json"
    steady = iter(range(0, 10**9, 600))

    def set_clock(at: datetime) -> None:
        temporary = clock.with_suffix(".new")
        temporary.write_text(json.dumps({"now": at.isoformat(), "steady": next(steady)}))
        temporary.replace(clock)

    def done_days(*outcomes: JobOutcome) -> Counter[str]:
        storage = open_database(home.database)
        try:
            runs = storage.service.jobs_since(datetime(2000, 1, 1, tzinfo=UTC), ("day",))
        finally:
            storage.close()
        return Counter(str(run.due.astimezone(ZONE).date()) for run in runs if run.outcome in outcomes)

    def waits(number: int, *outcomes: JobOutcome) -> Callable[[], bool]:
        return lambda: done_days(*outcomes).total() >= number

    set_clock(NOON)
    env = {"DIEMBAO_CLOCK": str(clock)}
    made = (JobOutcome.DONE, JobOutcome.AHEAD)
    with serving(home, **env) as process:
        until(waits(1, JobOutcome.PLANNED))
        set_clock(NOON + timedelta(hours=20))
        until(waits(1, *made), 120)
        set_clock(NOON + jump)
        until(waits(3, *made), 120)
        if restart:
            process.terminate()
            process.wait(60)
        else:
            set_clock(NOON + timedelta(hours=21))
            until(waits(2, JobOutcome.AHEAD), 120)
            _make_three_days(set_clock, waits)
    if restart:
        set_clock(NOON + timedelta(hours=21))
        with serving(home, **env):
            _make_three_days(set_clock, waits)
    days = {f"2026-{day}": 1 for day in ("11-30", "12-01", "12-02", "12-03")}
    assert done_days(JobOutcome.DONE) == days


def _home(folder: Path) -> Home:
    assert run_inside("--home", folder / "home", "init").returncode == 0
    home = Home(folder / "home")
    # Any command that is run for each day will do; this one is quick.
    table = JOB.format(name="day", command='["ledger", "--day", "{day}"]', more='cron = "15 6 * * *"')
    (home.config / "schedule.toml").write_text(f'[serve]\nhealth = ""\n{table}')
    return home


def _make_three_days(set_clock: Callable[[datetime], None], waits: Callable[..., Callable[[], bool]]) -> None:
    for day in (1, 2, 3):
        set_clock(NOON + timedelta(days=day, hours=19))
        until(waits(1 + day, JobOutcome.DONE), 120)


def test_the_watch_knows_since_when_the_clock_was_right() -> None:
    hour = timedelta(hours=1)
    watch = ClockWatch(NOON, 0.0)
    assert (watch.look(NOON + 10 * hour, 36000.0), watch.is_set_back, watch.known_since()) == (0.0, False, None)
    assert watch.look(NOON + 34 * hour, 36000.0) == 86400.0
    assert watch.look(NOON + 10 * hour, 36010.0) == -86410.0
    assert (watch.is_set_back, watch.known_since()) == (True, None), "back from a jump ahead"
    watch.look(NOON + 5 * hour, 36020.0)
    assert watch.known_since() == NOON, "it fell behind"
    watch.look(NOON - 90 * hour, 36030.0)
    assert watch.known_since() is None, "it may have been ahead when all began"
