"""Batches of documents → worker processes of this machine, which may hang or die, and one result for each document."""

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice

from pebble import ProcessPool

from diembao.workers.base import Examine, Examiner
from pipeline.records import Document, Examined, Reason, Unreadable
from pipeline.rules.rulebook import Rulebook

#: Batches after which a worker is replaced: the memory that its libraries leak is freed with it.
_BATCHES_PER_WORKER = 200
#: Megabytes that a worker may hold: with models and libraries loaded it holds 300 to 500, and no page needs the rest.
_MEGABYTES = 2048
#: Seconds that a new worker may need to load the rules and libraries, on top of its first batch.
_START = 30.0


@dataclass(frozen=True, slots=True)
class LocalExaminer(Examiner):
    """Examines in processes of this machine (a Pebble pool).

    A batch that is late, needs too much memory or ends its process is examined once more document by document, so
    that only the page that caused it is lost.
    """

    #: processes; 0: one per processor
    workers: int = 0
    #: seconds that a new worker may need to start
    start: float = _START
    #: memory of a worker
    megabytes: int = _MEGABYTES

    def examine(
        self,
        documents: Iterable[Document],
        rules: Rulebook,
        *,
        batch: int,
        seconds_per_document: float,
        function: Examine | None = None,
    ) -> Iterator[list[Examined]]:
        from pipeline.examine import examine_all

        examine = function or examine_all
        count = self.workers or os.cpu_count() or 1
        source = iter(documents)
        with ProcessPool(
            max_workers=count,
            max_tasks=_BATCHES_PER_WORKER,
            initializer=_limit_memory,
            initargs=(self.megabytes,),
            context=multiprocessing.get_context("spawn"),
        ) as pool:

            def send(group: list[Document]) -> Future[list[Examined]]:
                limit = self.start + seconds_per_document * len(group)
                return pool.schedule(examine, args=(group, rules), timeout=limit)

            queue: deque[tuple[list[Document], Future[list[Examined]]]] = deque()
            try:
                while True:
                    while len(queue) < 2 * count and (group := list(islice(source, batch))):
                        queue.append((group, send(group)))
                    if not queue:
                        return
                    group, future = queue.popleft()
                    yield _result(group, future, lambda one: send([one]))
            finally:
                pool.stop()  # type: ignore[no-untyped-call]


def _limit_memory(megabytes: int) -> None:
    """Limit the data segment of this process, so that a page that needs more meets a MemoryError."""
    if sys.platform == "win32":
        return
    import resource

    limit = megabytes * 2**20
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def _result(
    group: list[Document], future: Future[list[Examined]], send_one: Callable[[Document], Future[list[Examined]]]
) -> list[Examined]:
    """Return the results of a batch; after a failure send its documents once more, one by one."""
    try:
        return future.result()
    except Exception as error:
        if len(group) == 1:
            return [Unreadable(group[0].id, Reason.ERROR, f"reading it ended its process: {error!r}"[:500])]
        return [result for one in group for result in _result([one], send_one(one), send_one)]
