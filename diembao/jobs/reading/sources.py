"""The sources as pages show them: how each stands today and why, and one source with its feeds and last polls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.i18n.catalogs import translate, translate_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from config.schedule import Job
    from pipeline.records import SourceDay, SourceStanding, SourceState
    from storage.crawl.source_lines import FeedLine, PollLine, SourceRecord
    from storage.database import Database

#: Sources on one page; feeds and polls of one source that its page lists.
PAGE, _FEEDS, _POLLS = 50, 100, 60
#: Days whose extraction a source's page judges: the last 7 and the 28 before them.
_QUALITY = timedelta(days=35)
#: States in the order in which a person wants to see them.
STATES: tuple[SourceState, ...] = ("failed", "waiting", "empty", "read", "unchanged", "not_due", "paused")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source of the list."""

    day: SourceDay
    #: None: it is switched off, or has no feeds
    standing: SourceStanding | None
    #: why it stands as it does, a sentence each
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """One page of the sources, by state and id."""

    #: what is wrong with collection as a whole, each with what to do
    troubles: tuple[str, ...]
    #: number of sources by state
    states: Counter[str]
    lines: tuple[SourceLine, ...]
    #: id after which the next page begins; '': there is none
    after: str


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One source, its feeds and its last polls."""

    source: SourceRecord
    line: SourceLine
    #: what a person should look at, a sentence each
    flags: tuple[str, ...]
    feeds: tuple[FeedLine, ...]
    #: of the last week, newest first
    polls: tuple[PollLine, ...]


def sources_page(
    storage: Database,
    jobs: Sequence[Job],
    start: datetime,
    at: datetime,
    zone: ZoneInfo,
    *,
    state: str = "",
    after: str = "",
) -> SourcesPage:
    """Return a page of the sources as they stand in [start, at); only those in `state`, if that is given."""
    from diembao.service.collection_health import collection_health

    health = collection_health(storage, jobs, at, zone)
    standings = {standing.source_id: standing for standing in health.figures.sources}
    days = storage.crawl.source_days(start, at)
    chosen = sorted(
        (d for d in days if not state or d.state == state), key=lambda d: (STATES.index(d.state), d.source_id)
    )
    begin = next((n + 1 for n, day in enumerate(chosen) if day.source_id == after), 0)
    shown = chosen[begin : begin + PAGE]
    lines = tuple(SourceLine(d, standings.get(d.source_id), _words(d, zone)) for d in shown)
    following = shown[-1].source_id if begin + PAGE < len(chosen) else ""
    return SourcesPage(health.troubles, Counter(day.state for day in days), lines, following)


def source_page(storage: Database, id: str, start: datetime, at: datetime, zone: ZoneInfo) -> SourcePage | None:
    """Return one source as it stands in [start, at), with flags for what is unusual; None for an unknown id."""
    source = storage.crawl.source(id)
    if source is None:
        return None
    day = _watched(storage, id, start, at)
    standings = storage.crawl.collection_figures(at).sources
    standing = next((one for one in standings if one.source_id == id), None)
    return SourcePage(
        source,
        SourceLine(day, standing, _words(day, zone)),
        tuple(flags_in_words(day)),
        tuple(storage.crawl.feeds_of(id, _FEEDS)),
        tuple(storage.crawl.polls_of(id, at, _POLLS)),
    )


def _watched(storage: Database, id: str, start: datetime, at: datetime) -> SourceDay:
    """Return the day of one source with its flags, by the rules of diembao.jobs.collection.ledger.watched_sources."""
    from analysis.anomalies.extraction_drift import find_drift
    from analysis.anomalies.source_flags import PERIODS, with_flags

    drift = find_drift(storage.crawl.page_quality(at - _QUALITY, at, source_ids=[id]), at)
    history = storage.crawl.source_history(start, at, periods=PERIODS)
    day = next(one for one in storage.crawl.source_days(start, at) if one.source_id == id)
    return with_flags([day], history, drift)[0]


def flags_in_words(day: SourceDay) -> list[str]:
    """Return what is unusual about a source, a sentence each."""
    return [
        translate_code("flag", f.kind, found=f.found, low=f.low, high=f.high, examples=", ".join(f.examples))
        for f in day.flags
    ]


def _words(day: SourceDay, zone: ZoneInfo) -> tuple[str, ...]:
    return tuple(_reasons_in_words(day, zone))


def _reasons_in_words(day: SourceDay, zone: ZoneInfo) -> Iterator[str]:
    for reason, n in sorted(day.reasons.items(), key=lambda pair: (-pair[1], pair[0])):
        yield translate("{reason}: {count} times", reason=translate_code("reason", reason), count=n)
    for wait in day.waits:
        words = translate_code("reason", wait.reason)
        if wait.until is None:
            yield translate("{host} is left alone until the next collection: {reason}", host=wait.host, reason=words)
        else:
            yield translate(
                "{host} is left alone until {until:%H:%M %d/%m}: {reason}",
                host=wait.host,
                until=wait.until.astimezone(zone),
                reason=words,
            )
    for feed in day.silent_feeds:
        yield translate("{feed}: the last two answers held no link", feed=feed)
