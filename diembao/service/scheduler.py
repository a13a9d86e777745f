"""Jobs, their runs and the time → the jobs that are due now."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.crontab import cron_trigger
from config.schedule import Job
from pipeline.records import JobOutcome, JobRun

#: Age up to which a missed run of a daily job is made up for; older runs need not be remembered.
KEEP = timedelta(days=8)
#: Wait before a run that was stopped or lost starts again: a job that kills its server must not do so at full speed.
_RESTART_WAIT = timedelta(minutes=1)
#: Wait before a run that found its digest waiting for a person looks again.
_GATE_WAIT = timedelta(minutes=1)
#: Longest shift of the clock by summer time.
_CLOCK_SHIFT = timedelta(hours=2)
#: Outcomes of runs that were no try at what the job is for.
_NO_TRIES = (JobOutcome.STOPPED, JobOutcome.LOST, JobOutcome.WAITING)
#: Largest multiple of the first wait: the wait before the n-th try is n times the first.
_MAX_WAITS = 6


@dataclass(frozen=True, slots=True)
class DueJob:
    """One run of a job that is due."""

    job: Job
    #: time of the schedule, aware, in the province's zone
    due: datetime
    #: seconds between `due` and now if that is more than the job allows; else 0
    late: int

    @property
    def command(self) -> tuple[str, ...]:
        """Arguments of `diembao`, {day} filled in."""
        return tuple(word.replace("{day}", self.due.date().isoformat()) for word in self.job.command)


class Schedule:
    """Which jobs are due, given their runs.

    Times of day go by the clock and by the runs recorded for them: a clock set back runs nothing twice, and a clock
    set forward, or a machine that was off, misses nothing. Waits go by seconds that never jump
    (diembao.system.clock.steady).
    """

    def __init__(
        self, jobs: Sequence[Job], zone: ZoneInfo, runs: Sequence[JobRun], at: datetime, steady: float
    ) -> None:
        self.jobs = tuple(jobs)
        self._zone = zone
        self._triggers = {job.name: cron_trigger(job.cron, UTC) for job in jobs if job.cron is not None}
        self._runs: dict[str, list[JobRun]] = {job.name: [] for job in jobs}
        for run in runs:
            if run.job in self._runs and run.outcome is not JobOutcome.AHEAD:
                self._runs[run.job].append(_in_utc(run))
        self._quiet_until: dict[str, datetime] = {}
        self._next: dict[str, float] = {job.name: _first_wait(job, self._runs[job.name], at) + steady for job in jobs}

    def unknown(self) -> list[str]:
        """Return the names of jobs at times of day that have no run yet: their runs count from now on only."""
        return [name for name in self._triggers if not self._runs[name]]

    def note(self, run: JobRun, steady: float) -> None:
        """Record that a run began, or how it ended."""
        run = _in_utc(run)
        self._quiet_until.pop(run.job, None)
        if run.outcome is JobOutcome.AHEAD:
            self._runs[run.job] = [r for r in self._runs[run.job] if r.id != run.id]
            return
        runs = [*(r for r in self._runs[run.job] if r.id != run.id), run]
        newest = max(r.due for r in runs)
        self._runs[run.job] = [r for r in runs if r.due > newest - KEEP]
        [job] = [job for job in self.jobs if job.name == run.job]
        if job.every_minutes is not None and run.ended is None:
            self._next[run.job] = steady + job.every_minutes * 60

    def due_jobs(self, at: datetime, steady: float, running: Collection[str]) -> list[DueJob]:
        """Return the runs to start now: at most one of each job, none of a job that is running."""
        due_times = {job.name: due for job in self.jobs if (due := self._due(job, at, steady)) is not None}
        due_jobs = []
        for job in self.jobs:
            due = due_times.get(job.name)
            if due is None or job.name in running:
                continue
            if any(other in running or other in due_times for other in job.after):
                continue
            seconds = int((at - due).total_seconds())
            due_jobs.append(DueJob(job, due.astimezone(self._zone), seconds if seconds > job.late_minutes * 60 else 0))
        return due_jobs

    def next_times(self, at: datetime, steady: float) -> dict[str, datetime]:
        """Return the time at which each job is due next, in the province's zone."""
        times = {}
        for job in self.jobs:
            if job.every_minutes is not None:
                times[job.name] = at + timedelta(seconds=max(0.0, self._next[job.name] - steady))
                continue
            waits = [self._ready_at(job, due) for due in self._open_times(job, at)]
            quiet = None if waits else self._quiet_until.get(job.name)
            times[job.name] = min([max(w, at) for w in waits] + [quiet or self._after(job.name, at) or at + KEEP])
        return {name: when.astimezone(self._zone) for name, when in times.items()}

    def _due(self, job: Job, at: datetime, steady: float) -> datetime | None:
        if job.every_minutes is not None:
            return at if steady >= self._next[job.name] else None
        return next((due for due in self._open_times(job, at) if self._ready_at(job, due) <= at), None)

    def _open_times(self, job: Job, at: datetime) -> Iterator[datetime]:
        """Yield the past times of a job that still need a run, oldest first."""
        runs = self._runs[job.name]
        if not runs or ((quiet := self._quiet_until.get(job.name)) is not None and at < quiet):
            return
        since = max(min(run.due for run in runs), at - KEEP)
        times = list(self._times(job.name, since, at))
        open_times = [due for due in (times if job.for_each_day else times[-1:]) if not self._is_settled(job, due)]
        if not open_times:
            # This check walks through eight days of times, and its result holds until the next time of the job.
            self._quiet_until[job.name] = self._after(job.name, at) or at + KEEP
        yield from open_times

    def _after(self, name: str, at: datetime) -> datetime | None:
        """Return the first time of a job after an instant, in UTC.

        The trigger gets wall-clock times labelled UTC, because APScheduler returns one time for ever in the hour that
        the end of summer time repeats. A time in that hour means its first occurrence; a time that the start of summer
        time skips is an hour later.
        """
        wall = at.astimezone(self._zone).replace(tzinfo=UTC, fold=0) - _CLOCK_SHIFT
        while (fire := self._triggers[name].get_next_fire_time(None, wall)) is not None:
            when: datetime = fire.replace(tzinfo=self._zone, fold=0).astimezone(UTC)
            if when > at:
                return when
            wall = fire + timedelta(microseconds=1)
        return None

    def _times(self, name: str, after: datetime, until: datetime) -> Iterator[datetime]:
        when = self._after(name, after)
        while when is not None and when <= until:
            yield when
            when = self._after(name, when)

    def _runs_for(self, job: Job, due: datetime) -> list[JobRun]:
        return [run for run in self._runs[job.name] if run.due == due]

    def _is_settled(self, job: Job, due: datetime) -> bool:
        """Return whether the run for a time is done, runs now, or failed without a further try."""
        runs = self._runs_for(job, due)
        if any(run.outcome == JobOutcome.DONE or run.ended is None for run in runs):
            return True
        tries = [run for run in runs if run.outcome not in _NO_TRIES]
        if not job.for_each_day:
            # Without {day} a newer run also covers all earlier times, such as a run made while the clock was ahead.
            tries += [run for run in self._runs[job.name] if run.due > due and run.outcome != JobOutcome.PLANNED]
        return bool(tries) and job.retry_minutes is None

    def _ready_at(self, job: Job, due: datetime) -> datetime:
        """Return the time at which the next try for this time may begin."""
        runs = self._runs_for(job, due)
        if not runs:
            return due
        last = max(runs, key=lambda run: run.id)
        assert last.ended is not None
        if last.outcome is JobOutcome.WAITING:
            return last.ended + _GATE_WAIT
        tries = sum(run.outcome is not JobOutcome.WAITING for run in runs)
        if last.outcome in (JobOutcome.STOPPED, JobOutcome.LOST) and tries == 1:
            return last.ended
        wait = timedelta(minutes=job.retry_minutes or 0) or _RESTART_WAIT
        return last.ended + min(tries, _MAX_WAITS) * wait


def _in_utc(run: JobRun) -> JobRun:
    """Return a run with `due` in UTC: times of one zone compare by wall clock, which repeats when summer time ends."""
    return replace(run, due=run.due.astimezone(UTC))


def _first_wait(job: Job, runs: Sequence[JobRun], at: datetime) -> float:
    """Return the seconds until the first run of a job with an interval: 0 if its last run is long ago."""
    if job.every_minutes is None or not runs:
        return 0.0
    elapsed = (at - runs[-1].started).total_seconds()
    # A run that began in the future was started while the clock was ahead: its time says nothing.
    return max(0.0, job.every_minutes * 60 - elapsed) if elapsed >= 0 else 0.0
