"""Narrow columns of the database → the fields of articles that the tables of tags and stories read.

The stored article, most of a row's bytes, is read only where a narrow column does not hold what is asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Text, and_, cast, func, select

from pipeline.records import Decision
from pipeline.tables.columns import distinct
from pipeline.tables.facts import kind_of
from pipeline.tables.narrow_rows import NarrowTag, StoryPart, TaggedItem, narrow_tags
from storage.articles.adapters import ARTICLE, TAGS
from storage.articles.decisions import apply_decisions, load_decisions
from storage.engine.damage import is_damaged, tell_left_out
from storage.engine.instants import instant_of
from storage.engine.raw_rows import raw_rows
from storage.exports.article_order import NEWEST_FIRST
from storage.exports.choice import ArticleChoice, chosen_facts
from storage.schema.core import items, sources, taggings, versions
from storage.schema.derived import facts, listings

#: Rows fetched at once.
_CHUNK = 500
#: Characters of stored cells that hold the version, the time of publication and where it comes from.
_HEAD = 60
#: Values of published_from of an article whose publisher does not say when it was published
_UNDATED = ("first_seen", "none")


def load_tagged(connection: Connection, choice: ArticleChoice) -> Iterator[TaggedItem]:
    """Yield the chosen articles with their tags under people's decisions, newest first."""
    query = (
        chosen_facts(
            choice,
            facts.c.item_key,
            facts.c.story,
            items.c.source_id,
            versions.c.published,
            cast(taggings.c.tags, Text),
        )
        .join(items, items.c.key == facts.c.item_key)
        .join(taggings, taggings.c.id == facts.c.tagging_id)
        .join(versions, versions.c.id == taggings.c.version_id)
        .order_by(*NEWEST_FIRST)
    )
    if choice.sources:
        query = query.where(items.c.source_id.in_(choice.sources))
    decisions = load_decisions(connection, None)
    wanted = set(choice.topics)
    for rows in raw_rows(connection, query, "tagged", _CHUNK):
        for row in rows:
            item = _sound(row, row[0], partial(_tagged, decisions))
            if item is not None and (not wanted or not wanted.isdisjoint(topic.id for topic in item.topics)):
                yield item


def _sound(row: Sequence[Any], key: str, make: Callable[[Sequence[Any]], Any]) -> Any:
    """Return what is made of a row; None, and it is told, where the row is damaged."""
    error: Exception | None = None
    if not is_damaged(row):
        try:
            return make(row)
        except (ValueError, KeyError, TypeError) as raised:
            error = raised
    tell_left_out(f"article {key}", error)
    return None


def _tagged(decisions: Mapping[str, Sequence[Decision]], row: Sequence[Any]) -> TaggedItem:
    key, story, source_id, published, tags = row
    decided = decisions.get(key)
    if decided:
        places, topics = narrow_tags(apply_decisions(TAGS.validate_json(tags), decided))
    else:
        found = from_json(tags)
        places = [
            NarrowTag(p["id"], p["name"], p["unit"], None, distinct(e["words"] for e in p["evidence"]))
            for p in found["places"]
        ]
        topics = [
            NarrowTag(t["id"], "", "", float(t["score"]), distinct(e["words"] for e in t["evidence"]))
            for t in found["topics"]
        ]
    return TaggedItem(key, story, source_id, instant_of(published), places, topics)


def load_story_parts(connection: Connection, choice: ArticleChoice) -> Iterator[StoryPart]:
    """Yield the chosen articles by story."""
    query = (
        chosen_facts(
            choice,
            facts.c.item_key,
            facts.c.story,
            items.c.event,
            items.c.origin,
            items.c.source_id,
            items.c.first_seen,
            versions.c.published,
            facts.c.language,
            facts.c.kind,
            versions.c.title,
            items.c.url,
            items.c.version,
            versions.c.id,
            func.substr(listings.c.cells, 1, _HEAD),
        )
        .join(items, items.c.key == facts.c.item_key)
        .join(taggings, taggings.c.id == facts.c.tagging_id)
        .join(versions, versions.c.id == taggings.c.version_id)
        .outerjoin(listings, and_(listings.c.tagging_id == facts.c.tagging_id, listings.c.item_key == facts.c.item_key))
        .order_by(facts.c.story)
    )
    if choice.sources:
        query = query.where(items.c.source_id.in_(choice.sources))
    outlets = {row.id: (row.name, row.country) for row in connection.execute(select(sources))}
    wanted = set(choice.topics)
    for rows in raw_rows(connection, query, "stories", _CHUNK):
        # The address of an item is that of its first text.
        articles = _load_articles(connection, [row[12] for row in rows if row[11] != 1 or not row[10] or not row[13]])
        make = partial(_story_part, outlets, articles)
        any_damaged = is_damaged(chain.from_iterable(rows))
        for row in rows:
            try:
                part = _sound(row, row[0], make) if any_damaged else make(row)
            except (ValueError, KeyError, TypeError, IndexError) as error:
                tell_left_out(f"article {row[0]}", error)
                continue
            if part is not None and (not wanted or not wanted.isdisjoint(part.topics)):
                yield part


def _load_articles(connection: Connection, version_ids: Sequence[int]) -> dict[int, Any]:
    """Return the address and the origin of the time of texts whose narrow columns do not hold them."""
    if not version_ids:
        return {}
    query = select(versions.c.id, cast(versions.c.article, Text)).where(versions.c.id.in_(version_ids))
    return {row[0]: row[1] for row in connection.execute(query)}


def _seconds(stored: Any) -> float:
    """Return a time as a driver gives it in seconds since 1970. Raises ValueError for a damaged one."""
    # SQLite's has no zone, and is in UTC.
    moment = datetime.fromisoformat(stored).replace(tzinfo=UTC) if isinstance(stored, str) else stored
    return moment.timestamp()


@lru_cache(maxsize=4096)
def _said(kind: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the relevance, the tone and the topics of a written kind. Raises TypeError for a damaged one."""
    key = kind_of(kind)
    return key.relevance, key.tone, tuple(key.topics.split())


def _story_part(outlets: Mapping[str, tuple[str, str]], articles: Mapping[int, Any], row: Sequence[Any]) -> StoryPart:
    key, story, event, origin, source_id, seen, published, language, kind, title, url, _, version_id, head = row
    if version_id in articles:
        article = ARTICLE.validate_json(articles[version_id])
        url, published_from = article.canonical or article.url, str(article.published_from)
    else:
        # The first cells: version, time, origin of the time.
        published_from = head.split(",", 3)[2]
    is_dated = published is not None and published_from not in _UNDATED
    # Nearly all have a time, and then the first sight plays no part.
    listed_at = _seconds(seen if published is None else published)
    at = listed_at if is_dated or published is None else _seconds(seen)
    relevance, tone, topics = _said(kind)
    outlet, country = outlets[source_id]
    return StoryPart(
        story,
        key,
        event,
        origin,
        source_id,
        outlet,
        country,
        language,
        relevance,
        tone,
        topics,
        is_dated,
        at,
        listed_at,
        title,
        url,
    )
