"""Shards → their results, in processes that Dask hands them to, on this machine or on many."""

import asyncio
import itertools
import logging
import queue
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from diembao.workers.archive_pages import ArchiveTask
from diembao.workers.pool import worker_count
from diembao.workers.shards import TRIES, ShardEnd, ShardExecutor
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.archives import Shard, ShardResult

#: Settings of Dask for a cluster that reads shards: of one on this machine, and as deploy/shards.yaml for others.
SETTINGS: dict[str, Any] = {
    # A worker starts a process of its own, in which it reads pages.
    "distributed.worker.daemon": False,
    # A shard that waits at a worker was sent there a moment ago: to move it costs more than it gains.
    "distributed.scheduler.work-stealing": False,
    # Ends of workers that a shard survives, those behind which it only waited among them.
    "distributed.scheduler.allowed-failures": 5,
    # What libraries leak is freed with a worker; they do not all end at the same time.
    "distributed.worker.lifetime.duration": "1 hour",
    "distributed.worker.lifetime.stagger": "10 minutes",
    "distributed.worker.lifetime.restart": True,
    # A worker holds no data of others, so there is nothing to move to the disk. One that paused would never go on.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # It samples the worker a hundred times a second.
    "distributed.worker.profile.enabled": False,
    # It looks at itself 62 times a second, which took a twentieth of a core.
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "1 minute",
    "distributed.admin.system-monitor.interval": "5s",
    # These pages ask nobody for a certificate.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
#: Memory of a worker, without its process for pages, in bytes.
MEMORY = 2 << 30
#: Shards handed out for each worker: one that it reads, one that it begins next.
AHEAD = 2
#: Seconds between two looks at how many workers there are.
_LOOK = 1.0
#: Seconds without any worker after which a run is given up, and seconds for a scheduler to answer.
_NO_WORKERS, _ANSWER = 300.0, 30
#: Threads that fetch results: one of them may wait for a shard whose worker ended before it was asked.
_FETCHERS = 4


class ClusterFailed(DiembaoError, OSError):
    """Dask is not installed, its scheduler is not reached or was lost, or no worker can read; the message says so."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files by which this program and a scheduler know each other: the authority, a certificate, its key."""

    authority: str
    certificate: str
    key: str


class DaskExecutor(ShardExecutor):
    """Reads shards in the workers of a scheduler, or where no address is given in `workers` processes of this machine.

    `address`: tls://HOST:PORT, with `tls`, or tcp://HOST:PORT for a scheduler that only trusted programs can reach:
    whoever reaches it runs what he likes. `workers` 0: one per processor; other processes cannot reach them.
    """

    def __init__(self, address: str = "", *, tls: TlsFiles | None = None, workers: int = 0) -> None:
        self.address, self.tls = address, tls
        self.workers = worker_count(workers)

    def run(self, task: ArchiveTask, shards: Iterable[Shard]) -> Iterator[ShardEnd]:
        """See ShardExecutor. Raises ClusterFailed; shards that were yielded are done, another run takes up the rest."""
        with self._connect() as client:
            yield from _Run(client, task).results(shards)

    @contextmanager
    def _connect(self) -> Generator[Any, None, None]:
        """Yield a client of the scheduler. Raises ClusterFailed."""
        try:
            import distributed
        except ImportError as error:
            message = mark("{package} is not installed; pip install 'diembao[cluster]'")
            raise ClusterFailed(Message(message, package=error.name or "distributed")) from error
        if not self.address:
            with _local_cluster(self.workers) as cluster, distributed.Client(cluster, set_as_default=False) as client:
                yield client
            return
        security: Any = None
        if self.tls is not None:
            security = distributed.Security(
                tls_ca_file=self.tls.authority,
                tls_client_cert=self.tls.certificate,
                tls_client_key=self.tls.key,
                require_encryption=True,
            )
        try:
            client = distributed.Client(self.address, security=security, timeout=_ANSWER, set_as_default=False)
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            message = mark("the scheduler {address} cannot be reached ({problem})")
            raise ClusterFailed(Message(message, address=self.address, problem=_said(error))) from error
        with client:
            yield client


@contextmanager
def _local_cluster(workers: int) -> Generator[Any, None, None]:
    """Yield a scheduler in this process with workers of one thread each, which know each other by keys made now."""
    import dask.config
    from distributed import LocalCluster

    options: dict[str, Any] = {
        "n_workers": workers,
        "threads_per_worker": 1,
        "memory_limit": MEMORY,
        "dashboard_address": None,
        # Any free port: two runs of one machine would both want the usual one.
        "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"},
        "security": True,
        "silence_logs": logging.CRITICAL,
    }
    with dask.config.set(SETTINGS), LocalCluster(**options) as cluster:
        yield cluster


