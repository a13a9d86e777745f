"""A database with some articles → the same with many: its days written again and again, each time later.

Loading a million articles as a collection does takes an hour; what takes the time is known from those loaded before
and after. The copies go the way of the database alone, so that its tables and indexes are as large as they would be.
"""

import zlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, text

from pipeline.text.search_tokens import exact_words, fold
from storage.engine.connection import connect
from storage.engine.instants import Instant
from storage.schema.documentation import our_tables
from storage.search.compiler import SECOND, SPANS

_WORDS = "base_words"
#: Bits of a moment of story_nodes that are within its second.
_MOMENT_BITS = 28
#: Bytes of a page that retention took away
_NO_PAGE = zlib.compress(b"")


def grow(address: str, end: datetime, say: Callable[[str], None], *, pages_from: datetime | None = None) -> None:
    """Write the days of a database that benchmarks.store loaded again until they reach `end`.

    Of pages that are not about the province and were fetched before `pages_from` the bytes are left out, as by
    retention.
    """
    engine = connect(address)
    with engine.begin() as connection:
        first, last = _span(connection)
        if engine.dialect.name == "sqlite":
            _keep_words(connection)
    length = last - first + timedelta(hours=12)
    for n in range(1, (end - first) // length + 1):
        with engine.begin() as connection:
            _copy(connection, n, n * length, end, pages_from or last)
        with engine.connect().execution_options(reads=True) as connection:
            say(f"{connection.execute(text('SELECT count(*) FROM items')).scalar_one():,} items")
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {_WORDS}"))
    engine.dispose()


def _span(connection: Connection) -> tuple[datetime, datetime]:
    query = text("SELECT min(first_seen) AS first, max(first_seen) AS last FROM items")
    row = connection.execute(query.columns(first=Instant, last=Instant)).one()
    return row.first, row.last


def _keep_words(connection: Connection) -> None:
    """Keep the words of each article as SQLite's index takes them: that index gives nothing back."""
    connection.execute(
        text(
            f"CREATE TABLE IF NOT EXISTS {_WORDS} (id INTEGER PRIMARY KEY, title, text, title_exact, text_exact, marks)"
        )
    )
    found = connection.execute(
        text(
            "SELECT s.id, s.marks, v.article ->> 'title' AS title, v.article ->> 'text' AS body "
            "FROM search_items s JOIN versions v ON v.id = s.version_id ORDER BY s.id"
        )
    )
    for some in found.partitions(1000):
        rows = []
        for row in some:
            title, body = exact_words(row.title), exact_words(row.body)
            words = [" ".join(part) for part in (map(fold, title), map(fold, body), title, body)]
            rows.append((row.id, *words, row.marks))
        connection.exec_driver_sql(f"INSERT OR IGNORE INTO {_WORDS} VALUES (?, ?, ?, ?, ?, ?)", rows)


def _copy(connection: Connection, n: int, later: timedelta, end: datetime, pages_from: datetime) -> None:
    sqlite = connection.dialect.name == "sqlite"
    seconds = int(later.total_seconds())

    def moved(column: str) -> str:
        if sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '+{seconds} seconds')"
        return f"{column} + interval '{seconds} seconds'"

    # The copy's number takes the place of the first of a key's 16 characters; no key begins with a z.
    key = f"('z{n:03x}' || substr(%s, 5))"
    step = n * 10**7
    values = {
        "candidates": {"id": f"x.id + {step}", "url": f"x.url || '?{n}'", "item_key": key % "x.item_key"}
        | {name: moved(f"x.{name}") for name in ("first_seen", "last_seen", "next_try")},
        "fetches": {"id": f"x.id + {step}", "candidate_id": f"x.candidate_id + {step}", "url": f"x.url || '?{n}'"}
        | {"at": moved("x.at")},
        "documents": {"id": f"x.id + {step}", "candidate_id": f"x.candidate_id + {step}", "url": f"x.url || '?{n}'"}
        | {name: moved(f"x.{name}") for name in ("fetched_at", "examined_at")}
        | {"body": "CASE WHEN x.outcome = 'coverage' OR x.fetched_at >= :pages_from THEN x.body ELSE :no_page END"},
        "items": {"key": key % "x.key", "url": f"x.url || '?{n}'", "candidate_id": f"x.candidate_id + {step}"}
        | {"story": key % "x.story", "event": key % "x.event", "first_seen": moved("x.first_seen")},
        "versions": {"id": f"x.id + {step}", "item_key": key % "x.item_key", "document_id": f"x.document_id + {step}"}
        | {name: moved(f"x.{name}") for name in ("fetched_at", "published")},
        "page_readings": {name: f"x.{name} + {step}" for name in ("version_id", "document_id")} | {"at": moved("x.at")},
        "taggings": {"id": f"x.id + {step}", "version_id": f"x.version_id + {step}", "tagged_at": moved("x.tagged_at")},
        "search_items": {"id": f"x.id + {seconds * SECOND}", "item_key": key % "x.item_key"}
        | {name: f"x.{name} + {step}" for name in ("version_id", "tagging_id")}
        | ({} if sqlite else {"vector": _later_vector(seconds)}),
        "facts": {"item_key": key % "x.item_key", "tagging_id": f"x.tagging_id + {step}", "at": f"x.at + {seconds}"}
        | {"story": key % "x.story"},
        "listings": {"item_key": key % "x.item_key", "tagging_id": f"x.tagging_id + {step}"},
        "story_nodes": {"id": f"x.id + {step}", "item_key": key % "x.item_key", "version_id": f"x.version_id + {step}"}
        | {"moment": f"x.moment + {seconds << _MOMENT_BITS}"}
        | {name: f"x.{name} + {step}" for name in ("source_node", "event_node")},
        "story_keys": {"moment": f"x.moment + {seconds << _MOMENT_BITS}", "node": f"x.node + {step}"},
    }
    article = "x.item_key = c.item_key"
    base = {
        "candidates": "JOIN candidates x ON x.id = c.id",
        "fetches": "JOIN fetches x ON x.candidate_id = c.id",
        "documents": "JOIN documents x ON x.candidate_id = c.id",
        "items": "JOIN items x ON x.key = c.item_key",
        "versions": f"JOIN versions x ON {article}",
        "page_readings": "JOIN versions v ON v.item_key = c.item_key JOIN page_readings x ON x.version_id = v.id",
        "taggings": "JOIN versions v ON v.item_key = c.item_key JOIN taggings x ON x.version_id = v.id",
        "search_items": f"JOIN search_items x ON {article}",
        "facts": f"JOIN facts x ON {article}",
        "listings": f"JOIN listings x ON {article}",
        "story_nodes": f"JOIN story_nodes x ON {article}",
        "story_keys": "JOIN story_nodes n ON n.item_key = c.item_key JOIN story_keys x ON x.node = n.id",
    }
    ours = {table.name: table for table in our_tables(connection)}
    for table, changed in values.items():
        columns = [column.name for column in ours[table].columns]
        taken = ", ".join(changed.get(name, f"x.{name}") for name in columns)
        query = text(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {taken} FROM candidates c {base[table]} "
            "WHERE c.id < 10000000 AND c.first_seen < :before"
        ).bindparams(bindparam("before", end - later, type_=Instant))
        if table == "documents":
            query = query.bindparams(bindparam("pages_from", pages_from - later, type_=Instant), no_page=_NO_PAGE)
        connection.execute(query)
    if sqlite:
        connection.exec_driver_sql(
            "INSERT INTO search_index(rowid, title, text, title_exact, text_exact, marks) "
            f"SELECT w.id + {seconds * SECOND}, w.title, w.text, w.title_exact, w.text_exact, w.marks FROM {_WORDS} w "
            f"WHERE w.id + {seconds * SECOND} IN (SELECT id FROM search_items)"
        )


def _later_vector(seconds: int) -> str:
    """Return SQL for a vector whose spans of time are later ones."""

    def spans(identifier: str) -> str:
        return "ARRAY[" + ", ".join(f"':{bits}:' || (({identifier}) >> {bits})" for bits, _ in SPANS) + "]"

    later = spans(f"x.id + {seconds * SECOND}")
    return f"ts_delete(x.vector, {spans('x.id')}) || array_to_tsvector({later})"
