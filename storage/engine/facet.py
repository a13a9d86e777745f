"""What every facet of the database has: the engine, and transactions that read or write."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

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


#: Takes items, by the key of each the key of the item it was joined to, out of their stories at a time.
LeaveStories = Callable[[Connection, Mapping[str, str], datetime], None]


class ArticleFacet(Facet):
    """A domain that stores articles.

    Whatever changes an article also changes the search index and the derived tables, in the same transaction:
    `index_new` takes in new taggings, `reindex` the items of these keys; `leave_stories` takes items that were joined
    to others out of their stories.
    """

    def __init__(
        self,
        engine: Engine,
        index_new: Callable[[Connection], int],
        reindex: Callable[[Connection, Collection[str]], None],
        leave_stories: LeaveStories,
    ) -> None:
        super().__init__(engine)
        self._index_new, self._reindex, self._leave_stories = index_new, reindex, leave_stories

    def _take_in(self, connection: Connection, changed: Collection[str]) -> None:
        """Index what was stored by this transaction, and the items of these keys anew."""
        self._index_new(connection)
        if changed:
            self._reindex(connection, changed)
