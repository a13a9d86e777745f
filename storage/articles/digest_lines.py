"""The articles of a day's digest by their keys alone: what is counted of the days before another."""

from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.records import ItemLine
from storage.articles.items import is_for_digest, is_news, with_newest_tagging
from storage.schema.core import items


def load_digest_lines(
    connection: Connection,
    start: datetime,
    end: datetime,
    late_from: datetime,
    as_of: datetime | None,
    *,
    archived: bool = True,
) -> list[ItemLine]:
    """See storage.articles.facet.Articles.digest_lines."""
    columns = select(*(items.c[name] for name in ItemLine._fields))
    query = with_newest_tagging(columns, as_of).where(is_news(start, end, late_from), is_for_digest(as_of))
    if not archived:
        query = query.where(items.c.captured_at.is_(None))
    return [ItemLine(*row) for row in connection.execute(query)]
