"""A worker ends with the program that started it, whatever the worker is doing and however the program ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_in(4)

#: Seconds for a worker to start on a busy machine, and to end.
START, END = 90.0, 5.0


def is_alive(pid: int) -> bool:
    try:
        # The state after the name: a zombie waits for its parent and works no more.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.one_in(9)
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize(
    ("pool", "work"),
    [
        ("examiner", "sleep"),
        ("examiner", "python"),
        ("examiner", "regex"),
        ("parser", "sleep"),
        ("parser", "regex"),
        ("report", "python"),
        ("report", "regex"),
    ],
)
def test_no_worker_outlives_its_program(pool: str, work: str, end: signal.Signals, tmp_path: Path) -> None:
    if pool == "report" and end is signal.SIGINT:
        pytest.skip("an interrupted program waits for its figures, which get the same Ctrl-C from a terminal")
    command = [sys.executable, "-m", "tests.support.orphans", pool, work, str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as program:
        expected = 2 if pool == "examiner" else 1
        limit = time.monotonic() + START
        while len(pids := [int(p.stem) for p in tmp_path.glob("*.pid")]) < expected and time.monotonic() < limit:
            time.sleep(0.05)
        try:
            assert len(pids) == expected
            assert all(map(is_alive, pids))
            # To the program alone: a person's Ctrl-C and a service manager reach the whole group.
            program.send_signal(end)
            limit = time.monotonic() + END
            while any(map(is_alive, pids)) and time.monotonic() < limit:
                time.sleep(0.05)
            assert not [pid for pid in pids if is_alive(pid)]
        finally:
            program.kill()
            for pid in pids:
                if is_alive(pid):
                    os.kill(pid, signal.SIGKILL)
