"""Writers at once, and a desk killed with -9 under load; `make soak` runs the full counts (benchmarks.desk_soak)."""

from pathlib import Path

import pytest

from diembao.web.routing import all_routes
from tests.support.forked_processes import ForkedPopen
from tests.support.stress.desk_kill import kill_desk
from tests.support.stress.desk_writers import unnamed_bits, write_at_once

pytestmark = pytest.mark.one_in(2)


def test_writers_at_once_lose_and_double_no_decision(address: str) -> None:
    """A tenth of 40 writers with 50 decisions each; then one bit is changed in cells of the audit, one at a time."""
    found = write_at_once(address, 20, 10, ForkedPopen)
    assert found.problems == []
    assert found.told == found.entries == 200
    assert unnamed_bits(address, 20, seed=1) == []


@pytest.mark.parametrize("kills", [3])
def test_what_a_browser_was_told_is_done_is_done_after_kill_9(address: str, tmp_path: Path, kills: int) -> None:
    found = kill_desk(tmp_path, address, kills, 3, ForkedPopen)
    assert found.problems == []
    assert (found.lost, found.twice) == (0, 0)
    assert found.told >= kills
    assert found.decisions > 0 or "/review/act" not in {route.path for route in all_routes()}
