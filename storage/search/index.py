"""New texts, tags and decisions → what is searched, counted and listed, kept by whoever writes."""

import logging
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from pipeline.records import Decision, Tags
from pipeline.text.search_tokens import cap_tokens, exact_words, fold, join_tokens
from storage.articles.decisions import apply_decisions, load_decisions
from storage.articles.examinations import TAGS
from storage.derived.csv_rows import store_csv_rows
from storage.derived.facts import store_facts
from storage.engine.errors import StorageError
from storage.schema.core import candidates, items, sources, taggings, versions
from storage.schema.derived import facts, listings
from storage.schema.search import search_items
from storage.search.compiler import EXACT, id_at, mark_word, quote, spans_of

_LOG = logging.getLogger(__name__)
#: texts put into the index by one transaction that has something else to do as well
BATCH = 500
#: What of a text is searched, so that both databases keep all of it: PostgreSQL keeps 255 places of a word, and counts
#: them to 16,383. The longest article measured (see pipeline.text.normalize.MAX_TEXT) has some 14,000 words.
_TITLE_WORDS, _TITLE_PLACES = 1_000, 50
_TEXT_WORDS, _TEXT_PLACES = 15_000, 200
#: Bytes of a text's words: PostgreSQL keeps a megabyte of them, folded, exact and where they stand.
_TEXT_BYTES = 400_000
#: Places between the last word of a title and the first of its text, more than NEAR ever spans.
_GAP = 100
#: An id is the second of publication, 20 bits of the article's key, and 9 bits that count what stood there before.
_KEYS, _COUNTS = 1 << 20, 1 << 9
#: Stands where a word of a text is left out, so that the places of the others are right.
_NOTHING = "_"

# The words come in small letters and apart; this tokenizer leaves all that is not ASCII as it is.
_CREATE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(title, text, title_exact, text_exact, marks, "
    "content='', tokenize=\"ascii tokenchars '_:'\")"
)
_ADD = text(
    "INSERT INTO search_index(rowid, title, text, title_exact, text_exact, marks) "
    "VALUES (:id, :title, :text, :title_exact, :text_exact, :marks)"
)
_HELD: dict[str, Executable] = {
    "sqlite": text("SELECT rowid FROM search_index WHERE rowid IN :ids").bindparams(bindparam("ids", expanding=True)),
    "postgresql": select(search_items.c.id).where(search_items.c.id.in_(bindparam("ids", expanding=True))),
}
_INSERT: dict[str, Executable] = {
    "sqlite": insert(search_items),
    "postgresql": insert(search_items).values(vector=cast(bindparam("vector", type_=Text), TSVECTOR)),
}
#: The newest tagging that is in the index and among the facts, which an older database may not have yet.
_NEWEST = [select(func.coalesce(func.max(table.c.tagging_id), 0)) for table in (search_items, facts)]
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
        sources.c.name,
        candidates.c.feed_url,
    )
    .join(versions, versions.c.id == taggings.c.version_id)
    .join(items, and_(items.c.key == versions.c.item_key, items.c.version == versions.c.number))
    .join(sources, sources.c.id == items.c.source_id)
    .join(candidates, candidates.c.id == items.c.candidate_id)
    .order_by(taggings.c.id)
)


def index_new(connection: Connection, limit: int = BATCH) -> int:
    """Put into the index what was stored since the last call, the oldest `limit` of it; return how many there were."""
    _make_table(connection)
    last = _last(connection)
    rows = connection.execute(_ROWS.where(taggings.c.id > last).limit(limit)).all()
    _index(connection, rows)
    if len(rows) == limit and _last(connection) == last:
        raise StorageError(f"none of {limit} articles can be put into the search index; the log says why of each")
    return len(rows)


def is_index_behind(connection: Connection) -> bool:
    """Whether something is stored that is not in the index yet."""
    if not _has_table(connection):
        return True
    return connection.execute(_ROWS.where(taggings.c.id > _last(connection)).limit(1)).first() is not None


def _last(connection: Connection) -> int:
    return min(int(connection.execute(newest).scalar_one()) for newest in _NEWEST)


def reindex(connection: Connection, keys: Collection[str]) -> None:
    """Put articles that are in the index into it as they are now.

    What is not in it yet stays for `index_new`, which would else take all that is older for done.
    """
    _make_table(connection)
    last = _last(connection)
    others = taggings.alias()
    newest = select(func.max(others.c.id)).where(others.c.version_id == versions.c.id).correlate(versions)
    rows = _ROWS.where(items.c.key.in_(list(keys)), taggings.c.id == newest.scalar_subquery(), taggings.c.id <= last)
    _index(connection, connection.execute(rows).all())


def clear(connection: Connection) -> None:
    """Empty the index; `index_new` fills it again."""
    connection.execute(delete(search_items))
    connection.execute(delete(facts))
    connection.execute(delete(listings))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS search_index")


