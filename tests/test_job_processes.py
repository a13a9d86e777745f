"""Jobs as processes that end, their output, and the lock of a home that they leave."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from config.schedule import Job
from diembao.service.job_process import JobProcess, run_job
from diembao.system.home import Home, HomeInUse
from pipeline.records import JobOutcome


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def run(job: Job, home: Home) -> tuple[JobOutcome, int | None]:
    ended = run_job(job, job.command, home, JobProcess())
    return ended.outcome, ended.exit_code


def test_a_job_is_a_process_and_its_output_is_kept(home: Home) -> None:
    assert run(Job("status", ("status",), every_minutes=1, ok=(0, 1)), home)[0] == JobOutcome.DONE
    assert "Ổn." in (home.root / "logs" / "status.log").read_text("utf-8")
    assert run(Job("wrong", ("nonsense",), every_minutes=1), home) == (JobOutcome.FAILED, 2)


def test_a_job_that_takes_too_long_is_ended(home: Home) -> None:
    job = Job("demo", ("demo", "--serve", "--out", str(home.root / "out")), every_minutes=1, limit_minutes=3 / 60)
    began = time.monotonic()
    assert run(job, home)[0] == JobOutcome.TIMEOUT
    assert time.monotonic() - began < 30


def test_a_killed_process_leaves_no_lock(home: Home) -> None:
    code = f"from diembao.system.home import Home; from pathlib import Path; import time\nwith Home(Path({str(home.root)!r})).lock('collect'):\n    print('held', flush=True); time.sleep(60)"  # noqa: E501
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(HomeInUse, match=r"collect\.lock"), home.lock("collect"):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with home.lock("collect"):
        pass


def test_a_run_may_wait_for_the_one_before_it(home: Home) -> None:
    released = threading.Event()

    def hold() -> None:
        with home.lock("collect"):
            released.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        time.sleep(0.2)
        with pytest.raises(HomeInUse), home.lock("collect", wait=0.2):
            pass
        threading.Timer(0.3, released.set).start()
        with home.lock("collect", wait=10):
            assert released.is_set()
    finally:
        released.set()
        holder.join()
