"""Polls and pages → the state and figures of every source on each of many days, as the table of days lists them.

`source_days` tells all of one day; of a year, one day after the other, that is most of what an export costs. Here a
day is counted by two queries that return a row for each feed and outcome, without reasons and addresses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import Connection, bindparam, case, func, select

from pipeline.records import DocumentOutcome, Reason, SourceDay
from storage.crawl.archived_pages import archived_pages
from storage.crawl.source_days import _QUIET, _load_sums, _state
from storage.engine.damage import stored_reason
from storage.schema.core import documents, feeds, hosts, polls, sources
from storage.schema.maintenance import attempt_days

_asked = polls.c.reason != Reason.NOT_ASKED
#: Each feed that was polled, or left alone, in a period; the two last polls are those by number.
_FEEDS = (
    select(
        polls.c.source_id,
        polls.c.feed_url,
        func.sum(case((_asked, polls.c.entries), else_=0)).label("entries"),
        func.sum(case((_asked, polls.c.new), else_=0)).label("new"),
        func.max(case((_asked, polls.c.id))).label("asked"),
        func.max(polls.c.id).label("last"),
    )
    .where(polls.c.at >= bindparam("start"), polls.c.at < bindparam("end"))
    .group_by(polls.c.source_id, polls.c.feed_url)
    .subquery()
)
_POLLED = select(_FEEDS, polls.c.reason).join(polls, polls.c.id == _FEEDS.c.asked, isouter=True)
#: Pages of each source fetched in a period, by what examining them gave.
_PAGES = (
    select(documents.c.source_id, documents.c.outcome, func.count().label("n"))
    .where(documents.c.fetched_at >= bindparam("start"), documents.c.fetched_at < bindparam("end"))
    .group_by(documents.c.source_id, documents.c.outcome)
)


class _Figures:
    """What is counted of one source on one day."""

    __slots__ = ("documents", "entries", "feeds", "feeds_ok", "new", "outcomes", "waits")

    def __init__(self) -> None:
        self.feeds = self.feeds_ok = self.entries = self.new = self.documents = 0
        self.waits = False
        self.outcomes: dict[str, int] = {}


def load_counted_days(
    connection: Connection, days: Iterable[tuple[date, datetime, datetime]]
) -> Iterator[tuple[date, list[SourceDay]]]:
    """Yield each day, given with its bounds [start, end), with its sources: fields that the table of days lists.

    The figures are those of `load_source_days`; its reasons, waits, failures and addresses are left out.
    """
    outlets = [(row.id, row.name, bool(row.enabled)) for row in connection.execute(select(sources).order_by("id"))]
    held = connection.execute(
        select(feeds.c.source_id, hosts.c.at, hosts.c.not_before)
        .join(hosts, hosts.c.host == feeds.c.host)
        .where(feeds.c.configured == 1)
    ).all()
    last_summed_day = connection.execute(select(func.max(attempt_days.c.day))).scalar() or ""
    count_archived = archived_pages(connection)
    for day, start, end in days:
        figures = {id: _Figures() for id, _, _ in outlets}
        for row in held:
            if row.not_before > end and row.at < end:
                figures[row.source_id].waits = True
        if str(start.astimezone(UTC).date()) <= last_summed_day:
            for source_id, (_, ok) in _load_sums(connection, start, end).items():
                # The sums do not tell how many feeds were polled, only whether the source answered.
                figures[source_id].feeds, figures[source_id].feeds_ok = 1, int(ok > 0)
        bounds = {"start": start, "end": end}
        for row in connection.execute(_POLLED, bounds):
            of = figures[row.source_id]
            if row.asked is not None:
                of.feeds += 1
                of.feeds_ok += stored_reason(row.reason) in _QUIET
                of.entries += row.entries
                of.new += row.new
            of.waits |= row.asked != row.last
        for row in connection.execute(_PAGES, bounds):
            of = figures[row.source_id]
            of.documents += row.n
            of.outcomes[row.outcome] = row.n
        for (source_id, outcome, _), n in count_archived(start, end).items():
            of = figures[source_id]
            of.documents -= n
            of.outcomes[outcome] -= n
        yield day, [_day(id, name, is_on, figures[id]) for id, name, is_on in outlets]


def _day(source_id: str, name: str, is_on: bool, of: _Figures) -> SourceDay:
    day = SourceDay(
        source_id,
        name,
        "not_due" if is_on else "paused",
        feeds_polled=of.feeds,
        feeds_ok=of.feeds_ok,
        feeds_failed=of.feeds - of.feeds_ok,
        candidates=of.new,
        documents=of.documents,
        coverage=of.outcomes.get(DocumentOutcome.COVERAGE, 0),
        irrelevant=of.outcomes.get(DocumentOutcome.IRRELEVANT, 0),
        unreadable=of.outcomes.get(DocumentOutcome.UNREADABLE, 0),
    )
    state = _state(day, of.entries, waits=of.waits)
    return day if state == day.state else replace(day, state=state)
