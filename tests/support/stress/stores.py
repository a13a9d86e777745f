"""The two databases as the scenes see them: plain SQL, a full disk, damage of files, and damage of rows."""

import re
import sqlite3
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.support.postgres import control


class Store(ABC):
    """A database by its address, without the program's own storage."""

    name: str
    address: str

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    @abstractmethod
    def change(self, statement: str) -> None:
        """Change rows past the checks of the program, as a failing disk would."""

    @abstractmethod
    def restart(self) -> None:
        """Restart the server; nothing where there is none."""


class SqliteStore(Store):
    name = "SQLite"

    def __init__(self, file: Path) -> None:
        self.file, self.address = file, f"sqlite:///{file}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.file, timeout=60)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            return connection.execute(query).fetchall()

    def change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.file, timeout=60)) as connection:
            connection.execute("PRAGMA ignore_check_constraints=ON")
            connection.execute(statement)
            connection.commit()

    def empty_journal(self) -> None:
        """Move what stands in the journal into the file."""
        end = time.monotonic() + 60
        with closing(sqlite3.connect(self.file, timeout=60)) as connection:
            while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > end:
                    raise TimeoutError("the journal is in use")
                time.sleep(0.1)

    def restart(self) -> None:
        pass


class PostgresDatabase(Store):
    """A database of a server that others look after."""

    name = "PostgreSQL"

    def __init__(self, uri: str) -> None:
        self._uri = uri.replace("postgresql+psycopg://", "postgresql://")
        self.address = self._uri.replace("postgresql://", "postgresql+psycopg://")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._uri) as connection:
            return connection.execute(query.encode()).fetchall()

    def change(self, statement: str) -> None:
        with psycopg.connect(self._uri) as connection:
            connection.execute(statement.encode())

    def restart(self) -> None:
        raise NotImplementedError


class PostgresStore(PostgresDatabase):
    """A database of a server that may be stopped and damaged."""

    def __init__(self, server: Any, database: str) -> None:
        self.server = server
        self._admin = server.get_uri()
        self.database = re.sub(r"\W", "_", database)
        super().__init__(server.get_uri(self.database))
        self.renew()

    def renew(self) -> None:
        """Make the database anew, empty, as its administrator would before a backup is restored into it."""
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{self.database}"'.encode())

    def file_of(self, table: str) -> Path:
        """Return the file in which the server keeps a table."""
        [(path,)] = self.rows(f"SELECT pg_relation_filepath('{table}')")
        return Path(str(self.server.pgdata), path)

    def control(self, action: str) -> None:
        """Stop the server, or restart it at once, with its options of before, also where it was stopped."""
        control(self.server, action)

    def restart(self) -> None:
        self.control("restart")

    @contextmanager
    def server_disk_full(self) -> Iterator[None]:
        """Let no file of the server grow: it gives up, and its administrator starts it again when there is room."""
        for process in _with_children(int((Path(self.server.pgdata) / "postmaster.pid").read_text().split()[0])):
            # By the user of the server, whose processes no other may limit.
            command = ["prlimit", "--pid", str(process), "--fsize=0:unlimited"]
            subprocess.run(command, check=True, user=self.server.system_user)
        try:
            yield
        finally:
            self.control("restart")


def _with_children(process: int) -> Sequence[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(int(child) for child in children if Path(f"/proc/{child}").exists())]
