"""Records of a clock that was ahead: nothing is forgotten, waits for years, or counts for days that had not come."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from config.schedule import Job
from diembao.service.scheduler import Schedule
from pipeline.records import Alert, JobOutcome, JobRun, Reason
from pipeline.records.publications import Publication
from storage.database import Database, open_database
from storage.schema.core import hosts
from storage.schema.service import job_runs
from tests.support.clocks import AHEAD, NOON, SOURCE, ZONE, poll

DIGEST = Job("digest", ("digest", "--day", "{day}"), cron="15 6 * * *", retry_minutes=5)


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    address = f"sqlite:///{tmp_path / 'd.db'}"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")()
    opened = open_database(address)
    opened.crawl.set_sources([SOURCE])
    yield opened
    opened.close()


def work(storage: Database, at: datetime, hours: range) -> None:
    """Record a run of a job so many hours after `at`, for each of `hours`."""
    times = [at + timedelta(hours=hour) for hour in hours]
    rows = [{"job": "work", "due": time, "started": time, "server": "here"} for time in times]
    if rows:
        with storage.service._writing() as connection:
            connection.execute(insert(job_runs), rows)


def job(storage: Database, due: datetime, at: datetime, outcome: JobOutcome = JobOutcome.DONE) -> None:
    number = storage.service.begin_job("digest", due, at, 0, "here")
    storage.service.end_job(JobRun(number, "digest", due, at, at, outcome, 0))


def publication(day: datetime, made_at: datetime) -> Publication:
    return Publication(0, day.date(), made_at, "vi", "Điểm báo", "0" * 64, "1", (), {"a.txt": b"a"})


def test_a_clock_that_is_right_has_nothing_to_bring_back(storage: Database) -> None:
    assert not storage.maintenance.is_ahead(NOON)
    poll(storage, NOON, "https://bao.example/1.html")
    job(storage, NOON, NOON)
    assert not storage.maintenance.is_ahead(NOON)
    assert not storage.maintenance.is_ahead(NOON - timedelta(hours=2)), "summer time, or a zone put right"
    assert storage.maintenance.bring_back(NOON - timedelta(hours=2)) == 0


def test_what_was_recorded_ahead_is_dated_at_the_return(storage: Database) -> None:
    poll(storage, NOON, "https://bao.example/1.html")
    poll(storage, AHEAD, "https://bao.example/2.html")
    assert storage.crawl.due_feeds(NOON + timedelta(days=1), per_host=9) == [], "it would wait until 2035"
    assert storage.maintenance.is_ahead(NOON)
    assert storage.maintenance.bring_back(NOON + timedelta(hours=1)) > 0
    assert not storage.maintenance.is_ahead(NOON + timedelta(hours=1))
    assert storage.crawl.due_feeds(NOON + timedelta(days=1), per_host=9) == [SOURCE.feeds[0].url]
    due = storage.crawl.due_candidates(NOON + timedelta(hours=1), ["bao"])
    assert {c.url for c in due} == {"https://bao.example/1.html", "https://bao.example/2.html"}
    assert storage.maintenance.bring_back(NOON + timedelta(hours=1)) == 0, "once is enough"


@pytest.mark.one_in(3)
@pytest.mark.parametrize("back", [timedelta(hours=9), timedelta(days=1), timedelta(days=3), timedelta(days=400)])
@pytest.mark.parametrize("still", [timedelta(0), timedelta(days=5)], ids=["at once", "after days"])
def test_a_clock_that_falls_behind_dates_nothing_anew(back: timedelta, still: timedelta, storage: Database) -> None:
    """A dead battery: what was recorded before is right, and its digests are made."""
    work(storage, NOON, range(0, 24 * 10 + 1, 2))
    at = NOON + timedelta(days=10) - back
    work(storage, at, range(0, int(still.total_seconds()) // 3600, 2))  # it goes on with that clock
    at += still
    if still < back:
        assert storage.maintenance.is_ahead(at)
    assert not storage.maintenance.was_ahead(at)


@pytest.mark.one_in(5)
@pytest.mark.parametrize("ahead", [timedelta(hours=9), timedelta(days=1), timedelta(days=3), timedelta(days=3300)])
@pytest.mark.parametrize("lasted", [timedelta(minutes=1), timedelta(hours=8), timedelta(days=20)])
def test_a_clock_that_was_ahead_is_told_from_one_that_is_behind(
    ahead: timedelta, lasted: timedelta, storage: Database
) -> None:
    """Where it was ahead for less time than it was ahead by: then none of the days meanwhile was recorded twice."""
    hours = int(min(lasted, ahead * 0.9).total_seconds()) // 3600
    work(storage, NOON, range(-240, 1, 6))
    work(storage, NOON + ahead, range(0, hours + 1, 2))
    at = NOON + timedelta(hours=hours, minutes=10)
    assert storage.maintenance.was_ahead(at)
    storage.maintenance.bring_back(at)
    assert not storage.maintenance.was_ahead(at)


def test_what_began_while_the_clock_was_known_to_be_right_is_dated_rightly(storage: Database) -> None:
    """One record a day is too few to tell: the service knows whether the clock jumped ahead since it began."""
    for day in range(3):
        poll(storage, NOON + timedelta(days=day))
    at = NOON + timedelta(days=1, hours=12)
    assert storage.maintenance.was_ahead(at)
    assert not storage.maintenance.was_ahead(at, NOON + timedelta(days=1))


def test_a_host_that_asked_to_be_left_alone_is_left_alone_for_as_long_as_it_asked(storage: Database) -> None:
    def host(name: str, until_: datetime) -> dict[str, object]:
        return {"host": name, "not_before": until_, "reason": Reason.RATE_LIMITED, "at": NOON}

    with storage.crawl._writing() as connection:
        connection.execute(insert(hosts), [host("a", NOON + timedelta(hours=20)), host("b", AHEAD)])
    storage.maintenance.bring_back(NOON)
    assert storage.crawl.slowed_hosts(NOON) == {"a"}


def test_runs_for_days_to_come_do_not_count_as_theirs(storage: Database) -> None:
    first = NOON.replace(hour=6, minute=15)
    job(storage, first, first)
    for day in (1, 2, 3):
        job(storage, first + timedelta(days=day), NOON + timedelta(days=3))
    storage.maintenance.bring_back(NOON)
    runs = storage.service.jobs_since(NOON - timedelta(days=9))
    assert Counter(run.outcome for run in runs) == {JobOutcome.DONE: 1, JobOutcome.AHEAD: 3}
    schedule = Schedule([DIGEST], ZONE, runs, NOON, 0.0)
    assert schedule.next_times(NOON, 0.0)["digest"] == first + timedelta(days=1)
    [turn] = schedule.due_jobs(first + timedelta(days=1, minutes=1), 0.0, ())
    assert turn.command[-1] == "2026-11-30"


def test_a_run_that_ends_after_the_return_does_not_count_either() -> None:
    planned = JobRun(1, "digest", NOON, NOON, NOON, JobOutcome.PLANNED)
    schedule = Schedule([DIGEST], ZONE, [planned], NOON, 0.0)
    due = NOON.replace(hour=6, minute=15) + timedelta(days=1)
    begun = JobRun(2, "digest", due, due)
    schedule.note(begun, 0.0)
    assert schedule.due_jobs(due, 0.0, ()) == []
    schedule.note(replace(begun, ended=NOON, outcome=JobOutcome.AHEAD), 0.0)
    assert [turn.due for turn in schedule.due_jobs(due, 0.0, ())] == [due]


def test_a_digest_published_ahead_is_published_again_when_its_day_comes(storage: Database) -> None:
    tomorrow = NOON + timedelta(days=1)
    storage.publications.publish(publication(NOON, NOON))
    early = storage.publications.publish(publication(tomorrow, tomorrow))
    storage.maintenance.bring_back(NOON)
    assert storage.publications.latest(NOON.date()) is not None
    assert storage.publications.latest(tomorrow.date()) is None
    assert storage.publications.publication(early) is not None, "it was sent, so it stays to be looked at"
    number = storage.publications.publish(publication(tomorrow, tomorrow))
    latest = storage.publications.latest(tomorrow.date())
    assert latest is not None
    assert latest.id == number


def test_alerts_raised_ahead_do_not_silence_those_of_their_day(storage: Database) -> None:
    tomorrow = (NOON + timedelta(days=1)).date().isoformat()
    early = Alert("disk", tomorrow, NOON + timedelta(days=1), "đầy", {})
    assert storage.service.raise_alert(early)
    storage.maintenance.bring_back(NOON)
    assert storage.service.raise_alert(early)
    assert len(storage.service.alerts_since(NOON - timedelta(days=1))) == 2


def test_history_is_forgotten_by_days_that_had_runs(storage: Database) -> None:
    for day in range(200):
        job(storage, NOON - timedelta(days=day), NOON - timedelta(days=day))
    job(storage, AHEAD, AHEAD)
    storage.service.forget(120)
    runs = storage.service.jobs_since(datetime(2000, 1, 1, tzinfo=UTC))
    assert len(runs) == 120
    assert min(run.started for run in runs) == NOON - timedelta(days=118)
