"""kill -9 while writing, a disk that fills, a PostgreSQL that restarts: what was acknowledged is there, once."""

from pathlib import Path

import pytest

from tests.support.forked_processes import ForkedPopen
from tests.support.stress.crash import crash, fill_up


@pytest.mark.parametrize("kills", [2, pytest.param(5, marks=pytest.mark.thorough)])
def test_kills_lose_nothing(address: str, tmp_path: Path, kills: int) -> None:
    assert crash(address, tmp_path, kills=kills, seed=11, popen=ForkedPopen) == []


def test_a_full_disk_loses_nothing_and_says_so(tmp_path: Path) -> None:
    file, log = tmp_path / "full.db", tmp_path / "acknowledged.txt"
    said, problems = fill_up(file, log, megabytes=3)
    assert problems == []
    assert str(file) in said
    assert "disk" in said
    assert crash(f"sqlite:///{file}", tmp_path, kills=1, seed=3, popen=ForkedPopen) == [], "with room again it goes on"
