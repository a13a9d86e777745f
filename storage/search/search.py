"""The tree of a query → the items that match it, newest or best first, with the words that were found."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, select, text

from pipeline.records import Article, Highlighted, Item, SearchHit
from pipeline.tables.facts import FactCount
from pipeline.text.normalize import match_key, normalise, strip_diacritics
from pipeline.text.search_tokens import UNSPACED
from storage.articles.items import load_chosen
from storage.schema.core import Instant, versions
from storage.schema.search import search_items
from storage.search.compiler import SPANS, CompiledQuery, quote
from storage.search.tree import Tree, Words, asked_words, names_relevance

Order = Literal["time", "relevance"]

#: Of the matches the newest so many are ranked by relevance.
RANKED = 500
#: What a word counts: in the title, each time in the text up to so many times, and once more near its beginning.
_IN_TITLE, _MOST_TIMES, _AT_ONCE = 10, 8, 4
_BEGINNING = 400
#: characters of a snippet before and after what was found first
_BEFORE, _AFTER = 60, 180


#: Pages may wait so long between being fetched and being examined.
_BACKLOG = timedelta(days=14)
#: What was examined first since then; the first condition says the same of ids, which spares looking at all others.
_SEEN_LATELY = (
    "s.id >= (SELECT min(m.id) FROM items n JOIN search_items m ON m.item_key = n.key "
    "WHERE n.first_seen >= :fetched_since)",
    "NOT EXISTS (SELECT 1 FROM versions n JOIN taggings g ON g.version_id = n.id "
    "WHERE n.item_key = s.item_key AND g.tagged_at < :seen_since)",
)
#: The newest spans in which there is anything, each found by one look into the index.
_SPANS = text(
    "WITH RECURSIVE newest(span) AS (SELECT max(id) >> :bits FROM search_items UNION ALL "
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
    """See storage.base.Storage.search."""
    scores: Mapping[str, int] = {}
    keys = _matches(connection, tree, limit if by == "time" else RANKED, zone, seen_since)
    if by == "relevance":
        scores = _scores(connection, tree, keys)
        keys = sorted(keys, key=lambda k: -scores[k])[:limit]  # sorting is stable: of equals the newest first
    found = load_chosen(connection, keys)
    asked = list(asked_words(tree))
    return [_hit(found[k], asked, scores.get(k, 0)) for k in keys if k in found]


def count(connection: Connection, tree: Tree, *, zone: tzinfo, most: int | None) -> FactCount:
    """See storage.search.facet.Search.count."""
    source, limits, values = _asked(connection, tree, zone)
    end = "" if most is None else " LIMIT :most"
    found = f"SELECT s.item_key FROM {source} WHERE {' AND '.join(limits)}{end}"
    query = text(f"SELECT count(*), count(DISTINCT f.story) FROM ({found}) s JOIN facts f ON f.item_key = s.item_key")
    return FactCount(*connection.execute(query, values if most is None else values | {"most": most}).one())


def _asked(connection: Connection, tree: Tree, zone: tzinfo) -> tuple[str, list[str], dict[str, Any]]:
    """Return what a tree asks for as SQL: tables, conditions, and the values of these."""
    where = CompiledQuery(tree, "sqlite" if connection.dialect.name == "sqlite" else "postgresql", zone)
    limits = [where.sql]
    if not names_relevance(tree):
        limits.append("s.about = 1")
    if not where.match:
        return "search_items s", limits, where.values
    limits.insert(0, "search_index MATCH :match")
    source = "search_index CROSS JOIN search_items s ON s.id = search_index.rowid"
    return source, limits, where.values | {"match": where.match}


def _matches(
    connection: Connection, tree: Tree, limit: int, zone: tzinfo, seen_since: datetime | None
) -> Sequence[str]:
    """Return the keys of the newest items that match, newest first."""
    source, limits, values = _asked(connection, tree, zone)
    values["limit"] = limit
    # FTS5 gives its rows in the order of their ids, so that reading ends when enough are found.
    order = "search_index.rowid" if "match" in values else "s.id"
    if seen_since is not None:
        limits += _SEEN_LATELY
    found: Sequence[str] = []
    for spans in _newest_spans(connection):
        within = limits
        if spans:
            within, values["spans"] = [*limits, "s.vector @@ CAST(:spans AS tsquery)"], spans
            # What is in them is found by its words, and not by walking along the ids.
            order = "s.id + 0"
        query = text(f"SELECT s.item_key FROM {source} WHERE {' AND '.join(within)} ORDER BY {order} DESC LIMIT :limit")
        if seen_since is not None:
            query = query.bindparams(
                bindparam("seen_since", seen_since, type_=Instant),
                bindparam("fetched_since", seen_since - _BACKLOG, type_=Instant),
            )
        found = list(connection.execute(query, values).scalars())
        if len(found) == limit:
            break
    return found


def _newest_spans(connection: Connection) -> Iterator[str]:
    """Yield what PostgreSQL is to look in first for the newest, as tsqueries, each with all that was before it.

    The last is '': everywhere. What is in none of them is older than what is.
    """
    if connection.dialect.name == "postgresql":
        for bits, many in SPANS:
            found = connection.execute(_SPANS, {"bits": bits, "many": many}).scalars()
            newest = [quote(f":{bits}:{n}") for n in found if n is not None]
            if len(newest) < many:  # these are all there are
                break
            yield " | ".join(newest)
    yield ""


def _scores(connection: Connection, tree: Tree, keys: Sequence[str]) -> Mapping[str, int]:
    """Count what was found, by item.

    Of each word or phrase of the query: 10 where it is in the title, 1 for each time in the text up to 8, 4 where it
    is among its first 400 characters. Simple, so that both databases, and a reader with a pencil, count the same.
    """
    query = (
        select(search_items.c.item_key, versions.c.article)
        .join(versions, versions.c.id == search_items.c.version_id)
        .where(search_items.c.item_key.in_(keys))
    )
    patterns = [_pattern(words) for words in asked_words(tree)]
    scores = {}
    for row in connection.execute(query):
        title, body = match_key(normalise(row.article["title"])), match_key(normalise(row.article["text"]))
        scores[row.item_key] = sum(_score(pattern, title, body) for pattern in patterns)
    return scores


def _score(pattern: re.Pattern[str], title: str, body: str) -> int:
    found = [match.start() for match in pattern.finditer(body)]
    begins = bool(found) and found[0] < _BEGINNING
    return _IN_TITLE * bool(pattern.search(title)) + min(len(found), _MOST_TIMES) + _AT_ONCE * begins


@lru_cache(maxsize=256)
def _pattern(words: Words) -> re.Pattern[str]:
    """Return what finds words in a text as `pipeline.text.normalize.match_key` makes it."""
    written = [re.escape(word) if words.exact else _with_diacritics(word) for word in words.words]
    first, last = words.words[0], words.words[-1]
    # A pattern that begins with a letter is looked for much faster than one that begins with looking back.
    start = written[0] + ("" if _is_unspaced(first) else rf"(?<![^\W_]{written[0]})")
    end = "" if _is_unspaced(last) or words.prefix else r"(?![^\W_])"
    return re.compile(r"[\W_]*".join((start, *written[1:])) + end)


def _with_diacritics(word: str) -> str:
    """Return a pattern for a word with any diacritics: several times as fast as to take them off all of a text."""
    return "".join(f"[{letter}{more}]" if (more := _diacritics().get(letter)) else re.escape(letter) for letter in word)


@cache
def _diacritics() -> dict[str, str]:
    """Return by letter those that `pipeline.text.normalize.strip_diacritics` makes it of."""
    found: dict[str, str] = {}
    for letter in map(chr, range(0x80, 0x2000)):
        if letter == letter.lower() and (plain := strip_diacritics(letter)) != letter:
            found[plain] = found.get(plain, "") + letter
    return found


def _is_unspaced(word: str) -> bool:
    return re.match(f"[{UNSPACED}]", word) is not None


def _hit(item: Item, asked: Sequence[Words], score: int) -> SearchHit:
    return SearchHit(item, _mark_title(item.article, asked), _snippet(item.article, asked), score)


def _mark_title(article: Article, asked: Sequence[Words]) -> Highlighted:
    title = normalise(article.title)
    return Highlighted(title, _spans(match_key(title), asked))


def _snippet(article: Article, asked: Sequence[Words]) -> Highlighted:
    """Return some of the text around what is found first of the rarest word, or its beginning."""
    whole = normalise(article.text)
    asked = [words for words in asked if not words.only_title]
    searched = match_key(whole)
    found = [spans for words in asked if (spans := _spans(searched, [words]))]
    at = min(found, key=len)[0][0] if found else 0
    start = max(0, at - _BEFORE)
    if start:
        start = next((m.end() for m in re.finditer(r"\s", whole[start:at])), 0) + start
    cut = whole[start : at + _AFTER]
    if at + _AFTER < len(whole) and " " in cut:
        cut = cut[: cut.rindex(" ")]
    inside = {(a - start, b - start) for spans in found for a, b in spans if a >= start and b <= start + len(cut)}
    return Highlighted(cut.replace("\n", " "), _merged(inside))


def _spans(searched: str, asked: Iterable[Words]) -> tuple[tuple[int, int], ...]:
    return _merged({match.span() for words in asked for match in _pattern(words).finditer(searched)})


def _merged(spans: set[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)
