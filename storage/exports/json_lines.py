"""Stored articles → lines of JSON, newest first; whole Items where what is stored cannot be copied."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, Select, Text, case, cast, select

from pipeline.records import Item
from pipeline.tables.facts import topics_in
from pipeline.tables.stored_json import LineHead, json_bytes, json_outlet, stored_line, sum_of
from pipeline.tables.translated_items import cells_of, with_translation
from storage.articles.items import load_chosen
from storage.engine.instants import instant_of
from storage.engine.raw_rows import raw_bytes
from storage.exports.article_order import LISTED_AT, NEWEST_FIRST, Row, newest_first
from storage.exports.choice import ArticleChoice, chosen_facts
from storage.schema.core import candidates, items, sources, taggings, versions
from storage.schema.derived import facts
from storage.schema.maintenance import decisions
from storage.translations.shown import load_shown

#: Rows fetched at once.
_CHUNK = 50
#: Language of the translations.
_TARGET = "vi"


def load_json_lines(connection: Connection, choice: ArticleChoice) -> Iterator[bytes | Item]:
    """Yield the chosen articles under people's decisions with their translations, newest first."""
    query = _select(choice)
    outlets = {
        row.id.encode(): (json_outlet(row.id, row.name, row.country, row.category), json_bytes(row.reach))
        for row in connection.execute(select(sources))
    }
    decided = {key.encode() for key in connection.execute(select(decisions.c.item_key).distinct()).scalars()}
    chunks = newest_first(
        raw_bytes(connection, query.order_by(facts.c.at.desc()), "lines", _CHUNK),
        lambda rows: [row[2] for row in rows],
        partial(_of_second, connection, query),
    )
    wanted = set(choice.topics)
    for rows in chunks:
        if wanted:
            rows = [row for row in rows if not wanted.isdisjoint(topics_in(row[17].decode("utf-8", "replace")))]
        foreign = [_text(row[1]) for row in rows if row[16].split(b"-")[0] != b"vi"]
        translated = load_shown(connection, foreign, _TARGET) if foreign else {}
        lines = [None if row[1] in decided else _line(row, outlets, translated) for row in rows]
        others = [_text(row[1]) for row, line in zip(rows, lines, strict=True) if line is None]
        whole = load_chosen(connection, others) if others else {}
        for row, line in zip(rows, lines, strict=True):
            if line is not None:
                yield line
            elif (key := _text(row[1])) in whole:  # others are damaged, and told
                yield with_translation(whole[key], translated.get(key))


def _select(choice: ArticleChoice) -> Select[*tuple[Any, ...]]:
    older = versions.alias()
    edited = select(older.c.id).where(older.c.item_key == items.c.key, older.c.document_id != versions.c.document_id)
    query = (
        chosen_facts(
            choice,
            facts.c.at,
            facts.c.item_key,
            LISTED_AT,
            facts.c.story,
            items.c.event,
            items.c.origin,
            versions.c.number,
            case((versions.c.number > 1, edited.correlate(items, versions).exists()), else_=False),
            items.c.source_id,
            items.c.first_seen,
            versions.c.fetched_at,
            items.c.taken_down,
            candidates.c.feed_url,
            cast(versions.c.article, Text),
            cast(taggings.c.tags, Text),
            facts.c.json_sum,
            facts.c.language,
            facts.c.kind,
            items.c.captured_at,
        )
        .join(items, items.c.key == facts.c.item_key)
        .join(taggings, taggings.c.id == facts.c.tagging_id)
        .join(versions, versions.c.id == taggings.c.version_id)
        .join(candidates, candidates.c.id == items.c.candidate_id)
    )
    return query.where(items.c.source_id.in_(choice.sources)) if choice.sources else query


def _of_second(connection: Connection, query: Select[*tuple[Any, ...]], at: int) -> Iterable[Sequence[Row]]:
    return raw_bytes(connection, query.where(facts.c.at == at).order_by(*NEWEST_FIRST), "second", _CHUNK)


def _text(key: bytes) -> str:
    return key.decode("utf-8", "replace")


def _line(row: Row, outlets: Mapping[bytes, tuple[bytes, bytes]], translated: Mapping[str, Any]) -> bytes | None:
    """Return the line of a row; None where it is damaged or cannot be copied."""
    (
        _, key, _, story, event, origin, number, changed, source_id, seen, fetched, gone, feed, article, tags, checksum,
        _, _, captured,
    ) = row  # fmt: skip
    if checksum is None or sum_of(article, tags) != checksum or not key.isalnum():
        return None
    try:
        outlet, reach = outlets[source_id]
        first_seen = _moment(seen)
        head = LineHead(
            key, _as_json(story), number, outlet, first_seen, first_seen if fetched == seen else _moment(fetched),
            _as_json(feed), bool(changed), b"null" if gone is None else _moment(gone),
            _as_json(event), b'""' if origin == b"" else _as_json(origin), reach,
            b"null" if captured is None else _moment(captured),
        )  # fmt: skip
        shown = translated.get(key.decode()) if translated else None
        return stored_line(head, article, tags) if shown is None else stored_line(head, article, tags, cells_of(shown))
    except (ValueError, KeyError, TypeError):
        return None


def _as_json(text: bytes) -> bytes:
    """Return a stored text as JSON. Raises UnicodeDecodeError for a damaged one."""
    # Ids are plain, and each article has others.
    return b'"%b"' % text if text.isalnum() else _other_as_json(text)


@lru_cache(maxsize=4096)
def _other_as_json(text: bytes) -> bytes:
    return json_bytes(text.decode())


def _moment(value: Any) -> bytes:
    """Return a time as a driver gives it as JSON. Raises ValueError for a damaged one."""
    if isinstance(value, bytes):
        # SQLite's has no zone.
        datetime.fromisoformat(value.decode())
        return b'"%bT%b+00:00"' % (value[:10], value[11:19])
    at = instant_of(value)
    return b"null" if at is None else json_bytes(at.astimezone(UTC).isoformat(timespec="seconds"))
