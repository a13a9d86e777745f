"""Results of shards → receipts, counts, and records that wait or are unreadable: one transaction for each shard."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, select, true

from pipeline.records import Reason
from pipeline.records.archives import COUNTED, RecordOutcome, Shard, ShardResult
from storage.articles.adapters import ARTICLE, TAGS
from storage.crawl.candidates import ENTRY
from storage.engine.damage import stored_reason
from storage.schema.archives import archive_records, archive_shards

#: Level of zlib for the bytes of pages.
_ZLIB_LEVEL = 2
#: Rows inserted by one statement.
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run asks of archives: its days and sources in words, and the rules; shards are read once for each."""

    words: str
    rules: str


def load_read(connection: Connection, selection: Selection) -> set[tuple[str, int, int]]:
    """Return the shards that were read for a selection, each as (identity, first byte, byte after the last)."""
    table = archive_shards.c
    query = select(table.identity, table.begins, table.ends).where(
        table.selection == selection.words, table.rules == selection.rules, table.note == ""
    )
    return {(row.identity, row.begins, row.ends) for row in connection.execute(query)}


def store_shard(
    connection: Connection, shard: Shard, result: ShardResult | str, selection: Selection, at: datetime
) -> bool:
    """Store what was read of a shard, or why it could not be; whether anything was stored.

    A shard that was read already changes nothing; one that could not be read then is replaced.
    """
    table = archive_shards.c
    same = (
        table.identity == shard.identity,
        table.begins == shard.begin,
        table.ends == shard.end,
        table.selection == selection.words,
        table.rules == selection.rules,
    )
    stored = connection.execute(select(table.id, table.note).where(*same)).one_or_none()
    if stored is not None:
        if not stored.note:
            return False
        connection.execute(delete(archive_shards).where(table.id == stored.id))
    counts = {outcome.value: 0 for outcome in COUNTED}
    if not isinstance(result, str):
        counts = {outcome.value: result.counts[outcome] for outcome in COUNTED}
    about = 0 if isinstance(result, str) else len(result.articles)
    row = {
        "archive": shard.name,
        "identity": shard.identity,
        "begins": shard.begin,
        "ends": shard.end,
        "selection": selection.words,
        "rules": selection.rules,
        "read_at": at,
        "note": result if isinstance(result, str) else "",
        "records": sum(counts.values()) + about,
        **counts,
        "about": about,
    }
    key = connection.execute(insert(archive_shards).returning(table.id), [row]).scalar_one()
    if not isinstance(result, str):
        rows = list(_record_rows(key, result))
        for first in range(0, len(rows), _CHUNK):
            connection.execute(insert(archive_records), rows[first : first + _CHUNK])
    return True


def _record_rows(shard: int, result: ShardResult) -> Iterator[dict[str, Any]]:
    empty: dict[str, Any] = dict.fromkeys(("body", "entry", "article", "tags", "fingerprint", "captured_at"))
    for fault in result.faults:
        yield {
            **empty,
            "shard_id": shard,
            "place": fault.offset,
            "url": fault.url,
            "outcome": RecordOutcome.UNREADABLE,
            "reason": str(fault.reason),
            "note": fault.note,
            "source_id": "",
            "content_type": "",
        }
    for article in result.articles:
        page, coverage = article.page, article.result
        yield {
            "shard_id": shard,
            "place": page.id,
            "url": page.url,
            "captured_at": page.fetched_at,
            "outcome": RecordOutcome.WAITING,
            "reason": str(page.reason),
            "note": "",
            "source_id": page.source_id,
            "content_type": page.content_type,
            "body": zlib.compress(page.body, _ZLIB_LEVEL),
            "entry": ENTRY.dump_python(page.entry, mode="json"),
            "article": ARTICLE.dump_python(coverage.article, mode="json"),
            "tags": TAGS.dump_python(coverage.tags, mode="json"),
            "fingerprint": coverage.fingerprint,
        }


@dataclass(frozen=True, slots=True)
class ArchiveFault:
    """A record that is unreadable, or a shard that was not read (`reason` is then empty)."""

    archive: str
    #: byte at which it begins; of a folder the number of its file
    place: int
    url: str
    reason: Reason | str
    note: str


def load_faults(connection: Connection) -> Iterator[ArchiveFault]:
    """See storage.archives.facet.Archives.faults."""
    shards, records = archive_shards.c, archive_records.c
    unread = select(shards.archive, shards.begins, literal(""), literal(""), shards.note).where(shards.note != "")
    unreadable = (
        select(shards.archive, records.place, records.url, records.reason, records.note)
        .join(archive_shards, shards.id == records.shard_id)
        .where(records.outcome == RecordOutcome.UNREADABLE)
    )
    query = unread.union_all(unreadable).order_by(shards.archive, shards.begins)
    for archive, place, url, reason, note in connection.execute(query.execution_options(yield_per=_CHUNK)):
        yield ArchiveFault(archive, place, url, stored_reason(reason) if reason else "", note)


@dataclass(frozen=True, slots=True)
class ArchiveSums:
    """What archives of one name came to: shards, those not read, and records by outcome."""

    archive: str
    shards: int
    unread: int
    counts: dict[RecordOutcome, int]
    #: when its newest shard was read
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """The archive from which a text of an article was read back."""

    archive: str
    captured_at: datetime
    read_at: datetime


def load_origins(connection: Connection, key: str) -> list[Origin]:
    """Return the archives from which the texts of an item were read back, the first captured first."""
    table = archive_records.c
    query = (
        select(archive_shards.c.archive, table.captured_at, archive_shards.c.read_at)
        .join(archive_shards, archive_shards.c.id == table.shard_id)
        .where(table.item_key == key, table.outcome == RecordOutcome.STORED)
        .order_by(table.captured_at, table.id)
    )
    return [Origin(row.archive, row.captured_at, row.read_at) for row in connection.execute(query)]


def load_sums(connection: Connection, newest: int | None = None) -> list[ArchiveSums]:
    """Return the sums of each archive by name, or of so many the newest read first."""
    table = archive_shards.c
    query = select(
        table.archive,
        func.count().label("shards"),
        func.count().filter(table.note != "").label("unread"),
        func.max(table.read_at).label("read_at"),
        *(func.sum(table[outcome.value]).label(outcome.value) for outcome in COUNTED),
    ).group_by(table.archive)
    query = query.order_by(table.archive)
    if newest is not None:
        query = query.order_by(None).order_by(func.max(table.read_at).desc(), table.archive).limit(newest)
    rows = connection.execute(query).all()
    records = archive_records.c
    listed = (
        select(table.archive, records.outcome, func.count().label("n"))
        .join(archive_shards, table.id == records.shard_id)
        .where(records.outcome != RecordOutcome.UNREADABLE)
        .where(table.archive.in_([row.archive for row in rows]) if newest is not None else true())
        .group_by(table.archive, records.outcome)
    )
    about: dict[str, dict[RecordOutcome, int]] = {}
    for row in connection.execute(listed):
        about.setdefault(row.archive, {})[RecordOutcome(row.outcome)] = row.n
    return [
        ArchiveSums(
            row.archive,
            row.shards,
            row.unread,
            {outcome: int(row._mapping[outcome.value]) for outcome in COUNTED} | about.get(row.archive, {}),
            row.read_at,
        )
        for row in rows
    ]
