"""Archives read back by plain processes of this machine, of which any is killed again and again; on both databases."""

import os
import random
import signal
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from crawlers.archives.places import plan_shards
from diembao.jobs.backfill.backfill import Backfilled, Wanted, backfill
from diembao.jobs.backfill.provinces import open_provinces
from diembao.jobs.configuration import write_configuration
from diembao.system.home import Home
from diembao.workers.shards import LocalExecutor
from tests.support.archived_press import captures, contents, run, write_warc
from tests.support.file_servers import FileHandler, serve_files
from tests.support.processes import below, processes

pytestmark = [pytest.mark.thorough, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")]

#: Shards, pages of each, and processes killed.
SHARDS, PAGES, KILLS = 240, 5, 20


def make_home(folder: Path) -> Home:
    home = Home(folder)
    write_configuration(home.config)
    return home


class Killer:
    """Kills some process that the program has started, each time that so many more shards are done."""

    def __init__(self, before: set[int], *, every: int, seed: int) -> None:
        self._before, self._every, self._random = before, every, random.Random(seed)
        #: shards that were done at each kill, and whether the program itself had started the process
        self.kills: list[tuple[int, bool]] = []

    def __call__(self, done: Backfilled) -> None:
        if len(self.kills) >= KILLS or done.shards < self._every * (len(self.kills) + 1):
            return
        now = processes()
        mine = sorted(
            pid
            for pid in below(os.getpid(), now) - self._before
            if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        pid = self._random.choice(mine)
        os.kill(pid, signal.SIGKILL)
        self.kills.append((done.shards, now[pid][0] == os.getpid()))


def test_twenty_kills_leave_no_trace(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "archives"
    folder.mkdir()
    pages = captures(SHARDS * PAGES)
    for n in range(SHARDS):
        write_warc(folder / f"{n:03}.warc.gz", pages[n * PAGES : (n + 1) * PAGES])
    asked: list[str] = []
    handler = partial(FileHandler, root=tmp_path, ranges=True, asked=asked)
    with serve_files(handler) as server:
        shards = list(plan_shards([f"{server}archives/{n:03}.warc.gz" for n in range(SHARDS)]))
        assert len(shards) == SHARDS
        with open_provinces([make_home(tmp_path / "plain")]) as provinces:
            asked.clear()
            run(provinces, shards)
            once = Counter(line.split()[1] for line in asked if line.startswith("GET"))
            expected = contents(provinces[0])
        killer = Killer(below(os.getpid(), processes()), every=SHARDS // (KILLS + 1), seed=1)
        with open_provinces([make_home(tmp_path / "home")], address) as provinces:
            asked.clear()
            done = backfill(provinces, shards, Wanted(), LocalExecutor(2), seconds_per_document=60, progress=killer)
            found = contents(provinces[0])
            left = provinces[0].storage.archives.waiting()
    asks = Counter(line.split()[1] for line in asked if line.startswith("GET"))
    again = [path for path, count in asks.items() if count > once[path]]
    print(f"{len(killer.kills)} killed, {len(again)} of {SHARDS} shards read more than once")
    assert len(killer.kills) == KILLS
    assert len({parent for _, parent in killer.kills}) == 2  # readers of shards, and their readers of pages
    assert done.unread == []
    assert left == 0
    assert found == expected
    assert len(again) <= SHARDS // 10
