"""What is done now and then to all that is stored: tagged anew, decided by persons, thinned out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine

from pipeline.records import Decision, Examined
from storage.articles.decisions import load_decisions, store_decisions
from storage.articles.retagging import OutdatedTagging, count_outdated, load_outdated, store_retaggings
from storage.maintenance.disk import free_bytes
from storage.maintenance.retention import Expired, Limits, plan_purge, purge_steps
from storage.search.index import index_new, reindex


class Maintenance:
    """The upkeep of one database; every method that writes is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(reads=True) as connection:
            yield connection

    def stale(self, rules: str, /, *, since: datetime | None, after: int, limit: int) -> list[OutdatedTagging]:
        """Return newest texts that other rules than these tagged last, in the order of their ids, from `after` on.

        `since` bounds the time of publication, or of first sight.
        """
        with self._reading() as connection:
            return load_outdated(connection, rules, since, after, limit)

    def count_stale(self, rules: str, /) -> int:
        with self._reading() as connection:
            return count_outdated(connection, rules)

    def retagged(self, results: Sequence[Examined], rules: str, at: datetime, /) -> None:
        """Store what rules say of stale texts (document_id: id of the version) as taggings beside the old ones.

        A text that was not about the province, and is now, becomes a version of its own, so that it finds its story.
        """
        with self._engine.begin() as connection:
            store_retaggings(connection, results, rules, at)
            index_new(connection)

    def decide(self, said: Sequence[Decision], /) -> None:
        """Store what a person decided: it holds over the rules from now on. Raises StorageError for an unknown item."""
        with self._engine.begin() as connection:
            store_decisions(connection, said)
            reindex(connection, {one.item for one in said})

    def decisions(self) -> dict[str, list[Decision]]:
        """Return all that persons decided, by item, the newest last."""
        with self._reading() as connection:
            return load_decisions(connection, None)

    # retention
    def plan(self, limits: Limits, /) -> list[Expired]:
        """Return what is older than the limits, by kind: rows, and about how many bytes they take."""
        with self._reading() as connection:
            return plan_purge(connection, limits)

    def thin_out(self, limits: Limits, at: datetime, progress: Callable[[str, int, int], None], /) -> dict[str, int]:
        """Take away what is older than the limits, in small transactions; return by kind how many rows."""
        expected = {kept.kind: kept.rows for kept in self.plan(limits)}
        gone = dict.fromkeys(expected, 0)
        for kind, step in purge_steps(limits, at).items():
            after = 0
            while True:
                with self._engine.begin() as connection:
                    done, after = step(connection, after)
                if not done:
                    break
                gone[kind] += done
                progress(kind, gone[kind], max(expected[kind], gone[kind]))
        return gone

    def free_bytes(self) -> int:
        """Return the bytes of an SQLite file that hold nothing; 0 for other databases, which do not say."""
        with self._reading() as connection:
            return free_bytes(connection)

    def give_back(self) -> None:
        """Give the room that holds nothing back to the disk; writers wait meanwhile, and an SQLite file is copied."""
        with closing(self._engine.raw_connection()) as connection:
            if self._engine.dialect.name == "postgresql":
                # Not within a transaction, in which the driver would begin.
                connection.driver_connection.autocommit = True  # type: ignore[union-attr]
            with closing(connection.cursor()) as cursor:
                cursor.execute("VACUUM")
            connection.invalidate()
