"""The CSV lines of articles, in the table `listings`: stored with the articles, read without them."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select

from pipeline.records import Item, Relevance, Tags
from pipeline.tables.csv_rows import SEPARATOR, STORED_PARTS, CsvRow, stored_cells
from pipeline.tables.facts import topics_in
from pipeline.tables.translated_items import cells_of
from storage.articles.adapters import ARTICLE
from storage.articles.items import load_chosen
from storage.engine.damage import DamagedText, is_damaged, tell_left_out
from storage.engine.raw_rows import raw_rows
from storage.schema.core import items, sources, taggings, versions
from storage.schema.derived import facts, listings
from storage.translations.shown import load_shown

#: Rows fetched at once, and articles loaded at once whose cells are not stored.
_CHUNK = 1_000
#: Language of the columns title_vi and excerpt_vi.
_TARGET = "vi"


def store_csv_rows(connection: Connection, articles: Sequence[tuple[Row[Any], Tags]]) -> None:
    """Store the cells of articles in place of older ones.

    An article is a row of storage.search.index and its tags under people's decisions.
    """
    connection.execute(delete(listings).where(listings.c.item_key.in_([row.key for row, _ in articles])))
    # Nine articles of ten are not about the province, and hardly anybody exports them.
    new_rows = [
        {"item_key": row.key, "cells": _cells_of_row(row, tags)} for row, tags in articles if tags.relevance != "no"
    ]
    if new_rows:
        connection.execute(insert(listings), new_rows)


def _cells_of_row(row: Row[Any], tags: Tags) -> str:
    return stored_cells(
        ARTICLE.validate_python(row.article),
        tags,
        version=row.number,
        first_seen=row.first_seen,
        fetched_at=row.fetched_at,
        feed_url=row.feed_url,
    )


def _cells_of_item(item: Item) -> str:
    return stored_cells(
        item.article,
        item.tags,
        version=item.version,
        first_seen=item.first_seen,
        fetched_at=item.fetched_at,
        feed_url=item.feed_url,
    )


def differing_rows(connection: Connection) -> Iterator[tuple[str, bool]]:
    """Yield the keys of articles with stored cells, and whether the cells differ from what the article gives now.

    The sentence of the reason is not compared: its wording may be another one since. Articles whose newest tagging has
    not reached the cells yet are left out.
    """
    newest = select(func.max(taggings.c.id)).where(taggings.c.version_id == versions.c.id).correlate(versions)
    query = (
        select(listings.c.item_key, listings.c.cells)
        .join(facts, facts.c.item_key == listings.c.item_key)
        .join(items, items.c.key == listings.c.item_key)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .where(facts.c.tagging_id == newest.scalar_subquery())
        .order_by(listings.c.item_key)
    )
    for rows in connection.execute(query.execution_options(yield_per=_CHUNK)).partitions():
        articles = load_chosen(connection, [row.item_key for row in rows], tell=False)
        for row in rows:
            article = articles.get(row.item_key)
            if article is not None:  # a damaged article is a fault of its own
                yield row.item_key, _compared(row.cells) != _compared(_cells_of_item(article))


def _compared(cells: str) -> list[str]:
    """Return stored cells one by one, without the sentence of the reason."""
    columns = [column.name for part in STORED_PARTS for column in part]
    values = [cell for part in cells.split(SEPARATOR) for row in csv.reader([part]) for cell in row]
    return [value for name, value in zip_longest(columns, values, fillvalue="") if name != "reason"]


def load_csv_rows(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    relevance: Sequence[Relevance],
    topics: Sequence[str],
) -> Iterator[CsvRow]:
    """Yield the rows of articles, newest first; cells that are not stored are rendered from the article."""
    query = (
        select(
            facts.c.item_key,
            facts.c.story,
            items.c.event,
            items.c.origin,
            items.c.source_id,
            facts.c.kind,
            func.coalesce(listings.c.cells, ""),
            facts.c.language,
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
    for chunk in raw_rows(connection, query, "listings", _CHUNK):
        if topics:
            chunk = [row for row in chunk if not set(topics).isdisjoint(topics_in(row[5]))]
        # Hardly one article in ten is in another language.
        foreign = [row[0] for row in chunk if str(row[7]).split("-")[0] != _TARGET]
        chunk = [(*row[:6], "" if is_damaged(row) or row[6].count(SEPARATOR) != 1 else row[6]) for row in chunk]
        without_cells = [row[0] for row in chunk if not row[6]]
        articles = load_chosen(connection, without_cells) if without_cells else {}
        translated = load_shown(connection, foreign, _TARGET) if foreign else {}
        for key, story, event, origin, source_id, _, cells in chunk:
            outlet = outlets.get(source_id)
            if outlet is None or isinstance(story, DamagedText) or not (cells or key in articles):
                tell_left_out(f"article {key}")
                continue
            cells = cells or _cells_of_item(articles[key])
            about = outlet.name, source_id, outlet.country, outlet.category
            yield CsvRow(key, story, event, origin, *about, cells, cells_of(translated.get(key)))
