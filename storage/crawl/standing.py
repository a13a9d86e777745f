"""Feeds, polls and fetches → how collection stands at one moment, in a few sums."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, func, select

from pipeline.records import CollectionFigures, Reason, SourceStanding
from storage.schema.core import feeds, fetches, hosts, polls, sources

#: The last day, and the days before it with which it is compared.
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def load_collection_figures(connection: Connection, at: datetime) -> CollectionFigures:
    """See storage.crawl.facet.Crawl.collection_figures."""
    recent = polls.c.at > at - _DAY
    sums = connection.execute(
        select(
            func.sum(case((recent, polls.c.new), else_=0)),
            func.sum(case((recent, 0), else_=polls.c.new)),
            func.min(polls.c.at),
        ).where(polls.c.at > at - _DAY - _WEEK, polls.c.at <= at)
    ).one()
    good = fetches.c.reason.in_((Reason.OK, Reason.NOT_MODIFIED))
    pages = connection.execute(
        select(func.count(), func.sum(case((good, 1), else_=0))).where(
            fetches.c.at > at - _DAY, fetches.c.at <= at, fetches.c.reason != Reason.NOT_ASKED
        )
    ).one()
    return CollectionFigures(
        _load_standings(connection, at), int(sums[0] or 0), int(sums[1] or 0), sums[2], pages[0], int(pages[1] or 0)
    )


def _load_standings(connection: Connection, at: datetime) -> tuple[SourceStanding, ...]:
    held = hosts.c.not_before > at
    query = (
        select(
            sources.c.id,
            sources.c.name,
            func.count(),
            func.count(feeds.c.polled_at),
            func.sum(case((and_(feeds.c.polled_at.is_not(None), feeds.c.failures > 0), 1), else_=0)),
            func.sum(case((held, 1), else_=0)),
            func.max(case((held, hosts.c.not_before))),
            func.max(feeds.c.polled_at),
            func.min(feeds.c.next_poll),
        )
        .join(feeds, feeds.c.source_id == sources.c.id)
        .join(hosts, hosts.c.host == feeds.c.host, isouter=True)
        .where(sources.c.enabled == 1, feeds.c.configured == 1)
        .group_by(sources.c.id, sources.c.name)
        .order_by(sources.c.id)
    )
    return tuple(
        SourceStanding(row[0], row[1], row[2], row[3], int(row[4] or 0), int(row[5] or 0), row[6], row[7], row[8])
        for row in connection.execute(query)
    )
