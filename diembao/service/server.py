"""schedule.toml → its jobs, started at their times, for months, with every run recorded."""

import json
import os
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from config.schedule import Job, Serving
from diembao.service.clock_watch import ClockWatch
from diembao.service.collection_health import collection_health
from diembao.service.health import HealthServer, HealthState
from diembao.service.job_process import JobProcess, JobResult, end_orphans, run_job
from diembao.service.leader_lock import notify_systemd, process_id
from diembao.service.scheduler import KEEP, DueJob, Schedule
from diembao.system.clock import now, reading, steady
from diembao.system.files import write_atomically
from diembao.system.home import Home
from diembao.system.secrets import hide_secrets
from pipeline.records import AHEAD_LIMIT, JobOutcome, JobRun
from storage.database import Database
from storage.engine.errors import LockedElsewhere, StorageError
from storage.service.leader_lock import LeaderLock

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

#: Longest wait in seconds between two checks of the schedule; tests that play months check more often.
_CHECK = 0.05 if os.environ.get("DIEMBAO_CLOCK") else 1.0
#: Seconds between two checks that this server still holds the lock on the database.
_LOCK_CHECK = 30.0
#: Seconds between two looks at how collection stands.
_COLLECTION_CHECK = 30.0
#: Seconds without a database after which people are told, and between two tries to tell them.
_TELL_AFTER = 300.0


