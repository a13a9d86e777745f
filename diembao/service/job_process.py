"""One turn of a job → a process of its own, with a time limit, its output kept and its end told."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from config.schedule import Job
from diembao.service.logs import JobLog
from diembao.system.clock import now
from diembao.system.home import Home
from pipeline.records import JobOutcome

#: Seconds that a job is given to end by itself when it is told to, before it is killed.
GRACE = 20.0
#: bytes of a line that are read at once; a longer one is cut
_LINE = 20_000
#: Exit code of a command whose lock another run holds (diembao.cli.context.LOCKED).
_LOCKED = 3


@dataclass(frozen=True, slots=True)
class JobResult:
    outcome: JobOutcome
    #: None: the process did not start
    exit_code: int | None
    #: last lines of its output
    output_tail: str


class JobProcess:
    """A job that runs: its process group, and how to end it."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.pid: int | None = None


def run_job(
    job: Job, command: tuple[str, ...], home: Home, running: JobProcess, env: Mapping[str, str] = {}
) -> JobResult:
    """Run `diembao` with these arguments to its end, the job's time limit or `running.stop`.

    What it prints goes to logs/<name>.log in the home folder. The process, and those it starts, hold the lock
    jobs/<name>.lock as long as they live: so a server that comes after one that was killed finds them.
    """
    log = JobLog(home.root / "logs", job.name)
    log.head(f"--- {now().astimezone().isoformat(timespec='seconds')} diembao {' '.join(command)}")
    try:
        return _run(job, command, home, running, env, log)
    except BlockingIOError:
        log.write(f"{job.name} is still running")
        return JobResult(JobOutcome.LOCKED, None, log.last)
    except OSError as error:
        log.write(str(error))
        return JobResult(JobOutcome.FAILED, None, log.last)
    finally:
        log.close()


def _run(
    job: Job, command: tuple[str, ...], home: Home, running: JobProcess, env: Mapping[str, str], log: JobLog
) -> JobResult:
    argv = [sys.executable, "-m", "diembao", "--home", str(home.root), *command]
    folder = home.root / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{job.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A session of its own, so that the worker processes of a job end with it. The lock is passed on, and stays
        # theirs when it is closed here.
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(lock.fileno(),),
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", **env},
        )
    running.pid = process.pid
    with suppress(OSError):  # on a full disk a job that nobody can find later is better than none
        (folder / f"{job.name}.group").write_text(str(process.pid))
    reader = threading.Thread(target=_keep_output, args=(process, log), daemon=True)
    reader.start()
    ended: JobOutcome | None = None
    until = time.monotonic() + job.limit_minutes * 60
    while process.poll() is None:
        if running.stop.wait(0.05):
            ended = JobOutcome.STOPPED
        elif time.monotonic() >= until:
            ended = JobOutcome.TIMEOUT
        if ended is not None:
            _end(process)
            break
    code = process.wait()
    # What a job leaves running in its group would hold its output and its lock.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    reader.join(timeout=5)
    return JobResult(ended if ended is not None and code != 0 else _how(code, job), code, log.last)


def _how(code: int, job: Job) -> JobOutcome:
    if code < 0:
        return JobOutcome.CRASHED
    if code in job.ok:
        return JobOutcome.DONE
    return JobOutcome.LOCKED if code == _LOCKED else JobOutcome.FAILED


def _keep_output(process: "subprocess.Popen[bytes]", log: JobLog) -> None:
    assert process.stdout is not None
    with process.stdout as stream, suppress(ValueError, OSError):
        while line := stream.readline(_LINE):
            log.write(line.decode("utf-8", "replace").rstrip())


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Tell a process and its children to end, and kill them when they have not after a while."""
    for number, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
            # One that was stopped (SIGSTOP) hears nothing before it goes on.
            os.killpg(process.pid, signal.SIGCONT)
        try:
            process.wait(timeout=seconds)
            return
        except subprocess.TimeoutExpired:
            continue


def end_orphans(home: Home, names: tuple[str, ...]) -> list[str]:
    """End the jobs that a killed server left running; return their names."""
    left = [name for name in names if not _free(home, name)]
    for name in left:
        for number, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
            # The lock says that a process of that group lives, so that its number is nobody else's.
            with suppress(OSError, ValueError):
                group = int((home.root / "jobs" / f"{name}.group").read_text())
                os.killpg(group, number)
                os.killpg(group, signal.SIGCONT)
            until = time.monotonic() + seconds
            while not (free := _free(home, name)) and time.monotonic() < until:
                time.sleep(0.05)
            if free:
                break
    return left


def _free(home: Home, name: str) -> bool:
    path = home.root / "jobs" / f"{name}.lock"
    if not path.exists():
        return True
    with path.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
