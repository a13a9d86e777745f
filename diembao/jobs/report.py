"""The database → a periodic report of any number of days, as DOCX and PDF."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from analysis.anomalies.surges import WINDOW_DAYS, Series, Surge, find_surges
from analysis.report.document import report_document
from analysis.report.figures import Figures, Span, count_figures
from analysis.report.keywords import Keyword, count_words, find_keywords
from analysis.report.model import PeriodicReport, Voice
from analysis.tables.rows import StoryRow, story_rows
from config.settings import Peer, Settings
from diembao.jobs.digest import letterhead
from diembao.system.clock import now
from diembao.system.home import write_atomically
from pipeline.records import Item, Relevance
from pipeline.rules.rulebook import Rulebook
from storage.base import Storage
from storage.search.parser import parse
from storage.search.tree import And, Days, Mark, Or

#: Vietnamese texts of a span, and of the year before it, from which its words are found, and letters of each
_TEXTS, _BACKGROUND, _LETTERS = 200, 400, 400
#: texts that are not worth a process
_FEW = 100
#: stories that are named
_STORIES = 10


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


def build_report(storage: Storage, settings: Settings, span: Span, topics: Mapping[str, str]) -> PeriodicReport:
    """Count a span, the one before it and the same days of the year before; `topics` gives their names by id."""
    zone = ZoneInfo(settings.province.time_zone)
    texts = _texts(storage, span, zone)
    with _beside(len(texts[0]) + len(texts[1]) >= _FEW) as later:
        words = later(_marking, *texts)
        now_, before, year = (_figures(storage, one, zone) for one in (span, span.before(), span.year_before()))
        signals = later(_unusual_days, _series(storage, now_, zone, topics), span.days)
        spread, voice = _spread(storage, now_, zone), _voice(storage, settings, now_, before)
        return PeriodicReport(now_, before, year, spread, voice, tuple(words()), tuple(signals()), zone)


@contextmanager
def _beside(worth: bool) -> Iterator[Callable[..., Callable[[], Any]]]:
    """Give a function that has calls made in a process of their own while this one goes on, where that is worth it.

    It returns what gives their results.
    """
    if not worth:
        yield lambda call, *given: lambda: call(*given)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield lambda call, *given: pool.submit(call, *given).result


def _bounds(span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = datetime.combine(span.first, time.min, zone)
    return start, datetime.combine(span.last + timedelta(days=1), time.min, zone)


def _figures(storage: Storage, span: Span, zone: ZoneInfo) -> Figures:
    read = storage.days_read({day: _bounds(Span(day, day), zone) for day in span.days})
    return count_figures(span, storage.searches.facts(*_bounds(span, zone)), storage.publishers(), read, zone=zone)


def _spread(storage: Storage, found: Figures, zone: ZoneInfo) -> tuple[StoryRow, ...]:
    """Return the stories that most outlets carried, with who of the span told them first."""
    start, end = _bounds(found.span, zone)

    def within(key: str) -> Iterator[Item]:
        for item in storage.story(key):
            if item.story == key and item.tags.relevance != "no" and start <= item.published_or_seen < end:
                yield item

    return tuple(row for key in islice(found.carried, _STORIES) for row in story_rows(within(key)))


def _voice(storage: Storage, settings: Settings, now_: Figures, before: Figures) -> tuple[Voice, ...]:
    """Count the headlines that name the province, and each of its peers."""
    if not settings.peer or not now_.known:
        return ()
    zone = ZoneInfo(settings.province.time_zone)

    def headlines(peer: Peer, span: Span) -> int:
        named = Or(tuple(parse(f'title:"{written}"') for written in (peer.name, *peer.also)))
        whatever = Or(tuple(Mark("relevance", said) for said in get_args(Relevance)))
        return storage.searches.count(And((named, whatever, Days(span.first, span.last))), zone=zone).items

    own = Peer(settings.province.name)
    found = [
        Voice(p.name, headlines(p, now_.span), headlines(p, before.span) if before.known else None, p is own)
        for p in (own, *settings.peer)
    ]
    return tuple(sorted(found, key=lambda v: (-v.headlines, not v.own, v.name)))


def _texts(storage: Storage, span: Span, zone: ZoneInfo) -> tuple[list[str], list[str]]:
    """Return texts of a span, and of the year before it."""
    start, end = _bounds(span, zone)
    here = storage.searches.sample(start, end, _TEXTS)
    there = storage.searches.sample(start - timedelta(days=365), start, _BACKGROUND)
    return [_text_of(item) for item in here], [_text_of(item) for item in there]


def _marking(here: Sequence[str], there: Sequence[str]) -> list[Keyword]:
    return find_keywords(count_words(here), count_words(there))


def _text_of(item: Item) -> str:
    """Return headline and beginning, which say what it is about: segmentation takes 0.7 ms for 100 letters."""
    return f"{item.article.title}. {item.article.lead}. {item.article.text}"[:_LETTERS]


def _series(storage: Storage, now_: Figures, zone: ZoneInfo, names: Mapping[str, str]) -> list[Series]:
    """Return what was counted of each topic on each day, from the weeks before a span on."""
    span = now_.span
    past = _figures(storage, Span(span.first - timedelta(days=WINDOW_DAYS), span.first - timedelta(days=1)), zone)
    days = sorted(past.collected | now_.collected)
    topics = {*past.topic_days, *now_.topic_days}
    return [
        Series(
            "topic",
            topic,
            names.get(topic, topic),
            {d: sum(f.topic_days[topic][d] for f in (past, now_) if topic in f.topic_days) for d in days},
        )
        for topic in sorted(topics)
    ]


def _unusual_days(series: Sequence[Series], days: Sequence[date]) -> list[tuple[date, Surge]]:
    return [(day, signal) for day in days for signal in find_surges(series, day)]


def write_report(
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
) -> tuple[list[Path], PeriodicReport]:
    """Write the report of a span into `out`, one file for each form; return the files and the figures."""
    from analysis.documents.docx import render_docx
    from analysis.documents.labels import labels
    from analysis.documents.pdf import render_pdf
    from analysis.report.charts import report_charts

    words = labels(language)
    vietnamese = language == "vi"
    topics = {t.id: t.label_vi if vietnamese else t.label_en for t in rules.topics.topic}
    found = replace(build_report(storage, settings, span, topics), rules_version=rules.version)
    paper = report_document(
        found,
        (made_at or now()).astimezone(ZoneInfo(settings.province.time_zone)),
        language,
        province=settings.province.name if vietnamese else settings.province.name_en,
        topic_labels=topics,
        letterhead=letterhead(settings.document),
        number=number,
        pictures=report_charts(found, words, topics),
    )
    render = {"docx": render_docx, "pdf": render_pdf}
    files: list[Path] = []
    for form in forms:
        path = out / f"bao-cao-{span.first}-{span.last}.{form}"
        write_atomically(path, render[form](paper))
        files.append(path)
    return files, found
