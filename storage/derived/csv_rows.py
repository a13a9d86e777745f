"""The CSV lines of articles, in the table `listings`: stored with the articles, read without them."""

import csv
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select

from pipeline.records import Item, Tags
from pipeline.tables.csv_rows import SEPARATOR, STORED_PARTS, TaggedText, stored_cells
from pipeline.tables.exact_cells import exact_sum
from storage.articles.adapters import ARTICLE
from storage.articles.items import load_chosen
from storage.schema.core import items, taggings, versions
from storage.schema.derived import facts, listings

#: Rows read at once.
_CHUNK = 1_000


def store_csv_rows(connection: Connection, articles: Sequence[tuple[Row[Any], Tags]]) -> None:
    """Store the cells of articles in place of older ones.

    An article is a row of storage.search.index and its tags under people's decisions.
    """
    keys, numbers = [row.key for row, _ in articles], [row.id for row, _ in articles]
    connection.execute(delete(listings).where(or_(listings.c.item_key.in_(keys), listings.c.tagging_id.in_(numbers))))
    # Nine articles of ten are not about the province, and hardly anybody exports them.
    new_rows = [_new_row(row, tags) for row, tags in articles if tags.relevance != "no"]
    if new_rows:
        connection.execute(insert(listings), new_rows)


def _new_row(row: Row[Any], tags: Tags) -> dict[str, Any]:
    article = ARTICLE.validate_python(row.article)
    text = TaggedText(article, tags, row.number, row.first_seen, row.fetched_at, row.feed_url)
    cells = stored_cells(text)
    return {"tagging_id": row.id, "item_key": row.key, "cells": cells, "exact_sum": exact_sum(cells, text)}


def text_of_item(item: Item) -> TaggedText:
    """Return what the stored cells of an article are made from."""
    return TaggedText(item.article, item.tags, item.version, item.first_seen, item.fetched_at, item.feed_url)


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
                yield row.item_key, _compared(row.cells) != _compared(stored_cells(text_of_item(article)))


def _compared(cells: str) -> list[str]:
    """Return stored cells one by one, without the sentence of the reason."""
    columns = [column.name for part in STORED_PARTS for column in part]
    values = [cell for part in cells.split(SEPARATOR) for row in csv.reader([part]) for cell in row]
    return [value for name, value in zip_longest(columns, values, fillvalue="") if name != "reason"]
