"""Headlines of an outside list or news search → which of them diembao saw, and why not the others."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import (
    CandidateOutcome,
    CrawlSettings,
    Entry,
    LedgerEntry,
    Reason,
    Source,
    SourceDay,
)
from pipeline.text.urls import normalise_url, site_of
from storage.database import Database

#: How far diembao got with a headline, best first.
Verdict = Literal[
    "coverage", "irrelevant", "unreadable", "to_be_read", "not_fetched", "source_failed", "source_paused",
    "not_listed", "no_such_source",
]  # fmt: skip
#: Words of a title below which it identifies no article ("Tin vắn").
_MIN_WORDS = 4
#: Verdicts that count as seen.
SEEN: tuple[Verdict, ...] = ("coverage", "irrelevant", "unreadable", "to_be_read", "not_fetched")


@dataclass(frozen=True, slots=True)
class Headline:
    """One line of the outside list; at least one of `url` and `title` is not empty."""

    url: str
    title: str = ""
    published: datetime | None = None
    #: line of the file, from 1; 0 where there is no file
    line: int = 0


@dataclass(frozen=True, slots=True)
class RecallResult:
    """The verdict on one headline."""

    headline: Headline
    verdict: Verdict
    #: id of the source of the outlet; '' where it is not configured
    source_id: str
    #: pipeline.records.Reason of the link or of the source; '' where there is none
    reason: str = ""
    #: key of the item; '' where there is none
    item: str = ""


def read_headlines(path: Path) -> list[Headline]:
    """Read headlines from .csv (with columns url and perhaps title), .jsonl (the same keys) or lines of addresses.

    Raises ValueError with the file and the line, for a line without an address.
    """
    headlines = []
    for line, row in _rows(path):
        url = str(row.get("url") or row.get("link") or "").strip()
        if not url.startswith(("http://", "https://")):
            raise _fault(path, line, mark("no address (a column or key named 'url', beginning with http)"))
        headlines.append(Headline(url, str(row.get("title") or ""), line=line))
    return headlines


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the number of each line, from 1, and its fields."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        if path.suffix == ".csv":
            reader = csv.DictReader(stream)
            if not {"url", "link"} & set(reader.fieldnames or ()):
                names = ", ".join(reader.fieldnames or ())
                raise _fault(path, 1, mark("no column named 'url' among: {names}"), names=names)
            for record in reader:
                yield reader.line_num, dict(record)
            return
        for number, text in enumerate(stream, 1):
            text = text.strip()
            if not text or text.startswith("#"):
                continue
            if path.suffix in (".jsonl", ".ndjson"):
                try:
                    row = json.loads(text)
                except ValueError:
                    raise _fault(path, number, mark("no valid JSON")) from None
                if not isinstance(row, dict):
                    raise _fault(path, number, mark("not a JSON object"))
                yield number, row
            else:
                yield number, {"url": text}


def _fault(path: Path, line: int, message: str, **values: object) -> ValueError:
    return ValueError(Message(mark("{path}:{line}: {fault}"), path=path, line=line, fault=Message(message, **values)))


def headlines_of(entries: Iterable[Entry]) -> list[Headline]:
    """Return the entries of a feed as headlines."""
    return [Headline(e.url, e.title, e.published) for e in entries]


def recall(
    storage: Database,
    sources: Sequence[Source],
    headlines: Sequence[Headline],
    days: Sequence[SourceDay],
    recent: Iterable[LedgerEntry],
) -> Iterator[RecallResult]:
    """Yield the verdict on each headline, in their order.

    `days` are the states of the sources in the period, `recent` its links: an outside list may have another address
    of an article (the mobile site, an aggregator), so links are compared by title too.
    """
    by_domain = {
        site_of(url): source
        for source in reversed(sources)
        for url in (source.home, *(f"https://{d}/" for d in source.domains))
    }
    day_of = {day.source_id: day for day in days}
    by_url = storage.crawl.ledger_entries([normalise_url(h.url) for h in headlines])
    by_title = {_letters_only(entry.title): entry for entry in recent if len(entry.title.split()) >= _MIN_WORDS}
    for headline in headlines:
        entry = by_url.get(normalise_url(headline.url)) or by_title.get(_letters_only(headline.title))
        if entry is not None:
            yield RecallResult(headline, *_verdict_of(entry), item=entry.item)
            continue
        source = by_domain.get(site_of(headline.url))
        if source is None:
            yield RecallResult(headline, "no_such_source", "")
        elif not source.enabled:
            yield RecallResult(headline, "source_paused", source.id)
        elif (day := day_of.get(source.id)) is not None and day.state == "failed":
            worst = max(day.reasons.items(), key=lambda pair: pair[1], default=("", 0))[0]
            yield RecallResult(headline, "source_failed", source.id, str(worst))
        else:
            yield RecallResult(headline, "not_listed", source.id)


def _letters_only(title: str) -> str:
    """Return the words of a title in lower case, without punctuation."""
    return " ".join("".join(c if c.isalnum() else " " for c in title.casefold()).split())


def _verdict_of(entry: LedgerEntry) -> tuple[Verdict, str, str]:
    """Return verdict, id of the source and reason of a link in the ledger."""
    if entry.document == "coverage":
        return "coverage", entry.source_id, ""
    if entry.document == "irrelevant":
        return "irrelevant", entry.source_id, ""
    if entry.document == "unreadable":
        return "unreadable", entry.source_id, str(entry.document_reason)
    if entry.document == "waiting" or entry.outcome is CandidateOutcome.WAITING:
        return "to_be_read", entry.source_id, str(entry.reason)
    return "not_fetched", entry.source_id, str(entry.reason)


def fetch_headlines(
    source: Source, since: datetime, settings: CrawlSettings
) -> tuple[list[Headline], dict[str, Reason]]:
    """Return the headlines of a news search since then, and the Reason by URL of each part of it that failed.

    Nothing is stored. At most once per process (Twisted's reactor).
    """
    from crawlers.crawl import crawl
    from crawlers.spiders.sink import MemorySink

    sink = MemorySink(since=since)
    crawl([source], [], sink, settings)
    failures: dict[str, Reason] = {poll.feed_url: poll.reason for poll in sink.polls if poll.reason is not Reason.OK}
    return headlines_of([entry for poll in sink.polls for entry in poll.entries]), failures
