"""The crawl's part of the database: sources, feeds, candidates, fetches, and the ledger over them.

What stores polls and fetches, and the audit, is imported where it is used: readers have no use for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from pipeline.records import (
    Candidate,
    CandidateOutcome,
    CollectionFigures,
    FeedState,
    Fetched,
    FetchFailure,
    LedgerEntry,
    PageReading,
    PageTally,
    Poll,
    Reason,
    Source,
    SourceDay,
    SourceFigures,
)
from pipeline.tables.facts import Publisher, SourceRead
from storage.crawl import feed_state, ledger, page_readings, source_days, source_lines, standing
from storage.crawl.ledger_page import LedgerFilter, LedgerPage, load_ledger_page
from storage.crawl.silent_links import load_silent_links
from storage.engine.facet import Facet
from storage.engine.row_counts import read_counts
from storage.schema import core

if TYPE_CHECKING:
    from pipeline.records.audit import AuditEvent


class Crawl(Facet):
    """Sources, feeds, candidates and fetches of one database."""

    def set_sources(self, sources: Sequence[Source], /) -> None:
        """Store the configured sources and their feeds; a source that is no longer configured is switched off."""
        with self._writing() as connection:
            stored = {row.id: row._asdict() for row in connection.execute(select(core.sources))}
            rows = [
                {
                    "id": source.id,
                    "name": source.name,
                    "home": source.home,
                    "country": source.country,
                    "category": source.category,
                    "kind": source.kind,
                    "enabled": int(source.enabled),
                    "reach": source.reach or "",
                }
                for source in sources
            ]
            if new := [row for row in rows if row["id"] not in stored]:
                connection.execute(insert(core.sources), new)
            for row in rows:
                if row["id"] in stored and row != stored[row["id"]]:
                    connection.execute(update(core.sources).where(core.sources.c.id == row["id"]).values(row))
            removed = stored.keys() - {source.id for source in sources}
            if removed:
                connection.execute(update(core.sources).where(core.sources.c.id.in_(removed)).values(enabled=0))
            feed_state.register_feeds(connection, sources)

    def switch_sources(self, enabled: bool, events: Mapping[str, AuditEvent], /) -> None:
        """Switch stored sources on or off and append the audit entry of each; `events` by the ids of the sources.

        A source that was never collected has no row yet, and needs none.
        """
        from storage.audit.chain import append

        with self._writing() as connection:
            switched = update(core.sources).where(core.sources.c.id.in_(events))
            connection.execute(switched.values(enabled=int(enabled)))
            for event in events.values():
                append(connection, event)

    def feed_state(self, feed_url: str, /) -> FeedState:
        with self._reading() as connection:
            return feed_state.load_state(connection, feed_url)

    def due_feeds(self, at: datetime, /, *, per_host: int, closed: Collection[str] = ()) -> list[str]:
        """Return the addresses of feeds that are due, longest overdue first.

        Of each host at most `per_host`, and none of a host that asked to be left alone; none of paused sources, nor
        of those whose ids are in `closed`.
        """
        with self._reading() as connection:
            return feed_state.load_due_feeds(connection, at, per_host, closed)

    def slowed_hosts(self, at: datetime, /) -> frozenset[str]:
        """Return the hosts (host[:port]) that asked to be left alone until later than `at`."""
        with self._reading() as connection:
            return feed_state.slowed_hosts(connection, at)

    def leave_alone(self, host: str, at: datetime, until: datetime, reason: Reason, /) -> None:
        """Send no requests to a host until then, at most for a day: it answered with a Retry-After."""
        with self._writing() as connection:
            feed_state.slow_host(connection, host, at, until, reason)

    def save_poll(self, run: int, poll: Poll, /, *, recheck_all: bool) -> list[Candidate]:
        """Store a poll; return its candidates to fetch now.

        New links, links of which the feed says something new, and known links whose page is due for another look:
        with `recheck_all` every page about the province that is younger than a week.
        """
        from storage.crawl import candidates

        with self._writing() as connection:
            return candidates.store_poll(connection, run, poll, recheck_all=recheck_all)

    def due_candidates(self, now: datetime, source_ids: Sequence[str], /) -> list[Candidate]:
        """Return candidates whose first or next attempt is due."""
        from storage.crawl import candidates

        with self._reading() as connection:
            return candidates.load_due_candidates(connection, now, source_ids)

    def save_fetches(self, run: int, results: Sequence[Fetched | FetchFailure], /) -> None:
        """Store fetches, what each means for its candidate, and the documents they brought."""
        from storage.crawl import fetches

        with self._writing() as connection:
            fetches.store_fetches(connection, run, results)

    def publishers(self) -> dict[str, Publisher]:
        """Return every outlet that was ever a source, by its id."""
        table = core.sources
        with self._reading() as connection:
            rows = connection.execute(select(table.c.id, table.c.name, table.c.country))
            return {row.id: Publisher(row.name, row.country) for row in rows}

    def source_days(self, start: datetime, end: datetime, /) -> list[SourceDay]:
        """Return what became of every source in [start, end)."""
        with self._reading() as connection:
            return source_days.load_source_days(connection, start, end)

    def collection_figures(self, at: datetime, /) -> CollectionFigures:
        """Return how collection stands at `at`: the sources that are switched on, links and pages of the last day."""
        with self._reading() as connection:
            return standing.load_collection_figures(connection, at)

    def days_read(self, days: Mapping[date, tuple[datetime, datetime]], /) -> dict[date, list[SourceRead]]:
        """Return for days, given with their bounds [start, end), which sources were polled, and with what success.

        A day without any poll is left out: nothing is known of it.
        """
        with self._reading() as connection:
            return source_days.load_days_read(connection, days)

    def sources_read(self, start: datetime, end: datetime, /) -> frozenset[str]:
        """Return the ids of the sources of which a feed answered in [start, end); by whole UTC days for old ones."""
        with self._reading() as connection:
            return source_days.load_sources_read(connection, start, end)

    def source_history(self, start: datetime, end: datetime, /, *, periods: int) -> dict[str, list[SourceFigures]]:
        """Return each source's figures in the `periods` periods of the same length before [start, end), newest first.

        A period in which a source did not answer is left out: nothing is known of it.
        """
        with self._reading() as connection:
            return ledger.load_history(connection, start, end, periods)

    def silent_links(self, keys: Sequence[str], /) -> Mapping[str, Reason]:
        """Return, of articles by key, why an address did not answer when it was last asked for; others are left out."""
        with self._reading() as connection:
            return load_silent_links(connection, keys)

    def ledger(self, start: datetime, end: datetime, /, *, source_ids: Sequence[str] = ()) -> Iterator[LedgerEntry]:
        """Yield every link that was listed or fetched in [start, end), by source, oldest first."""
        with self._reading() as connection:
            yield from ledger.load_ledger(connection, start, end, source_ids)

    def ledger_page(
        self,
        start: datetime,
        end: datetime,
        listed: LedgerFilter = LedgerFilter(),
        /,
        *,
        after: tuple[str, int] | None = None,
        limit: int = 100,
    ) -> LedgerPage:
        """Return a page of what `ledger` yields, of the links that `listed` names.

        `after` is that of the page before.
        """
        with self._reading() as connection:
            return load_ledger_page(connection, start, end, listed, after=after, limit=limit)

    def source(self, id: str, /) -> source_lines.SourceRecord | None:
        """Return an outlet that is, or was, a source; None for an unknown id."""
        with self._reading() as connection:
            return source_lines.load_source(connection, id)

    def feeds_of(self, source_id: str, limit: int, /) -> list[source_lines.FeedLine]:
        """Return the configured feeds of a source by address, at most `limit`."""
        with self._reading() as connection:
            return source_lines.load_feeds(connection, source_id, limit)

    def polls_of(self, source_id: str, at: datetime, limit: int, /) -> list[source_lines.PollLine]:
        """Return the polls of a source in the week up to `at`, newest first, at most `limit`."""
        with self._reading() as connection:
            return source_lines.load_polls(connection, source_id, at, limit)

    def ledger_entries(self, urls: Sequence[str], /) -> dict[str, LedgerEntry]:
        """Return the ledger entries of normalised addresses: of each that was ever listed, its own.

        Of one that was not, but where the page of a link stood or that it names, the entry of the link that brings the
        article; none where several articles claim the address.
        """
        with self._reading() as connection:
            return ledger.find_entries(connection, urls)

    def was_asked(self, start: datetime, end: datetime, /) -> bool:
        """Return whether any source was asked in a period: one of `source_days` has polled feeds."""
        with self._reading() as connection:
            return source_days.was_asked(connection, start, end)

    def page_tallies(self, since: datetime, border: datetime, until: datetime, /) -> list[PageTally]:
        """Return how many pages fetched in [since, until] were read alike, by source, those after `border` apart."""
        with self._reading() as connection:
            return page_readings.load_page_tallies(connection, since, border, until)

    def page_quality(self, since: datetime, until: datetime, /, *, source_ids: Sequence[str] = ()) -> list[PageReading]:
        """Return what was extracted from the pages fetched in [since, until], in the order of their documents."""
        with self._reading() as connection:
            return page_readings.load_page_quality(connection, since, until, source_ids)

    def newest_pages(self, source_id: str, limit: int, /) -> list[tuple[bytes, str]]:
        """Return the newest stored pages of a source, as (bytes, address)."""
        with self._reading() as connection:
            return ledger.load_pages(connection, source_id, limit)

    def candidate_outcomes(self) -> dict[CandidateOutcome, int]:
        """Return how many candidates are in each outcome."""
        with self._reading() as connection:
            counts = {outcome: rows for outcome, _, rows in read_counts(connection, core.candidates.name)}
        return {outcome: counts.get(outcome, 0) for outcome in CandidateOutcome}
