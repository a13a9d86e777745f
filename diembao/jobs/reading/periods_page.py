"""A period as the page of reports shows it: figures, charts that lead to searches, stories, surges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analysis.report.figures import Span
from diembao.jobs.reading.charts import Chart, days_query, period_charts
from diembao.jobs.reporting.report import build_report, month_of, quarter_of, week_of
from diembao.jobs.search import parse_query

if TYPE_CHECKING:
    from analysis.anomalies.surges import Surge
    from analysis.report.model import PeriodicReport
    from config.settings import Settings
    from diembao.jobs.reading.value_words import TopicNames
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database

#: Longest period of the page in days: a quarter. `diembao report` makes longer ones.
MOST_DAYS = 92
#: Name of a period → the function that gives the last one that had ended on a day.
PERIODS: Mapping[str, Callable[[date], Span]] = {"week": week_of, "month": month_of, "quarter": quarter_of}


@dataclass(frozen=True, slots=True)
class SurgeLine:
    """A topic on a day with more articles than its past explains, and the query that finds them."""

    day: date
    surge: Surge
    query: str


@dataclass(frozen=True, slots=True)
class PeriodPage:
    report: PeriodicReport
    charts: tuple[Chart, ...]
    surges: tuple[SurgeLine, ...]
    #: query that finds all articles of the period
    query: str


def last_days(today: date, days: int) -> Span:
    """Return the `days` days that end with `today`."""
    return Span(today - timedelta(days=days - 1), today)


def period_page(storage: Database, settings: Settings, rules: Rulebook, span: Span, topics: TopicNames) -> PeriodPage:
    """Return the figures and charts of a span of at most MOST_DAYS days; what it costs depends on its articles.

    Raises ValueError for a longer one.
    """
    if len(span.days) > MOST_DAYS:
        raise ValueError(f"{len(span.days)} days, more than {MOST_DAYS}")
    zone = ZoneInfo(settings.province.time_zone)
    province = rules.places.province
    names = (*province.forms, *province.foreign)
    report = build_report(storage, settings, span, topics, names, keywords=False)

    def count(query: str) -> int:
        return storage.search.count(parse_query(query, rules), zone=zone).items

    surges = tuple(
        SurgeLine(day, surge, f'day:{day} topic:"{surge.id}"' if surge.id in topics else "")
        for day, surge in report.signals
    )
    charts = period_charts(report.now, topics, storage.crawl.publishers(), count)
    return PeriodPage(report, charts, surges, days_query(span.first, span.last))