class JobServer:
    """The loop that checks the schedule, starts due jobs and records their runs."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        serving: Serving,
        home: Home,
        zone: ZoneInfo,
        storage: Database,
        lock: LeaderLock,
        log: "BoundLogger",
    ) -> None:
        self._jobs, self._home, self._zone, self._storage, self._lock, self._log = jobs, home, zone, storage, lock, log
        self._serving = serving
        self._who = process_id()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._running: dict[str, tuple[JobProcess, JobRun]] = {}
        self._ended: queue.SimpleQueue[tuple[JobRun, JobResult]] = queue.SimpleQueue()
        #: ended runs that the database has not stored yet
        self._unsaved: list[JobRun] = []
        #: what is written into the home folder for others to read; b'' before `run`
        self._info = b""
        self._state = HealthState(home.root)
        self._health: HealthServer | None = None
        self._lock_checked_at = self._collection_checked_at = float("-inf")
        #: steady time from which _TELL_AFTER counts
        self._alert_counted_from = 0.0
        self._trouble_thread: threading.Thread | None = None
        self._purged_on = ""
        self._announced = False
        self._clock = ClockWatch(*reading())
        self._orphans = end_orphans(home, tuple(job.name for job in jobs))
        #: None until the database took the first record: a service started on a full disk waits for that
        self._schedule: Schedule | None = None

    def _scheduled(self, at: datetime, ticks: float) -> Schedule:
        """Return the schedule; before the first time, end what a killed server left open. Raises StorageError."""
        if self._schedule is None:
            if lost := self._storage.service.lose_open(at):
                self._log.warning("lost", turns=lost, ended=self._orphans)
            self._bring_back(at)
            self._schedule = self._read_schedule(at, ticks)
        return self._schedule

    def _read_schedule(self, at: datetime, ticks: float) -> Schedule:
        # A row from before the window may be the only one that tells since when a job is known.
        runs = self._storage.service.jobs_since(at - KEEP)
        recent = {run.job for run in runs}
        runs = [*(run for name, run in self._storage.service.last_of_each().items() if name not in recent), *runs]
        schedule = Schedule(self._jobs, self._zone, runs, at, ticks)
        for name in schedule.unknown():
            self._storage.service.plan_job(name, at, self._who)
            schedule.note(JobRun(-1, name, at, at, at, JobOutcome.PLANNED), ticks)
        return schedule

    def _bring_back(self, at: datetime) -> None:
        """Where the database holds what a clock ahead of time recorded, date it at `at`, and say so."""
        if not self._storage.maintenance.is_ahead(at):
            return
        if self._storage.maintenance.was_ahead(at, self._clock.known_since()):
            self._log.warning("clock_was_ahead", values=self._storage.maintenance.bring_back(at))
        else:
            self._log.warning("clock_is_behind")

    def watch_desk(self, trouble: Callable[[], str]) -> None:
        """Let /readyz and /metrics tell of the desk, by what says why it does not answer."""
        self._state.desk = trouble

    def stop(self) -> None:
        """Ask the loop to end; may be called from a signal handler."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Work until `stop` is called; then end the running jobs and record them as stopped. Raises LockedElsewhere."""
        if self._serving.health:
            self._health = HealthServer(self._serving.health, self._state)
        info = {"who": self._who, "since": now().astimezone(self._zone).isoformat(timespec="seconds")}
        info["health"] = self._health.url if self._health else ""
        self._info = json.dumps(info).encode()
        self._announce()
        self._log.info("serving", **info)
        notify_systemd("READY=1")
        try:
            while not self._stop.is_set():
                self.check()
                self._wake.wait(_CHECK)
                self._wake.clear()
        finally:
            notify_systemd("STOPPING=1")
            self._stop_running()
            if self._health is not None:
                self._health.close()
            self._log.info("stopped")

    def _announce(self) -> None:
        """Write who serves into the home folder; on a full disk again at the next check."""
        if not self._announced and self._info:
            with suppress(OSError):
                write_atomically(self._home.root / "serve.json", self._info)
                self._announced = True

    def check(self) -> None:
        """Record the jobs that ended and start those that are due."""
        at, ticks = reading()
        if drift := self._clock.look(at, ticks):
            self._state.clock_jumps += 1
            self._log.warning("clock_jumped", seconds=round(drift))
        self._record_ended()
        self._announce()
        try:
            self._check_lock()
            schedule = self._scheduled(at, ticks)
            if self._clock.is_set_back:
                self._bring_back(at)
                self._schedule = schedule = self._read_schedule(at, ticks)
                self._clock.is_set_back = False
            for run in list(self._unsaved):
                self._storage.service.end_job(run)
                self._unsaved.remove(run)
            for due_job in schedule.due_jobs(at, ticks, self._running.keys() | {r.job for r in self._unsaved}):
                self._start(schedule, due_job, at, ticks)
            self._purge(at)
            self._look_at_collection(at)
        except LockedElsewhere:
            raise
        except StorageError as error:
            if not self._state.trouble:
                self._alert_counted_from = ticks
            self._set_trouble(hide_secrets(error.explanation()))
            self._tell_trouble(ticks)
        else:
            self._set_trouble("")
        self._state.running = {name: running.pid for name, (running, _) in self._running.items()}
        self._state.next = {} if self._schedule is None else self._schedule.next_times(at, ticks)
        self._state.at, self._state.checked = at, time.monotonic()
        notify_systemd("WATCHDOG=1")

    def _look_at_collection(self, at: datetime) -> None:
        if time.monotonic() - self._collection_checked_at >= _COLLECTION_CHECK:
            self._state.collection = collection_health(self._storage, self._jobs, at, self._zone)
            self._collection_checked_at = time.monotonic()

    def _check_lock(self) -> None:
        if time.monotonic() - self._lock_checked_at >= _LOCK_CHECK or self._state.trouble:
            self._lock.keep()
            self._lock_checked_at = time.monotonic()

    def _tell_trouble(self, ticks: float) -> None:
        """Run the job that alerts people; the run is not recorded, because the database is what fails."""
        job = next((job for job in self._jobs if job.command[0] == "alerts"), None)
        if job is None or job.name in self._running or ticks - self._alert_counted_from < _TELL_AFTER:
            return
        if self._trouble_thread is not None and self._trouble_thread.is_alive():
            return
        self._alert_counted_from = ticks

        def work() -> None:
            result = run_job(job, (*job.command, "--trouble", self._state.trouble), self._home, running)
            self._log.info("told", exit=result.exit_code, said=result.output_tail)
            if result.exit_code == 0:
                self._alert_counted_from = ticks + 24 * 3600

        running = JobProcess()
        self._trouble_thread = threading.Thread(target=work, name="teller", daemon=True)
        self._trouble_thread.start()

    def _set_trouble(self, trouble: str) -> None:
        if trouble and not self._state.trouble:
            self._log.error("database", said=trouble)
        elif self._state.trouble and not trouble:
            self._log.info("database_again")
        self._state.trouble = trouble

    def _start(self, schedule: Schedule, due_job: DueJob, at: datetime, ticks: float) -> None:
        number = self._storage.service.begin_job(due_job.job.name, due_job.due, at, due_job.late, self._who)
        run = JobRun(number, due_job.job.name, due_job.due, at, late=due_job.late)
        schedule.note(run, ticks)
        running = JobProcess()
        self._running[due_job.job.name] = running, run
        env = {"DIEMBAO_DUE": due_job.due.isoformat()} if due_job.late else {}
        self._log.info("begins", job=run.job, run=number, due=due_job.due.isoformat(), late=due_job.late)

        def work() -> None:
            result = JobResult(JobOutcome.FAILED, None, "")
            try:
                result = run_job(due_job.job, due_job.command, self._home, running, env)
            finally:
                self._ended.put((run, result))
                self._wake.set()

        threading.Thread(target=work, name=run.job).start()

    def _record_ended(self) -> None:
        while not self._ended.empty():
            run, result = self._ended.get()
            del self._running[run.job]
            at = now()
            output_tail = "" if result.outcome is JobOutcome.DONE else result.output_tail
            run = replace(run, ended=at, outcome=result.outcome, exit_code=result.exit_code, output_tail=output_tail)
            if run.due > at + AHEAD_LIMIT:
                run = replace(run, outcome=JobOutcome.AHEAD)
            run = self._with_counts(run)
            if self._schedule is not None:
                self._schedule.note(run, steady())
            self._unsaved.append(run)
            self._state.last = {**self._state.last, run.job: run}
            self._collection_checked_at = float("-inf")
            if self._health is not None:
                self._health.count(run)
            write_log = (
                self._log.info
                if run.outcome in (JobOutcome.DONE, JobOutcome.STOPPED, JobOutcome.LOCKED, JobOutcome.WAITING)
                else self._log.error
            )
            seconds = round((at - run.started).total_seconds(), 1)
            more: dict[str, Any] = {"said": run.output_tail} if run.output_tail else {}
            write_log("ended", job=run.job, run=run.id, how=run.outcome, exit=run.exit_code, seconds=seconds, **more)

    def _with_counts(self, run: JobRun) -> JobRun:
        """Add the counts of the commands of a run; the run failed if one of them has no end."""
        assert run.ended is not None
        if run.started > run.ended:  # the clock was set back meanwhile
            return run
        [job] = [job for job in self._jobs if job.name == run.job]
        try:
            counts, broken_off = self._storage.service.counted(_commands(job), run.started, run.ended)
        except StorageError:
            return run
        outcome = JobOutcome.FAILED if broken_off and run.outcome is JobOutcome.DONE and run.exit_code else run.outcome
        return replace(run, counts=counts, outcome=outcome)

    def _purge(self, at: datetime) -> None:
        today = at.astimezone(self._zone).date().isoformat()
        if today != self._purged_on:
            self._storage.service.forget(self._serving.keep_days)
            self._purged_on = today

    def _stop_running(self) -> None:
        """Stop the running jobs, wait for them, and record them."""
        for running, _ in self._running.values():
            running.stop.set()
        while self._running:
            self._wake.wait(_CHECK)
            self._wake.clear()
            self._record_ended()
            notify_systemd("WATCHDOG=1")
        for run in self._unsaved:
            with suppress(StorageError):
                self._storage.service.end_job(run)


def _commands(job: Job) -> tuple[str, ...]:
    """Return the commands whose rows in the table `runs` belong to a job."""
    return ("collect", "process") if job.command[0] == "run" else job.command[:1]
