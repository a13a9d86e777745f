"""What is stored → facts, an article in a few words each: what reports count."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from pipeline.records import Relevance, Tags
from pipeline.tables.facts import Fact, FactKey, written
from storage.engine.raw_rows import raw_rows
from storage.schema.core import items
from storage.schema.derived import facts

#: rows fetched at once
_CHUNK = 10_000


def store_facts(connection: Connection, said: Sequence[tuple[Row[Any], Tags]]) -> None:
    """Put articles (rows of storage.search.index, with what holds of each now) in place of what was known of them."""
    keys = [row.key for row, _ in said]
    named = connection.execute(select(items.c.key, items.c.story).where(items.c.key.in_(keys)))
    stories = {row.key: row.story for row in named}
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
            }
            for row, tags in said
        ],
    )


def _kind(row: Row[Any], tags: Tags) -> FactKey:
    topics = " ".join(topic.id for topic in tags.topics)
    places = " ".join(dict.fromkeys(place.id for place in tags.places))
    return FactKey(row.source_id, tags.relevance, tags.tone, tags.language or row.article["language"], topics, places)


def load_facts(
    connection: Connection, start: datetime, end: datetime, relevance: Sequence[Relevance]
) -> Iterator[Fact]:
    """See storage.search.facet.Search.facts."""
    query = (
        select(*(facts.c[name] for name in Fact._fields))
        .where(facts.c.at >= int(start.timestamp()), facts.c.at < int(end.timestamp()))
        .where(facts.c.relevance.in_(relevance))
    )
    for rows in raw_rows(connection, query, "facts", _CHUNK):
        yield from map(Fact._make, rows)


def sample_texts(connection: Connection, start: datetime, end: datetime, most: int) -> Sequence[str]:
    """See storage.search.facet.Search.sample."""
    query = (
        select(facts.c.item_key)
        .where(facts.c.at >= int(start.timestamp()), facts.c.at < int(end.timestamp()))
        # A story bears the key of one of its articles, so that this takes each at most once.
        .where(facts.c.relevance == "main", facts.c.language == "vi", facts.c.story == facts.c.item_key)
        # Keys are hashes: their order has nothing to do with what they stand for.
        .order_by(facts.c.item_key)
        .limit(most)
    )
    return connection.execute(query).scalars().all()
