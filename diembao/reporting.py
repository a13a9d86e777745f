"""The database → a periodic report of any number of days, as DOCX and PDF."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from analysis.keywords import Keyword, counted, keywords
from analysis.paper import Picture
from analysis.period import Figures, Span, figures
from analysis.report_paper import Report, report_paper
from analysis.signals import WINDOW_DAYS, Series, Signal, unusual
from config.settings import Settings
from diembao.clock import now
from diembao.home import write_atomically
from diembao.publishing import letterhead_of
from pipeline.records import Item, SourceDay
from pipeline.rules import Rulebook
from storage.base import Storage

#: Vietnamese texts of a span, and of the year before it, from which its words are found
_TEXTS, _BACKGROUND = 300, 600


def week_of(day: date) -> Span:
    """Return the last week, Monday to Sunday, that had ended on `day`."""
    last = day - timedelta(days=day.weekday() + 1)
    return Span(last - timedelta(days=6), last)


def month_of(day: date) -> Span:
    last = day.replace(day=1) - timedelta(days=1)
    return Span(last.replace(day=1), last)


def quarter_of(day: date) -> Span:
    last = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
    return Span(last.replace(month=last.month - 2, day=1), last)


def year_of(day: date) -> Span:
    return Span(date(day.year - 1, 1, 1), date(day.year - 1, 12, 31))


def annual_of(day: date) -> Span:
    """Return the last reporting year of Decree 244/2026: from 15 December to 14 December."""
    last = date(day.year if day > date(day.year, 12, 14) else day.year - 1, 12, 14)
    return Span(date(last.year - 1, 12, 15), last)


def gather(storage: Storage, settings: Settings, rules: Rulebook, span: Span) -> Report:
    """Count a span, the one before it and the same days of the year before."""
    zone = ZoneInfo(settings.province.time_zone)
    names = {topic.id: topic.label_vi for topic in rules.topics.topic}
    now_, before, year = (_figures(storage, one, zone) for one in (span, span.before(), span.year_before()))
    return Report(
        now_, before, year, tuple(_keywords(storage, span, zone)), tuple(_signals(storage, now_, zone, names))
    )


def _bounds(span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = datetime.combine(span.first, time.min, zone)
    return start, datetime.combine(span.last + timedelta(days=1), time.min, zone)


def _figures(storage: Storage, span: Span, zone: ZoneInfo) -> Figures:
    start, end = _bounds(span, zone)
    sources: dict[date, Sequence[SourceDay]] = {}
    for day in span.days:
        sources[day] = storage.source_days(*_bounds(Span(day, day), zone))
    return figures(span, storage.items(since=start, until=end), sources)


def _keywords(storage: Storage, span: Span, zone: ZoneInfo) -> list[Keyword]:
    start, end = _bounds(span, zone)
    here = counted(_texts(storage.items(since=start, until=end), _TEXTS))
    there = counted(_texts(storage.items(since=start - timedelta(days=365), until=start), _BACKGROUND))
    return keywords(here, there)


def _texts(items: Iterator[Item], most: int) -> Iterator[str]:
    """Yield the Vietnamese texts about the province, each story once."""
    seen: set[str] = set()

    def fresh() -> Iterator[str]:
        for item in items:
            if item.tags.language == "vi" and item.tags.relevance == "main" and item.story not in seen:
                seen.add(item.story)
                yield f"{item.article.title}. {item.article.lead}. {item.article.text}"

    return islice(fresh(), most)


def _signals(
    storage: Storage, now_: Figures, zone: ZoneInfo, names: Mapping[str, str]
) -> Iterator[tuple[date, Signal]]:
    """Yield what was unusual on the days of a span, against the weeks before each of them."""
    span = now_.span
    past = _figures(storage, Span(span.first - timedelta(days=WINDOW_DAYS), span.first - timedelta(days=1)), zone)
    days = sorted(past.collected | now_.collected)
    topics = {*past.topic_days, *now_.topic_days}
    series = [
        Series(
            "topic",
            topic,
            names.get(topic, topic),
            {d: sum(f.topic_days[topic][d] for f in (past, now_) if topic in f.topic_days) for d in days},
        )
        for topic in sorted(topics)
    ]
    for day in span.days:
        for signal in unusual(series, day):
            yield day, signal


def make_report(
    storage: Storage,
    settings: Settings,
    rules: Rulebook,
    span: Span,
    *,
    language: str,
    out: Path,
    forms: Sequence[str] = ("docx", "pdf"),
    number: int | None = None,
    made_at: datetime | None = None,
) -> tuple[list[Path], Report]:
    """Write the report of a span into `out`, one file for each form; return the files and the figures."""
    from analysis.charts import topics_of, volume
    from analysis.docx import render_docx
    from analysis.labels import labels
    from analysis.pdf import render_pdf

    found = gather(storage, settings, rules, span)
    words = labels(language)
    vietnamese = language == "vi"
    topics = {t.id: t.label_vi if vietnamese else t.label_en for t in rules.topics.topic}
    drawn = (volume(found.now, words), topics_of(found.now, words, topics))
    pictures: list[Picture] = [picture for picture in drawn if picture is not None]
    paper = report_paper(
        found,
        (made_at or now()).astimezone(ZoneInfo(settings.province.time_zone)),
        language,
        province=settings.province.name if vietnamese else settings.province.name_en,
        rules_version=rules.version,
        topic_labels=topics,
        letterhead=letterhead_of(settings.document),
        number=number,
        pictures=pictures,
    )
    render = {"docx": render_docx, "pdf": render_pdf}
    files: list[Path] = []
    for form in forms:
        path = out / f"bao-cao-{span.first}-{span.last}.{form}"
        write_atomically(path, render[form](paper))
        files.append(path)
    return files, found
