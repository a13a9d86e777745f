"""New texts, tags and decisions → the search index, the facts and the CSV rows of their articles.

Whoever stores an article, a tagging or a decision calls `index_new` or `reindex` in the same transaction.
"""

import logging
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, select, update

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Decision, Tags
from storage.articles.adapters import TAGS
from storage.articles.decisions import apply_decisions, load_decisions
from storage.derived.csv_rows import store_csv_rows
from storage.derived.facts import store_facts
from storage.engine.errors import StorageError
from storage.schema.core import candidates, items, sources, taggings, versions
from storage.schema.derived import facts, listings
from storage.schema.search import search_items
from storage.search.compiler import id_at
from storage.search.index_tables import create_index, empty_index, has_index, insert_rows, used_ids
from storage.search.index_words import index_marks, index_words
from storage.translations.shown import load_shown

_LOG = logging.getLogger(__name__)
#: Language of the translations that are searched.
TARGET = "vi"
#: Texts put into the index by one transaction that has something else to do as well.
BATCH = 500
#: An id is the second of publication, 20 bits of the article's key, and 9 bits that tell apart what would be equal.
_KEYS, _COUNTS = 1 << 20, 1 << 9
#: The newest tagging in the index, among the facts, which an older database may lack, and of all.
_NEWEST = select(
    *(
        select(func.max(column)).scalar_subquery().label(name)
        for name, column in (
            ("indexed", search_items.c.tagging_id),
            ("with_facts", facts.c.tagging_id),
            ("newest", taggings.c.id),
        )
    )
)
_ROWS: Select[*tuple[Any, ...]] = (
    select(
        taggings.c.id,
        taggings.c.version_id,
        taggings.c.tags,
        versions.c.article,
        versions.c.number,
        versions.c.published,
        versions.c.fetched_at,
        items.c.key,
        items.c.first_seen,
        items.c.source_id,
        items.c.captured_at,
        sources.c.name,
        candidates.c.feed_url,
    )
    .join(versions, versions.c.id == taggings.c.version_id)
    .join(items, and_(items.c.key == versions.c.item_key, items.c.version == versions.c.number))
    .join(sources, sources.c.id == items.c.source_id)
    .join(candidates, candidates.c.id == items.c.candidate_id)
    .order_by(taggings.c.id)
)

#: The key of an article that was tagged after a tagging.
_NEXT = (
    _ROWS.with_only_columns(items.c.key, maintain_column_froms=True).where(taggings.c.id > bindparam("last")).limit(1)
)


def index_new(connection: Connection, limit: int = BATCH) -> int:
    """Index what was stored since the last call, the oldest `limit` taggings; return how many there were.

    Raises StorageError where none of a full batch can be indexed.
    """
    create_index(connection)
    last = _last_indexed(connection)
    rows = connection.execute(_ROWS.where(taggings.c.id > last).limit(limit)).all()
    _index(connection, rows)
    if len(rows) == limit and _last_indexed(connection) == last:
        message = mark("none of {limit} articles can be put into the search index; the log says why of each")
        raise StorageError(Message(message, limit=limit))
    return len(rows)


def is_index_behind(connection: Connection) -> bool:
    """Whether something is stored that is not in the index yet."""
    if not has_index(connection):
        return True
    last, newest = _newest_taggings(connection)
    # A tagging of an older version is newer than all in the index, and belongs to none of them.
    return newest > last and connection.execute(_NEXT, {"last": last}).first() is not None


def _last_indexed(connection: Connection) -> int:
    return _newest_taggings(connection)[0]


def _newest_taggings(connection: Connection) -> tuple[int, int]:
    """Return the newest tagging that is in the index and among the facts, and the newest of all; 0: there is none."""
    row = connection.execute(_NEWEST).one()
    return min(row.indexed or 0, row.with_facts or 0), row.newest or 0