@dataclass(slots=True)
class _Sent:
    """A shard that was handed out, and whether no other one was meanwhile."""

    shard: Shard
    future: Any
    alone: bool


class _Run:
    """One run of a task on a cluster."""

    def __init__(self, client: Any, task: ArchiveTask) -> None:
        from diembao.workers.dask_plugins import send_task

        self._client = client
        self._name = f"diembao-{uuid.uuid4().hex}"
        self._sent: dict[int, _Sent] = {}
        #: shards whose workers ended, or that only waited at these: handed out one by one when all others are done
        self._suspects: deque[tuple[int, Shard]] = deque()
        #: number of a shard, and its result or why it has none
        self._done: queue.SimpleQueue[tuple[int, list[ShardResult] | str | BaseException]] = queue.SimpleQueue()
        self._fetchers = ThreadPoolExecutor(_FETCHERS, thread_name_prefix="shards")
        #: when the workers were counted last, and when there was one
        self._looked = self._seen = 0.0
        self._workers = 0
        try:
            send_task(client, self._name, task)
        except Exception as error:  # a worker raises whatever its own libraries raise
            raise self._failed(error) from error

    def results(self, shards: Iterable[Shard]) -> Iterator[ShardEnd]:
        source = enumerate(shards)
        self._seen = time.monotonic()
        try:
            while True:
                room = max(1, self._count_workers()) * AHEAD - len(self._sent)
                for number, shard in itertools.islice(source, max(0, room)):
                    self._submit(number, shard)
                if not self._sent:
                    if not self._suspects:
                        return
                    self._submit(*self._suspects.popleft(), alone=True)
                with suppress(queue.Empty):
                    number, result = self._done.get(timeout=_LOOK)
                    yield from self._end(number, result)
        finally:
            self._fetchers.shutdown(wait=False, cancel_futures=True)
            for sent in self._sent.values():
                sent.future.release()

    def _submit(self, number: int, shard: Shard, *, alone: bool = False) -> None:
        from diembao.workers.dask_plugins import read_sent

        key = f"{self._name}-{number}-{int(alone)}"
        future = self._client.submit(read_sent, self._name, shard, key=key, pure=False, retries=TRIES - 1)
        self._sent[number] = _Sent(shard, future, alone)
        future.add_done_callback(lambda done: self._fetch_later(number, done))

    def _fetch_later(self, number: int, future: Any) -> None:
        with suppress(RuntimeError):  # the run is over
            self._fetchers.submit(self._fetch, number, future)

    def _fetch(self, number: int, future: Any) -> None:
        """Take a result out of its worker at once: one that still lies there when the worker ends is computed again."""
        result: list[ShardResult] | str | BaseException
        try:
            result = future.result()
        except (Exception, asyncio.CancelledError) as error:
            result = error
        future.release()
        self._done.put((number, result))

    def _end(self, number: int, result: list[ShardResult] | str | BaseException) -> Iterator[ShardEnd]:
        """Yield a shard that has its result, or is at fault that it has none. Raises ClusterFailed."""
        from distributed import KilledWorker

        from diembao.workers.dask_plugins import ReaderMissing

        sent = self._sent.pop(number)
        if not isinstance(result, BaseException):
            yield sent.shard, result
        elif isinstance(result, asyncio.CancelledError | ImportError | ReaderMissing):
            raise self._failed(result) from result
        elif isinstance(result, KilledWorker) and not sent.alone:
            self._suspects.append((number, sent.shard))
        else:
            yield sent.shard, _said(result)

    def _count_workers(self) -> int:
        """Return how many workers there are, as of a second ago at most. Raises ClusterFailed."""
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return self._workers
        try:
            self._workers = len(self._client.nthreads())
        except (OSError, RuntimeError, ValueError, AttributeError) as error:
            raise self._failed(error) from error
        self._looked = now
        if self._workers:
            self._seen = now
        elif now - self._seen > _NO_WORKERS:
            raise ClusterFailed(
                Message(mark("the cluster has had no worker for {seconds} seconds"), seconds=round(_NO_WORKERS))
            )
        return self._workers

    def _failed(self, error: BaseException) -> ClusterFailed:
        message = mark(
            "the cluster cannot go on ({problem}); what is stored stays, and a further run takes up the rest"
        )
        return ClusterFailed(Message(message, problem=_said(error)))


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]
