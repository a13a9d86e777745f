"""kill -9 at random moments of a run, then one run to the end: the same coverage as an undisturbed run."""

from pathlib import Path

import pytest

from diembao.demo.server import Press
from tests.support.stress.kill import coverage, try_kills

pytestmark = pytest.mark.long(40)


@pytest.mark.parametrize(("kills", "every"), [(2, 3), pytest.param(3, 1, marks=pytest.mark.thorough)])
def test_killed_runs_end_as_undisturbed_ones(press: Press, tmp_path: Path, kills: int, every: int) -> None:
    """A collection is killed, then an examination, and so on; one in `every` outlets is watched."""
    assert try_kills(press, tmp_path, kills=kills, seed=7, every=every) == []
    assert len(coverage(tmp_path / "calm")) > 100 / every
