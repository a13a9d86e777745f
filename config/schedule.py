"""schedule.toml → the jobs of the service, checked for sense as well as form."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import ClassVar

from config.addresses import is_host_and_port
from config.crontab import cron_trigger
from config.faults.errors import Fault
from config.load import Faults, read_toml, resolve
from pipeline.i18n.catalogs import mark

_FORBID = {"extra": "forbid"}
#: Exit code of a command that crashed (diembao.cli.context.CRASH).
CRASH = 70


@dataclass(frozen=True, slots=True)
class Job:
    """One command that `diembao serve` runs, either every `every_minutes` or at the times of `cron`."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    #: Arguments of `diembao`, e.g. ["collect", "--due"]; a command with {day} is run for each missed day, one by one.
    command: tuple[str, ...]
    #: Minutes between the starts of two runs.
    every_minutes: int | None = None
    #: Crontab expression in the province's time zone, e.g. "15 6 * * *".
    cron: str | None = None
    #: Minutes after which the job is stopped.
    limit_minutes: float = 60.0
    #: Exit codes that count as success; `collect` exits with 1 if some source failed. CRASH is never one of them.
    ok: tuple[int, ...] = (0,)
    #: Minutes before a failed run is retried, more after each failure; None: no retry before the next run.
    retry_minutes: float | None = None
    #: Jobs that go first if they are due or running at the same time.
    after: tuple[str, ...] = ()
    #: Minutes after its time from which a run counts as late.
    late_minutes: float = 15.0

    @property
    def for_each_day(self) -> bool:
        """Whether the command is run once for each day."""
        return any("{day}" in word for word in self.command)


@dataclass(frozen=True, slots=True)
class Serving:
    """[serve]: how other programs watch `diembao serve`, and how long its history is kept."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: host:port of /healthz, /readyz and /metrics; port 0: any free one; '': no such server.
    health: str = "127.0.0.1:8321"
    #: Days to keep runs and alerts.
    keep_days: int = 120


@dataclass(frozen=True, slots=True)
class _ScheduleFile:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    job: tuple[Job, ...] = ()
    serve: Serving = field(default_factory=Serving)


def load_schedule(directory: Path | None) -> tuple[Job, ...]:
    """Read the jobs of schedule.toml of `directory`, or the packaged one. Raises ConfigError."""
    schedule, faults = _read_schedule(directory)
    faults.raise_any()
    return schedule.job


def schedule_faults(
    directory: Path | None, job_faults: Callable[[Sequence[Job]], Iterable[tuple[int, str]]]
) -> tuple[Fault, ...]:
    """Return all faults of schedule.toml; `job_faults` gives (number of the job, problem) of commands there are not.

    Raises ConfigError where the file cannot be read at all.
    """
    schedule, faults = _read_schedule(directory)
    for number, problem in job_faults(schedule.job):
        faults.add(("job", number, "command"), problem)
    return faults.all


def load_serving(directory: Path | None) -> Serving:
    """Read [serve] of schedule.toml of `directory`, or the packaged one. Raises ConfigError."""
    schedule, faults = _read_schedule(directory)
    faults.raise_any()
    return schedule.serve


def _read_schedule(directory: Path | None) -> tuple[_ScheduleFile, Faults]:
    """Return the file without what has faults of form, and all its faults. Raises ConfigError."""
    name, text = resolve(directory, "schedule.toml")
    schedule, faults = read_toml(text, _ScheduleFile, name=name)
    jobs = schedule.job
    if schedule.serve.health and not is_host_and_port(schedule.serve.health, lowest=0):
        faults.add(
            ("serve", "health"),
            mark("host:port is needed, or empty for none, found {found!r}"),
            found=schedule.serve.health,
        )
    if schedule.serve.keep_days < 8:
        faults.add(
            ("serve", "keep_days"),
            mark("at least {least} is needed, found {found}"),
            least=8,
            found=schedule.serve.keep_days,
        )
    names: set[str] = set()
    for n, job in enumerate(jobs):
        if job.name in names:
            faults.add(("job", n, "name"), mark("{name!r} is used twice"), name=job.name)
        names.add(job.name)
        if (job.every_minutes is None) == (job.cron is None):
            faults.add(("job", n), mark("needs either every_minutes or cron"))
        if job.every_minutes is not None and job.every_minutes < 1:
            faults.add(
                ("job", n, "every_minutes"),
                mark("at least {least} is needed, found {found}"),
                least=1,
                found=job.every_minutes,
            )
        if CRASH in job.ok:
            faults.add(
                ("job", n, "ok"), mark("{code} is the exit code of a crash, which is never a success"), code=CRASH
            )
        if not job.command:
            faults.add(("job", n, "command"), mark("is empty"))
        for key in ("limit_minutes", "retry_minutes"):
            if (value := getattr(job, key)) is not None and value <= 0:
                faults.add(("job", n, key), mark("more than 0 is needed, found {found}"), found=value)
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", job.name):
            faults.add(
                ("job", n, "name"), mark("small letters, digits, '_' and '-' only, found {found!r}"), found=job.name
            )
        if unknown := [other for other in job.after if other not in {j.name for j in jobs} - {job.name}]:
            faults.add(("job", n, "after"), mark("no such other job: {names}"), names=", ".join(unknown))
        if job.every_minutes is not None and job.for_each_day:
            faults.add(("job", n, "command"), mark("{day} is for jobs at times of day (cron)"))
        if job.cron is not None:
            faults.try_(("job", n, "cron"), partial(cron_trigger, zone=UTC), job.cron)
    return schedule, faults
