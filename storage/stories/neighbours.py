"""Fingerprints of articles → the look-alikes published before and after them, found through indexed keys."""

import struct
import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from pipeline.records import Article
from pipeline.stories.fingerprints import Fingerprint, compute_fingerprint, dump, load
from storage.engine.damage import tell_left_out
from storage.engine.dialects import placeholder
from storage.schema.core import versions
from storage.schema.stories import story_keys, story_nodes

#: Look-alikes per key, the nearest in time, and over all keys, those that share most keys. One look-alike is enough to
#: place an article in its story, and a story has many: they need not all be found.
PER_KEY, MAX_NEIGHBOURS = 8, 24
_FINGERPRINTS = (
    select(story_nodes.c.id, versions.c.id.label("version"), versions.c.fingerprint)
    .join(versions, versions.c.id == story_nodes.c.version_id)
    .where(story_nodes.c.id.in_(bindparam("nodes", expanding=True)))
)
#: Days before and after an article in which look-alikes count: pipeline.stories.similarity joins articles further apart
#: only as reprints, and a reprint after two weeks is a new publication.
_DAYS = 14
_SUBSECOND = 28
#: Fingerprints kept in memory, of about 5 KB each.
_CACHED = 4000


def publication_moment(at: datetime, item_key: str) -> int:
    """Return the second of publication with 28 bits of the item's key behind it, so that no two articles share one."""
    return (int(at.timestamp()) << _SUBSECOND) | (zlib.crc32(item_key.encode()) >> (32 - _SUBSECOND))


class FingerprintCache:
    """The fingerprints of placed articles, by node; the ones used last stay in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cached: OrderedDict[int, Fingerprint] = OrderedDict()

    def put(self, node: int, fingerprint: Fingerprint) -> None:
        self._cached[node] = fingerprint
        self._cached.move_to_end(node)
        if len(self._cached) > _CACHED:
            self._cached.popitem(last=False)

    def get(self, nodes: Iterable[int]) -> dict[int, Fingerprint]:
        """Return the fingerprints of nodes."""
        fingerprints: dict[int, Fingerprint] = {}
        missing = []
        for node in nodes:
            if (cached := self._cached.get(node)) is not None:
                self._cached.move_to_end(node)
                fingerprints[node] = cached
            else:
                missing.append(node)
        if missing:
            for row in self._connection.execute(_FINGERPRINTS, {"nodes": missing}).all():
                fingerprints[row.id] = fingerprint_of(self._connection, row.version, row.fingerprint)
                self.put(row.id, fingerprints[row.id])
        return fingerprints


def fingerprint_of(connection: Connection, version: int, stored: bytes) -> Fingerprint:
    """Return the fingerprint of a version.

    One that is in an older format or damaged is computed from the article and stored. Where the article is damaged too,
    it has none: the version is like no other, which the person is told.
    """
    try:
        fingerprint = load(stored)
    except (struct.error, ValueError):
        fingerprint = None
    if fingerprint is not None:
        return fingerprint
    article = connection.execute(select(versions.c.article).where(versions.c.id == version)).scalar_one()
    try:
        fingerprint = fingerprint_article(article)
    except ValueError as error:  # pydantic's too
        tell_left_out(f"versions {version}", error)
        return compute_fingerprint("", "")
    connection.execute(update(versions).where(versions.c.id == version).values(fingerprint=dump(fingerprint)))
    return fingerprint


def fingerprint_article(article: dict[str, Any]) -> Fingerprint:
    """Return the fingerprint of an article, given as the JSON of the database."""
    from pydantic import TypeAdapter

    parsed = TypeAdapter(Article).validate_python(article)
    return compute_fingerprint(parsed.title, parsed.text, parsed.published, parsed.language)


def store_keys(connection: Connection, node: int, moment: int, keys: Sequence[int]) -> None:
    """Index an article under its keys."""
    if keys:
        mark = placeholder(connection)
        statement = f"INSERT INTO story_keys (key, moment, node) VALUES ({mark}, {mark}, {mark})"
        connection.exec_driver_sql(statement, [(key, moment, node) for key in keys])


def drop_keys(connection: Connection, node: int, moment: int, keys: Sequence[int]) -> None:
    """Remove an article from the index."""
    entries = story_keys.c.key.in_(keys) & (story_keys.c.moment == moment) & (story_keys.c.node == node)
    connection.execute(delete(story_keys).where(entries))


def earlier_neighbours(connection: Connection, keys: Sequence[int], moment: int) -> tuple[list[int], int]:
    """Return the earlier look-alikes, oldest first, and how many more would fit before one is left out."""
    rows = _look_alikes(connection, keys, moment, before=True)
    shared = Counter(node for _, _, node in rows)
    moments = {node: when for _, when, node in rows}
    nearest = sorted(shared, key=lambda node: (-shared[node], -moments[node], node))[:MAX_NEIGHBOURS]
    fullest = max(Counter(key for key, _, _ in rows).values(), default=0)
    return sorted(nearest, key=moments.__getitem__), max(0, min(PER_KEY - fullest, MAX_NEIGHBOURS - len(shared)))


def later_neighbours(connection: Connection, keys: Sequence[int], moment: int) -> list[int]:
    """Return the articles that have this one among their earlier look-alikes."""
    return sorted({node for _, _, node in _look_alikes(connection, keys, moment, before=False)})


def _look_alikes(
    connection: Connection, keys: Sequence[int], moment: int, *, before: bool
) -> list[tuple[int, int, int]]:
    if not keys:
        return []
    window = (_DAYS * 86_400) << _SUBSECOND
    end = moment - window if before else moment + window
    mark = placeholder(connection)
    values = tuple(value for key in keys for value in (key, moment, end))
    rows = connection.exec_driver_sql(_statement(len(keys), before, mark), values).all()
    return [(row[0], row[1], row[2]) for row in rows]


@lru_cache(maxsize=128)
def _statement(keys: int, before: bool, mark: str) -> str:
    """Return one statement with a search for each key, so that each reads only the rows it returns.

    It is written for the driver, with its placeholder: SQLAlchemy would process each of the hundred values.
    """
    span = f"moment < {mark} AND moment >= {mark} ORDER BY moment DESC"
    if not before:
        span = f"moment > {mark} AND moment <= {mark} ORDER BY moment"
    part = (
        f"SELECT * FROM (SELECT key, moment, node FROM story_keys WHERE key = {mark} AND {span} LIMIT {PER_KEY}) AS q"
    )
    return " UNION ALL ".join(f"{part}{n}" for n in range(keys))
