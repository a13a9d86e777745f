"""What is stored → rows of articles as a CSV lists them, without reading the articles."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from pipeline.records import Item, Relevance, Tags
from pipeline.tables.csv_rows import CsvRow, csv_row
from pipeline.tables.facts import kind_of
from storage.articles.examinations import ARTICLE
from storage.articles.items import load_chosen
from storage.engine.raw_rows import raw_rows
from storage.schema.core import items, sources
from storage.schema.derived import facts, listings

#: rows fetched at once, and articles read at once of whose rows nothing is stored
_CHUNK = 1_000


def store_csv_rows(connection: Connection, said: Sequence[tuple[Row[Any], Tags]]) -> None:
    """Put rows of articles (those of storage.search.index, with what holds of each now) in place of older ones."""
    connection.execute(delete(listings).where(listings.c.item_key.in_([row.key for row, _ in said])))
    # Of what is not about the province, nine articles of ten, hardly anybody asks for a list.
    made = [{"item_key": row.key, "cells": csv_row(_item(row, tags))} for row, tags in said if tags.relevance != "no"]
    if made:
        connection.execute(insert(listings), made)


def _item(row: Row[Any], tags: Tags) -> Item:
    return Item(
        key=row.key,
        story="",
        version=row.number,
        source_id=row.source_id,
        outlet=row.name,
        country="",
        category="local",
        article=ARTICLE.validate_python(row.article),
        tags=tags,
        first_seen=row.first_seen,
        fetched_at=row.fetched_at,
        feed_url=row.feed_url,
    )


def load_csv_rows(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    relevance: Sequence[Relevance],
    topics: Sequence[str],
) -> Iterator[CsvRow]:
    """See storage.search.facet.Search.listings."""
    query = (
        select(
            facts.c.item_key,
            facts.c.story,
            items.c.event,
            items.c.origin,
            items.c.source_id,
            facts.c.kind,
            func.coalesce(listings.c.cells, ""),
        )
        .join(items, items.c.key == facts.c.item_key)
        .outerjoin(listings, listings.c.item_key == facts.c.item_key)
        .where(facts.c.relevance.in_(relevance))
        .order_by(facts.c.at.desc(), facts.c.item_key)
    )
    if since is not None:
        query = query.where(facts.c.at >= int(since.timestamp()))
    if until is not None:
        query = query.where(facts.c.at < int(until.timestamp()))
    outlets = {row.id: row for row in connection.execute(select(sources))}
    for some in raw_rows(connection, query, "listings", _CHUNK):
        if topics:
            some = [row for row in some if not set(topics).isdisjoint(kind_of(row[5]).topics.split())]
        bare = [row[0] for row in some if not row[6]]
        read = load_chosen(connection, bare) if bare else {}
        for key, story, event, origin, source_id, _, cells in some:
            of = outlets[source_id]
            own = cells or csv_row(read[key])
            yield CsvRow(key, story, event, origin, of.name, source_id, of.country, of.category, own)