def reindex(connection: Connection, keys: Collection[str]) -> None:
    """Put articles that are in the index into it as they are now.

    Articles not in it yet are left to `index_new`, which takes everything older than the newest indexed for done.
    """
    create_index(connection)
    last = _last_indexed(connection)
    others = taggings.alias()
    newest = select(func.max(others.c.id)).where(others.c.version_id == versions.c.id).correlate(versions)
    rows = _ROWS.where(items.c.key.in_(list(keys)), taggings.c.id == newest.scalar_subquery(), taggings.c.id <= last)
    _index(connection, connection.execute(rows).all())


def clear(connection: Connection) -> None:
    """Empty the index, the facts and the CSV rows; `index_new` fills them again."""
    empty_index(connection)
    connection.execute(delete(facts))
    connection.execute(delete(listings))


def _index(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """Store all that is derived from these articles; one that fails is left out, and keeps no other from it."""
    decisions = load_decisions(connection, [row.key for row in rows])
    # Of several taggings of one article the last is the newest.
    newest = {row.key: row for row in rows}.values()
    _each(connection, newest, lambda some: _store(connection, [_with_tags(row, decisions) for row in some]))


def _each(connection: Connection, rows: Collection[Row[Any]], store: Callable[[Collection[Row[Any]]], None]) -> None:
    """Store rows together; where that fails, one by one, and log those that fail alone."""
    if not rows:
        return
    try:
        with connection.begin_nested():
            store(rows)
    except StorageError:
        raise
    except Exception as error:
        if len(rows) > 1:
            for row in rows:
                _each(connection, [row], store)
        else:
            _LOG.error(
                "article %s: not found by searches, nor in reports and CSV exports: %s",
                *(row.key for row in rows),
                error,
            )


def _with_tags(row: Row[Any], decisions: Mapping[str, Sequence[Decision]]) -> tuple[Row[Any], Tags]:
    return row, apply_decisions(TAGS.validate_python(row.tags), decisions.get(row.key, ()))


def _store(connection: Connection, articles: Sequence[tuple[Row[Any], Tags]]) -> None:
    store_facts(connection, articles)
    store_csv_rows(connection, articles)
    indexed = {
        row.item_key: row
        for row in connection.execute(
            select(search_items).where(search_items.c.item_key.in_([row.key for row, _ in articles]))
        )
    }
    foreign = [row.key for row, tags in articles if tags.relevance != "no" and _language(row, tags) != TARGET]
    translated = load_shown(connection, foreign, TARGET) if foreign else {}
    new_rows: list[dict[str, Any]] = []
    words = []
    outdated_ids: list[int] = []
    for row, tags in articles:
        translation = translated.get(row.key)
        marks = index_marks(row.source_id, row.name, tags, translation, archived=row.captured_at is not None)
        about = int(tags.relevance != "no")
        old = indexed.get(row.key)
        if old is not None and (old.version_id, old.marks, old.about) == (row.version_id, marks, about):
            if row.id > old.tagging_id:
                connection.execute(update(search_items).where(search_items.c.id == old.id).values(tagging_id=row.id))
            continue
        if old is not None:
            outdated_ids.append(old.id)
        first_id = id_at(row.published or row.first_seen) + zlib.crc32(row.key.encode()) % _KEYS * _COUNTS
        keys = {"id": first_id, "item_key": row.key, "version_id": row.version_id, "tagging_id": row.id}
        new_rows.append({**keys, "about": about, "marks": marks})
        words.append(index_words(row.article["title"], row.article["text"] if about else "", translation))
    if outdated_ids:
        connection.execute(delete(search_items).where(search_items.c.id.in_(outdated_ids)))
    if new_rows:
        _make_ids_unique(connection, new_rows)
        insert_rows(connection, new_rows, words)


def _language(row: Row[Any], tags: Tags) -> str:
    """Return the language of a text without its region; '' where it is not known."""
    return str(tags.language or row.article["language"]).split("-")[0]


def _make_ids_unique(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Raise ids until no two rows have one id, nor one that is or ever was in the index."""
    used: set[int] = set()
    unchecked = {row["id"] for row in rows}
    while unchecked:
        used |= used_ids(connection, unchecked)
        unchecked = set()
        assigned: set[int] = set()
        for row in rows:
            while row["id"] in used or row["id"] in assigned:
                row["id"] += 1
                unchecked.add(row["id"])
            assigned.add(row["id"])
