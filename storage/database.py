"""The Storage Protocol on SQLite and PostgreSQL through SQLAlchemy Core."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

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
    Unreadable,
    Version,
)
from pipeline.tables.facts import Publisher, SourceRead
from storage.articles import examinations
from storage.articles import items as items_module
from storage.crawl import candidates, fetches, ledger, source_days
from storage.crawl import feed_state as feed_state_module
from storage.engine.errors import StorageError
from storage.engine.migrate import open_engine
from storage.maintenance.facet import Maintenance
from storage.schema import core
from storage.search import index
from storage.search.facet import Search
from storage.service.job_runs import JobRuns
from storage.service.publications import Publications


def open_storage(address: str | Path) -> "SqlStorage":
    """Open the database at a SQLAlchemy address, or (making it) the SQLite file at a path. Raises StorageError."""
    if isinstance(address, Path):
        address.parent.mkdir(parents=True, exist_ok=True)
        address = f"sqlite:///{address}"
    return SqlStorage(address)


class SqlStorage:
    """A Storage over one SQLAlchemy engine; see storage.base.Storage for what its methods promise."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self.runs = JobRuns(self._engine)
        self.publications = Publications(self._engine)
        self.searches = Search(self._engine)
        self.upkeep = Maintenance(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(reads=True) as connection:
            yield connection

    def begin_run(self, command: str, at: datetime, /) -> int:
        with self._engine.begin() as connection:
            key = connection.execute(insert(core.runs).values(command=command, started=at)).inserted_primary_key
            assert key is not None
            return int(key[0])

    def end_run(self, run: int, at: datetime, exit_code: int, counts: Mapping[str, int], /) -> None:
        change = {"ended": at, "exit_code": exit_code, "counts": dict(counts)}
        with self._engine.begin() as connection:
            connection.execute(update(core.runs).where(core.runs.c.id == run).values(**change))

    def set_sources(self, sources: Sequence[Source], /) -> None:
        with self._engine.begin() as connection:
            known = set(connection.execute(select(core.sources.c.id)).scalars())
            for source in sources:
                values = {
                    "name": source.name,
                    "home": source.home,
                    "country": source.country,
                    "category": source.category,
                    "kind": source.kind,
                    "enabled": int(source.enabled),
                }
                if source.id in known:
                    connection.execute(update(core.sources).where(core.sources.c.id == source.id).values(**values))
                else:
                    connection.execute(insert(core.sources).values(id=source.id, **values))
            gone = known - {source.id for source in sources}
            if gone:
                off = update(core.sources).where(core.sources.c.id.in_(gone)).values(enabled=0)
                connection.execute(off)
            feed_state_module.register_feeds(connection, sources)

    def feed_state(self, feed_url: str, /) -> FeedState:
        with self._reading() as connection:
            return feed_state_module.load_state(connection, feed_url)

    def due_feeds(self, at: datetime, /, *, per_host: int, closed: Collection[str] = ()) -> list[str]:
        with self._reading() as connection:
            return feed_state_module.load_due_feeds(connection, at, per_host, closed)

    def slowed_hosts(self, at: datetime, /) -> frozenset[str]:
        with self._reading() as connection:
            return feed_state_module.slowed_hosts(connection, at)

    def polled(self, run: int, poll: Poll, /, *, recheck_all: bool) -> list[Candidate]:
        with self._engine.begin() as connection:
            return candidates.store_poll(connection, run, poll, recheck_all=recheck_all)

    def waiting(self, now: datetime, source_ids: Sequence[str], /) -> list[Candidate]:
        with self._reading() as connection:
            return candidates.load_due_candidates(connection, now, source_ids)

    def answered(self, run: int, results: Sequence[Fetched | FetchFailure], /) -> None:
        with self._engine.begin() as connection:
            fetches.store_fetches(connection, run, results)

    def unexamined(self, limit: int, /) -> list[Document]:
        with self._reading() as connection:
            return examinations.load_pending(connection, limit)

    def unexamined_count(self) -> int:
        return self.document_outcomes()[DocumentOutcome.WAITING]

    def examined(self, results: Sequence[Examined], at: datetime, /) -> Sequence[Examined]:
        try:
            with self._engine.begin() as connection:
                examinations.store_examinations(connection, results, at)
                index.index_new(connection)
        except StorageError:  # the database is at fault, and no page
            raise
        except Exception as error:
            if len(results) > 1:
                return [stored for result in results for stored in self.examined([result], at)]
            if isinstance(results[0], Unreadable):
                raise
            note = f"cannot be stored: {type(error).__name__}: {error}"[:500]
            return self.examined([Unreadable(results[0].document_id, Reason.ERROR, note)], at)
        return results

    def reopen_errors(self) -> int:
        with self._engine.begin() as connection:
            return examinations.reopen_errors(connection)

    def regroup(self, at: datetime, /) -> int:
        from storage.stories import placement

        with self._engine.begin() as connection:
            return placement.group_stories(connection, at)

    def rebuild_stories(self, at: datetime, /) -> int:
        from storage.stories import placement

        with self._engine.begin() as connection:
            return placement.rebuild_stories(connection, at)

    def story(self, key: str, /) -> list[Item]:
        with self._reading() as connection:
            return items_module.load_event(connection, key)

    def merge_stories(self, level: Level, keys: Sequence[str], note: str, at: datetime, /) -> str:
        from storage.stories import rulings

        with self._engine.begin() as connection:
            return rulings.merge_stories(connection, level, keys, note, at)

    def split_story(
        self, level: Level, story: str, items: Collection[str], note: str, at: datetime, /
    ) -> tuple[str, str]:
        from storage.stories import rulings

        with self._engine.begin() as connection:
            return rulings.split_story(connection, level, story, items, note, at)

    def items(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        relevance: Sequence[Relevance] = ("main", "mention"),
        topics: Sequence[str] = (),
        as_of: datetime | None = None,
    ) -> Iterator[Item]:
        with self._reading() as connection:
            yield from items_module.load_items(connection, since, until, relevance, topics, as_of)

    def item(self, key: str, /) -> Item | None:
        with self._reading() as connection:
            return items_module.load_item(connection, key)

    def items_for_digest(
        self, start: datetime, end: datetime, late_from: datetime, /, *, as_of: datetime | None = None
    ) -> list[Item]:
        with self._reading() as connection:
            return items_module.load_digest_items(connection, start, end, late_from, as_of)

    def source_days(self, start: datetime, end: datetime, /) -> list[SourceDay]:
        with self._reading() as connection:
            return source_days.load_source_days(connection, start, end)

    def publishers(self) -> dict[str, Publisher]:
        table = core.sources
        with self._reading() as connection:
            rows = connection.execute(select(table.c.id, table.c.name, table.c.country))
            return {row.id: Publisher(row.name, row.country) for row in rows}

    def days_read(self, days: Mapping[date, tuple[datetime, datetime]], /) -> dict[date, list[SourceRead]]:
        with self._reading() as connection:
            return source_days.load_days_read(connection, days)

    def source_history(self, start: datetime, end: datetime, /, *, periods: int) -> dict[str, list[SourceFigures]]:
        with self._reading() as connection:
            return ledger.load_history(connection, start, end, periods)

    def ledger(self, start: datetime, end: datetime, /, *, source_ids: Sequence[str] = ()) -> Iterator[LedgerEntry]:
        with self._reading() as connection:
            yield from ledger.load_ledger(connection, start, end, source_ids)

    def readings(self, since: datetime, /, *, source_ids: Sequence[str] = ()) -> list[PageReading]:
        with self._reading() as connection:
            return ledger.load_page_quality(connection, since, source_ids)

    def pages_of(self, source_id: str, limit: int, /) -> list[tuple[bytes, str]]:
        with self._reading() as connection:
            return ledger.load_pages(connection, source_id, limit)

    def ledger_of(self, urls: Sequence[str], /) -> dict[str, LedgerEntry]:
        with self._reading() as connection:
            return ledger.find_entries(connection, urls)

    def versions(self, key: str, /) -> list[Version]:
        with self._reading() as connection:
            return items_module.load_versions(connection, key)

    def candidate_outcomes(self) -> dict[CandidateOutcome, int]:
        with self._reading() as connection:
            found = candidates.count_by(connection, core.candidates.c.outcome)
        return {outcome: found.get(outcome, 0) for outcome in CandidateOutcome}

    def document_outcomes(self) -> dict[DocumentOutcome, int]:
        with self._reading() as connection:
            found = candidates.count_by(connection, core.documents.c.outcome)
        return {outcome: found.get(outcome, 0) for outcome in DocumentOutcome}

    def unreadable_reasons(self) -> dict[Reason, int]:
        column, unreadable = core.documents.c.outcome_reason, DocumentOutcome.UNREADABLE
        with self._reading() as connection:
            found = candidates.count_by(connection, column, core.documents.c.outcome == unreadable)
        return {Reason(name): n for name, n in sorted(found.items()) if name}

    def totals(self) -> dict[str, int]:
        tables = ("candidates", "documents", "fetches", "items", "polls", "versions")
        with self._reading() as connection:
            found = {
                name: connection.execute(select(func.count()).select_from(core.metadata.tables[name])).scalar_one()
                for name in tables
            }
            placement = select(func.count(func.distinct(core.items.c.story)))
            return found | {"stories": connection.execute(placement).scalar_one()}
