"""A digest of a day of the last week that was due and is not there: all is not well until it is made."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from diembao.system.home import Home
from pipeline.records import JobOutcome, JobRun
from storage.database import Database, open_database
from tests.support.cli import run_inside

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: before the digest of the day itself is due
NOW = datetime(2026, 11, 20, 4, tzinfo=ZONE)
WORDS = "No digest of"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    assert run_inside("--home", folder, "init").returncode == 0
    return Home(folder)


@pytest.fixture
def home(made: Home) -> Iterator[Home]:
    made.database.unlink(missing_ok=True)
    yield made
    for file in made.digests.glob("*"):
        file.unlink()


def due(back: int) -> datetime:
    return (NOW - timedelta(days=back)).replace(hour=6, minute=15)


def run(storage: Database, at: datetime, outcome: JobOutcome = JobOutcome.DONE) -> None:
    number = storage.service.begin_job("digest", at, at, 0, "here")
    storage.service.end_job(JobRun(number, "digest", at, at, at, outcome, 0))


def status(home: Home, folder: Path) -> str:
    clock = folder / "clock.json"
    clock.write_text(json.dumps({"now": NOW.isoformat(), "steady": 0.0}))
    return run_inside("--home", home.root, "--lang", "en", "status", DIEMBAO_CLOCK=str(clock)).stdout


@pytest.mark.parametrize(
    ("days", "missed"),
    [
        ({5, 4, 3, 2, 1}, set()),
        ({5, 3, 2, 1}, {4}),
        ({5, 4, 3, 2}, {1}),
        (set(), {5, 4, 3, 2, 1}),
    ],
)
def test_the_days_missed_are_named(days: set[int], missed: set[int], home: Home, tmp_path: Path) -> None:
    storage = open_database(home.database)
    run(storage, due(6) + timedelta(hours=1), JobOutcome.PLANNED)  # known since after its time on that day
    for back in sorted(days, reverse=True):
        run(storage, due(back))
    storage.close()
    listed = ", ".join(str(due(back).date()) for back in sorted(missed, reverse=True))
    text = status(home, tmp_path)
    assert f"{WORDS} {listed}: " in text if missed else WORDS not in text


def test_a_day_that_failed_and_one_made_by_hand(home: Home, tmp_path: Path) -> None:
    storage = open_database(home.database)
    run(storage, due(3))
    run(storage, due(2), JobOutcome.FAILED)
    run(storage, due(1), JobOutcome.AHEAD)
    storage.close()
    assert f"{WORDS} {due(2).date()}, {due(1).date()}: " in status(home, tmp_path)
    for back in (2, 1):
        (home.digests / f"diem-bao-{due(back).date()}.html").parent.mkdir(exist_ok=True)
        (home.digests / f"diem-bao-{due(back).date()}.html").write_text("x")
    assert WORDS not in status(home, tmp_path)
