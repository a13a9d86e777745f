"""A task sent once → its shards read in each worker of Dask; needs the extra `cluster`."""

import threading
from typing import Any

from distributed import Reschedule, Scheduler, SchedulerPlugin, Worker, WorkerPlugin, get_worker

from diembao.workers.archive_pages import ArchiveTask, ShardReader
from diembao.workers.shards import read_with
from pipeline.errors import DiembaoError
from pipeline.records.archives import Shard, ShardResult


class ReaderMissing(DiembaoError, LookupError):
    """A worker was not sent the task of a run."""


class TaskOfWorker(WorkerPlugin):
    """The task of one run in a worker, with its reader; the scheduler sends it to workers that come later, too."""

    def __init__(self, name: str, task: ArchiveTask) -> None:
        self.name, self._task = name, task

    def setup(self, worker: Worker) -> None:
        """Be ready for shards; the rules are made ready with the first one, outside the worker's event loop."""
        # Shards are read one at a time, however many threads the worker has: each would need a process for pages.
        self._lock = threading.Lock()
        self._reader: ShardReader | None = None
        self._is_over = False

    def teardown(self, worker: Worker) -> None:
        """End the process that reads pages; a shard that is being read then is given up."""
        self._is_over = True
        if self._reader is not None:
            self._reader.close()

    def read(self, shard: Shard) -> list[ShardResult] | str:
        """See read_with. Raises Reschedule where the worker ends meanwhile: the shard is then read by another one."""
        with self._lock:
            if self._is_over:
                raise Reschedule
            if self._reader is None:
                self._reader = ShardReader(self._task)
            result = read_with(self._reader, shard)
            if self._is_over:
                self._reader.close()
                raise Reschedule
            return result


class TaskOfScheduler(SchedulerPlugin):
    """Takes the task of a run from all workers when the program that sent it is gone, however it ended."""

    def __init__(self, name: str, client: str) -> None:
        self.name, self._client = name, client

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Called by the scheduler at the end of each client, also of one that was killed."""
        if client == self._client:
            scheduler.loop.add_callback(self._end, scheduler)

    async def _end(self, scheduler: Scheduler) -> None:
        scheduler.remove_plugin(name=self.name)
        if self.name in scheduler.worker_plugins:
            await scheduler.unregister_worker_plugin(comm=None, name=self.name)


def send_task(client: Any, name: str, task: ArchiveTask) -> None:
    """Send a task to all workers that are there and to come, until this client ends. Raises what a worker raises."""
    client.register_plugin(TaskOfScheduler(name, client.id))
    client.register_plugin(TaskOfWorker(name, task))


def read_sent(name: str, shard: Shard) -> list[ShardResult] | str:
    """Read a shard in the worker that calls this, for the task of that name. Raises ReaderMissing."""
    plugin = get_worker().plugins.get(name)
    if not isinstance(plugin, TaskOfWorker):
        raise ReaderMissing(name)
    return plugin.read(shard)
