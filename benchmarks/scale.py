"""`python -m benchmarks.scale`: two workers of Dask beside one, and what a worker holds over 60 shards.

A written archive is read again and again, long enough that the start of the workers (some seconds, told apart) does not
decide. The time is one of the clock, with scheduler and program on the same processors, best of a few runs in turn: it
says something on a quiet machine with two processors. What a worker holds is its own memory and that of its process for
pages, shared memory counted once (PSS), after each shard.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from benchmarks.goals import Goal, print_goals
from config.rulebook import load_rulebook
from crawlers.archives.places import plan_shards
from diembao.workers.archive_pages import ArchiveTask
from diembao.workers.dask_shards import DaskExecutor
from diembao.workers.shards import LocalExecutor, ShardExecutor
from pipeline.records.archives import Shard
from tests.support.archive import write_archive

#: Pages of the archive, records of a shard, shards of a timed run, runs of each kind.
_PAGES, _RECORDS, _SHARDS, _ROUNDS = 600, 100, 120, 3
#: Shards over which the memory of a worker is watched.
_WATCHED = 60


@dataclass(frozen=True, slots=True)
class Run:
    """A run over some shards: seconds to the first result, and from it to the last one."""

    pages: int
    start: float
    seconds: float
    #: CPU seconds of this process, with its scheduler, and of all others, over the whole run
    own: float
    workers: float

    @property
    def rate(self) -> float:
        """Pages a second, of all shards but the first."""
        return self.pages / self.seconds


def read(executor: ShardExecutor, shards: Sequence[Shard]) -> Run:
    """Read shards. Raises RuntimeError where one was not read."""
    task = ArchiveTask((load_rulebook(None),))
    began, own, others = time.monotonic(), time.process_time(), _cpu_of_others()
    first, pages = 0.0, 0
    for _, result in executor.run(task, shards):
        if isinstance(result, str):
            raise RuntimeError(result)
        if not first:
            first = time.monotonic()
        else:
            pages += result[0].records
    seconds = time.monotonic() - first
    return Run(pages, first - began, seconds, time.process_time() - own, _cpu_of_others() - others)


def _cpu_of_others() -> float:
    """Return the CPU seconds of the processes that this one started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory_by_shard(shards: Sequence[Shard]) -> list[float]:
    """Return the megabytes that the only worker of a cluster holds after each shard."""
    task = ArchiveTask((load_rulebook(None),))
    seen: list[float] = []
    for _, result in DaskExecutor(workers=1).run(task, shards):
        if isinstance(result, str):
            raise RuntimeError(result)
        seen.append(sum(map(_megabytes, descendants(os.getpid()))))
    return seen


def descendants(parent: int) -> Iterator[int]:
    """Yield the processes below one."""
    with suppress(OSError):
        for thread in Path(f"/proc/{parent}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from descendants(int(child))


def _megabytes(process: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _figures(shards: Sequence[Shard], rounds: int) -> list[Goal]:
    ways: dict[str, ShardExecutor] = {
        "Dask, 1 worker": DaskExecutor(workers=1),
        "Dask, 2 workers": DaskExecutor(workers=2),
        "2 processes, without Dask": LocalExecutor(2),
    }
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, executor in ways.items():  # in turn, so that a slow spell of the machine meets all of them
            runs[name].append(read(executor, shards))
    best = {name: max(found, key=lambda run: run.rate) for name, found in runs.items()}
    columns = ("pages", "s to the first shard", "s for the others", "pages/s", "CPU of workers", "of the scheduler")
    table = Table("workers", *columns, title=f"best of {rounds}")
    for name, run in best.items():
        clock = (f"{run.start:.1f}", f"{run.seconds:.1f}", f"{run.rate:.0f}")
        table.add_row(name, str(run.pages), *clock, f"{run.workers:.1f} s", f"{run.own:.1f} s")
    Console(width=120).print(table)
    one, two = best["Dask, 1 worker"], best["Dask, 2 workers"]
    return [Goal("scale: pages by the clock with two workers, as those with one", two.rate / one.rate, least=1.8)]


def _memory(shards: Sequence[Shard]) -> list[Goal]:
    seen = memory_by_shard(shards)
    third = len(seen) // 3
    early, late = mean(seen[:third]), mean(seen[-third:])
    # The first shards have few pages about a province, so that its process for pages may not be there yet.
    Console(width=120).print(
        f"a worker over {len(seen)} shards: {seen[0]:.0f} MB after the first, {early:.0f} MB in the first third, "
        f"{late:.0f} MB in the last, {max(seen):.0f} MB at most"
    )
    return [Goal("scale: memory of a worker, last third of 60 shards to the first", late / early, most=1.1, unit=" ×")]


def main(arguments: Sequence[str] | None = None) -> list[Goal]:
    """Print the figures; return the goals that are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=_PAGES, help="pages of the archive")
    parser.add_argument("--records", type=int, default=_RECORDS, help="records of a shard")
    parser.add_argument("--shards", type=int, default=_SHARDS, help="shards of a timed run")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="runs of each kind; 0: memory alone")
    given = parser.parse_args(arguments)
    if find_spec("distributed") is None:
        print("scale: not measured; the extra `cluster` is not installed")
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.warc.gz"
        write_archive(path, given.pages, 1)
        planned = list(plan_shards([str(path)], records=given.records))
        found = _figures([*islice(cycle(planned), given.shards)], given.rounds) if given.rounds else []
        found += _memory([*islice(cycle(planned), _WATCHED)])
    return print_goals("shards read by Dask", found)


if __name__ == "__main__":
    sys.exit(bool(main()))
