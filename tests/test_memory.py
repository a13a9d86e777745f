"""Tagging goes on for as long as it likes in the memory it began with."""

import re
import subprocess
import sys


def test_memory_does_not_grow() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.memory", "3000"], capture_output=True, text=True, check=True, timeout=200
    )
    early, late = map(int, re.findall(r"(\d+) MiB", done.stdout))
    assert late - early <= 15, done.stdout
