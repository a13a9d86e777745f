"""An open database for each thread that serves the desk: opening one for every request would cost more than most."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import Database, open_database
from storage.engine.errors import StorageError

#: Seconds for which a request waits for another program that writes to the database; then the page says so.
_PATIENCE = 5.0


class Storages:
    """The databases of a desk's threads, all at one address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._file = Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:///") else None
        self._own = threading.local()
        self._all: set[Database] = set()
        self._lock = threading.Lock()

    @contextmanager
    def open(self) -> Iterator[Database]:
        """Give the database of this thread. Raises StorageError.

        It is opened anew after an error, and where another file is in its place (`diembao db restore`).
        """
        identity = self._identity()
        if getattr(self._own, "storage", None) is not None and self._own.identity != identity:
            self._drop()
        if getattr(self._own, "storage", None) is None:
            storage = open_database(self._address, patience=_PATIENCE)
            self._own.storage, self._own.identity = storage, self._identity()
            with self._lock:
                self._all.add(storage)
        try:
            yield self._own.storage
        except StorageError:
            self._drop()
            raise

    def _identity(self) -> tuple[int, int] | None:
        """Return what tells the database's file from another at its path; None where it is no file."""
        try:
            found = self._file.stat() if self._file is not None else None
        except OSError:
            return None
        return None if found is None else (found.st_dev, found.st_ino)

    def _drop(self) -> None:
        storage: Database = self._own.storage
        self._own.storage = None
        with self._lock:
            self._all.discard(storage)
        storage.close()

    def close(self) -> None:
        """Close the databases of all threads, which must have ended their work."""
        with self._lock:
            storages, self._all = self._all, set()
        for storage in storages:
            storage.close()
