"""Crontab expressions against an independent implementation of crontab(5), and in the schedule."""

import random
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.base import BaseTrigger
from cronsim import CronSim

from config.crontab import cron_trigger
from config.faults.errors import ConfigError
from config.schedule import Job, load_schedule
from diembao.service.scheduler import Schedule
from pipeline.records import JobOutcome, JobRun

#: a Sunday
START = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
BY_HAND = [
    "30 6 * * 1",
    "0 3 * * 0",
    "0 3 * * 7",
    "0 3 * * sun",
    "15 6 * * mon-fri",
    "15 6 * * 1-5",
    "0 0 1 * *",
    "0 0 * * 6,0",
    "0 0 * * 5-7",
    "*/7 * * * *",
    "0 */5 * * *",
    "0 0 */10 * *",
    "0 0 13 * fri",
    "0 0 1,15 * mon",
    "0 0 1-7 * 1",
    "0 0 */2 * 1",
    "0 0 10 * */2",
    "0 0 29 2 *",
    "30 11,16 * * *",
    "0 9-17/2 * * MON-FRI",
    "0 0 31 * *",
    "5 4 * jan,jul Sun",
    "1-59/13 0-23/5 * * *",
    "0 0 * */3 *",
    "0 0 1 1 *",
    "10/20 3 * * *",
    "59 23 31 dec *",
    "0 12 * mar-may 2-4",
    "0 0 * * 0-6",
]


def any_expression(dice: random.Random) -> str:
    """Return a random expression of lists, ranges, steps and names."""

    def part(first: int, last: int, names: list[str]) -> str:
        low, high = sorted(dice.sample(range(first, last + 1), 2))
        name = (lambda n: names[n - first]) if names and dice.random() < 0.5 else str
        step = dice.randint(1, max(1, (last - first) // 2))
        return dice.choice([name(low), f"{name(low)}-{name(high)}", f"{low}-{high}/{step}", f"*/{step}"])

    def field(first: int, last: int, names: list[str]) -> str:
        if dice.random() < 0.4:
            return "*"
        return ",".join(part(first, last, names) for _ in range(dice.choice([1, 1, 2, 3])))

    fields = [(0, 59, []), (0, 23, []), (1, 28, []), (1, 12, MONTHS), (0, 6, WEEKDAYS)]
    return " ".join(field(*f) for f in fields)


def times(trigger: BaseTrigger, start: datetime, number: int) -> list[datetime]:
    """Return the first times of a trigger after `start`."""
    result, at = list[datetime](), start + timedelta(microseconds=1)
    while len(result) < number and (fire := trigger.get_next_fire_time(None, at)) is not None:
        result.append(fire)
        at = fire + timedelta(microseconds=1)
    return result


@pytest.mark.parametrize("expression", BY_HAND)
def test_as_crontab_5_says(expression: str) -> None:
    assert times(cron_trigger(expression, UTC), START, 12) == list(islice(CronSim(expression, START), 12))


def test_as_another_implementation_says() -> None:
    dice = random.Random(5)
    for expression in (any_expression(dice) for _ in range(200)):
        assert times(cron_trigger(expression, UTC), START, 8) == list(islice(CronSim(expression, START), 8)), expression


def test_names_of_days_at_the_end_of_a_week() -> None:
    weekdays = {fire.strftime("%a") for fire in times(cron_trigger("0 0 * * fri-sun", UTC), START, 9)}
    assert weekdays == {"Fri", "Sat", "Sun"}
    assert times(cron_trigger("0 0 last * *", UTC), START, 2) == [
        datetime(2026, 11, 30, tzinfo=UTC),
        datetime(2026, 12, 31, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("60 6 * * *", "minute: 0 to 59, found '60'"),
        ("0 24 * * *", "hour: 0 to 23"),
        ("0 0 0 * *", "day: 1 to 31"),
        ("0 0 * 13 *", "month: 1 to 12"),
        ("0 0 * * 8", "weekday: 0 to 7"),
        ("0 0 * * monday", "weekday"),
        ("0 0 * *", "five fields"),
        ("0 0 31 2 *", "no such day"),
        ("0 0 31 4,6 *", "no such day"),
        ("*/0 * * * *", "step"),
        ("0 0 5-3 * *", "ends before"),
        ("0 0 * * mon,", "no number"),
        ("a * * * *", "found 'a'"),
        ("0 0 -1 * *", "no number"),
    ],
)
def test_what_makes_no_sense_is_refused(expression: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        cron_trigger(expression, UTC)
    (tmp_path / "schedule.toml").write_text(f'[[job]]\nname = "a"\ncommand = ["digest"]\ncron = "{expression}"\n')
    with pytest.raises(ConfigError, match=r"schedule\.toml:4: job\[0\]\.cron"):
        load_schedule(tmp_path)


def test_the_weekly_jobs_that_ship_run_on_monday_and_sunday() -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    jobs: tuple[Job, ...] = load_schedule(None)
    known = [JobRun(n, job.name, START, START, START, JobOutcome.PLANNED) for n, job in enumerate(jobs)]
    following = Schedule(jobs, zone, known, START, 0.0).next_times(START, 0.0)
    # 29 November 2026 is a Sunday; 12:00 UTC is 19:00 there.
    assert following["weekly-report"] == datetime(2026, 11, 30, 6, 30, tzinfo=zone)
    assert following["retention"] == datetime(2026, 12, 6, 3, 0, tzinfo=zone)
