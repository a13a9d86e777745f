"""Figures of collection → what is wrong with it: whoever says that all is well says it of collection too.

Rules, each over the sources that are switched on:

1. the last poll of every feed failed, of every source (of an only source: of that one);
2. the same of at least half of the sources, and of two or more: one source of many is told, and is no trouble;
3. no source can be asked, as their hosts asked to be left alone or they fail;
4. something has been due for an hour or more, and nothing was asked for 24 hours;
5. nothing was ever asked, although the service has known a job that collects for 24 hours;
6. no new link in 24 hours, where a Poisson variable of the mean of the seven days before would be 0 once in 2,000
   days (a mean of 7.6, the chance of analysis.anomalies.source_flags);
7. at least five pages were asked for in 24 hours, and none came.

A home that never collected, sources that are switched off and hours in which a source is not asked are no trouble.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from zoneinfo import ZoneInfo

from config.schedule import Job
from pipeline.i18n.catalogs import translate
from pipeline.records import CollectionFigures, JobRun, SourceStanding
from storage.database import Database

#: Time without a poll, with a feed due for at least the second time, after which collection stands still.
_STILL, _OVERDUE = timedelta(hours=24), timedelta(hours=1)
#: Days of the mean with which the new links of a day are compared, and the least mean that makes 0 unlikely.
_DAYS = 7
_LEAST_MEAN = log(2000)
#: Pages asked for in vain from which on that is a trouble.
_PAGES = 5
#: Sources that a sentence names.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class CollectionHealth:
    """How collection stands, and what is wrong with it."""

    figures: CollectionFigures
    #: messages, each with what to do; empty: all is well
    troubles: tuple[str, ...]

    @property
    def asked(self) -> list[SourceStanding]:
        """Return the sources that were ever asked."""
        return [source for source in self.figures.sources if source.asked]

    @property
    def failing(self) -> list[SourceStanding]:
        return [source for source in self.figures.sources if source.fails]

    @property
    def last_poll(self) -> datetime | None:
        return max((s.polled_at for s in self.figures.sources if s.polled_at is not None), default=None)


def collection_health(storage: Database, jobs: Sequence[Job], at: datetime, zone: ZoneInfo) -> CollectionHealth:
    """Return how collection stands at `at`, by the rules of this module."""
    figures = storage.crawl.collection_figures(at)
    known_since = _known_since(jobs, storage.service.first_of_each())
    return CollectionHealth(figures, tuple(find_troubles(figures, at, zone, known_since=known_since)))


def _known_since(jobs: Sequence[Job], first_runs: Mapping[str, JobRun]) -> datetime | None:
    """Return since when the service has known a job that collects; None: it never ran, or has none."""
    names = [job.name for job in jobs if job.command[:1] in (("collect",), ("run",))]
    return min((first_runs[name].due for name in names if name in first_runs), default=None)


def find_troubles(
    figures: CollectionFigures, at: datetime, zone: ZoneInfo, *, known_since: datetime | None = None
) -> list[str]:
    """Return what is wrong with collection at `at`, each with what to do; `known_since` as in rule 5."""
    asked = [source for source in figures.sources if source.asked]
    if not figures.sources:
        return []
    if not asked:
        if known_since is None or at - known_since < _STILL:
            return []
        since = known_since.astimezone(zone)
        return [translate("Nothing was collected since {since:%H:%M %d/%m}: see diembao collect", since=since)]
    return [*_unread(figures.sources, at, zone), *_still(figures.sources, at, zone), *_empty(figures, at)]


def _unread(sources: Sequence[SourceStanding], at: datetime, zone: ZoneInfo) -> list[str]:
    """Rules 1 to 3."""
    asked = [source for source in sources if source.asked]
    failing = [source for source in asked if source.fails]
    held = [source for source in sources if source.waits and not source.fails]
    names = ", ".join(source.name for source in failing[:_NAMED]) + (", …" if len(failing) > _NAMED else "")
    if len(failing) == len(asked):
        if len(asked) == 1:
            return [translate("The only source that is asked, {name}, cannot be read: diembao ledger", name=names)]
        return [translate("None of the {asked} sources can be read: diembao ledger", asked=len(asked))]
    if held and len(held) + len(failing) == len(sources):
        until = min(source.held_until for source in held if source.held_until is not None).astimezone(zone)
        return [translate("No source may be asked before {until:%H:%M %d/%m}: their servers say so", until=until)]
    if len(failing) >= 2 and 2 * len(failing) >= len(asked):
        return [
            translate(
                "{failing} of {asked} sources cannot be read ({names}): diembao ledger; diembao source pause "
                "those that are gone",
                failing=len(failing),
                asked=len(asked),
                names=names,
            )
        ]
    return []


def _still(sources: Sequence[SourceStanding], at: datetime, zone: ZoneInfo) -> list[str]:
    """Rule 4."""
    last = max((source.polled_at for source in sources if source.polled_at is not None), default=None)
    free = [source for source in sources if not source.held]
    overdue = any(source.next_poll is None or source.next_poll <= at - _OVERDUE for source in free)
    if last is None or at - last < _STILL or not overdue:
        return []
    return [
        translate("Nothing was collected since {since:%H:%M %d/%m}: see diembao collect", since=last.astimezone(zone))
    ]


def _empty(figures: CollectionFigures, at: datetime) -> list[str]:
    """Rules 6 and 7."""
    troubles: list[str] = []
    mean = figures.new_before / _DAYS
    known = figures.first_poll is not None and at - figures.first_poll >= timedelta(days=_DAYS)
    if known and not figures.new and mean >= _LEAST_MEAN:
        troubles.append(
            translate("No new link in 24 hours; {mean:.0f} a day in the week before: diembao ledger", mean=mean)
        )
    if figures.pages >= _PAGES and not figures.pages_read:
        troubles.append(
            translate("None of the {pages} pages asked for in 24 hours came: diembao ledger", pages=figures.pages)
        )
    return troubles
