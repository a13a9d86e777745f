"""Arguments → results of a function, each computed in a process that is killed when it takes too long."""

import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from diembao.workers.template import CannotFork, Template, can_fork
from pipeline.errors import DiembaoError
from pipeline.worker_process import end_with_parent

Argument = TypeVar("Argument")
Result = TypeVar("Result")

#: Results after which a worker is replaced: the memory that its libraries leak is freed with it.
_RESULTS_PER_WORKER = 3200
#: Seconds for a new worker to load its libraries; on a machine at the limit it takes a minute.
_START = 120.0
#: Whether workers that share what they load are forked.
FORKS = can_fork
#: Workers that do not start, one after the other, before the run is given up.
_MOST_STARTS = 3


class WorkersDoNotStart(DiembaoError, OSError):
    """New processes fail or hang before their first argument: the machine is at fault, and no argument."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An argument without a result: its call took too long, ended its process or raised."""

    note: str
    #: whether the time limit was the reason
    late: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    number: int
    argument: Any
    seconds: float


@dataclass(slots=True)
class _Worker:
    """A process that waits for arguments, and the parent's end of its pipe."""

    process: Any
    connection: "Connection[Any, Any]"
    results: int = 0

    def kill(self) -> None:
        with suppress(OSError, ValueError):
            self.process.kill()
        self.process.join()
        self.connection.close()


