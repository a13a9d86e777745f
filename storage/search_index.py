"""New texts, tags and decisions → the index that is searched, kept by whoever writes."""

import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, and_, cast, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import TSVECTOR

from pipeline.records import Tags
from pipeline.search_words import Word, capped, joined, words
from storage.decisions import decided, load_decisions
from storage.examining import TAGS
from storage.schema import items, sources, taggings, versions
from storage.schema_search import search_items
from storage.search_match import EXACT, SECOND, id_at, mark_word, quote

#: texts put into the index by one transaction that has something else to do as well
BATCH = 500
#: What of a text is searched, so that both databases keep all of it: PostgreSQL keeps 255 places of a word, and counts
#: them to 16,383. The longest article measured (see pipeline.text.MAX_TEXT) has some 14,000 words.
_TITLE_WORDS, _TITLE_PLACES = 1_000, 50
_TEXT_WORDS, _TEXT_PLACES = 15_000, 200
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
_HELD = {
    "sqlite": text("SELECT 1 FROM search_index WHERE rowid = :id"),
    "postgresql": text("SELECT 1 FROM search_items WHERE id = :id"),
}
_NEWEST = select(func.max(search_items.c.tagging_id))
_ROWS: Select[*tuple[Any, ...]] = (
    select(
        taggings.c.id,
        taggings.c.version_id,
        taggings.c.tags,
        versions.c.article,
        versions.c.published,
        items.c.key,
        items.c.first_seen,
        items.c.source_id,
        sources.c.name,
    )
    .join(versions, versions.c.id == taggings.c.version_id)
    .join(items, and_(items.c.key == versions.c.item_key, items.c.version == versions.c.number))
    .join(sources, sources.c.id == items.c.source_id)
    .order_by(taggings.c.id)
)


def index_new(connection: Connection, limit: int = BATCH) -> int:
    """Put into the index what was stored since the last call, the oldest `limit` of it; return how many there were."""
    _make_table(connection)
    last = connection.execute(_NEWEST).scalar() or 0
    rows = connection.execute(_ROWS.where(taggings.c.id > last).limit(limit)).all()
    _index(connection, rows)
    return len(rows)


def is_behind(connection: Connection) -> bool:
    """Whether something is stored that is not in the index yet."""
    if not _has_table(connection):
        return True
    last = connection.execute(_NEWEST).scalar() or 0
    return connection.execute(_ROWS.where(taggings.c.id > last).limit(1)).first() is not None


def index_again(connection: Connection, keys: Collection[str]) -> None:
    """Put articles into the index as they are now."""
    _make_table(connection)
    others = taggings.alias()
    newest = select(func.max(others.c.id)).where(others.c.version_id == versions.c.id).correlate(versions)
    rows = _ROWS.where(items.c.key.in_(list(keys)), taggings.c.id == newest.scalar_subquery())
    _index(connection, connection.execute(rows).all())


def forget_all(connection: Connection) -> None:
    """Empty the index; `index_new` fills it again."""
    connection.execute(delete(search_items))
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
    if not rows:
        return
    keys = [row.key for row in rows]
    known = {
        row.item_key: row for row in connection.execute(select(search_items).where(search_items.c.item_key.in_(keys)))
    }
    said = load_decisions(connection, keys)
    # Of several taggings of one article the last is the newest.
    for row in {row.key: row for row in rows}.values():
        tags = decided(TAGS.validate_python(row.tags), said.get(row.key, ()))
        marks = " ".join(sorted(_marks(row, tags)))
        change = {"tagging_id": row.id, "version_id": row.version_id, "marks": marks, "about": tags.relevance != "no"}
        old = known.get(row.key)
        if old is not None and (old.version_id, old.marks, old.about) == (row.version_id, marks, change["about"]):
            connection.execute(
                update(search_items).where(search_items.c.id == old.id).values(tagging_id=max(row.id, old.tagging_id))
            )
            continue
        if old is not None:
            # What SQLite's index holds under the old id is found no more, since no row has that id.
            connection.execute(delete(search_items).where(search_items.c.id == old.id))
        _store(connection, row, {**change, "about": int(change["about"])}, title_only=tags.relevance == "no")


def _store(connection: Connection, row: Row[Any], change: dict[str, Any], *, title_only: bool) -> None:
    title = words(row.article["title"])[:_TITLE_WORDS]
    body = [] if title_only else words(row.article["text"])
    where = _free_id(connection, row.published or row.first_seen, row.key)
    vector: Any = None
    if connection.dialect.name == "sqlite":
        values = {
            "title": _stream((w.folded for w in title), _TITLE_WORDS, _TITLE_PLACES),
            "text": _stream((w.folded for w in body), _TEXT_WORDS, _TEXT_PLACES),
            "title_exact": _stream((w.exact for w in title), _TITLE_WORDS, _TITLE_PLACES),
            "text_exact": _stream((w.exact for w in body), _TEXT_WORDS, _TEXT_PLACES),
        }
        connection.execute(_ADD, {"id": where, "marks": change["marks"], **values})
    else:
        vector = cast(literal(_vector(title, body, change["marks"]), Text), TSVECTOR)
    connection.execute(insert(search_items).values(id=where, item_key=row.key, vector=vector, **change))


def _free_id(connection: Connection, moment: datetime, key: str) -> int:
    base = id_at(moment) + zlib.crc32(key.encode("utf-8", "surrogatepass")) % _KEYS * _COUNTS
    held = _HELD[connection.dialect.name]
    while connection.execute(held, {"id": base}).first() is not None:
        base += 1
    assert base % SECOND
    return base


def _marks(row: Row[Any], tags: Tags) -> set[str]:
    found = {("outlet", row.source_id), ("outlet", row.name), ("lang", tags.language)}
    found |= {("lang", tags.language.split("-")[0]), ("relevance", tags.relevance), ("tone", tags.tone)}
    found |= {("topic", topic.id) for topic in tags.topics}
    found |= {("place", name) for place in tags.places for name in (place.id, place.name, place.unit)}
    return {mark_word(field, value) for field, name in found if (value := joined(name))}


def _stream(found: Iterable[str], most: int, places: int) -> str:
    """Return words as FTS5 reads them, each at its place."""
    listed = list(found)[:most]
    written = [_NOTHING] * len(listed)
    for place, word in capped(listed, most, places):
        written[place] = word
    return " ".join(written)


def _vector(title: Sequence[Word], body: Sequence[Word], marks: str) -> str:
    """Return a tsvector as it is written: folded and exact words at one place, those of the title of weight A."""
    places: dict[str, list[str]] = {}
    parts = ((title, 1, _TITLE_WORDS, _TITLE_PLACES, "A"), (body, len(title) + _GAP, _TEXT_WORDS, _TEXT_PLACES, ""))
    for part, first, most, kept, weight in parts:
        for place, word in capped([w.folded for w in part], most, kept):
            places.setdefault(word, []).append(f"{first + place}{weight}")
        for place, word in capped([w.exact for w in part], most, kept):
            places.setdefault(EXACT + word, []).append(f"{first + place}{weight}")
    found = [f"{quote(word)}:{','.join(at)}" for word, at in places.items()]
    return " ".join([*found, *map(quote, marks.split())])
