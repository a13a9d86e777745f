"""Jobs, what ran of them, and the time → what is to run now."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.schedule import Job
from pipeline.records import JobOutcome, JobRun

#: Days for which a job that stands for a day is made up for, and turns that must be remembered for it.
KEEP = timedelta(days=8)
#: A turn that was handed back or lost is taken up again so long after, that a job which ends its server cannot
#: do so for ever at full speed.
_AGAIN = timedelta(minutes=1)
#: What a clock is set back or forward by at most.
_REPEATED = timedelta(hours=2)
#: The wait before the n-th try grows with n, up to so many times the first.
_SLOWEST = 6


@dataclass(frozen=True, slots=True)
class DueJob:
    """One run of a job that is to begin."""

    job: Job
    #: the time it is for, aware in the province's zone
    due: datetime
    #: seconds between `due` and now, where that is later than the job allows; else 0
    late: int

    @property
    def command(self) -> tuple[str, ...]:
        """The arguments of `diembao`, {day} filled in."""
        return tuple(word.replace("{day}", self.due.date().isoformat()) for word in self.job.command)


class Schedule:
    """Which jobs are due, from what is known of their turns.

    Times of day go by the clock and by what was already run for them, so that a clock set back runs nothing twice and
    one set forward, or a machine that was off, misses nothing; waits go by seconds that never jump.
    """

    def __init__(
        self, jobs: Sequence[Job], zone: ZoneInfo, runs: Sequence[JobRun], at: datetime, steady: float
    ) -> None:
        from apscheduler.triggers.cron import CronTrigger

        self.jobs = tuple(jobs)
        self._zone = zone
        self._triggers: dict[str, CronTrigger] = {
            job.name: CronTrigger.from_crontab(job.cron, timezone=UTC) for job in jobs if job.cron is not None
        }
        self._runs: dict[str, list[JobRun]] = {job.name: [] for job in jobs}
        for run in runs:
            if run.job in self._runs:
                self._runs[run.job].append(_in_utc(run))
        self._quiet_until: dict[str, datetime] = {}
        self._next: dict[str, float] = {job.name: _first_wait(job, self._runs[job.name], at) + steady for job in jobs}

    def unknown(self) -> list[str]:
        """Return the jobs at times of day of which nothing is known: theirs are to be made up for from now on only."""
        return [name for name in self._triggers if not self._runs[name]]

    def note(self, run: JobRun, steady: float) -> None:
        """Take up what is known of a turn: that it began, or how it ended."""
        run = _in_utc(run)
        self._quiet_until.pop(run.job, None)
        kept = [r for r in self._runs[run.job] if r.id != run.id]
        newest = max(r.due for r in [*kept, run])
        self._runs[run.job] = [r for r in [*kept, run] if r.due > newest - KEEP]
        [job] = [job for job in self.jobs if job.name == run.job]
        if job.every_minutes is not None and run.ended is None:
            self._next[run.job] = steady + job.every_minutes * 60

    def turns(self, at: datetime, steady: float, running: Collection[str]) -> list[DueJob]:
        """Return what is to begin now, at most one turn of each job, none of a job that is running."""
        ready = {job.name: due for job in self.jobs if (due := self._due(job, at, steady)) is not None}
        turns = []
        for job in self.jobs:
            due = ready.get(job.name)
            if due is None or job.name in running:
                continue
            if any(other in running or other in ready for other in job.after):
                continue
            seconds = int((at - due).total_seconds())
            turns.append(DueJob(job, due.astimezone(self._zone), seconds if seconds > job.late_minutes * 60 else 0))
        return turns

    def next_times(self, at: datetime, steady: float) -> dict[str, datetime]:
        """Return when each job is due next, as far as is known now."""
        found = {}
        for job in self.jobs:
            if job.every_minutes is not None:
                found[job.name] = at + timedelta(seconds=max(0.0, self._next[job.name] - steady))
                continue
            waits = [self._ready_at(job, due) for due in self._open(job, at)]
            quiet = None if waits else self._quiet_until.get(job.name)
            found[job.name] = min([max(w, at) for w in waits] + [quiet or self._after(job.name, at) or at + KEEP])
        return {name: when.astimezone(self._zone) for name, when in found.items()}

    def _due(self, job: Job, at: datetime, steady: float) -> datetime | None:
        if job.every_minutes is not None:
            return at if steady >= self._next[job.name] else None
        return next((due for due in self._open(job, at) if self._ready_at(job, due) <= at), None)

    def _open(self, job: Job, at: datetime) -> Iterator[datetime]:
        """Yield the times of a job that have come and are not done with, oldest first."""
        runs = self._runs[job.name]
        if not runs or ((quiet := self._quiet_until.get(job.name)) is not None and at < quiet):
            return
        since = max(min(run.due for run in runs), at - KEEP)
        times = list(self._times(job.name, since, at))
        found = [due for due in (times if job.for_each_day else times[-1:]) if not self._done_with(job, due)]
        if not found:
            # A look costs a walk through eight days of times; between two of them nothing changes by itself.
            self._quiet_until[job.name] = self._after(job.name, at) or at + KEEP
        yield from found

    def _after(self, name: str, at: datetime) -> datetime | None:
        """Return the first time of a job after an instant, in UTC.

        The trigger is asked for times on a clock's face, because in the hour that the end of summer time repeats
        APScheduler gives one time for ever. A time of that hour is its first; one that a spring night leaves out is
        an hour later.
        """
        face = at.astimezone(self._zone).replace(tzinfo=UTC, fold=0) - _REPEATED
        while (found := self._triggers[name].get_next_fire_time(None, face)) is not None:
            when: datetime = found.replace(tzinfo=self._zone, fold=0).astimezone(UTC)
            if when > at:
                return when
            face = found + timedelta(microseconds=1)
        return None

    def _times(self, name: str, after: datetime, until: datetime) -> Iterator[datetime]:
        when = self._after(name, after)
        while when is not None and when <= until:
            yield when
            when = self._after(name, when)

    def _of(self, job: Job, due: datetime) -> list[JobRun]:
        return [run for run in self._runs[job.name] if run.due == due]

    def _done_with(self, job: Job, due: datetime) -> bool:
        runs = self._of(job, due)
        if any(run.outcome == JobOutcome.DONE or run.ended is None for run in runs):
            return True
        tried = [run for run in runs if run.outcome not in (JobOutcome.STOPPED, JobOutcome.LOST)]
        if not job.for_each_day:
            # Without {day} a newer turn stands for all before it, such as one that ran while the clock was ahead.
            tried += [run for run in self._runs[job.name] if run.due > due and run.outcome != JobOutcome.PLANNED]
        return bool(tried) and job.retry_minutes is None

    def _ready_at(self, job: Job, due: datetime) -> datetime:
        """Return when the next try for this time may begin."""
        runs = self._of(job, due)
        if not runs:
            return due
        last = max(runs, key=lambda run: run.id)
        assert last.ended is not None
        if last.outcome in (JobOutcome.STOPPED, JobOutcome.LOST) and len(runs) == 1:
            return last.ended
        wait = timedelta(minutes=job.retry_minutes or 0) or _AGAIN
        return last.ended + min(len(runs), _SLOWEST) * wait


def _in_utc(run: JobRun) -> JobRun:
    """Two times of one zone are compared by their hands, which are the same twice in the night summer time ends."""
    return replace(run, due=run.due.astimezone(UTC))


def _first_wait(job: Job, runs: Sequence[JobRun], at: datetime) -> float:
    """Return the seconds until the first turn of a job with an interval: at once where its last one is long ago."""
    if job.every_minutes is None or not runs:
        return 0.0
    gone = (at - runs[-1].started).total_seconds()
    # Begun in the future: the clock was ahead, and nothing is known.
    return max(0.0, job.every_minutes * 60 - gone) if gone >= 0 else 0.0
