"""The versions of an article in a line each, and two of them to be compared, without loading all of its texts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.records import Version
from storage.articles.items import sound_versions
from storage.schema.core import versions


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One text of an article, without the text."""

    #: from 1
    number: int
    fetched_at: datetime
    title: str


def load_version_lines(connection: Connection, key: str, limit: int) -> list[VersionLine]:
    """See storage.articles.facet.Articles.version_lines."""
    query = (
        select(versions.c.number, versions.c.fetched_at, versions.c.title)
        .where(versions.c.item_key == key)
        .order_by(versions.c.number.desc())
        .limit(limit)
    )
    return [VersionLine(row.number, row.fetched_at, row.title) for row in connection.execute(query)]


def load_version_and_former(connection: Connection, key: str, number: int) -> list[Version]:
    """See storage.articles.facet.Articles.version_and_former."""
    query = (
        select(versions)
        .where(versions.c.item_key == key, versions.c.number <= number)
        .order_by(versions.c.number.desc())
        .limit(2)
    )
    return list(sound_versions(connection.execute(query)))
