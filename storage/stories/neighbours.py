"""Sketches of articles → the look-alikes that stand before and after them in time, found through indexed keys."""

import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from pipeline.records import Article
from pipeline.stories.fingerprints import Fingerprint, compute_fingerprint, dump, load
from storage.engine.dialects import placeholder
from storage.schema.core import versions
from storage.schema.stories import story_keys, story_nodes

#: Look-alikes asked for under one key, the nearest in time, and taken over all keys, those that share most. The story
#: of an article is that of the one look-alike that is most like it, and a story has many: no need to find them all.
PER_KEY, TAKEN = 8, 24
_FILE = insert(story_keys)
_SKETCHES = (
    select(story_nodes.c.id, versions.c.id.label("version"), versions.c.fingerprint)
    .join(versions, versions.c.id == story_nodes.c.version_id)
    .where(story_nodes.c.id.in_(bindparam("nodes", expanding=True)))
)
#: Days before and after an article in which similar ones are looked for: pipeline.stories.similarity joins none that
#: are further apart but reprints, and a reprint after two weeks is a new publication.
_DAYS = 14
_SUBSECOND = 28
#: sketches kept in memory, of about 5 KB
_KEPT = 4000


def publication_moment(at: datetime, item_key: str) -> int:
    """Return the place of an article in time: no two have the same, whatever the order of their arrival."""
    return (int(at.timestamp()) << _SUBSECOND) | (zlib.crc32(item_key.encode()) >> (32 - _SUBSECOND))


class FingerprintCache:
    """The sketches of placed articles, by node; the last ones used stay in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: OrderedDict[int, Fingerprint] = OrderedDict()

    def put(self, node: int, found: Fingerprint) -> None:
        self._kept[node] = found
        self._kept.move_to_end(node)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def get(self, nodes: Iterable[int]) -> dict[int, Fingerprint]:
        """Return the sketches of nodes."""
        found: dict[int, Fingerprint] = {}
        missing = []
        for node in nodes:
            if (kept := self._kept.get(node)) is not None:
                self._kept.move_to_end(node)
                found[node] = kept
            else:
                missing.append(node)
        if missing:
            for row in self._connection.execute(_SKETCHES, {"nodes": missing}).all():
                found[row.id] = fingerprint_of(self._connection, row.version, row.fingerprint)
                self.put(row.id, found[row.id])
        return found


def fingerprint_of(connection: Connection, version: int, stored: bytes) -> Fingerprint:
    """Return the sketch of a version; one that an older diembao left is made anew from the article, and kept."""
    if (found := load(stored)) is not None:
        return found
    article = connection.execute(select(versions.c.article).where(versions.c.id == version)).scalar_one()
    found = fingerprint_article(article)
    connection.execute(update(versions).where(versions.c.id == version).values(fingerprint=dump(found)))
    return found


def fingerprint_article(article: dict[str, Any]) -> Fingerprint:
    """Return the sketch of an article as the database holds it."""
    from pydantic import TypeAdapter

    read = TypeAdapter(Article).validate_python(article)
    return compute_fingerprint(read.title, read.text, read.published, read.language)


def store_keys(connection: Connection, node: int, moment: int, keys: Sequence[int]) -> None:
    """Let an article be found."""
    rows = [{"key": key, "moment": moment, "node": node} for key in keys]
    if rows:
        connection.execute(_FILE, rows)


def drop_keys(connection: Connection, node: int, moment: int, keys: Sequence[int]) -> None:
    """Let an article be found no more."""
    there = story_keys.c.key.in_(keys) & (story_keys.c.moment == moment) & (story_keys.c.node == node)
    connection.execute(delete(story_keys).where(there))


def earlier_neighbours(connection: Connection, keys: Sequence[int], moment: int) -> tuple[list[int], int]:
    """Return look-alikes that came before, the first first, and how many more could before one would be left out."""
    rows = _around(connection, keys, moment, before=True)
    shared = Counter(node for _, _, node in rows)
    came = {node: when for _, when, node in rows}
    taken = sorted(shared, key=lambda node: (-shared[node], -came[node], node))[:TAKEN]
    fullest = max(Counter(key for key, _, _ in rows).values(), default=0)
    return sorted(taken, key=came.__getitem__), max(0, min(PER_KEY - fullest, TAKEN - len(shared)))


def later_neighbours(connection: Connection, keys: Sequence[int], moment: int) -> list[int]:
    """Return the articles that have this one among their look-alikes that came before."""
    return sorted({node for _, _, node in _around(connection, keys, moment, before=False)})


def _around(connection: Connection, keys: Sequence[int], moment: int, *, before: bool) -> list[tuple[int, int, int]]:
    if not keys:
        return []
    window = (_DAYS * 86_400) << _SUBSECOND
    end = moment - window if before else moment + window
    mark = placeholder(connection)
    values = tuple(value for key in keys for value in (key, moment, end))
    return [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(_statement(len(keys), before, mark), values)]


@lru_cache(maxsize=128)
def _statement(keys: int, before: bool, mark: str) -> str:
    """One search in the index for each key, in one statement: each reads no more rows than it gives.

    Written for the driver, whose mark for a value is given: SQLAlchemy would look at each of the hundred values.
    """
    span = f"moment < {mark} AND moment >= {mark} ORDER BY moment DESC"
    if not before:
        span = f"moment > {mark} AND moment <= {mark} ORDER BY moment"
    part = (
        f"SELECT * FROM (SELECT key, moment, node FROM story_keys WHERE key = {mark} AND {span} LIMIT {PER_KEY}) AS q"
    )
    return " UNION ALL ".join(f"{part}{n}" for n in range(keys))
