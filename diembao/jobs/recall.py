"""Headlines of an outside list → which of them diembao saw, and why not the others."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

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
from storage.base import Storage

#: What became of a headline, best first.
Verdict = Literal[
    "coverage", "irrelevant", "unreadable", "to_be_read", "not_fetched", "source_failed", "source_paused",
    "not_listed", "no_such_source",
]  # fmt: skip
#: A title of fewer words may be anybody's ("Tin vắn").
_WORDS = 4
SEEN: tuple[Verdict, ...] = ("coverage", "irrelevant", "unreadable", "to_be_read", "not_fetched")


@dataclass(frozen=True, slots=True)
class Headline:
    """One line of the outside list; at least one of address and title is given."""

    url: str
    title: str = ""
    published: datetime | None = None
    #: line of the file, from 1; 0 where there is no file
    line: int = 0


@dataclass(frozen=True, slots=True)
class RecallResult:
    headline: Headline
    verdict: Verdict
    #: of the outlet; '' where it is not configured
    source_id: str
    #: reason of the link or of the source, in the words of pipeline.records.Reason; '' where there is none
    reason: str = ""
    item: str = ""


def read_headlines(path: Path) -> list[Headline]:
    """Read .csv (with a header naming url, and title if there is one), .jsonl (the same keys) or plain addresses.

    Raises ValueError naming the file and the line, for a line without an address.
    """
    rows = _rows(path)
    headlines = []
    for line, row in rows:
        url = str(row.get("url") or row.get("link") or "").strip()
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{path}:{line}: no address (a column or key named 'url', beginning with http)")
        headlines.append(Headline(url, str(row.get("title") or ""), line=line))
    return headlines


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        if path.suffix == ".csv":
            reader = csv.DictReader(stream)
            if not {"url", "link"} & set(reader.fieldnames or ()):
                raise ValueError(f"{path}:1: no column named 'url' among: {', '.join(reader.fieldnames or ())}")
            for row in reader:
                yield reader.line_num, dict(row)
            return
        for number, text in enumerate(stream, 1):
            text = text.strip()
            if not text or text.startswith("#"):
                continue
            if path.suffix in (".jsonl", ".ndjson"):
                try:
                    found = json.loads(text)
                except ValueError as error:
                    raise ValueError(f"{path}:{number}: {error}") from None
                if not isinstance(found, dict):
                    raise ValueError(f"{path}:{number}: not a JSON object")
                yield number, found
            else:
                yield number, {"url": text}


def headlines_of(entries: Iterable[Entry]) -> list[Headline]:
    return [Headline(e.url, e.title, e.published) for e in entries]


def recall(
    storage: Storage,
    sources: Sequence[Source],
    headlines: Sequence[Headline],
    days: Sequence[SourceDay],
    recent: Iterable[LedgerEntry],
) -> Iterator[RecallResult]:
    """Tell of each headline what became of it.

    `days` says what became of the sources in the time in question. `recent` are the links of that time: an outside
    list may know an article by another address (for telephones, of a collector), so its title counts too.
    """
    by_domain = {
        site_of(url): source
        for source in reversed(sources)
        for url in (source.home, *(f"https://{d}/" for d in source.domains))
    }
    state = {day.source_id: day for day in days}
    known = storage.ledger_of([normalise_url(h.url) for h in headlines])
    titled = {_folded(entry.title): entry for entry in recent if len(entry.title.split()) >= _WORDS}
    for headline in headlines:
        entry = known.get(normalise_url(headline.url)) or titled.get(_folded(headline.title))
        if entry is not None:
            yield RecallResult(headline, *_seen(entry), item=entry.item)
            continue
        source = by_domain.get(site_of(headline.url))
        if source is None:
            yield RecallResult(headline, "no_such_source", "")
        elif not source.enabled:
            yield RecallResult(headline, "source_paused", source.id)
        elif (day := state.get(source.id)) is not None and day.state == "failed":
            worst = max(day.reasons.items(), key=lambda pair: pair[1], default=("", 0))[0]
            yield RecallResult(headline, "source_failed", source.id, str(worst))
        else:
            yield RecallResult(headline, "not_listed", source.id)


def _folded(title: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in title.casefold()).split())


def _seen(entry: LedgerEntry) -> tuple[Verdict, str, str]:
    if entry.document in ("coverage", "irrelevant"):
        return entry.document, entry.source_id, ""  # type: ignore[return-value]
    if entry.document == "unreadable":
        return "unreadable", entry.source_id, str(entry.document_reason)
    if entry.document == "waiting" or entry.outcome is CandidateOutcome.WAITING:
        return "to_be_read", entry.source_id, str(entry.reason)
    return "not_fetched", entry.source_id, str(entry.reason)


def fetch_headlines(
    source: Source, since: datetime, settings: CrawlSettings
) -> tuple[list[Headline], dict[str, Reason]]:
    """Return the headlines a search knows since then, and why parts of it failed; at most once per process."""
    from crawlers.crawl import crawl
    from crawlers.spiders.sink import MemorySink

    sink = MemorySink(since=since)
    crawl([source], [], sink, settings)
    failures = {poll.feed_url: poll.reason for poll in sink.polls if poll.reason is not Reason.OK}
    return headlines_of([entry for poll in sink.polls for entry in poll.entries]), failures
