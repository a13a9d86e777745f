"""The schedule starts commands as processes, ends those that take too long, and stops when told to."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.settings import Job, Settings, load_settings
from diembao.home import Home, HomeInUse
from diembao.jobs import period_of
from diembao.scheduler import TIMED_OUT, run_job

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_job_is_a_process_and_its_output_is_kept(home: Home) -> None:
    assert run_job(Job("status", ("status",), every_minutes=1), home, threading.Event()) == 0
    assert "waiting" in (home.root / "logs" / "status.log").read_text("utf-8")
    assert run_job(Job("wrong", ("nonsense",), every_minutes=1), home, threading.Event()) == 2


def test_a_job_that_takes_too_long_is_ended(home: Home) -> None:
    job = Job("demo", ("demo", "--serve", "--out", str(home.root / "out")), every_minutes=1, limit_minutes=3 / 60)
    began = time.monotonic()
    assert run_job(job, home, threading.Event()) == TIMED_OUT
    assert time.monotonic() - began < 30


def test_schedule_runs_its_jobs_at_once_and_stops_when_told(home: Home) -> None:
    subprocess.run([sys.executable, "-m", "diembao", "--home", str(home.root), "init"], check=True, capture_output=True)
    (home.config / "schedule.toml").write_text(
        '[[job]]\nname = "look"\ncommand = ["status"]\nevery_minutes = 60\nlimit_minutes = 1\n'
        '[[job]]\nname = "later"\ncommand = ["digest"]\ncron = "15 6 * * *"\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "diembao", "--home", str(home.root), "schedule"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "exit 0" in line:
                break
        assert any("later" in line and "06:15" in line for line in lines)
        with pytest.raises(HomeInUse), home.lock("schedule"):
            pass
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
    with home.lock("schedule"):
        pass


def test_a_killed_process_leaves_no_lock(home: Home) -> None:
    code = f"from diembao.home import Home; from pathlib import Path; import time\nwith Home(Path({str(home.root)!r})).lock('collect'):\n    print('held', flush=True); time.sleep(60)"  # noqa: E501
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(HomeInUse, match=r"collect\.lock"), home.lock("collect"):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with home.lock("collect"):
        pass


@pytest.fixture
def settings() -> Settings:
    return load_settings(None)


def test_period_of_a_day(settings: Settings) -> None:
    morning = datetime(2026, 11, 22, 6, 15, tzinfo=ZONE)
    today = period_of(None, settings, morning)
    assert (today.start, today.end) == (datetime(2026, 11, 21, 6, tzinfo=ZONE), morning)
    yesterday = period_of(datetime(2026, 11, 21).date(), settings, morning)  # noqa: DTZ001
    assert yesterday.end == today.start
    before_dawn = period_of(None, settings, datetime(2026, 11, 22, 5, 0, tzinfo=ZONE))
    assert before_dawn.end == datetime(2026, 11, 22, 6, tzinfo=ZONE)
    assert (today.start - today.late_from).total_seconds() == 48 * 3600
