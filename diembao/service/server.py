"""schedule.toml → its jobs run at their times, for months, with every turn recorded."""

import json
import os
import queue
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from config.schedule import Job, Serving
from diembao.service.health import HealthServer, HealthState
from diembao.service.job_process import JobProcess, JobResult, end_orphans, run_job
from diembao.service.leader_lock import notify_systemd, process_id
from diembao.service.scheduler import KEEP, DueJob, Schedule
from diembao.system.clock import now, steady
from diembao.system.files import write_atomically
from diembao.system.home import Home
from diembao.system.secrets import hide_secrets
from pipeline.records import JobOutcome, JobRun
from storage.base import Storage
from storage.engine.errors import StorageError
from storage.service.leader_lock import LeaderLock, LockedElsewhere

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

#: Seconds between two looks at the schedule, at most; where months are played, that is the pace of the play.
_LOOK = 0.05 if os.environ.get("DIEMBAO_CLOCK") else 1.0
#: Seconds between two looks whether this database is still ours.
_KEEP_LOOK = 30.0
#: Seconds after which a database that does not answer is told to people, and between two tries of that.
_TELL = 300.0
#: Seconds by which clock and steady time may differ between two looks before that is called a jump.
_JUMP = 30.0


class JobServer:
    """The loop: looks at the schedule, starts what is due, records what ended."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        serving: Serving,
        home: Home,
        zone: ZoneInfo,
        storage: Storage,
        hold: LeaderLock,
        log: "BoundLogger",
    ) -> None:
        self._jobs, self._home, self._zone, self._storage, self._hold, self._log = jobs, home, zone, storage, hold, log
        self._serving = serving
        self._who = process_id()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._running: dict[str, tuple[JobProcess, JobRun]] = {}
        self._ended: queue.SimpleQueue[tuple[JobRun, JobResult]] = queue.SimpleQueue()
        #: turns whose end the database has not taken yet
        self._unwritten: list[JobRun] = []
        self._state = HealthState(home.root)
        self._health: HealthServer | None = None
        self._kept_at = float("-inf")
        self._troubled_at = 0.0
        self._teller: threading.Thread | None = None
        self._forgot_on = ""
        at, ticks = now(), steady()
        orphans = end_orphans(home, tuple(job.name for job in jobs))
        if lost := storage.runs.lose_open(at):
            log.warning("lost", turns=lost, ended=orphans)
        self._schedule = self._read_schedule(at, ticks)
        self._clock = at, ticks

    def _read_schedule(self, at: datetime, ticks: float) -> Schedule:
        # Rows due before the window that say from when on a job is known count too.
        runs = self._storage.runs.jobs_since(at - KEEP)
        known = {run.job for run in runs}
        runs = [*(run for name, run in self._storage.runs.last_of_each().items() if name not in known), *runs]
        schedule = Schedule(self._jobs, self._zone, runs, at, ticks)
        for name in schedule.unknown():
            self._storage.runs.plan_job(name, at, self._who)
            schedule.note(JobRun(-1, name, at, at, at, JobOutcome.PLANNED), ticks)
        return schedule

    def stop(self) -> None:
        """Ask the loop to end; may be called from a signal handler."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Work until told to stop; jobs that run then are told to end, and handed back. Raises HeldElsewhere."""
        if self._serving.health:
            self._health = HealthServer(self._serving.health, self._state)
        told = {"who": self._who, "since": now().astimezone(self._zone).isoformat(timespec="seconds")}
        told["health"] = self._health.url if self._health else ""
        write_atomically(self._home.root / "serve.json", json.dumps(told).encode())
        self._log.info("serving", **told)
        notify_systemd("READY=1")
        try:
            while not self._stop.is_set():
                self.look()
                self._wake.wait(_LOOK)
                self._wake.clear()
        finally:
            notify_systemd("STOPPING=1")
            self._hand_back()
            if self._health is not None:
                self._health.close()
            self._log.info("stopped")

    def look(self) -> None:
        """Record what ended and start what is due."""
        at, ticks = now(), steady()
        drift = (at - self._clock[0]).total_seconds() - (ticks - self._clock[1])
        if abs(drift) > _JUMP:
            self._state.clock_jumps += 1
            self._log.warning("clock_jumped", seconds=round(drift))
        self._clock = at, ticks
        self._take_ended()
        try:
            self._keep_hold()
            for run in list(self._unwritten):
                self._storage.runs.end_job(run)
                self._unwritten.remove(run)
            for turn in self._schedule.turns(at, ticks, self._running.keys() | {r.job for r in self._unwritten}):
                self._start(turn, at, ticks)
            self._forget(at)
        except LockedElsewhere:
            raise
        except StorageError as error:
            if not self._state.trouble:
                self._troubled_at = ticks
            self._say_trouble(hide_secrets(str(error)))
            self._tell_trouble(ticks)
        else:
            self._say_trouble("")
        self._state.running = {name: running.pid for name, (running, _) in self._running.items()}
        self._state.next = self._schedule.next_times(at, ticks)
        self._state.at, self._state.looked = at, time.monotonic()
        notify_systemd("WATCHDOG=1")

    def _keep_hold(self) -> None:
        if time.monotonic() - self._kept_at >= _KEEP_LOOK or self._state.trouble:
            self._hold.keep()
            self._kept_at = time.monotonic()

    def _tell_trouble(self, ticks: float) -> None:
        """Run the job that tells people, unrecorded, since the database takes no record."""
        job = next((job for job in self._jobs if job.command[0] == "alerts"), None)
        if job is None or job.name in self._running or ticks - self._troubled_at < _TELL:
            return
        if self._teller is not None and self._teller.is_alive():
            return
        self._troubled_at = ticks

        def work() -> None:
            ended = run_job(job, (*job.command, "--trouble", self._state.trouble), self._home, running)
            self._log.info("told", exit=ended.exit_code, said=ended.output_tail)
            if ended.exit_code == 0:
                self._troubled_at = ticks + 24 * 3600

        running = JobProcess()
        self._teller = threading.Thread(target=work, name="teller", daemon=True)
        self._teller.start()

    def _say_trouble(self, trouble: str) -> None:
        if trouble and not self._state.trouble:
            self._log.error("database", said=trouble)
        elif self._state.trouble and not trouble:
            self._log.info("database_again")
        self._state.trouble = trouble

    def _start(self, turn: DueJob, at: datetime, ticks: float) -> None:
        number = self._storage.runs.begin_job(turn.job.name, turn.due, at, turn.late, self._who)
        run = JobRun(number, turn.job.name, turn.due, at, late=turn.late)
        self._schedule.note(run, ticks)
        running = JobProcess()
        self._running[turn.job.name] = running, run
        env = {"DIEMBAO_DUE": turn.due.isoformat()} if turn.late else {}
        self._log.info("begins", job=run.job, run=number, due=turn.due.isoformat(), late=turn.late)

        def work() -> None:
            ended = JobResult(JobOutcome.FAILED, None, "")
            try:
                ended = run_job(turn.job, turn.command, self._home, running, env)
            finally:
                self._ended.put((run, ended))
                self._wake.set()

        threading.Thread(target=work, name=run.job).start()

    def _take_ended(self) -> None:
        while not self._ended.empty():
            run, ended = self._ended.get()
            del self._running[run.job]
            at = now()
            said = "" if ended.outcome is JobOutcome.DONE else ended.output_tail
            run = replace(run, ended=at, outcome=ended.outcome, exit_code=ended.exit_code, output_tail=said)
            run = self._with_counts(run)
            self._schedule.note(run, steady())
            self._unwritten.append(run)
            self._state.last = {**self._state.last, run.job: run}
            if self._health is not None:
                self._health.count(run)
            tell = (
                self._log.info
                if run.outcome in (JobOutcome.DONE, JobOutcome.STOPPED, JobOutcome.LOCKED)
                else self._log.error
            )
            seconds = round((at - run.started).total_seconds(), 1)
            more: dict[str, Any] = {"said": run.output_tail} if run.output_tail else {}
            tell("ended", job=run.job, run=run.id, how=run.outcome, exit=run.exit_code, seconds=seconds, **more)

    def _with_counts(self, run: JobRun) -> JobRun:
        """Add what the commands of a turn counted; one of them without an end means that it broke off."""
        assert run.ended is not None
        if run.started > run.ended:  # the clock was set back meanwhile
            return run
        [job] = [job for job in self._jobs if job.name == run.job]
        try:
            counts, broken_off = self._storage.runs.counted(_commands(job), run.started, run.ended)
        except StorageError:
            return run
        how = JobOutcome.FAILED if broken_off and run.outcome is JobOutcome.DONE and run.exit_code else run.outcome
        return replace(run, counts=counts, outcome=how)

    def _forget(self, at: datetime) -> None:
        today = at.astimezone(self._zone).date().isoformat()
        if today != self._forgot_on:
            self._storage.runs.forget(at - timedelta(days=self._serving.keep_days))
            self._forgot_on = today

    def _hand_back(self) -> None:
        """Tell what runs to end, wait for it, and record it."""
        for running, _ in self._running.values():
            running.stop.set()
        while self._running:
            self._wake.wait(_LOOK)
            self._wake.clear()
            self._take_ended()
            notify_systemd("WATCHDOG=1")
        for run in self._unwritten:
            with suppress(StorageError):
                self._storage.runs.end_job(run)


def _commands(job: Job) -> tuple[str, ...]:
    """Return the commands whose own records a job leaves in the table `runs`."""
    return ("collect", "process") if job.command[0] == "run" else job.command[:1]
