"""schedule.toml → the jobs of the service, checked for sense as well as form."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from config.load import parse_toml, resolve
from config.settings import Faults

_FORBID = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Job:
    """One command that `diembao serve` runs: either every so many minutes, or at times of day."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    #: arguments of `diembao`, e.g. ["collect", "--due"]; with {day} among them each day missed is made up for by itself
    command: tuple[str, ...]
    every_minutes: int | None = None
    #: crontab expression in the province's time zone, e.g. "15 6 * * *"
    cron: str | None = None
    #: minutes after which the job is ended
    limit_minutes: float = 60.0
    #: exit codes that count as done; of `collect`, 1 says that some source failed
    ok: tuple[int, ...] = (0,)
    #: minutes after which a turn that failed is tried again, ever more of them; None: not before the next turn
    retry_minutes: float | None = None
    #: jobs that go first where they are due or running at the same time
    after: tuple[str, ...] = ()
    #: minutes after its time from which on a turn is called late
    late_minutes: float = 15.0

    @property
    def for_each_day(self) -> bool:
        return any("{day}" in word for word in self.command)


@dataclass(frozen=True, slots=True)
class Serving:
    """How `diembao serve` is watched from outside."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: host:port of /healthz, /readyz and /metrics; port 0: any free one; '': none
    health: str = "127.0.0.1:8321"
    #: days of turns and alerts that are kept
    keep_days: int = 120


@dataclass(frozen=True, slots=True)
class _ScheduleFile:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    job: tuple[Job, ...] = ()
    serve: Serving = field(default_factory=Serving)


def load_schedule(directory: Path | None) -> tuple[Job, ...]:
    """Read the jobs of schedule.toml of `directory`, or the packaged one. Raises ConfigError."""
    return _read_schedule(directory).job


def load_serving(directory: Path | None) -> Serving:
    """Read [serve] of schedule.toml of `directory`, or the packaged one. Raises ConfigError."""
    return _read_schedule(directory).serve


def _read_schedule(directory: Path | None) -> _ScheduleFile:
    from apscheduler.triggers.cron import CronTrigger

    name, text = resolve(directory, "schedule.toml")
    read = parse_toml(text, _ScheduleFile, name=name)
    jobs, faults = read.job, Faults(name, text)
    if read.serve.health and not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}", read.serve.health):
        faults.add(("serve", "health"), f"host:port, or empty for none, found {read.serve.health!r}")
    if read.serve.keep_days < 8:
        faults.add(("serve", "keep_days"), f"at least 8, found {read.serve.keep_days}")
    seen: set[str] = set()
    for n, job in enumerate(jobs):
        if job.name in seen:
            faults.add(("job", n, "name"), f"{job.name!r} is used twice")
        seen.add(job.name)
        if (job.every_minutes is None) == (job.cron is None):
            faults.add(("job", n), "needs either every_minutes or cron")
        if job.every_minutes is not None and job.every_minutes < 1:
            faults.add(("job", n, "every_minutes"), f"at least 1, found {job.every_minutes}")
        if not job.command:
            faults.add(("job", n, "command"), "is empty")
        for key in ("limit_minutes", "retry_minutes"):
            if (value := getattr(job, key)) is not None and value <= 0:
                faults.add(("job", n, key), f"more than 0, found {value}")
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", job.name):
            faults.add(("job", n, "name"), f"small letters, digits, '_' and '-' only, found {job.name!r}")
        if unknown := [other for other in job.after if other not in {j.name for j in jobs} - {job.name}]:
            faults.add(("job", n, "after"), f"no such other job: {', '.join(unknown)}")
        if job.every_minutes is not None and job.for_each_day:
            faults.add(("job", n, "command"), "{day} is for jobs at times of day (cron)")
        if job.cron is not None:
            faults.try_(("job", n, "cron"), CronTrigger.from_crontab, job.cron)
    faults.raise_any()
    return read