class WorkerPool(Generic[Argument, Result]):
    """Processes that call `call(argument)`, each argument with its own time limit.

    A thread for each worker hands it one argument at a time, so that a limit is exact, and an argument that hangs
    costs itself and no other. `setup` runs once in each process, outside all limits of arguments; with `shared` once
    for all, in a process that the workers are forked from, where that is safe: it must start no thread. `call` and
    `setup` are pickled: module-level functions, or partials of them. `parents`: workers may start processes of their
    own, which end with them.
    """

    def __init__(
        self,
        count: int,
        call: Callable[[Argument], Result],
        setup: Callable[[], None],
        *,
        start: float = 0.0,
        shared: bool = False,
        parents: bool = False,
    ) -> None:
        self.count, self._call, self._setup = count, call, setup
        self._parents = parents
        self._shared = shared and FORKS
        self._template: Template | None = None
        self._template_lock = threading.Lock()
        #: seconds for the start of a worker
        self._start_seconds = _START + start
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[int, Result | Lost | WorkersDoNotStart]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._workers: dict[int, _Worker] = {}
        self._lock = threading.Lock()
        self._closed = False
        #: arguments submitted whose results were not returned yet
        self.pending = 0

    def __enter__(self) -> "WorkerPool[Argument, Result]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, number: int, argument: Argument, seconds: float) -> None:
        """Queue an argument, which a worker may work on for so many seconds; `number` comes back with its result.

        Raises WorkersDoNotStart where another thread closed the pool.
        """
        with self._lock:
            if self._closed:
                raise WorkersDoNotStart("the pool was closed")
            if self._shared and self._template is None:
                # Here, since it ends with the thread that starts it, and the threads of workers end before one another.
                self._template = self._new_template()
            self.pending += 1
            if len(self._threads) < min(self.count, self.pending):
                thread = threading.Thread(target=self._serve, args=(len(self._threads),), daemon=True)
                thread.start()
                self._threads.append(thread)
        self._tasks.put(_Task(number, argument, seconds))

    def next(self) -> tuple[int, Result | Lost]:
        """Wait for the next result of any argument. Raises WorkersDoNotStart, also where a thread closes the pool."""
        number, result = self._results.get()
        self.pending -= 1
        if isinstance(result, WorkersDoNotStart):
            raise result
        return number, result

    def close(self) -> None:
        """End all workers, whatever they work on; who waits for a result in another thread goes on."""
        with self._lock:
            self._closed = True
            for worker in self._workers.values():
                with suppress(OSError, ValueError):
                    worker.process.kill()
            if self._template is not None:
                self._template.stop_loading()
        self._results.put((0, WorkersDoNotStart("the pool was closed")))
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        if self._template is not None:
            self._template.close()
            self._template = None

    def _serve(self, index: int) -> None:
        """Give arguments to one worker after the other until the pool is closed; the thread that is their parent."""
        try:
            while (task := self._tasks.get()) is not None and not self._closed:
                try:
                    worker = self._workers.get(index) or self._start(index)
                    result = self._run(worker, task)
                except WorkersDoNotStart as error:
                    self._results.put((task.number, error))
                    continue
                if isinstance(result, Lost) or worker.results >= _RESULTS_PER_WORKER:
                    self._end(index)
                self._results.put((task.number, result))
        finally:
            self._end(index)

    def _start(self, index: int) -> _Worker:
        for _ in range(_MOST_STARTS):
            try:
                worker = self._fork() if self._shared else self._spawn()
            except (EOFError, OSError):
                if not self._shared:
                    raise
                continue
            with self._lock:
                self._workers[index] = worker
                if self._closed:
                    raise WorkersDoNotStart("the pool was closed")
            with suppress(EOFError, OSError):
                if worker.connection.poll(self._start_seconds):
                    worker.connection.recv()
                    return worker
            self._end(index)
        raise WorkersDoNotStart(f"{_MOST_STARTS} worker processes ended or hung before they could begin")

    def _spawn(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._setup, self._call), daemon=not self._parents)
        try:
            process.start()
        finally:
            theirs.close()
        return _Worker(process, ours)

    def _new_template(self) -> Template:
        return Template(self._setup, partial(_answer, self._call))

    def _fork(self) -> _Worker:
        """Fork a worker from the template; from a new one where that is gone. Raises OSError or EOFError."""
        with self._template_lock:
            template = self._template
            if self._closed or template is None:
                raise OSError("the pool was closed")
            ours, theirs = multiprocessing.get_context("spawn").Pipe()
            try:
                if not template.wait(self._start_seconds):
                    raise OSError("nothing was loaded")
                return _Worker(template.fork(theirs), ours)
            except CannotFork:
                ours.close()
                self._shared = False
                return self._spawn()
            except (EOFError, OSError):
                ours.close()
                template.close()
                if not self._closed:
                    self._template = self._new_template()
                raise
            finally:
                theirs.close()

    def _end(self, index: int) -> None:
        with self._lock:
            worker = self._workers.pop(index, None)
        if worker is not None:
            worker.kill()

    def _run(self, worker: _Worker, task: _Task) -> Any:
        worker.results += 1
        try:
            worker.connection.send(task.argument)
            if not worker.connection.poll(task.seconds):
                return Lost(f"takes more than {task.seconds:g} s", late=True)
            return worker.connection.recv()
        except (EOFError, OSError):
            worker.process.join(timeout=5)
            return Lost(f"its process ended with {worker.process.exitcode}")


def _work(connection: "Connection[Any, Any]", setup: Callable[[], None], call: Callable[[Any], Any]) -> None:
    """Set up, then answer arguments; the whole life of a worker process that is not forked."""
    end_with_parent()
    # The parent ends its workers when a person interrupts it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    setup()
    _answer(call, connection)


def _answer(call: Callable[[Any], Any], connection: "Connection[Any, Any]") -> None:
    """Say that the worker is ready, then answer each argument from the pipe with its result, or Lost."""
    connection.send(None)
    while True:
        try:
            argument = connection.recv()
        except EOFError:
            return
        try:
            connection.send(call(argument))
        except BaseException as error:
            connection.send(Lost(repr(error)[:500]))


def limit_memory(megabytes: int) -> None:
    """Limit the data segment of this process, so that a page that needs more meets a MemoryError."""
    if sys.platform == "win32":
        return
    import resource

    limit = megabytes * 2**20
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def worker_count(workers: int) -> int:
    """Return the number of worker processes for a setting; 0 stands for one per processor."""
    return workers or os.cpu_count() or 1
