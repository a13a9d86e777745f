"""The home folder: configuration, database, digests and locks of one installation."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, say_wait, shown


class HomeInUse(DiembaoError):
    """Another run holds the lock; the message names the command and the file."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def explanation(self) -> str:
        """Return the message in the language of the context."""
        return str(shown(self.message))


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one installation, and its locks."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def database(self) -> Path:
        return self.root / "diembao.db"

    @property
    def digests(self) -> Path:
        return self.root / "digests"

    @property
    def images(self) -> Path:
        """Pictures of articles' pages."""
        return self.root / "images"

    def is_locked(self, name: str) -> bool:
        """Whether another process holds the lock of a command; nothing is written to find out."""
        return is_locked(self.root / f"{name}.lock")

    @contextmanager
    def lock(self, *names: str, wait: float = 0.0) -> Iterator[None]:
        """Hold the locks of these commands, or raise HomeInUse after `wait` seconds for each.

        The system frees them when the process ends, however it ends.
        """
        from filelock import FileLock, Timeout  # with asyncio, which is slow to read in; most commands lock nothing

        self.root.mkdir(parents=True, exist_ok=True)
        locks: list[FileLock] = []
        try:
            for name in names:
                path = self.root / f"{name}.lock"
                lock = FileLock(path)
                holder = Message(
                    mark("another `diembao {command}` is running on {home} (it holds {file})"),
                    command=name,
                    home=self.root,
                    file=path,
                )
                try:
                    with say_wait(Message(mark("Waiting: {holder}"), holder=holder)) if wait else nullcontext():
                        lock.acquire(timeout=wait)
                except Timeout as error:
                    raise HomeInUse(holder) from error
                locks.append(lock)
            yield
        finally:
            for lock in reversed(locks):
                lock.release()


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock on a file, which is asked without writing anything."""
    try:
        with path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def default_home() -> Path:
    """Return $DIEMBAO_HOME, or else the platform's folder for a program's data."""
    folder = os.environ.get("DIEMBAO_HOME")
    if folder:
        return Path(folder)
    import platformdirs

    return Path(platformdirs.user_data_dir("diembao", appauthor=False))
