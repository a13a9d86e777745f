"""The pace of each feed, the hosts that asked for time, and the feeds that are due."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from pipeline.polling.poll_interval import Outcome, next_state
from pipeline.records import FeedState, FetchFailure, Poll, Reason, Source
from pipeline.text.urls import host_of
from storage.schema.core import feeds, hosts, sources


def register_feeds(connection: Connection, configured: Sequence[Source]) -> None:
    """Store every configured feed; feeds no longer configured keep their state and are not polled.

    An address that two sources share has one state, and belongs to the first source.
    """
    rows = {row.url: row for row in connection.execute(select(feeds))}
    registered: set[str] = set()
    new: list[dict[str, Any]] = []
    for source in configured:
        for feed in source.feeds:
            if feed.url in registered:
                continue
            registered.add(feed.url)
            values = {
                "source_id": source.id,
                "host": host_of(feed.url),
                "configured": 1,
                "fixed_minutes": source.poll_minutes,
            }
            row = rows.get(feed.url)
            if row is None:
                new.append({"url": feed.url, "failures": 0, "penalty": 0, "unchanged": 0, **values})
            elif any(getattr(row, name) != value for name, value in values.items()):
                connection.execute(update(feeds).where(feeds.c.url == feed.url).values(**values))
    if new:
        connection.execute(insert(feeds), new)
    removed = [url for url, row in rows.items() if row.configured and url not in registered]
    for start in range(0, len(removed), 500):
        chunk = removed[start : start + 500]
        connection.execute(update(feeds).where(feeds.c.url.in_(chunk)).values(configured=0))


def load_state(connection: Connection, url: str) -> FeedState:
    """See storage.crawl.facet.Crawl.feed_state."""
    row = connection.execute(select(feeds).where(feeds.c.url == url)).first()
    return FeedState(url) if row is None else _state(row)


def _state(row: Row[Any]) -> FeedState:
    return FeedState(
        url=row.url,
        etag=row.etag,
        last_modified=row.last_modified,
        polled_at=row.polled_at,
        failures=row.failures,
        penalty=row.penalty,
        interval=None if row.interval_seconds is None else timedelta(seconds=row.interval_seconds),
        fixed=None if row.fixed_minutes is None else timedelta(minutes=row.fixed_minutes),
        next_poll=row.next_poll,
        full_at=row.full_at,
        unchanged_since_full=row.unchanged,
        distrusted_until=row.distrusted_until,
    )


def store_poll_state(connection: Connection, poll: Poll, entries: int, new: int) -> None:
    """Store the feed's pace after a poll with `entries` links, `new` of them new; slow its host if it asked for time.

    Validators are stored in the transaction that stores their entries: a 304 must never hide unstored links.
    """
    row = connection.execute(select(feeds).where(feeds.c.url == poll.feed_url)).first()
    before = FeedState(poll.feed_url) if row is None else _state(row)
    after = next_state(before, Outcome(poll.at, poll.reason, entries, new, poll.wish, poll.not_before, poll.forced))
    values: dict[str, Any] = {
        "polled_at": after.polled_at,
        "failures": after.failures,
        "penalty": after.penalty,
        "interval_seconds": None if after.interval is None else int(after.interval.total_seconds()),
        "next_poll": after.next_poll,
        "full_at": after.full_at,
        "unchanged": after.unchanged_since_full,
        "distrusted_until": after.distrusted_until,
    }
    if poll.reason is Reason.OK:
        values |= {"etag": poll.etag, "last_modified": poll.last_modified}
    if row is None:
        place = {"source_id": poll.source_id, "host": host_of(poll.feed_url), "configured": 0}
        connection.execute(insert(feeds).values(url=poll.feed_url, **place, **values))
    else:
        connection.execute(update(feeds).where(feeds.c.url == poll.feed_url).values(**values))
    if poll.not_before is not None and not _is_about_itself(connection, before):
        slow_host(connection, host_of(poll.feed_url), poll.at, poll.not_before, poll.reason)


def _is_about_itself(connection: Connection, before: FeedState) -> bool:
    """Return whether a feed that asks for time speaks for itself only: it failed before, its neighbours did not since.

    The first 429 of a feed holds for its host, as nobody can tell whom it means (RFC 6585, 4). Where the host then
    answers at its other feeds, and this one asks for time again, it alone waits: else one broken feed would silence
    the others for a day after each day.
    """
    if not before.failures or before.polled_at is None:
        return False
    neighbours = select(func.count()).where(
        feeds.c.host == host_of(before.url),
        feeds.c.url != before.url,
        feeds.c.failures == 0,
        feeds.c.polled_at > before.polled_at,
    )
    return bool(connection.execute(neighbours).scalar())


def slow_host(connection: Connection, host: str, at: datetime, until: datetime, reason: Reason) -> None:
    """Send no requests to a host until then, at most for a day: it answered 429 or 503 with a Retry-After."""
    values = {"not_before": min(until, at + timedelta(days=1)), "reason": reason, "at": at}
    if connection.execute(update(hosts).where(hosts.c.host == host).values(**values)).rowcount == 0:
        connection.execute(insert(hosts).values(host=host, **values))


def slowed_hosts(connection: Connection, at: datetime) -> frozenset[str]:
    """See storage.crawl.facet.Crawl.slowed_hosts."""
    return frozenset(connection.execute(select(hosts.c.host).where(hosts.c.not_before > at)).scalars())


def load_due_feeds(connection: Connection, at: datetime, per_host: int, closed: Collection[str]) -> list[str]:
    """See storage.crawl.facet.Crawl.due_feeds."""
    place_in_host = func.row_number().over(
        partition_by=feeds.c.host, order_by=(feeds.c.next_poll.nulls_first(), feeds.c.url)
    )
    due = (
        select(feeds.c.url, feeds.c.next_poll, place_in_host.label("place"))
        .join(sources, sources.c.id == feeds.c.source_id)
        .join(hosts, hosts.c.host == feeds.c.host, isouter=True)
        .where(
            feeds.c.configured == 1,
            sources.c.enabled == 1,
            sources.c.id.not_in(closed),
            or_(feeds.c.next_poll.is_(None), feeds.c.next_poll <= at),
            or_(hosts.c.not_before.is_(None), hosts.c.not_before <= at),
        )
        .subquery()
    )
    query = select(due.c.url).where(due.c.place <= per_host).order_by(due.c.next_poll.nulls_first(), due.c.url)
    return list(connection.execute(query).scalars())


def slow_host_of_page(connection: Connection, failure: FetchFailure) -> None:
    """Slow the host of a page that asked for time."""
    if failure.not_before is not None:
        slow_host(connection, host_of(failure.url), failure.at, failure.not_before, failure.reason)
