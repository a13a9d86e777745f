"""Facts, one row an article: the few fields that reports count, in the table `facts`."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from pipeline.records import Relevance, Tags
from pipeline.tables.facts import ARCHIVE, Fact, FactKey, written
from pipeline.tables.stored_json import json_sum
from storage.engine.damage import is_damaged, tell_left_out
from storage.engine.raw_rows import raw_rows
from storage.schema.core import items
from storage.schema.derived import facts

#: Rows fetched at once.
_CHUNK = 10_000
#: Bars in a written kind.
_BARS = len(FactKey._fields) - 1


def store_facts(connection: Connection, articles: Sequence[tuple[Row[Any], Tags]]) -> None:
    """Store the facts of articles in place of older ones.

    An article is a row of storage.search.index and its tags under people's decisions.
    """
    keys = [row.key for row, _ in articles]
    story_rows = connection.execute(select(items.c.key, items.c.story).where(items.c.key.in_(keys)))
    stories = {row.key: row.story for row in story_rows}
    connection.execute(delete(facts).where(facts.c.item_key.in_(keys)))
    connection.execute(
        insert(facts),
        [
            {
                "item_key": row.key,
                "tagging_id": row.id,
                "at": int((row.published or row.first_seen).timestamp()),
                "story": stories[row.key],
                "relevance": tags.relevance,
                "language": tags.language or row.article["language"],
                "kind": written(_kind(row, tags)),
                # Hardly anybody exports what is not about the province.
                "json_sum": None if tags.relevance == "no" else json_sum(row.article, row.tags),
            }
            for row, tags in articles
        ],
    )


def _kind(row: Row[Any], tags: Tags) -> FactKey:
    topics = " ".join(topic.id for topic in tags.topics)
    places = " ".join(dict.fromkeys(place.id for place in tags.places))
    provenance = "" if row.captured_at is None else ARCHIVE
    language = tags.language or row.article["language"]
    return FactKey(row.source_id, tags.relevance, tags.tone, language, topics, places, provenance)


def load_facts(
    connection: Connection, start: datetime, end: datetime, relevance: Sequence[Relevance]
) -> Iterator[Fact]:
    """See storage.derived.facet.Derived.facts."""
    query = (
        select(*(facts.c[name] for name in Fact._fields))
        .where(facts.c.at >= int(start.timestamp()), facts.c.at < int(end.timestamp()))
        .where(facts.c.relevance.in_(relevance))
    )
    for rows in raw_rows(connection, query, "facts", _CHUNK):
        for row in rows:
            fact = Fact._make(row)
            # One comparison of lengths a row: a report reads a million of them.
            if is_damaged(row) or fact.kind.count("|") != _BARS:
                tell_left_out(f"facts, story {fact.story}")
            else:
                yield fact


def load_events(connection: Connection, start: datetime, end: datetime) -> Iterator[tuple[str, str]]:
    """See storage.derived.facet.Derived.events."""
    query = (
        select(items.c.event, items.c.source_id)
        .join(facts, facts.c.item_key == items.c.key)
        .where(facts.c.at >= int(start.timestamp()), facts.c.at < int(end.timestamp()))
        .where(facts.c.relevance == "main", items.c.event != "")
        .distinct()
    )
    yield from ((row.event, row.source_id) for row in connection.execute(query))


def sample_texts(connection: Connection, start: datetime, end: datetime, most: int) -> Sequence[str]:
    """Return the keys of at most `most` Vietnamese articles about the province, each of another story."""
    query = (
        select(facts.c.item_key)
        .where(facts.c.at >= int(start.timestamp()), facts.c.at < int(end.timestamp()))
        # The key of a story is the key of one of its articles, so that each story is taken at most once.
        .where(facts.c.relevance == "main", facts.c.language == "vi", facts.c.story == facts.c.item_key)
        # Keys are hashes, so that their order is as good as chance.
        .order_by(facts.c.item_key)
        .limit(most)
    )
    return connection.execute(query).scalars().all()
