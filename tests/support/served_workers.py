"""Workers of a process, forked by the fork server, which has loaded what they need and has one thread.

tests/support/forked_workers.py forks a worker from the process that needs it. Where another thread of that process
reads a module in meanwhile, the worker waits for that module for ever. No such thread runs in the fork server. A worker
has what a new process would have: its call and its arguments went through pickle; it ends with whoever asked for it.
"""

import multiprocessing
import os
import pickle
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile
from types import SimpleNamespace
from typing import Any

from diembao.workers import pool
from tests.support.forked_commands import WORKER, ForkedCommand, request

#: Numbers of the files that a worker gets besides its standard streams: its pipe, and what it is to call.
_PIPE, _CALL = 3, 4


class _Worker:
    """A worker that the fork server starts; has of multiprocessing's Process what a pool asks for."""

    def __init__(self, path: str, *, target: Callable[..., None], args: tuple[Any, ...], daemon: bool) -> None:
        connection, *more = args
        self._path, self._connection, self._call = path, connection, pickle.dumps((target, more))
        self._command: ForkedCommand | None = None

    def start(self) -> None:
        with TemporaryFile() as call, Path(os.devnull).open("rb") as nothing:
            call.write(self._call)
            call.seek(0)
            files = {0: nothing.fileno(), 1: 1, 2: 2, _PIPE: self._connection.fileno(), _CALL: call.fileno()}
            folder = str(Path.cwd())
            self._command = request(self._path, [WORKER], environment=os.environ, folder=folder, files=files)

    @property
    def exitcode(self) -> int | None:
        return self._command and self._command.poll()

    def kill(self) -> None:
        if self._command is not None and self.exitcode is None:
            self._command.kill()

    def join(self, timeout: float | None = None) -> None:
        if self._command is not None:
            with suppress(subprocess.TimeoutExpired):
                self._command.wait(timeout)


def serve_workers(path: str, patch: Callable[[Any, str, Any], None] = setattr) -> None:
    """Let pools of this process have their workers from the fork server at that socket."""
    context = SimpleNamespace(Pipe=multiprocessing.Pipe, Process=partial(_Worker, path))
    patch(pool, "FORKS", False)  # from a template
    patch(pool, "multiprocessing", SimpleNamespace(get_context=lambda _: context))


def be_worker() -> None:
    """Do what a worker is to do, in the process that the fork server has forked for it."""
    with os.fdopen(_CALL, "rb") as stream:
        target, more = pickle.load(stream)
    target(Connection(_PIPE), *more)
