"""Shards → their results, in processes of this machine or of many: the contract, and this machine's way."""

import atexit
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol

from crawlers.archives.places import PlaceLost
from diembao.workers.archive_pages import ArchiveTask, ShardReader
from diembao.workers.pool import Lost, WorkerPool, limit_memory, worker_count
from pipeline.records.archives import Shard, ShardResult

#: Seconds for one shard: it hangs only where its place does, since each page has a limit of its own.
_SHARD_SECONDS = 3600.0
#: Times that a shard is read at most, where its process ends before it is done.
TRIES = 3
#: Shards handed out for each process, so that none waits for the next.
_AHEAD = 2
#: Memory of a process that reads shards, in megabytes.
_MEGABYTES = 2048

#: What became of a shard: the result of each province, or why there is none.
ShardEnd = tuple[Shard, list[ShardResult] | str]


class ShardExecutor(Protocol):
    """Shards in, one result for each out, whatever happens to the processes that read them."""

    def run(self, task: ArchiveTask, shards: Iterable[Shard]) -> Iterator[ShardEnd]:
        """Yield shards with their results as these come, in any order; with a note the ones that cannot be read."""
        ...


class LocalExecutor(ShardExecutor):
    """Reads shards in processes of this machine; `workers` 0: one per processor."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = worker_count(workers)

    def run(self, task: ArchiveTask, shards: Iterable[Shard]) -> Iterator[ShardEnd]:
        source = enumerate(shards)
        waiting: dict[int, tuple[Shard, int]] = {}
        call: Callable[[Shard], list[ShardResult] | str] = partial(read_for, task)
        setup = partial(limit_memory, _MEGABYTES)
        with WorkerPool[Shard, list[ShardResult] | str](self.workers, call, setup, parents=True) as pool:
            while True:
                while len(waiting) < self.workers * _AHEAD and (pair := next(source, None)) is not None:
                    waiting[pair[0]] = (pair[1], 1)
                    pool.submit(*pair, _SHARD_SECONDS)
                if not waiting:
                    return
                number, result = pool.next()
                shard, tries = waiting.pop(number)
                if isinstance(result, Lost) and tries < TRIES:
                    waiting[number] = (shard, tries + 1)
                    pool.submit(number, shard, _SHARD_SECONDS)
                    continue
                yield shard, result.note if isinstance(result, Lost) else result


#: The reader of this process, and the task that it reads for.
_readers: list[tuple[ArchiveTask, ShardReader]] = []


def read_for(task: ArchiveTask, shard: Shard) -> list[ShardResult] | str:
    """Read a shard in this process; return the result of each province, or why its archive cannot be read."""
    if not _readers or _readers[0][0] is not task:
        close_reader()
        _readers.append((task, ShardReader(task)))
        atexit.register(close_reader)
    return read_with(_readers[0][1], shard)


def read_with(reader: ShardReader, shard: Shard) -> list[ShardResult] | str:
    """Read a shard with a reader of this process; return the result of each province, or why it cannot be read."""
    try:
        return reader.read(shard)
    except PlaceLost as error:
        return str(error)
    except OSError as error:
        return f"{type(error).__name__}: {error}"[:500]


def close_reader() -> None:
    """End the process in which this one reads pages."""
    while _readers:
        _readers.pop()[1].close()
