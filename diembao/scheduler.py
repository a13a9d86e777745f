"""Jobs → subprocesses at their times, each with a time limit."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from config.settings import Job
from diembao.home import Home

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

#: Seconds that a job is given to end by itself when it is told to, before it is killed.
_GRACE = 20.0
#: A start that was missed (the machine slept) is made up for, once, within this many seconds.
_MISFIRE = 6 * 3600

TIMED_OUT = -1


def run_schedule(jobs: Sequence[Job], home: Home, time_zone: str, *, say: Callable[[str], None]) -> int:
    """Run jobs at their times until SIGINT or SIGTERM; running jobs are then told to end. Returns 0."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    zone = ZoneInfo(time_zone)
    stop = threading.Event()
    scheduler = BackgroundScheduler(
        timezone=zone,
        executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _MISFIRE},
    )

    def start(job: Job) -> None:
        began = datetime.now(zone)
        code = run_job(job, home, stop)
        ended = datetime.now(zone)
        how = "timeout" if code == TIMED_OUT else f"exit {code}"
        say(f"{ended:%Y-%m-%d %H:%M:%S} {job.name}: {how} ({(ended - began).total_seconds():.0f} s)")

    for job in jobs:
        # A job with an interval starts at once: after an outage nobody should wait for its first turn.
        extra: dict[str, Any] = {} if job.every_minutes is None else {"next_run_time": datetime.now(zone)}
        scheduler.add_job(start, _trigger(job, zone), args=(job,), id=job.name, name=job.name, **extra)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    scheduler.start()
    for planned in scheduler.get_jobs():
        say(f"{planned.name}: {planned.next_run_time:%Y-%m-%d %H:%M}")
    stop.wait()
    scheduler.shutdown(wait=True)
    return 0


def _trigger(job: Job, zone: ZoneInfo) -> "BaseTrigger":
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    if job.cron is not None:
        return CronTrigger.from_crontab(job.cron, timezone=zone)
    return IntervalTrigger(minutes=job.every_minutes or 1, timezone=zone)


def run_job(job: Job, home: Home, stop: threading.Event) -> int:
    """Run one job to its end, its time limit or `stop`; return its exit code, or TIMED_OUT.

    What it prints is appended to logs/<name>.log in the home folder.
    """
    log = home.root / "logs" / f"{job.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "diembao", "--home", str(home.root), *job.command]
    with log.open("ab") as stream:
        stream.write(f"--- {datetime.now().astimezone().isoformat(timespec='seconds')} {job.name}\n".encode())
        stream.flush()
        # A session of its own, so that the worker processes of a job end with it.
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
        waited = 0.0
        while True:
            try:
                return process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                waited += 0.5
            if stop.is_set() or waited >= job.limit_minutes * 60:
                code = _end(process)
                return code if stop.is_set() else TIMED_OUT


def _end(process: "subprocess.Popen[bytes]") -> int:
    import os

    for number, seconds in ((signal.SIGTERM, _GRACE), (signal.SIGKILL, _GRACE)):
        try:
            os.killpg(process.pid, number)
            return process.wait(timeout=seconds)
        except ProcessLookupError:
            return process.wait()
        except subprocess.TimeoutExpired:
            continue
    return process.wait()
