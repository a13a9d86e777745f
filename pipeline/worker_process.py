"""A worker process → one that ends with its parent, however the parent ends."""

import multiprocessing
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

#: Number of prctl's option PR_SET_PDEATHSIG (linux/prctl.h), and the signal that no code of a library can put off.
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9


def end_with_parent() -> None:
    """Let this process, started by multiprocessing, be ended as soon as its parent is.

    A parent that is killed cannot end its workers, and one that hangs in a page would work on for minutes. Linux ends
    the worker itself, also in the midst of a C library; elsewhere a thread waits for the parent's end. The parent is
    the thread that started the worker, so that thread must live as long as the worker is of use.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux" and parent.pid is not None:
        end_with(parent.pid)
    threading.Thread(target=_wait_for, args=(parent,), daemon=True, name="parent").start()


def end_with(parent: int) -> None:
    """Let Linux end this process as soon as its parent, of that id, is ended."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    # The parent may have ended before prctl was called.
    if os.getppid() != parent:
        os._exit(1)


def _wait_for(parent: "BaseProcess") -> None:
    parent.join()
    os._exit(1)
