"""A day of the ledger as a page shows it: its links a page at a time, each with its end in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from pipeline.i18n.catalogs import translate_code
from pipeline.records import CandidateOutcome, DocumentOutcome
from storage.crawl.ledger_page import LedgerFilter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from pipeline.records import LedgerEntry
    from storage.database import Database

#: Links on one page.
PAGE = 100
#: Name of an ending in a form → the ending. Waiting links and waiting pages are told apart.
ENDINGS: dict[str, CandidateOutcome | DocumentOutcome] = {
    **{str(outcome): outcome for outcome in CandidateOutcome},
    **{str(outcome): outcome for outcome in DocumentOutcome if outcome is not DocumentOutcome.WAITING},
}


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link of the ledger, and how it ended in words."""

    entry: LedgerEntry
    outcome: str
    #: why; '': nothing to say
    reason: str


@dataclass(frozen=True, slots=True)
class LedgerDayPage:
    day: date
    lines: tuple[LinkLine, ...]
    after: tuple[str, int] | None


def bounds_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of a day in a zone, and that of the next day."""
    return datetime.combine(day, time.min, zone), datetime.combine(day + timedelta(days=1), time.min, zone)


def ledger_day(
    storage: Database, day: date, zone: ZoneInfo, listed: LedgerFilter, *, after: tuple[str, int] | None = None
) -> LedgerDayPage:
    """Return a page of the links of a day; `after` is that of the page before."""
    page = storage.crawl.ledger_page(*bounds_of(day, zone), listed, after=after, limit=PAGE)
    return LedgerDayPage(day, tuple(LinkLine(entry, *ending_words(entry)) for entry in page.entries), page.after)


def ledger_rows(storage: Database, day: date, zone: ZoneInfo, listed: LedgerFilter) -> Iterator[LedgerEntry]:
    """Yield all links of a day that `listed` names, as `ledger_day` pages them."""
    after: tuple[str, int] | None = None
    while True:
        page = storage.crawl.ledger_page(*bounds_of(day, zone), listed, after=after, limit=10 * PAGE)
        yield from page.entries
        after = page.after
        if after is None:
            return


def ending_words(entry: LedgerEntry) -> tuple[str, str]:
    """Return in words how a link ended, and why; '' where there is nothing to say."""
    outcome = (
        translate_code("document outcome", entry.document)
        if entry.document
        else translate_code("candidate outcome", entry.outcome)
    )
    reason = entry.document_reason or (entry.reason if entry.reason not in ("", "ok", "not_modified") else "")
    return outcome, translate_code("reason", reason) if reason else ""
