"""Batches of documents → worker processes that may hang or die, and one result each all the same."""

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice

from pebble import ProcessPool

from pipeline.records import Document, Examined, Reason, Unreadable
from pipeline.rules.rulebook import Rulebook

Examine = Callable[[Sequence[Document], Rulebook], list[Examined]]

#: A worker is replaced after so many batches: what its libraries leak goes with it.
_BATCHES_PER_WORKER = 200
#: Megabytes that a worker may hold: with models and libraries loaded it holds 300 to 500, and no page needs the rest.
_MEGABYTES = 2048
#: Seconds that a new worker may need to load the rules and libraries, on top of its first batch.
_START = 30.0


def examine_in_processes(
    documents: Iterable[Document],
    rules: Rulebook,
    *,
    workers: int,
    batch: int,
    seconds_per_document: float,
    examine: Examine | None = None,
    start: float = _START,
    megabytes: int = _MEGABYTES,
) -> Iterator[list[Examined]]:
    """Yield results batch by batch, in order, one for each document.

    A batch that comes back late, wants more memory than `megabytes`, or takes its process with it, is examined once
    more document by document, so that only the page that caused it is lost; it becomes Unreadable. `workers` 0 means
    one per processor; `examine` is pipeline.examine.examine_all.
    """
    from pipeline.examine import examine_all

    work = examine or examine_all
    count = workers or os.cpu_count() or 1
    source = iter(documents)
    with ProcessPool(
        max_workers=count,
        max_tasks=_BATCHES_PER_WORKER,
        initializer=_limit_memory,
        initargs=(megabytes,),
        context=multiprocessing.get_context("spawn"),
    ) as pool:

        def send(group: list[Document]) -> Future[list[Examined]]:
            limit = start + seconds_per_document * len(group)
            return pool.schedule(work, args=(group, rules), timeout=limit)

        under_way: deque[tuple[list[Document], Future[list[Examined]]]] = deque()
        try:
            while True:
                while len(under_way) < 2 * count and (group := list(islice(source, batch))):
                    under_way.append((group, send(group)))
                if not under_way:
                    return
                group, future = under_way.popleft()
                yield _result(group, future, lambda one: send([one]))
        finally:
            pool.stop()  # type: ignore[no-untyped-call]


def _limit_memory(megabytes: int) -> None:
    """Let this process have no more memory of its own, so that a page that eats it meets a MemoryError."""
    if sys.platform == "win32":
        return
    import resource

    limit = megabytes * 2**20
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def _result(
    group: list[Document], future: Future[list[Examined]], send_one: Callable[[Document], Future[list[Examined]]]
) -> list[Examined]:
    try:
        return future.result()
    except Exception as error:
        if len(group) == 1:
            return [Unreadable(group[0].id, Reason.ERROR, f"reading it ended its process: {error!r}"[:500])]
        return [result for one in group for result in _result([one], send_one(one), send_one)]
