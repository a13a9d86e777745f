"""The Storage Protocol: what the application may ask of a database, in records."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from pipeline.records import (
    Candidate,
    CandidateOutcome,
    Document,
    DocumentOutcome,
    Examined,
    FeedState,
    Fetched,
    FetchFailure,
    Item,
    LedgerEntry,
    Level,
    PageReading,
    Poll,
    Reason,
    Relevance,
    Source,
    SourceDay,
    SourceFigures,
    Version,
)
from pipeline.tables.facts import Publisher, SourceRead

if TYPE_CHECKING:
    from storage.maintenance.facet import Maintenance
    from storage.search.facet import Search
    from storage.service.job_runs import JobRuns
    from storage.service.publications import Publications


class Storage(Protocol):
    """One database. Every method that writes is one transaction; a Storage may be used by one thread."""

    def close(self) -> None: ...

    # runs
    @property
    def runs(self) -> "JobRuns": ...
    @property
    def publications(self) -> "Publications": ...
    def begin_run(self, command: str, at: datetime, /) -> int: ...
    def end_run(self, run: int, at: datetime, exit_code: int, counts: Mapping[str, int], /) -> None: ...

    # searching, and what is done now and then
    @property
    def searches(self) -> "Search": ...
    @property
    def upkeep(self) -> "Maintenance": ...

    # collecting
    def set_sources(self, sources: Sequence[Source], /) -> None: ...
    def feed_state(self, feed_url: str, /) -> FeedState: ...

    def due_feeds(self, at: datetime, /, *, per_host: int, closed: Collection[str] = ()) -> list[str]:
        """Return the addresses of feeds whose time has come, longest overdue first.

        Of each host at most `per_host`, and none of a host that asked to be left alone; none of paused sources, nor
        of those whose ids are in `closed`.
        """
        ...

    def slowed_hosts(self, at: datetime, /) -> frozenset[str]:
        """Return the hosts (host[:port]) that asked to be left alone until later than `at`."""
        ...

    def polled(self, run: int, poll: Poll, /, *, recheck_all: bool) -> list[Candidate]:
        """Store a poll; return the candidates of it to fetch now.

        New links, links of which the feed says something new, and known links whose page is due to be looked at
        again: with `recheck_all` every page about the province that is younger than a week.
        """
        ...

    def waiting(self, now: datetime, source_ids: Sequence[str], /) -> list[Candidate]:
        """Return candidates whose (next) attempt is due."""
        ...

    def answered(self, run: int, results: Sequence[Fetched | FetchFailure], /) -> None: ...

    # examining
    def unexamined(self, limit: int, /) -> list[Document]:
        """Return the oldest documents that wait to be examined (selectors and languages are not filled in)."""
        ...

    def unexamined_count(self) -> int: ...
    def examined(self, results: Sequence[Examined], at: datetime, /) -> Sequence[Examined]:
        """Store results; return what was stored: Unreadable in place of one that cannot be.

        So one page that nobody thought of keeps no other from being stored, at this run and at every one after it.
        """
        ...

    def reopen_errors(self) -> int:
        """Let documents that an error kept from being examined wait again; return how many."""
        ...

    # stories
    def regroup(self, at: datetime, /) -> int:
        """Put articles stored since the last call into their stories and events; return how many items moved."""
        ...

    def rebuild_stories(self, at: datetime, /) -> int:
        """Judge every article anew; return how many items moved. Rulings of persons hold."""
        ...

    def story(self, key: str, /) -> list[Item]:
        """Return the items of the event that an item or story of that id is in, the first published first."""
        ...

    def merge_stories(self, level: Level, keys: Sequence[str], note: str, at: datetime, /) -> str:
        """Hold the stories (or events) of items together from now on; return the name of the one they make.

        Raises StorageError for an unknown id, or where they are one already.
        """
        ...

    def split_story(
        self, level: Level, story: str, items: Collection[str], note: str, at: datetime, /
    ) -> tuple[str, str]:
        """Hold items apart from the rest of their story (or event); return the names of what stays and of what left.

        Raises StorageError for an item that is not in it, or where nothing would stay.
        """
        ...

    # reading
    def items(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        relevance: Sequence[Relevance] = ("main", "mention"),
        topics: Sequence[str] = (),
        as_of: datetime | None = None,
    ) -> Iterator[Item]:
        """Yield the newest version of items, newest first, under their newest tagging and what persons decided.

        `since` and `until` (exclusive) bound the time of publication, or of first sight where that is unknown.
        With `as_of` only what was stored, tagged and decided by then counts (stories are today's).
        """
        ...

    def item(self, key: str, /) -> Item | None: ...

    def items_for_digest(
        self, start: datetime, end: datetime, late_from: datetime, /, *, as_of: datetime | None = None
    ) -> list[Item]:
        """Return items (main, mention) that are news in [start, end).

        Published in it and seen before its end; or first seen in it, and undated or published since `late_from`.
        """
        ...

    def source_days(self, start: datetime, end: datetime, /) -> list[SourceDay]: ...
    def publishers(self) -> dict[str, Publisher]:
        """Return every outlet that was ever a source, by its id."""
        ...

    def days_read(self, days: Mapping[date, tuple[datetime, datetime]], /) -> dict[date, list[SourceRead]]:
        """Return for days, given with their bounds [start, end), which sources were asked, and with what success.

        A day on which nothing was asked is left out: nothing is known of it.
        """
        ...

    def source_history(self, start: datetime, end: datetime, /, *, periods: int) -> dict[str, list[SourceFigures]]:
        """Return what each source gave in the `periods` periods of the same length before [start, end), newest first.

        A period in which a source did not answer is left out: nothing is known of it.
        """
        ...

    def ledger(self, start: datetime, end: datetime, /, *, source_ids: Sequence[str] = ()) -> Iterator[LedgerEntry]:
        """Yield every link that was found, or asked for, in [start, end), by source in the order they were found."""
        ...

    def readings(self, since: datetime, /, *, source_ids: Sequence[str] = ()) -> list[PageReading]:
        """Return what was found on the pages examined of those fetched since then, oldest first."""
        ...

    def pages_of(self, source_id: str, limit: int, /) -> list[tuple[bytes, str]]:
        """Return the newest stored pages of a source, as (bytes, address)."""
        ...

    def ledger_of(self, urls: Sequence[str], /) -> dict[str, LedgerEntry]:
        """Return the links among these normalised addresses that were ever found."""
        ...

    def versions(self, key: str, /) -> list[Version]:
        """Return the texts an item has had, oldest first; none for an unknown key."""
        ...

    def candidate_outcomes(self) -> dict[CandidateOutcome, int]: ...
    def document_outcomes(self) -> dict[DocumentOutcome, int]: ...
    def unreadable_reasons(self) -> dict[Reason, int]: ...
    def totals(self) -> dict[str, int]:
        """Return numbers by name: candidates, documents, items, versions, polls, fetches, and stories of the items."""
        ...
