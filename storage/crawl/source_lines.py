"""One source: what is stored of it, its feeds, and its last polls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from pipeline.records import Reason
from storage.engine.damage import stored_reason
from storage.schema.core import feeds, polls, sources

#: Time back in which the polls of a source are looked for.
_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """An outlet as the last collection knew it."""

    id: str
    name: str
    home: str
    country: str
    category: str
    kind: str
    enabled: bool
    reach: str


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A feed and when it is asked."""

    url: str
    polled_at: datetime | None
    #: polls failed in a row
    failures: int
    #: None: at once
    next_poll: datetime | None
    #: wait between two polls, as it was last found
    interval: timedelta | None


@dataclass(frozen=True, slots=True)
class PollLine:
    """One poll of a feed, in a line."""

    at: datetime
    feed_url: str
    reason: Reason
    status: int | None
    note: str
    entries: int
    new: int


def load_source(connection: Connection, id: str) -> SourceRecord | None:
    """See storage.crawl.facet.Crawl.source."""
    row = connection.execute(select(sources).where(sources.c.id == id)).first()
    if row is None:
        return None
    return SourceRecord(
        row.id, row.name, row.home, row.country, row.category, row.kind, bool(row.enabled), row.reach or ""
    )


def load_feeds(connection: Connection, source_id: str, limit: int) -> list[FeedLine]:
    """See storage.crawl.facet.Crawl.feeds_of."""
    query = (
        select(feeds).where(feeds.c.source_id == source_id, feeds.c.configured == 1).order_by(feeds.c.url).limit(limit)
    )
    return [
        FeedLine(
            row.url,
            row.polled_at,
            row.failures,
            row.next_poll,
            timedelta(seconds=row.interval_seconds) if row.interval_seconds else None,
        )
        for row in connection.execute(query)
    ]


def load_polls(connection: Connection, source_id: str, at: datetime, limit: int) -> list[PollLine]:
    """See storage.crawl.facet.Crawl.polls_of."""
    query = (
        select(polls)
        .where(polls.c.source_id == source_id, polls.c.at > at - _RECENT, polls.c.at <= at)
        .order_by(polls.c.at.desc(), polls.c.id.desc())
        .limit(limit)
    )
    return [
        PollLine(row.at, row.feed_url, stored_reason(row.reason), row.status, row.note, row.entries, row.new)
        for row in connection.execute(query)
    ]
