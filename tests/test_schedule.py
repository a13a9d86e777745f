"""What is due, from jobs, what ran and the time; the period of a day; schedules that make no sense."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from config.faults.errors import ConfigError
from config.schedule import Job, load_schedule, load_serving
from config.settings import Settings, load_settings
from diembao.cli.main import cli
from diembao.jobs.periods import period_of
from diembao.service.scheduler import KEEP, DueJob, Schedule
from pipeline.records import JobOutcome, JobRun

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 11, 20, 12, tzinfo=ZONE)
DIGEST = Job("digest", ("digest", "--day", "{day}"), cron="15 6 * * *", retry_minutes=5)
CHECK = Job("check", ("db", "check"), cron="30 2 * * *")
COLLECT = Job("collect", ("collect",), every_minutes=10)


@dataclass
class World:
    """Plays a schedule: a clock, a memory of turns as the database has it, and a server that may be restarted."""

    jobs: tuple[Job, ...]
    zone: ZoneInfo = ZONE
    at: datetime = START
    steady: float = 0.0
    runs: list[JobRun] = field(default_factory=list)
    schedule: Schedule = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        runs = [run for run in self.runs if run.due >= self.at - KEEP or run.started >= self.at - KEEP]
        newest = {run.job: run for run in self.runs}
        runs = [run for run in newest.values() if run not in runs] + runs
        self.schedule = Schedule(self.jobs, self.zone, runs, self.at, self.steady)
        for name in self.schedule.unknown():
            self._keep(JobRun(len(self.runs), name, self.at, self.at, self.at, JobOutcome.PLANNED))

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)
        self.steady += timedelta(**span).total_seconds()

    def jump(self, **span: float) -> None:
        self.at += timedelta(**span)

    def _keep(self, run: JobRun) -> None:
        self.runs = [r for r in self.runs if r.id != run.id] + [run]
        self.schedule.note(run, self.steady)

    def work(self, how: JobOutcome = JobOutcome.DONE) -> list[DueJob]:
        """Run what is due to its end, all of it ending so; return the turns."""
        done: list[DueJob] = []
        while turns := self.schedule.due_jobs(self.at, self.steady, ()):
            for turn in turns:
                run = JobRun(len(self.runs), turn.job.name, turn.due, self.at, late=turn.late)
                self._keep(run)
                self._keep(replace(run, ended=self.at, outcome=how))
            done += turns
            if how is not JobOutcome.DONE:
                break
        return done


def days(turns: list[DueJob]) -> list[str]:
    return [turn.command[-1] for turn in turns]


def test_a_time_of_day_comes_once_a_day() -> None:
    world, done = World((DIGEST,)), list[DueJob]()
    for _ in range(3 * 24 * 6):
        done += world.work()
        world.pass_(minutes=10)
    assert days(done) == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert not any(turn.late for turn in done)


def test_what_was_missed_is_made_up_for_each_day_or_once_and_says_so() -> None:
    world = World((DIGEST, CHECK, COLLECT))
    assert [turn.job.name for turn in world.work()] == ["collect"]
    world.at += timedelta(days=3)  # the machine was off
    world.restart()
    done = world.work()
    assert days([t for t in done if t.job is DIGEST]) == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert Counter(t.job.name for t in done) == {"digest": 3, "check": 1, "collect": 1}
    assert min(t.late for t in done if t.job is not COLLECT) > 5 * 3600
    assert world.work() == []


def test_a_long_absence_is_not_made_up_for_for_ever() -> None:
    world = World((DIGEST,))
    world.work()
    world.at += timedelta(days=60)
    world.restart()
    assert len(world.work()) == KEEP.days


def test_a_new_service_owes_nothing_for_the_past() -> None:
    world = World((DIGEST, CHECK), at=datetime(2026, 11, 20, 7, tzinfo=ZONE))
    assert world.work() == []
    world.pass_(days=1)
    assert len(world.work()) == 2


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_and_comes_back_doubles_and_loses_nothing(hours: int) -> None:
    for minute in range(0, 24 * 60, 40):
        world, done = World((DIGEST, CHECK, COLLECT)), list[DueJob]()
        for n in range(4 * 72):
            if n * 20 == 24 * 60 + minute:
                world.jump(hours=hours)
            if n * 20 == 24 * 60 + minute + 300:
                world.jump(hours=-hours)
            done += world.work()
            world.pass_(minutes=20)
        counted = Counter(t.job.name for t in done)
        assert days([t for t in done if t.job is DIGEST]) == ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"]
        assert counted == {"digest": 4, "check": 4, "collect": 4 * 72}, minute


@pytest.mark.parametrize("month", [3, 10])
def test_summer_time_doubles_and_loses_nothing(month: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    half_past_two = Job("night", ("digest", "--day", "{day}"), cron="30 2 * * *")
    world, done = (
        World((DIGEST, half_past_two), zone, datetime(2026, month, 24 if month == 10 else 27, 12, tzinfo=UTC)),
        list[DueJob](),
    )
    for _ in range(4 * 24 * 6):
        done += world.work()
        world.pass_(minutes=10)
    nights = Counter(days([t for t in done if t.job is half_past_two]))
    assert len([t for t in done if t.job is DIGEST]) == 4
    # On 29 March there is no half past two, which is then taken to be an hour later; on 25 October there are two.
    first = 25 if month == 10 else 28
    assert nights == {f"2026-{month:02}-{d}": 1 for d in range(first, first + 4)}


def test_what_failed_is_tried_again_ever_more_slowly_and_what_may_wait_waits() -> None:
    world = World((DIGEST, CHECK))
    world.pass_(hours=18, minutes=15)  # 06:15
    assert len(world.work(JobOutcome.FAILED)) == 2
    tries = []
    for _ in range(24 * 60):
        tries += world.work(JobOutcome.CRASHED)
        world.pass_(minutes=1)
    assert {t.job.name for t in tries} == {"digest", "check"}
    assert len([t for t in tries if t.job is CHECK]) == 1, "the next night"
    assert 40 < len([t for t in tries if t.job is DIGEST]) < 60
    world.pass_(minutes=30)
    again = [t for t in world.work() if t.job is DIGEST]
    assert days(again) == ["2026-11-21", "2026-11-22"]
    assert again[0].late > 24 * 3600


def test_what_was_handed_back_is_taken_up_at_once() -> None:
    world = World((DIGEST, CHECK))
    world.pass_(hours=18, minutes=15)
    assert len(world.work(JobOutcome.STOPPED)) == 2
    world.restart()
    assert len(world.work()) == 2


def test_one_goes_after_another_that_is_due_or_runs() -> None:
    morning = Job("morning", ("collect",), cron="20 5 * * *")
    world = World((replace(DIGEST, after=("morning",)), morning))
    world.pass_(hours=20)
    assert [t.job.name for t in world.schedule.due_jobs(world.at, world.steady, ())] == ["morning"]
    assert world.schedule.due_jobs(world.at, world.steady, ("morning",)) == []
    assert [t.job.name for t in world.work()] == ["morning", "digest"]


def test_a_job_that_runs_is_not_started_again() -> None:
    world = World((COLLECT,))
    [turn] = world.schedule.due_jobs(world.at, world.steady, ())
    world._keep(JobRun(99, "collect", turn.due, world.at))
    world.pass_(hours=1)
    assert world.schedule.due_jobs(world.at, world.steady, ("collect",)) == []
    assert len(world.schedule.due_jobs(world.at, world.steady, ())) == 1, "and once when it is done, not six times"


def test_months_of_mishaps_make_every_day_once() -> None:
    for seed in range(5):
        world, dice, done = World((DIGEST, CHECK, COLLECT)), random.Random(seed), list[DueJob]()
        while world.at < START + timedelta(days=45):
            how = dice.choices([JobOutcome.DONE, JobOutcome.FAILED, JobOutcome.TIMEOUT, JobOutcome.LOST], [8, 2, 1, 1])[
                0
            ]
            turns = world.work(how)
            done += turns if how is JobOutcome.DONE else []
            match dice.randrange(60):
                case 0:
                    world.at += timedelta(hours=dice.uniform(0, 40))
                    world.restart()
                case 1:
                    world.jump(hours=dice.uniform(-2, 2))
                case 2:
                    world.restart()
            world.pass_(minutes=dice.uniform(1, 60))
        made = Counter(days([t for t in done if t.job is DIGEST]))
        first = date(2026, 11, 21)
        wanted = {(first + timedelta(days=n)).isoformat() for n in range(43)}
        assert set(made.values()) == {1}, seed
        assert wanted <= made.keys(), seed


def test_the_schedule_that_ships_names_commands_that_exist() -> None:
    jobs = load_schedule(None)
    assert {"collect", "process", "digest", "backup"} <= {job.name for job in jobs}
    for job in jobs:
        words = [word.replace("{day}", "2026-11-20") for word in job.command]
        command: click.Command = cli
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        # Below its group, as the program does it: click keeps the --help of a command from the first context that asks.
        group = click.Context(cli, info_name="diembao", **cli.context_settings)
        command.make_context(job.name, words, parent=group)  # parses its options; raises where they are wrong


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('name = "a"\ncommand = ["x"]\nevery_minutes = 1\nafter = ["b"]', "no such other job: b"),
        ('name = "a b"\ncommand = ["x"]\nevery_minutes = 1', "small letters"),
        ('name = "a"\ncommand = ["digest", "{day}"]\nevery_minutes = 1', "times of day"),
        ('name = "a"\ncommand = ["x"]\nevery_minutes = 1\nretry_minutes = 0', "more than 0"),
    ],
)
def test_a_schedule_that_makes_no_sense_says_where(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "schedule.toml").write_text(f"[[job]]\n{table}\n")
    with pytest.raises(ConfigError, match=rf"schedule\.toml:\d.*{said}"):
        load_schedule(tmp_path)


def test_an_address_of_health_is_checked(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text('[serve]\nhealth = "8080"\n')
    with pytest.raises(ConfigError, match=r"schedule\.toml:2: serve\.health"):
        load_serving(tmp_path)


@pytest.fixture
def settings() -> Settings:
    return load_settings(None)


def test_period_of_a_day(settings: Settings) -> None:
    morning = datetime(2026, 11, 22, 6, 15, tzinfo=ZONE)
    today = period_of(None, settings, morning)
    assert (today.start, today.end) == (datetime(2026, 11, 21, 6, tzinfo=ZONE), morning)
    yesterday = period_of(datetime(2026, 11, 21).date(), settings, morning)  # noqa: DTZ001
    assert yesterday.end == today.start
    before_dawn = period_of(None, settings, datetime(2026, 11, 22, 5, 0, tzinfo=ZONE))
    assert before_dawn.end == datetime(2026, 11, 22, 6, tzinfo=ZONE)
    assert (today.start - today.late_from).total_seconds() == 48 * 3600
