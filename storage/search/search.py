"""The tree of a query → the items that match it, newest or best first, with the matching words highlighted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, select, text

from pipeline.records import Item, SearchHit, SearchPage
from pipeline.tables.facts import Fact, FactCount
from pipeline.tables.translated_items import with_translation
from pipeline.text.normalize import normalise
from storage.articles.items import load_chosen
from storage.engine.dialects import is_sqlite
from storage.engine.instants import Instant
from storage.schema.core import versions
from storage.schema.search import search_items
from storage.search.compiler import SPANS, CompiledQuery, quote
from storage.search.found_articles import load_found
from storage.search.hits import SearchedText, search_hit, with_translated_texts
from storage.search.index import TARGET
from storage.search.tree import Tree, Words, asked_words, names_relevance
from storage.translations.shown import load_shown

Order = Literal["time", "relevance"]

#: Newest matches that are ranked by relevance.
RANKED = 500
#: Items loaded by one statement.
_CHUNK = 200
#: Points of a word: in the title; occurrences in the text that count one each, at most; near the beginning of the text.
_IN_TITLE, _MOST_TIMES, _AT_ONCE = 10, 8, 4
#: Characters at the beginning of a text in which a word scores more.
_BEGINNING = 400
#: Longest time that a page may wait between being fetched and being examined.
_BACKLOG = timedelta(days=14)
#: Conditions for items first examined since then; the first one bounds the ids, so that older rows are not read.
_SEEN_LATELY = (
    "s.id >= (SELECT min(m.id) FROM items n JOIN search_items m ON m.item_key = n.key "
    "WHERE n.first_seen >= :fetched_since)",
    "NOT EXISTS (SELECT 1 FROM versions n JOIN taggings g ON g.version_id = n.id "
    "WHERE n.item_key = s.item_key AND g.tagged_at < :seen_since)",
)
#: A number above every id.
_PAST_ALL = 2**63 - 1
#: The newest spans of time with any article, each found by one lookup in the index.
_SPANS = text(
    "WITH RECURSIVE newest(span) AS (SELECT max(id) >> :bits FROM search_items WHERE id < :before UNION ALL "
    "SELECT (SELECT max(id) >> :bits FROM search_items WHERE id < newest.span << :bits) FROM newest "
    "WHERE newest.span IS NOT NULL) SELECT span FROM newest LIMIT :many"
)


def search(
    connection: Connection,
    tree: Tree,
    *,
    by: Order,
    limit: int,
    zone: tzinfo,
    seen_since: datetime | None = None,
) -> list[SearchHit]:
    """See Search.search."""
    scores: Mapping[str, int] = {}
    matches = newest_matches(connection, tree, limit if by == "time" else RANKED, zone, seen_since=seen_since)
    keys: Sequence[str] = [match.item_key for match in matches]
    if by == "relevance":
        scores = _scores(connection, tree, keys)
        keys = sorted(keys, key=lambda k: -scores.get(k, 0))[:limit]  # sorting is stable: of equals the newest first
    return list(_hits(connection, tree, keys, scores))


def search_page(
    connection: Connection, tree: Tree, *, limit: int, zone: tzinfo, before: int | None = None
) -> SearchPage:
    """See Search.page."""
    matches = newest_matches(connection, tree, limit + 1, zone, before=before)
    shown = matches[:limit]
    hits = tuple(_hits(connection, tree, [match.item_key for match in shown], {}))
    return SearchPage(hits, shown[-1].id if len(matches) > limit else None)


def _hits(connection: Connection, tree: Tree, keys: Sequence[str], scores: Mapping[str, int]) -> Iterator[SearchHit]:
    """Yield the hits with these keys, in their order, without damaged ones."""
    found = load_found(connection, keys)
    foreign = [key for key, article in found.items() if article.is_foreign]
    translated = load_shown(connection, foreign, TARGET) if foreign else {}
    words = list(asked_words(tree))
    for key in keys:
        if key in found:
            yield search_hit(found[key], translated.get(key), words, scores.get(key, 0))


def found_items(connection: Connection, tree: Tree, *, limit: int, zone: tzinfo) -> Iterator[Item]:
    """See Search.items."""
    keys = matching_keys(connection, tree, limit=limit, zone=zone)
    for begin in range(0, len(keys), _CHUNK):
        chunk = keys[begin : begin + _CHUNK]
        items_by_key, translated = load_chosen(connection, chunk), load_shown(connection, chunk, TARGET)
        yield from (with_translation(items_by_key[key], translated.get(key)) for key in chunk if key in items_by_key)


def matching_keys(connection: Connection, tree: Tree, *, limit: int, zone: tzinfo) -> Sequence[str]:
    """Return the keys of the newest items that match, newest first, without reading an article."""
    return [match.item_key for match in newest_matches(connection, tree, limit, zone)]


def count(connection: Connection, tree: Tree, *, zone: tzinfo, most: int | None) -> FactCount:
    """See Search.count."""
    source, conditions, values = _compile(connection, tree, zone)
    limit = "" if most is None else " LIMIT :most"
    matches = f"SELECT s.item_key FROM {source} WHERE {' AND '.join(conditions)}{limit}"
    query = text(f"SELECT count(*), count(DISTINCT f.story) FROM ({matches}) s JOIN facts f ON f.item_key = s.item_key")
    return FactCount(*connection.execute(query, values if most is None else values | {"most": most}).one())


def matching_facts(connection: Connection, tree: Tree, *, zone: tzinfo) -> Iterator[Fact]:
    """See Search.facts."""
    source, conditions, values = _compile(connection, tree, zone)
    matches = f"SELECT s.item_key FROM {source} WHERE {' AND '.join(conditions)}"
    query = text(f"SELECT f.at, f.story, f.kind FROM ({matches}) s JOIN facts f ON f.item_key = s.item_key")
    yield from (Fact._make(row) for row in connection.execute(query, values))


def _compile(connection: Connection, tree: Tree, zone: tzinfo) -> tuple[str, list[str], dict[str, Any]]:
    """Return a tree as SQL: tables, conditions, and the values of the conditions by name."""
    compiled = CompiledQuery(tree, "sqlite" if is_sqlite(connection) else "postgresql", zone)
    conditions = [compiled.sql]
    if not names_relevance(tree):
        conditions.append("s.about = 1")
    if not compiled.match:
        return "search_items s", conditions, compiled.values
    conditions.insert(0, "search_index MATCH :match")
    source = "search_index CROSS JOIN search_items s ON s.id = search_index.rowid"
    return source, conditions, compiled.values | {"match": compiled.match}


def newest_matches(
    connection: Connection,
    tree: Tree,
    limit: int,
    zone: tzinfo,
    *,
    seen_since: datetime | None = None,
    before: int | None = None,
) -> Sequence[Row[Any]]:
    """Return id and item_key of the newest items that match, newest first; with `before` only of lesser ids."""
    source, conditions, values = _compile(connection, tree, zone)
    values["limit"] = limit
    # FTS5 returns rows in the order of their ids, so that reading ends when enough are found.
    order = "search_index.rowid" if "match" in values else "s.id"
    if before is not None:
        conditions.append(f"{'search_index.rowid' if 'match' in values else 's.id'} < :before")
        values["before"] = before
    if seen_since is not None:
        conditions += _SEEN_LATELY
    matches: Sequence[Row[Any]] = []
    for spans in _newest_spans(connection, before):
        where = conditions
        if spans:
            where, values["spans"] = [*conditions, "s.vector @@ CAST(:spans AS tsquery)"], spans
            # `+ 0` makes PostgreSQL look the spans up in the index of words instead of walking along the ids.
            order = "s.id + 0"
        query = text(
            f"SELECT s.id, s.item_key FROM {source} WHERE {' AND '.join(where)} ORDER BY {order} DESC LIMIT :limit"
        )
        if seen_since is not None:
            query = query.bindparams(
                bindparam("seen_since", seen_since, type_=Instant),
                bindparam("fetched_since", seen_since - _BACKLOG, type_=Instant),
            )
        matches = connection.execute(query, values).all()
        if len(matches) == limit:
            break
    return matches


def _newest_spans(connection: Connection, before: int | None) -> Iterator[str]:
    """Yield tsqueries of the newest spans of time, each wider than the one before; the last is '': all of time.

    With `before` they are those of ids below it.

    PostgreSQL looks for the newest matches in them in turn. SQLite has no need of them: it gets '' only.
    """
    if not is_sqlite(connection):
        for bits, many in SPANS:
            bounds = {"bits": bits, "many": many, "before": _PAST_ALL if before is None else before}
            span_numbers = connection.execute(_SPANS, bounds).scalars()
            newest = [quote(f":{bits}:{n}") for n in span_numbers if n is not None]
            if len(newest) < many:  # these are all there are
                break
            yield " | ".join(newest)
    yield ""


def _scores(connection: Connection, tree: Tree, keys: Sequence[str]) -> Mapping[str, int]:
    """Return the scores of items, by key.

    Each word or phrase of the query scores 10 in the title, 1 for each time in the text up to 8, and 4 within the first
    400 characters. The rule is simple, so that both databases, and a reader with a pencil, get the same score.
    """
    query = (
        select(search_items.c.item_key, versions.c.article)
        .join(versions, versions.c.id == search_items.c.version_id)
        .where(search_items.c.item_key.in_(keys))
    )
    asked = list(asked_words(tree))
    translated = load_shown(connection, keys, TARGET)
    scores = {}
    for row in connection.execute(query):
        try:
            texts = with_translated_texts(row.article["title"], row.article["text"], translated.get(row.item_key))
            title, body = (SearchedText(normalise(text)) for text in texts)
        except (KeyError, TypeError):  # a damaged article is told where it is loaded
            continue
        scores[row.item_key] = sum(_score(words, title, body) for words in asked)
    return scores


def _score(words: Words, title: SearchedText, body: SearchedText) -> int:
    positions = [match.start() for match in islice(body.find(words), _MOST_TIMES)]
    begins = bool(positions) and positions[0] < _BEGINNING
    return _IN_TITLE * any(title.find(words)) + len(positions) + _AT_ONCE * begins
