"""What is done now and then to all that is stored: counted, thinned out, dated anew, packed.

What thins out looks into other domains, which a status has no use for: it is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from storage.engine.facet import Facet
from storage.engine.row_counts import read_totals
from storage.maintenance.clock_return import bring_back, is_ahead, was_ahead
from storage.maintenance.disk import free_bytes

if TYPE_CHECKING:
    from storage.maintenance.retention import Expired, Limits


class Maintenance(Facet):
    """The upkeep of one database; every method that writes is one transaction."""

    def totals(self) -> dict[str, int]:
        """Return numbers by name: candidates, documents, items, versions, polls, fetches, and stories of the items."""
        with self._reading() as connection:
            return read_totals(connection)

    def holds_matters(self) -> bool:
        """Return whether the register holds any matter."""
        with self._reading() as connection:
            return connection.execute(text("SELECT 1 FROM matters LIMIT 1")).first() is not None

    # the clock
    def is_ahead(self, at: datetime, /) -> bool:
        """Return whether something was recorded later than `at`, by a clock that was ahead."""
        with self._reading() as connection:
            return is_ahead(connection, at)

    def was_ahead(self, at: datetime, since: datetime | None = None, /) -> bool:
        """Return whether the clock was ahead and is back at `at`, so that `bring_back` is due.

        False where nothing is dated later, and where the clock is behind now. `since`: it has not jumped ahead since.
        """
        with self._reading() as connection:
            return was_ahead(connection, at, since)

    def bring_back(self, at: datetime, /) -> int:
        """Date at `at` what a clock that was ahead recorded for later; return how many values were changed."""
        with self._writing() as connection:
            return bring_back(connection, at)

    # retention
    def collected_since(self, days: int, /) -> datetime | None:
        """Return when the last `days` days began on which something was collected; None: there are fewer."""
        from storage.maintenance.retention import collected_since

        with self._reading() as connection:
            return collected_since(connection, days)

    def plan(self, limits: Limits, /) -> list[Expired]:
        """Return what is older than the limits, by kind: rows, and about how many bytes they take."""
        from storage.maintenance.retention import plan_purge

        with self._reading() as connection:
            return plan_purge(connection, limits)

    def purge(self, limits: Limits, at: datetime, progress: Callable[[str, int, int], None], /) -> dict[str, int]:
        """Take away what is older than the limits, in small transactions; return by kind how many rows."""
        from storage.maintenance.retention import purge_steps

        expected = {kept.kind: kept.rows for kept in self.plan(limits)}
        gone = dict.fromkeys(expected, 0)
        for kind, step in purge_steps(limits, at).items():
            after: int | None = 0
            while after is not None:
                with self._writing() as connection:
                    done, after = step(connection, after)
                if done:
                    gone[kind] += done
                    progress(kind, gone[kind], max(expected[kind], gone[kind]))
        return gone

    def free_bytes(self) -> int:
        """Return the bytes of an SQLite file that hold nothing; 0 for other databases, which do not say."""
        with self._reading() as connection:
            return free_bytes(connection)

    def vacuum(self) -> None:
        """Give the room that holds nothing back to the disk; writers wait meanwhile, and an SQLite file is copied."""
        with closing(self._engine.raw_connection()) as connection:
            if self._engine.dialect.name == "postgresql":
                # Not within a transaction, in which the driver would begin.
                driver: Any = connection.driver_connection
                driver.autocommit = True
            with closing(connection.cursor()) as cursor:
                cursor.execute("VACUUM")
            connection.invalidate()
