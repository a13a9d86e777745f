"""Polls, fetches and documents of a period → the state and figures of each source in it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from pipeline.records import DocumentOutcome, HostWait, Reason, SourceDay, SourceState
from pipeline.tables.facts import SourceRead
from pipeline.text.urls import host_of
from storage.crawl.archived_pages import archived_pages
from storage.crawl.ledger import load_silent, load_without_text
from storage.engine.damage import stored_reason
from storage.schema.core import candidates, documents, feeds, fetches, hosts, polls, sources
from storage.schema.maintenance import attempt_days

_QUIET = (Reason.OK, Reason.NOT_MODIFIED)
#: A poll that was not made says nothing of its feed.
_POLLED_WITHIN = (
    polls.c.at >= bindparam("start"),
    polls.c.at < bindparam("end"),
    polls.c.reason != Reason.NOT_ASKED,
)
#: Reason of the last poll of each feed.
_LATEST = select(polls.c.source_id, polls.c.reason).where(
    polls.c.id.in_(select(func.max(polls.c.id)).where(*_POLLED_WITHIN).group_by(polls.c.source_id, polls.c.feed_url))
)
#: Daily sums of older polls, for the UTC days that a period touches.
_SUMS = select(attempt_days).where(attempt_days.c.day >= bindparam("first"), attempt_days.c.day <= bindparam("last"))
_UNREAD = (DocumentOutcome.WAITING, DocumentOutcome.UNREADABLE)
#: Number of examined, readable pages by source.
_PAGES = (
    select(documents.c.source_id, func.count().label("n"))
    .where(documents.c.fetched_at >= bindparam("start"), documents.c.fetched_at < bindparam("end"))
    # Written as NOT IN, so that SQLite does not use the index of outcomes: nearly all rows are of the two others.
    .where(documents.c.outcome.not_in(_UNREAD))
    .group_by(documents.c.source_id)
)


def load_source_days(connection: Connection, start: datetime, end: datetime) -> list[SourceDay]:
    """See storage.crawl.facet.Crawl.source_days."""
    days = {
        row.id: (SourceDay(row.id, row.name, "not_due" if row.enabled else "paused"), Counter[Reason]())
        for row in connection.execute(select(sources).order_by(sources.c.id))
    }
    entries, not_asked = _count_polls(connection, start, end, days)
    waits = _load_waits(connection, end, not_asked)
    failures = (
        select(candidates.c.source_id, fetches.c.reason, func.count().label("n"))
        .join(candidates, candidates.c.id == fetches.c.candidate_id)
        .where(fetches.c.at >= start, fetches.c.at < end, fetches.c.reason != Reason.NOT_ASKED)
        .group_by(candidates.c.source_id, fetches.c.reason)
    )
    for row in connection.execute(failures):
        day, reasons = days[row.source_id]
        if row.reason not in _QUIET:
            reasons[stored_reason(row.reason)] += row.n
            days[row.source_id] = (replace(day, failed=day.failed + row.n), reasons)
    _count_documents(connection, start, end, days)
    silent, without_text = load_silent(connection, start, end), load_without_text(connection, start, end)
    return [
        replace(
            day,
            state=_state(day, entries[day.source_id], waits=bool(waits[day.source_id])),
            waits=tuple(waits[day.source_id]) if day.state != "paused" else (),
            reasons=dict(reasons),
            silent_feeds=silent.get(day.source_id, ()),
            without_text=without_text.get(day.source_id, ()),
        )
        for day, reasons in days.values()
    ]


def load_days_read(
    connection: Connection, days: Mapping[date, tuple[datetime, datetime]]
) -> dict[date, list[SourceRead]]:
    """See storage.crawl.facet.Crawl.days_read."""
    names = {row.id: row.name for row in connection.execute(select(sources.c.id, sources.c.name))}
    by_day: dict[date, list[SourceRead]] = {}
    last_summed_day = connection.execute(select(func.max(attempt_days.c.day))).scalar() or ""
    count_archived = archived_pages(connection)
    for day, (start, end) in days.items():
        sums = _load_sums(connection, start, end) if str(start.astimezone(UTC).date()) <= last_summed_day else {}
        is_read = {key: ok > 0 for key, (_, ok) in sums.items()}
        for row in connection.execute(_LATEST, {"start": start, "end": end}):
            is_read[row.source_id] = is_read.get(row.source_id, False) or stored_reason(row.reason) in _QUIET
        if is_read:
            bounds = {"start": start, "end": end}
            pages = Counter({row.source_id: row.n for row in connection.execute(_PAGES, bounds)})
            for (source_id, outcome, _), n in count_archived(start, end).items():
                pages[source_id] -= 0 if outcome in _UNREAD else n
            by_day[day] = [SourceRead(key, names[key], ok, pages[key]) for key, ok in is_read.items()]
    return by_day


def was_asked(connection: Connection, start: datetime, end: datetime) -> bool:
    """See storage.crawl.facet.Crawl.was_asked."""
    asked = select(polls.c.id).where(polls.c.at >= start, polls.c.at < end, polls.c.reason != Reason.NOT_ASKED)
    return connection.execute(asked.limit(1)).first() is not None or bool(_load_sums(connection, start, end))


def load_sources_read(connection: Connection, start: datetime, end: datetime) -> frozenset[str]:
    """See storage.crawl.facet.Crawl.sources_read."""
    asked = select(polls.c.source_id).where(polls.c.at >= start, polls.c.at < end, polls.c.reason.in_(_QUIET))
    first, last = str(start.astimezone(UTC).date()), str((end - timedelta(microseconds=1)).astimezone(UTC).date())
    summed = select(attempt_days.c.source_id).where(
        attempt_days.c.day >= first, attempt_days.c.day <= last, attempt_days.c.polls > attempt_days.c.polls_failed
    )
    read = [set(connection.execute(query.distinct()).scalars()) for query in (asked, summed)]
    return frozenset().union(*read)


def _load_sums(connection: Connection, start: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """Return by source (polls, answered polls) of a period, for polls that retention replaced by daily sums.

    A sum is of a UTC day, which counts where its noon is in the period.
    """
    by_source: dict[str, tuple[int, int]] = {}
    for row in connection.execute(
        _SUMS, {"first": str(start.astimezone(UTC).date()), "last": str(end.astimezone(UTC).date())}
    ):
        noon = datetime.combine(date.fromisoformat(row.day), time(12), UTC)
        if row.polls and start <= noon < end:
            total, answered = by_source.get(row.source_id, (0, 0))
            by_source[row.source_id] = total + row.polls, answered + row.polls - row.polls_failed
    return by_source


def _load_waits(
    connection: Connection, end: datetime, not_asked: set[tuple[str, str]]
) -> defaultdict[str, list[HostWait]]:
    """Return by source the feeds that wait at `end`.

    They wait for a host that asked for time, or, `not_asked` (source and feed), because the last collection left
    their host alone.
    """
    waits: defaultdict[str, list[HostWait]] = defaultdict(list)
    held = (
        select(feeds.c.source_id, feeds.c.host, hosts.c.not_before, hosts.c.reason, func.count().label("n"))
        .join(hosts, hosts.c.host == feeds.c.host)
        .where(feeds.c.configured == 1, hosts.c.not_before > end, hosts.c.at < end)
        .group_by(feeds.c.source_id, feeds.c.host, hosts.c.not_before, hosts.c.reason)
        .order_by(feeds.c.source_id, feeds.c.host)
    )
    for row in connection.execute(held):
        waits[row.source_id].append(HostWait(row.host, row.n, stored_reason(row.reason), row.not_before))
    left_alone = Counter((source_id, host_of(url)) for source_id, url in not_asked)
    for (source_id, host), n in sorted(left_alone.items()):
        if all(wait.host != host for wait in waits[source_id]):
            waits[source_id].append(HostWait(host, n, Reason.NOT_ASKED))
    return waits


def _count_polls(
    connection: Connection, start: datetime, end: datetime, days: dict[str, Any]
) -> tuple[Counter[str], set[tuple[str, str]]]:
    """Add the polls of a period to `days`.

    Return the number of links by source, and the feeds (with their source) that the last collection did not ask.
    """
    entries: Counter[str] = Counter()
    not_asked: set[tuple[str, str]] = set()
    latest: dict[tuple[str, str], Reason] = {}
    query = select(polls).where(polls.c.at >= start, polls.c.at < end).order_by(polls.c.id)
    for row in connection.execute(query):
        if row.reason == Reason.NOT_ASKED:
            not_asked.add((row.source_id, row.feed_url))
            continue
        not_asked.discard((row.source_id, row.feed_url))
        day, reasons = days[row.source_id]
        latest[row.source_id, row.feed_url] = stored_reason(row.reason)
        entries[row.source_id] += row.entries
        if row.reason not in _QUIET:
            reasons[stored_reason(row.reason)] += 1
        days[row.source_id] = (replace(day, candidates=day.candidates + row.new), reasons)
    for source_id, (total, ok) in _load_sums(connection, start, end).items():
        day, reasons = days[source_id]
        # The sums do not tell how many feeds were polled, only whether the source answered.
        day = replace(day, feeds_polled=1, feeds_ok=int(ok > 0), feeds_failed=int(ok == 0 < total))
        days[source_id] = (day, reasons)
    for (source_id, _feed), reason in latest.items():
        day, reasons = days[source_id]
        ok = reason in _QUIET
        day = replace(
            day,
            feeds_polled=day.feeds_polled + 1,
            feeds_ok=day.feeds_ok + ok,
            feeds_failed=day.feeds_failed + (not ok),
        )
        days[source_id] = (day, reasons)
    return entries, not_asked


def _count_documents(connection: Connection, start: datetime, end: datetime, days: dict[str, Any]) -> None:
    grouped = (
        select(documents.c.source_id, documents.c.outcome, documents.c.outcome_reason, func.count().label("n"))
        .where(documents.c.fetched_at >= start, documents.c.fetched_at < end)
        .group_by(documents.c.source_id, documents.c.outcome, documents.c.outcome_reason)
    )
    archived = archived_pages(connection)(start, end)
    for row in connection.execute(grouped):
        n = row.n - archived.get((row.source_id, row.outcome, row.outcome_reason), 0)
        if not n:
            continue
        day, reasons = days[row.source_id]
        change = {"documents": day.documents + n}
        if row.outcome != DocumentOutcome.WAITING:
            change[row.outcome] = getattr(day, row.outcome) + n
        if row.outcome_reason:
            reasons[stored_reason(row.outcome_reason)] += n
        days[row.source_id] = (replace(day, **change), reasons)


def _state(day: SourceDay, entries: int, *, waits: bool) -> SourceState:
    if day.state == "paused" or not day.feeds_polled:
        return "waiting" if waits and day.state != "paused" else day.state
    if not day.feeds_ok:
        return "failed"
    if day.documents or day.candidates:
        return "read"
    return "unchanged" if entries or not day.feeds_failed else "empty"
