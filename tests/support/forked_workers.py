"""Workers that examine pages, forked from the process that needs them, which has read in what they need already.

A new process takes two seconds to read it in, which is most of what a command costs with few pages. Tests that are
about the workers themselves (tests/test_workers.py, tests/test_worker_ends.py) start new processes, as users do.
"""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from config.rulebook import load_rulebook
from diembao.workers import pool
from diembao.workers.documents import load_readers


class _Worker(ForkProcess):
    """A worker that has what a new process would have: arguments that went through pickle, no file, no handler."""

    def __init__(self, *, target: Callable[..., None], args: tuple[Any, ...], daemon: bool) -> None:
        self._connection: Connection[Any, Any]
        self._connection, *more = args
        super().__init__(target=target, args=(self._connection, *pickle.loads(pickle.dumps(more))), daemon=daemon)

    def run(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        parent = multiprocessing.parent_process()
        assert parent is not None
        kept = {0, 1, 2, self._connection.fileno(), parent.sentinel}
        nothing = os.open(os.devnull, os.O_RDWR)
        # Locks of the parent, and the parent's ends of all pipes, whose other end would wait for this process too.
        for number in {int(file.name) for file in Path("/dev/fd").iterdir()} - kept:
            with suppress(OSError):
                os.dup2(nothing, number, inheritable=False)
        super().run()


def fork_workers(patch: Callable[[Any, str, Any], None] = setattr) -> None:
    """Let pools of this process fork their workers."""
    context = SimpleNamespace(Pipe=multiprocessing.Pipe, Process=_Worker)
    patch(pool, "FORKS", False)  # from a template
    patch(pool, "multiprocessing", SimpleNamespace(get_context=lambda _: context))


@cache
def warm_up() -> None:
    """Build the rules and the models of the package in this process, once for all workers forked from it.

    What only some pages need is read in too: a module that another thread reads in at the moment of a fork could never
    be read in by the worker.
    """
    for name in ("fastwarc.warc", "resiliparse.extract.html2text", "resiliparse.parse.html"):
        import_module(name)
    load_readers(load_rulebook(None))
