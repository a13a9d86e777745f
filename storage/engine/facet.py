"""What every facet of the database has: the engine, and transactions that read or write."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine


class Facet:
    """One domain of a database. A method that writes is one transaction; a facet is used by one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database and cannot write."""
        with self._engine.connect().execution_options(reads=True) as connection:
            yield connection

    def _writing(self) -> AbstractContextManager[Connection]:
        """Give a connection whose changes are committed at the end of the block, or not at all."""
        return self._engine.begin()
