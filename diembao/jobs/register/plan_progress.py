"""The plan of a year and the articles published about its activities → its progress; a sheet → plan.toml."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from config.register.plan import FILE, load_plan
from config.register.plan_sheet import plain, plan_text, read_sheet
from diembao.system.files import write_atomically
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.plan import Activity, Plan, PlanProgress, Published, count_activity, count_topics
from pipeline.tables.facts import Fact, FactKey, kind_of
from storage.search.parser import parse
from storage.search.tree import And, Days, Or

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from pipeline.rules.rulebook import Rulebook
    from pipeline.tables.facts import Publisher
    from storage.database import Database

_HOME = "VN"
_ONE_DAY = timedelta(days=1)
_BARS = len(FactKey._fields) - 1


class PlanExists(DiembaoError):
    """plan.toml has activities already; the message says how to replace them."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def explanation(self) -> str:
        """Return the message in the language of the context."""
        return self.message.translated()


def plan_progress(storage: Database, plan: Plan, year: int, today: date, zone: ZoneInfo) -> PlanProgress:
    """Return what was published about the activities of a year and their topics, up to `today`, a local day.

    Articles about the province count, on their day of publication, or of first sight where that is not known.
    """
    first, last = date(year, 1, 1), min(today, date(year, 12, 31))
    activities = plan.of_year(year)
    topics = tuple(dict.fromkeys(topic for activity in activities for topic in activity.topics))
    if last < first:
        none = [count_activity(activity, ()) for activity in activities]
        return PlanProgress(year, last, tuple(none), count_topics(topics, (), None))
    publishers = storage.crawl.publishers()
    articles = _published(storage, first, last, zone, publishers)
    rows = []
    for activity in activities:
        named = articles
        if activity.words:
            named = list(_articles(_with_words(storage, activity, first, last, zone), zone, publishers))
        rows.append(count_activity(activity, named))
    earlier = _year_before(first), _year_before(last)
    now_read, then_read = _sources(storage, first, last, zone), _sources(storage, *earlier, zone)
    before = _published(storage, *earlier, zone, publishers) if then_read else None
    return PlanProgress(
        year,
        last,
        tuple(rows),
        count_topics(topics, articles, before),
        tuple(sorted(now_read - then_read)) if then_read else (),
        tuple(sorted(then_read - now_read)),
        bool(then_read),
    )


def import_plan(config: Path, sheet: Path, rules: Rulebook, year: int | None, *, replace: bool) -> Plan:
    """Write plan.toml of a configuration folder from a sheet; return the plan.

    Raises SheetError for a sheet that is no plan, PlanExists where there is a plan and it is not to be replaced,
    ConfigError where what is written would be no plan; nothing is written then.
    """
    target = config / FILE
    if target.exists() and load_plan(config).activity and not replace:
        words = mark("{file} has activities already. To put the sheet in their place: --replace")
        raise PlanExists(Message(words, file=target))
    names = {
        plain(name): topic.id for topic in rules.topics.topic for name in (topic.id, topic.label_vi, topic.label_en)
    }
    text = plan_text(read_sheet(sheet, year, names))
    before = target.read_bytes() if target.exists() else None
    config.mkdir(parents=True, exist_ok=True)
    write_atomically(target, text.encode())
    try:
        return load_plan(config)
    except DiembaoError:
        if before is None:
            target.unlink()
        else:
            write_atomically(target, before)
        raise


def _published(
    storage: Database, first: date, last: date, zone: ZoneInfo, publishers: Mapping[str, Publisher]
) -> list[Published]:
    start, end = _bounds(first, last, zone)
    return list(_articles(storage.derived.facts(start, end, relevance=("main",)), zone, publishers))


def _with_words(storage: Database, activity: Activity, first: date, last: date, zone: ZoneInfo) -> list[Fact]:
    phrases = [parse(f'"{words}"') for one in activity.words if (words := one.replace('"', " ").strip())]
    return storage.search.facts(And((Or(tuple(phrases)), Days(first, last))), zone=zone)


def _articles(facts: Iterable[Fact], zone: ZoneInfo, publishers: Mapping[str, Publisher]) -> Iterator[Published]:
    for fact in facts:
        if fact.kind.count("|") != _BARS:  # damaged: `db check` tells of it
            continue
        kind = kind_of(fact.kind)
        if kind.relevance == "main":
            day = datetime.fromtimestamp(fact.at, UTC).astimezone(zone).date()
            publisher = publishers.get(kind.source_id)
            is_abroad = publisher is not None and publisher.country != _HOME
            yield Published(day, frozenset(kind.topics.split()), is_abroad)


def _sources(storage: Database, first: date, last: date, zone: ZoneInfo) -> frozenset[str]:
    return storage.crawl.sources_read(*_bounds(first, last, zone))


def _bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return datetime.combine(first, time(), zone), datetime.combine(last + _ONE_DAY, time(), zone)


def _year_before(day: date) -> date:
    # 29 February becomes 28 February.
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
