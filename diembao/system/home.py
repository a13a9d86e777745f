"""The home folder: where the configuration, the database, digests and locks of one installation lie."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from pipeline.errors import DiembaoError


class HomeInUse(DiembaoError):
    """Another run holds the lock; the message says which file and what to do."""


@dataclass(frozen=True, slots=True)
class Home:
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
        """Hold the locks of these jobs, or raise HomeInUse; the system frees them when the process ends, however.

        `wait` is how many seconds another run is given to end.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        held: list[FileLock] = []
        try:
            for name in names:
                path = self.root / f"{name}.lock"
                lock = FileLock(path)
                try:
                    lock.acquire(timeout=wait)
                except Timeout as error:
                    raise HomeInUse(f"another `diembao {name}` is running on {self.root} (it holds {path})") from error
                held.append(lock)
            yield
        finally:
            for lock in reversed(held):
                lock.release()


def default_home() -> Path:
    """Return $DIEMBAO_HOME, or else the platform's folder for a program's data."""
    named = os.environ.get("DIEMBAO_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("diembao", appauthor=False))
