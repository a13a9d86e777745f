"""A day, its sample or a search → the queue to review: events and their stories in order, and how far one has got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from math import ceil
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from diembao.jobs.periods import period_of
from diembao.jobs.review.attention import GravityCache, attention_of, joined
from diembao.jobs.review.model import HOME, Choices, Progress, QueueFilters, QueueGroup, QueueStory, ReviewQueue
from diembao.system.clock import now
from storage.reviews.queues import QueueQuery, QueueRead
from storage.reviews.rows import QueueRow, Window

if TYPE_CHECKING:
    from datetime import date

    from config.settings import Settings
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database

#: Articles of a day's sample of what was judged not relevant.
SAMPLE = 20
#: Articles at most that name a place without certainty.
MOST_UNCERTAIN = 100
#: Articles that the queue of a search holds at most, the newest.
MOST_FOUND = 500


_GRAVITY = GravityCache()
_EVERYTHING = QueueFilters()


def queue(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None = None,
    search: str = "",
    filters: QueueFilters = _EVERYTHING,
    account: int | None = None,
    at: datetime | None = None,
) -> ReviewQueue:
    """Return the queue of a day (None: today), which has the window of its digest, or of a search in words.

    First come events that foreign outlets tell of and those that ask for attention, both before either; then by the
    score of the rules, the doubtful before the sure. The order does not change with what people decide of relevance and
    state. Raises QueryError for a search that cannot be read.
    """
    at = at or now()
    if search:
        from diembao.jobs.search import parse_query

        zone = ZoneInfo(settings.province.time_zone)
        asked = QueueQuery(tree=parse_query(search, rules), zone=zone, limit=MOST_FOUND)
        day, window = None, None
    else:
        period = period_of(day, settings, at)
        day, window = period.day, Window(period.start, period.end, period.late_from)
        asked = QueueQuery(window)
    return _read(storage, rules, asked, day, filters, account, at)


def day_rows(storage: Database, settings: Settings, at: datetime) -> tuple[QueueRow, ...]:
    """Return the articles of today's queue as they are stored, without their order."""
    period = period_of(None, settings, at)
    storage.search.catch_up()
    return tuple(storage.reviews.queue(QueueQuery(Window(period.start, period.end, period.late_from)), at).rows)


def sample(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None = None,
    account: int | None = None,
    at: datetime | None = None,
) -> ReviewQueue:
    """Return 20 articles of a day that the rules judged not relevant, the most doubtful first, as a queue.

    They are the same for everybody: of the 24 hours before the day's cut-off, by the score of the rules.
    """
    at = at or now()
    period = period_of(day, settings, at)
    cutoff = time.fromisoformat(settings.digest.cutoff)
    end = datetime.combine(period.day, cutoff, ZoneInfo(settings.province.time_zone))
    window = Window(period.start, end, period.late_from)
    found = _read(storage, rules, QueueQuery(window, sample=SAMPLE), period.day, _EVERYTHING, account, at)
    rows = sorted(found.rows, key=lambda row: (-row.score, row.key))
    groups = tuple(QueueGroup(row.key, (QueueStory(row.story, row, ()),), row.country != HOME, None) for row in rows)
    return ReviewQueue(period.day, window, groups, found.progress, found.shown, found.total, found.choices)


def uncertain(
    storage: Database, settings: Settings, *, day: date | None = None, at: datetime | None = None
) -> Sequence[QueueStory]:
    """Return the articles of a day that name a place of which the rules do not know whether it is ours, newest first.

    The digest of the day lists them as named, not certain; here people decide on them.
    """
    at = at or now()
    period = period_of(day, settings, at)
    rows = storage.reviews.uncertain(Window(period.start, period.end, period.late_from), MOST_UNCERTAIN, at)
    return [QueueStory(row.story, row, ()) for row in rows]


def _read(
    storage: Database,
    rules: Rulebook,
    asked: QueueQuery,
    day: date | None,
    filters: QueueFilters,
    account: int | None,
    at: datetime,
) -> ReviewQueue:
    storage.search.catch_up()
    asked = replace(asked, account=account)
    if not asked.sample:
        asked = replace(asked, unread=lambda rows: _GRAVITY.missing(rows, rules), characters=_GRAVITY.CHARACTERS)
    read = storage.reviews.queue(asked, at)
    _GRAVITY.judge(read.rows, read.openings, rules)
    groups = _groups(read.rows, filters, rules)
    shown = sum(len(group.rows) for group in groups)
    return ReviewQueue(day, asked.window, groups, _progress(read), shown, len(read.rows), _choices(read.rows))


def _groups(rows: Sequence[QueueRow], filters: QueueFilters, rules: Rulebook) -> tuple[QueueGroup, ...]:
    """Return the events of a queue in their order, with the articles that the filters admit."""
    signals = {topic.id for topic in rules.topics.topic if topic.kind == "signal"}
    events: dict[str, dict[str, list[QueueRow]]] = {}
    for row in sorted(rows, key=_first_published):
        events.setdefault(row.event or row.story, {}).setdefault(row.story, []).append(row)
    ordered: list[tuple[tuple[object, ...], QueueGroup]] = []
    for key, stories in events.items():
        members = [row for group in stories.values() for row in group]
        found = [attention_of(group, signals, [_GRAVITY.of(row, rules) for row in group]) for group in stories.values()]
        attention = joined([one for one in found if one is not None])
        foreign = any(row.country != HOME for row in members)
        weight = attention.gravity.weight if attention is not None else 0.0
        rank = -(foreign + (attention is not None)), -weight, min(row.score for row in members), key
        shown = [_story(name, admitted) for name, group in stories.items() if (admitted := _admitted(group, filters))]
        if shown:
            shown.sort(key=lambda story: (min(row.score for row in story.rows), story.key))
            ordered.append((rank, QueueGroup(key, tuple(shown), foreign, attention)))
    return tuple(group for _, group in sorted(ordered, key=lambda pair: pair[0]))


def _admitted(rows: Sequence[QueueRow], filters: QueueFilters) -> list[QueueRow]:
    return [row for row in rows if filters.admits(row)]


def _first_published(row: QueueRow) -> tuple[bool, datetime, str, str]:
    return row.published is None, row.published_or_seen, row.outlet, row.key


def _story(key: str, rows: Sequence[QueueRow]) -> QueueStory:
    """Return a story, its lead the first article about the province."""
    lead = min(rows, key=lambda row: "main" not in (row.relevance, row.machine))
    return QueueStory(key, lead, tuple(row for row in rows if row is not lead))


def _progress(read: QueueRead) -> Progress:
    done = sum(row.review.state != "new" for row in read.rows)
    left = len(read.rows) - done
    minutes = None if read.pace is None else ceil(left * read.pace / 60)
    return Progress(done, len(read.rows), minutes)


def _choices(rows: Sequence[QueueRow]) -> Choices:
    def most_first(counts: Counter[str]) -> dict[str, int]:
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    departments = Counter(department for row in rows for department in row.departments)
    return Choices(
        most_first(Counter(topic for row in rows for topic in row.topics)),
        most_first(Counter(str(row.tone) for row in rows)),
        most_first(Counter(row.language.split("-")[0] for row in rows if row.language)),
        most_first(Counter(row.source_id for row in rows)),
        {row.source_id: row.outlet for row in rows},
        most_first(Counter(str(row.review.state) for row in rows)),
        dict(sorted(departments.items(), key=lambda pair: (-pair[1], pair[0]))),
    )