def _has_table(connection: Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return True
    found = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'search_index'"
    return connection.exec_driver_sql(found).first() is not None


def _make_table(connection: Connection) -> None:
    if not _has_table(connection):
        # A database that came from elsewhere may bring the rows without the words.
        connection.execute(delete(search_items))
        connection.exec_driver_sql(_CREATE)


def _index(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """Make all that is made of these articles; what cannot be made of one is left out, and keeps no other from it."""
    said = load_decisions(connection, [row.key for row in rows])
    # Of several taggings of one article the last is the newest.
    newest = {row.key: row for row in rows}.values()
    _each(connection, newest, lambda some: _put(connection, [_held(row, said) for row in some]))


def _each(connection: Connection, rows: Collection[Row[Any]], make: Callable[[Collection[Row[Any]]], None]) -> None:
    if not rows:
        return
    try:
        with connection.begin_nested():
            make(rows)
    except StorageError:
        raise
    except Exception as error:
        if len(rows) > 1:
            for row in rows:
                _each(connection, [row], make)
        else:
            _LOG.error(
                "article %s: not found by searches, nor in reports and CSV exports: %s",
                *(row.key for row in rows),
                error,
            )


def _held(row: Row[Any], said: Mapping[str, Sequence[Decision]]) -> tuple[Row[Any], Tags]:
    return row, apply_decisions(TAGS.validate_python(row.tags), said.get(row.key, ()))


def _put(connection: Connection, holds: Sequence[tuple[Row[Any], Tags]]) -> None:
    keys = [row.key for row, _ in holds]
    known = {
        row.item_key: row for row in connection.execute(select(search_items).where(search_items.c.item_key.in_(keys)))
    }
    made: list[dict[str, Any]] = []
    old_ids: list[int] = []
    store_facts(connection, holds)
    store_csv_rows(connection, holds)
    for row, tags in holds:
        marks, about = " ".join(sorted(_marks(row, tags))), int(tags.relevance != "no")
        old = known.get(row.key)
        if old is not None and (old.version_id, old.marks, old.about) == (row.version_id, marks, about):
            if row.id > old.tagging_id:
                connection.execute(update(search_items).where(search_items.c.id == old.id).values(tagging_id=row.id))
            continue
        if old is not None:
            old_ids.append(old.id)
        moment = id_at(row.published or row.first_seen) + zlib.crc32(row.key.encode()) % _KEYS * _COUNTS
        common = {"id": moment, "item_key": row.key, "version_id": row.version_id, "tagging_id": row.id}
        made.append({**common, "about": about, "marks": marks, "row": row})
    if old_ids:
        # What SQLite's index holds under an old id is found no more, since no row has that id.
        connection.execute(delete(search_items).where(search_items.c.id.in_(old_ids)))
    if made:
        _give_ids(connection, made)
        words_of_it = _sqlite_words if connection.dialect.name == "sqlite" else _postgres_words
        for one in made:
            one.update(words_of_it(one.pop("row"), one))
        connection.execute(_INSERT[connection.dialect.name], made)
        if connection.dialect.name == "sqlite":
            connection.execute(_ADD, made)


def _give_ids(connection: Connection, made: list[dict[str, Any]]) -> None:
    """Let no two rows have one id, nor one that ever was in the index."""
    held: set[int] = set()
    asked = {row["id"] for row in made}
    while asked:
        held |= set(connection.execute(_HELD[connection.dialect.name], {"ids": sorted(asked)}).scalars())
        asked = set()
        given: set[int] = set()
        for row in made:
            while row["id"] in held or row["id"] in given:
                row["id"] += 1
                asked.add(row["id"])
            given.add(row["id"])


def _words(row: Row[Any], made: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    title, body = row.article["title"], row.article["text"] if made["about"] else ""
    return exact_words(title)[:_TITLE_WORDS], _fitting(exact_words(body)[:_TEXT_WORDS])


def _fitting(found: list[str]) -> list[str]:
    if 4 * sum(map(len, found)) > _TEXT_BYTES:
        sizes = accumulate(len(word.encode()) for word in found)
        return [word for word, size in zip(found, sizes, strict=True) if size <= _TEXT_BYTES]
    return found


def _sqlite_words(row: Row[Any], made: Mapping[str, Any]) -> dict[str, str]:
    title, body = _words(row, made)
    return {
        "title": _stream(list(map(fold, title)), _TITLE_PLACES),
        "text": _stream(list(map(fold, body)), _TEXT_PLACES),
        "title_exact": _stream(title, _TITLE_PLACES),
        "text_exact": _stream(body, _TEXT_PLACES),
    }


def _postgres_words(row: Row[Any], made: Mapping[str, Any]) -> dict[str, str]:
    return {"vector": _vector(*_words(row, made), [*made["marks"].split(), *spans_of(made["id"])])}


def _marks(row: Row[Any], tags: Tags) -> set[str]:
    found = {("outlet", row.source_id), ("outlet", row.name), ("lang", tags.language)}
    found |= {("lang", tags.language.split("-")[0]), ("relevance", tags.relevance), ("tone", tags.tone)}
    found |= {("topic", topic.id) for topic in tags.topics}
    found |= {("place", name) for place in tags.places for name in (place.id, place.name, place.unit)}
    return {mark_word(field, value) for field, name in found if (value := join_tokens(name))}


def _stream(found: list[str], places: int) -> str:
    """Return words as FTS5 reads them, each at its place."""
    if max(Counter(found).values(), default=0) > places:
        kept = dict(cap_tokens(found, places))
        found = [kept.get(place, _NOTHING) for place in range(len(found))]
    return " ".join(found)


def _vector(title: Sequence[str], body: Sequence[str], marks: Sequence[str]) -> str:
    """Return a tsvector as it is written: folded and exact words at one place, those of the title of weight A."""
    places: dict[str, list[str]] = {}
    for part, first, kept, weight in ((title, 1, _TITLE_PLACES, "A"), (body, len(title) + _GAP, _TEXT_PLACES, "")):
        for place, word in cap_tokens(list(map(fold, part)), kept):
            places.setdefault(word, []).append(f"{first + place}{weight}")
        for place, word in cap_tokens(part, kept):
            places.setdefault(EXACT + word, []).append(f"{first + place}{weight}")
    found = [f"{quote(word)}:{','.join(at)}" for word, at in places.items()]
    return " ".join([*found, *map(quote, marks)])
