"""One run of a job → a process with a time limit, its output in a log, and its outcome."""

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

from config.schedule import CRASH, Job
from diembao.service.logs import JobLog
from diembao.system.clock import now
from diembao.system.home import Home
from pipeline.records import JobOutcome

#: Seconds between SIGTERM and SIGKILL.
GRACE = 20.0
#: Bytes of the longest line; a longer one is split.
_LINE = 20_000
#: Exit code of a command whose lock another run holds (diembao.cli.context.LOCKED).
_LOCKED = 3
#: Exit code of a command that waits for a person (diembao.cli.context.WAITS).
_WAITS = 4
#: Environment in which the output of a job comes at once and in UTF-8.
_OUTPUT = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
#: What `python -m diembao` does; it ends as a crash too where the package itself is not there, as during an upgrade.
_START = f"""import sys
sys.argv[0] = "diembao"
try:
    from diembao.__main__ import main
except BaseException as error:
    print(f"{{type(error).__name__}}: {{error}}", file=sys.stderr)
    sys.exit({CRASH})
main()
"""


@dataclass(frozen=True, slots=True)
class JobResult:
    """How the process of a job ended."""

    outcome: JobOutcome
    #: None: the process did not start; negative: signal that ended it
    exit_code: int | None
    #: last lines of its output
    output_tail: str


class JobProcess:
    """A running job: the id of its process group, and the event that stops it."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.pid: int | None = None


def run_job(
    job: Job, command: tuple[str, ...], home: Home, running: JobProcess, env: Mapping[str, str] = {}
) -> JobResult:
    """Run `diembao` with these arguments until it ends, its time limit passes or `running.stop` is set.

    Its output goes to logs/<name>.log in the home folder. The process and its children hold the lock
    jobs/<name>.lock while they live, so that the next server finds them if this one is killed.
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
    # -P: a csv.py in the working directory, which may be that of the data, is no module of the program.
    argv = [sys.executable, "-P", "-c", _START, "--home", str(home.root), *command]
    folder = home.root / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{job.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The job gets its own session, so that its worker processes end with it. They inherit the lock and keep it
        # when it is closed here.
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(lock.fileno(),),
            env={**os.environ, **_OUTPUT, "PYTHONSAFEPATH": "1", "DIEMBAO_JOB": job.name, **env},
        )
    running.pid = process.pid
    with suppress(OSError):  # on a full disk the job runs all the same, but end_orphans cannot find it
        (folder / f"{job.name}.group").write_text(str(process.pid))
    reader = threading.Thread(target=_keep_output, args=(process, log), daemon=True)
    reader.start()
    outcome: JobOutcome | None = None
    deadline = time.monotonic() + job.limit_minutes * 60
    while process.poll() is None:
        if running.stop.wait(0.05):
            outcome = JobOutcome.STOPPED
        elif time.monotonic() >= deadline:
            outcome = JobOutcome.TIMEOUT
        if outcome is not None:
            _terminate(process)
            break
    code = process.wait()
    # A process that the job left running in its group would hold its output and its lock.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    reader.join(timeout=5)
    return JobResult(outcome if outcome is not None and code != 0 else _outcome_of(code, job), code, log.last)


def _outcome_of(code: int, job: Job) -> JobOutcome:
    """Return the outcome that an exit code stands for."""
    if code < 0:
        return JobOutcome.CRASHED
    if code in job.ok and code != CRASH:
        return JobOutcome.DONE
    return {_LOCKED: JobOutcome.LOCKED, _WAITS: JobOutcome.WAITING}.get(code, JobOutcome.FAILED)


def _keep_output(process: "subprocess.Popen[bytes]", log: JobLog) -> None:
    assert process.stdout is not None
    with process.stdout as stream, suppress(ValueError, OSError):
        while line := stream.readline(_LINE):
            log.write(line.decode("utf-8", "replace").rstrip())


def _terminate(process: "subprocess.Popen[bytes]") -> None:
    """Send SIGTERM to a process and its children, and SIGKILL if it still runs after GRACE seconds."""
    for number, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
            # A process stopped by SIGSTOP handles no signal before SIGCONT.
            os.killpg(process.pid, signal.SIGCONT)
        try:
            process.wait(timeout=seconds)
            return
        except subprocess.TimeoutExpired:
            continue


def end_orphans(home: Home, names: tuple[str, ...]) -> list[str]:
    """End the jobs that a killed server left running; return their names."""
    orphans = [name for name in names if not _is_free(home, name)]
    for name in orphans:
        for number, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
            # The held lock proves that the group still lives, so that its id was not given to another process.
            with suppress(OSError, ValueError):
                group = int((home.root / "jobs" / f"{name}.group").read_text())
                os.killpg(group, number)
                os.killpg(group, signal.SIGCONT)
            deadline = time.monotonic() + seconds
            while not (free := _is_free(home, name)) and time.monotonic() < deadline:
                time.sleep(0.05)
            if free:
                break
    return orphans


def _is_free(home: Home, name: str) -> bool:
    """Return whether no process holds the lock of a job."""
    path = home.root / "jobs" / f"{name}.lock"
    if not path.exists():
        return True
    with path.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
