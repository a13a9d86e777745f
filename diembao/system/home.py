"""The home folder: configuration, database, digests and locks of one installation."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from pipeline.errors import DiembaoError


class HomeInUse(DiembaoError):
    """Another run holds the lock; the message names the command and the file."""


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

    @contextmanager
    def lock(self, *names: str, wait: float = 0.0) -> Iterator[None]:
        """Hold the locks of these commands, or raise HomeInUse after `wait` seconds for each.

        The system frees them when the process ends, however it ends.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        locks: list[FileLock] = []
        try:
            for name in names:
                path = self.root / f"{name}.lock"
                lock = FileLock(path)
                try:
                    lock.acquire(timeout=wait)
                except Timeout as error:
                    raise HomeInUse(f"another `diembao {name}` is running on {self.root} (it holds {path})") from error
                locks.append(lock)
            yield
        finally:
            for lock in reversed(locks):
                lock.release()


def default_home() -> Path:
    """Return $DIEMBAO_HOME, or else the platform's folder for a program's data."""
    folder = os.environ.get("DIEMBAO_HOME")
    return Path(folder) if folder else Path(platformdirs.user_data_dir("diembao", appauthor=False))
