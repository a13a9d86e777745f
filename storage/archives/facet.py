"""The archives' part of the database: shards that were read, and their articles among the others.

What compares texts loads libraries that readers have no use for: it is imported where it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from pipeline.records.archives import RecordOutcome
from storage.engine.errors import StorageError
from storage.engine.facet import ArticleFacet
from storage.schema.archives import archive_records, archive_shards

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipeline.records.archives import Shard, ShardResult
    from storage.archives.shards import ArchiveFault, ArchiveSums, Origin, Selection


class Archives(ArticleFacet):
    """Archives that were read back into one database."""

    def read_shards(self, selection: Selection, /) -> set[tuple[str, int, int]]:
        """Return the shards that were read for a selection, each as (identity, first byte, byte after the last)."""
        from storage.archives.shards import load_read

        with self._reading() as connection:
            return load_read(connection, selection)

    def save_shard(self, shard: Shard, result: ShardResult | str, selection: Selection, at: datetime, /) -> bool:
        """Store what was read of a shard with its receipt, or the note why it could not be; whether it was new."""
        from storage.archives.shards import store_shard

        with self._writing() as connection:
            return store_shard(connection, shard, result, selection, at)

    def waiting(self) -> int:
        """Return how many articles of archives wait to be placed."""
        with self._reading() as connection:
            query = select(func.count()).where(archive_records.c.outcome == RecordOutcome.WAITING)
            return connection.execute(query).scalar_one()

    def unread(self) -> int:
        """Return how many shards could not be read when they were last tried."""
        with self._reading() as connection:
            return connection.execute(select(func.count()).where(archive_shards.c.note != "")).scalar_one()

    def place(self, at: datetime, /) -> dict[RecordOutcome, int]:
        """Put the articles that were captured first, some at a time, among the others; return how each ended.

        Empty once none waits. One that cannot be stored becomes unreadable and keeps no other from being stored.
        """
        from storage.archives.placing import BATCH

        try:
            return self._place(BATCH, at)
        except StorageError:  # the database is at fault, and no article
            raise
        except Exception:
            return self._place(1, at)

    def _place(self, limit: int, at: datetime) -> dict[RecordOutcome, int]:
        from storage.archives.placing import load_waiting, place_articles, refuse_article

        try:
            with self._writing() as connection:
                if not (rows := load_waiting(connection, limit)):
                    return {}
                counts, changed = place_articles(connection, rows, at, self._leave_stories)
                self._take_in(connection, changed)
                return counts
        except StorageError:
            raise
        except Exception as error:
            if limit > 1:
                raise
            note = f"cannot be stored: {type(error).__name__}: {error}"
            with self._writing() as connection:
                for row in load_waiting(connection, 1):
                    refuse_article(connection, row, note)
            return {RecordOutcome.UNREADABLE: 1}

    def origins(self, key: str, /) -> list[Origin]:
        """Return the archives from which the texts of an item were read back, the first captured first."""
        from storage.archives.shards import load_origins

        with self._reading() as connection:
            return load_origins(connection, key)

    def faults(self) -> Iterator[ArchiveFault]:
        """Yield the records that are unreadable, and the shards that were not read, by archive and place."""
        from storage.archives.shards import load_faults

        with self._reading() as connection:
            yield from load_faults(connection)

    def sums(self, newest: int | None = None, /) -> list[ArchiveSums]:
        """Return what each archive came to, by its name; with `newest` of so many, those read last first."""
        from storage.archives.shards import load_sums

        with self._reading() as connection:
            return load_sums(connection, newest)
