"""A process that has loaded what a worker needs → workers forked from it, which need no time to start.

To load the readers of pages and the rules takes seconds of CPU, and hundreds of megabytes, which forked workers share.
Linux only: elsewhere a forked process is not safe to go on, and would not end with its parent.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline.errors import DiembaoError
from pipeline.worker_process import end_with

#: Seconds between two looks at a process that is ending.
_LOOK = 0.001
#: Seconds for the end of a template that has nothing to do any more.
_END = 5.0

can_fork = sys.platform == "linux"


class CannotFork(DiembaoError):
    """What was loaded runs threads, which no fork takes along; what one of them holds would be held for ever."""


class ForkedWorker:
    """A worker forked from a template; has of multiprocessing's Process what a pool asks for."""

    def __init__(self, template: "Template", pid: int) -> None:
        self._template, self._pid = template, pid
        self._is_over = False
        self.exitcode: int | None = None

    def kill(self) -> None:
        """End the process. Its id is nobody else's before `join` has the template give it up."""
        if not self._is_over:
            os.kill(self._pid, signal.SIGKILL)

    def join(self, timeout: float = _END) -> None:
        """Wait for the end of the process, and learn its exit code; of a template that is gone it has none."""
        if self._is_over:
            return
        with suppress(EOFError, OSError):
            self.exitcode = self._template.reap(self._pid, timeout)
            if self.exitcode is None:
                return
        self._is_over = True


class Template:
    """The process that loads and forks. `setup` runs once, in it; `serve` is the life of a worker at its pipe."""

    def __init__(self, setup: Callable[[], None], serve: Callable[["Connection[Any, Any]"], None]) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve_forks, args=(theirs, setup, serve), daemon=True)
        self._lock = threading.Lock()
        #: its threads once all is loaded; 0: it still loads
        self._threads = 0
        try:
            self._process.start()
        finally:
            theirs.close()

    def wait(self, seconds: float) -> bool:
        """Wait until everything is loaded; return whether it is. Raises CannotFork."""
        with self._lock, suppress(EOFError, OSError):
            if not self._threads and self._connection.poll(seconds):
                self._threads = self._connection.recv()
        if self._threads > 1:
            raise CannotFork
        return self._threads == 1

    def fork(self, pipe: "Connection[Any, Any]") -> ForkedWorker:
        """Fork a worker that serves at its end of a pipe. Raises OSError or EOFError where that fails."""
        with self._lock:
            self._connection.send(None)
            reduction.send_handle(self._connection, pipe.fileno(), self._process.pid)
            answer = self._connection.recv()
        if isinstance(answer, OSError):
            raise answer
        return ForkedWorker(self, answer)

    def reap(self, pid: int, seconds: float) -> int | None:
        """Return the exit code of a worker that is ending; None where it still runs after so many seconds."""
        with self._lock:
            self._connection.send((pid, seconds))
            code: int | None = self._connection.recv()
        return code

    def stop_loading(self) -> None:
        """End a template that nobody needs any more, if it is still loading; who waits for it goes on."""
        if not self._threads:
            self._process.kill()

    def close(self) -> None:
        """End the template, whose workers have ended."""
        self._connection.close()
        self._process.join(_END)
        self._process.kill()
        self._process.join()


def _serve_forks(
    connection: "Connection[Any, Any]", setup: Callable[[], None], serve: Callable[["Connection[Any, Any]"], None]
) -> None:
    """Load, then fork a worker or wait for the end of one whenever asked to; the whole life of a template.

    It has one thread, and says so first.
    """
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None:
        return
    end_with(parent.pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # numpy's algebra would start a thread for each processor, and the workers are as many already.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    setup()
    # What is loaded stays: no worker is to look through it, and to copy the pages of memory in doing so.
    gc.collect()
    gc.freeze()
    connection.send(len([*Path("/proc/self/task").iterdir()]))
    own = os.getpid()
    while True:
        try:
            request: tuple[int, float] | None = connection.recv()
        except EOFError:
            return
        if request is not None:
            connection.send(_reap(*request))
            continue
        handle = reduction.recv_handle(connection)
        try:
            pid = os.fork()
        except OSError as error:
            os.close(handle)
            connection.send(error)
            continue
        if not pid:
            _live(connection, Connection(handle), serve, own)
        os.close(handle)
        connection.send(pid)


def _live(
    of_template: "Connection[Any, Any]",
    own: "Connection[Any, Any]",
    serve: Callable[["Connection[Any, Any]"], None],
    parent: int,
) -> None:
    """Be a worker until its pipe is closed, and nothing afterwards."""
    try:
        of_template.close()
        end_with(parent)
        serve(own)
    finally:
        os._exit(0)


def _reap(pid: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while True:
        try:
            ended, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return None
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= end:
            return None
        time.sleep(_LOOK)
