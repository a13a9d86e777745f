"""The database → a periodic report of any number of days, as DOCX and PDF."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from analysis.anomalies.surges import WINDOW_DAYS, Series, Surge, find_surges
from analysis.register.figures import RegisterFigures, register_figures
from analysis.report.document import report_document
from analysis.report.figures import Figures, Span, count_figures
from analysis.report.keywords import Keyword, count_words, find_keywords
from analysis.report.model import PeriodicReport, Voice
from analysis.tables.rows import StoryRow
from config.register.book import RegisterBook
from config.settings import Peer, Settings
from diembao.jobs.publishing.digest import letterhead
from diembao.jobs.register_papers.papers import letterhead_at
from diembao.jobs.register_papers.state import register_state
from diembao.jobs.reporting.span_events import compare_presses_within
from diembao.jobs.reporting.span_stories import negative_stories, rows_within, with_translated_titles
from diembao.system.clock import now
from diembao.system.files import write_atomically
from pipeline.records import Item, Relevance
from pipeline.rules.rulebook import Rulebook
from pipeline.tables.facts import ARCHIVE
from pipeline.text.search_tokens import fold
from pipeline.worker_process import end_with_parent
from storage.database import Database
from storage.search.parser import parse
from storage.search.tree import And, Days, Mark, Not, Or, Tree, Words

#: Vietnamese texts sampled for keywords: of the span, of the year before it; letters read of each text.
_TEXTS, _BACKGROUND, _LETTERS = 200, 400, 400
#: Texts from which on a process of its own is worth its start.
_PARALLEL_FROM = 100
#: Stories that the report lists.
_STORIES = 10
#: Days of a report at most that lists the negative stories one by one.
_MONTH = 31


@dataclass(frozen=True, slots=True)
class OfficePart:
    """What an office adds to a report."""

    #: number of the document in its register of documents
    number: int | None = None
    #: the files of its register of matters
    book: RegisterBook | None = None


def week_of(day: date) -> Span:
    """Return the last week, Monday to Sunday, that had ended on `day`."""
    last = day - timedelta(days=day.weekday() + 1)
    return Span(last - timedelta(days=6), last)


def month_of(day: date) -> Span:
    """Return the last calendar month that had ended on `day`."""
    last = day.replace(day=1) - timedelta(days=1)
    return Span(last.replace(day=1), last)


def quarter_of(day: date) -> Span:
    """Return the last quarter that had ended on `day`."""
    last = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
    return Span(last.replace(month=last.month - 2, day=1), last)


def year_of(day: date) -> Span:
    """Return the calendar year before that of `day`."""
    return Span(date(day.year - 1, 1, 1), date(day.year - 1, 12, 31))


def annual_of(day: date) -> Span:
    """Return the last reporting year of Decree 244/2026 that had ended: 15 December to 14 December."""
    last = date(day.year if day > date(day.year, 12, 14) else day.year - 1, 12, 14)
    return Span(date(last.year - 1, 12, 15), last)


def build_report(
    storage: Database,
    settings: Settings,
    span: Span,
    topics: Mapping[str, str],
    names: Sequence[str] = (),
    *,
    keywords: bool = True,
) -> PeriodicReport:
    """Return the figures of a span, of the span before it and of the same days a year before.

    `topics` gives names by id. `names` are the province's in all languages, as in places.toml; the one of settings.toml
    is added. Without `keywords` it reads no texts and starts no second process.
    """
    zone = ZoneInfo(settings.province.time_zone)
    texts = _texts(storage, span, zone) if keywords else ([], [])
    with _second_process(len(texts[0]) + len(texts[1]) >= _PARALLEL_FROM) as submit:
        words = submit(_keywords, *texts)
        now_, before, year = (_figures(storage, one, zone) for one in (span, span.before(), span.year_before()))
        signals = submit(_unusual_days, _series(storage, now_, zone, topics), span.days)
        spread, voice = _spread(storage, now_, zone), _voice(storage, settings, names, now_, before)
        negative, stories = negative_stories(storage, *_bounds(span, zone)) if len(span.days) <= _MONTH else ((), 0)
        report = PeriodicReport(now_, before, year, spread, voice, tuple(words()), tuple(signals()), zone)
        presses = compare_presses_within(storage, *_bounds(span, zone)) if now_.foreign else None
        return replace(report, negative=negative, negative_stories=stories, presses=presses)


@contextmanager
def _second_process(parallel: bool) -> Iterator[Callable[..., Callable[[], Any]]]:
    """Give `submit(call, *arguments)`, which returns a function that waits for the result of the call.

    With `parallel` calls run in a second process; else when their result is asked for.
    """
    if not parallel:
        yield lambda call, *arguments: lambda: call(*arguments)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        yield lambda call, *arguments: pool.submit(call, *arguments).result


def _bounds(span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the start of a span and its end, exclusive, as aware times."""
    start = datetime.combine(span.first, time.min, zone)
    return start, datetime.combine(span.last + timedelta(days=1), time.min, zone)


def _figures(storage: Database, span: Span, zone: ZoneInfo) -> Figures:
    reads = storage.crawl.days_read({day: _bounds(Span(day, day), zone) for day in span.days})
    return count_figures(
        span, storage.derived.facts(*_bounds(span, zone)), storage.crawl.publishers(), reads, zone=zone
    )


def _spread(storage: Database, figures: Figures, zone: ZoneInfo) -> tuple[StoryRow, ...]:
    """Return the stories that most outlets carried, each with the outlet that was first in the span."""
    return tuple(rows_within(storage, islice(figures.carried, _STORIES), *_bounds(figures.span, zone)))


def _voice(
    storage: Database, settings: Settings, names: Sequence[str], now_: Figures, before: Figures
) -> tuple[Voice, ...]:
    """Return the number of headlines that name the province, and each of its peers, most headlines first."""
    if not settings.peer or not now_.known:
        return ()
    zone = ZoneInfo(settings.province.time_zone)

    def headlines(peer: Peer, span: Span) -> int:
        any_relevance = Or(tuple(Mark("relevance", grade) for grade in get_args(Relevance)))
        # Of archives only what is about the province is stored, and nothing of its peers.
        found = Not(Mark("provenance", ARCHIVE))
        query = And((_headline_query((peer.name, *peer.also)), any_relevance, Days(span.first, span.last), found))
        return storage.search.count(query, zone=zone).items

    own = Peer(settings.province.name, tuple(names))
    voices = [
        Voice(p.name, headlines(p, now_.span), headlines(p, before.span) if before.known else None, p is own)
        for p in (own, *settings.peer)
    ]
    return tuple(sorted(voices, key=lambda v: (-v.headlines, not v.own, v.name)))


def _headline_query(names: Iterable[str]) -> Or:
    """Return the query for headlines with any of the names; `*` at the end of one stands for further letters.

    A name is taken without its diacritics too, but not in Vietnamese, where it would be other words ("làm đồng").
    """
    parts: dict[Tree, None] = {}
    for name in names:
        words = _title_words(name)
        parts[words] = None
        if words.exact:
            bare = replace(words, words=tuple(map(fold, words.words)), exact=False)
            parts[And((Not(Mark("lang", "vi")), bare))] = None
    return Or(tuple(parts))


def _title_words(name: str) -> Words:
    tree = parse(f'title:"{name.rstrip("*")}"')
    assert isinstance(tree, Words)
    return replace(tree, prefix=name.endswith("*"))


def _texts(storage: Database, span: Span, zone: ZoneInfo) -> tuple[list[str], list[str]]:
    """Return samples of the texts of a span, and of the year before it."""
    start, end = _bounds(span, zone)
    texts = storage.derived.sample_items(start, end, _TEXTS)
    background = storage.derived.sample_items(start - timedelta(days=365), start, _BACKGROUND)
    return [_text_of(item) for item in texts], [_text_of(item) for item in background]


def _keywords(texts: Sequence[str], background: Sequence[str]) -> list[Keyword]:
    return find_keywords(count_words(texts), count_words(background))


def _text_of(item: Item) -> str:
    """Return the beginning of an item, headline first; segmentation takes 0.7 ms for 100 letters."""
    return f"{item.article.title}. {item.article.lead}. {item.article.text}"[:_LETTERS]


def _series(storage: Database, now_: Figures, zone: ZoneInfo, names: Mapping[str, str]) -> list[Series]:
    """Return the daily number of items of each topic, in the span and the weeks before it."""
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


def _register_figures(storage: Database, book: RegisterBook, span: Span, made_at: datetime) -> RegisterFigures:
    """Return the register's figures of a span as of its end, or of now where it goes on."""
    zone = made_at.tzinfo
    assert isinstance(zone, ZoneInfo)
    end = _bounds(span, zone)[1]
    return register_figures(register_state(storage, book, zone, end if end <= made_at else None), span.first, span.last)


def write_report(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    span: Span,
    *,
    language: str,
    out: Path,
    forms: Sequence[str] = ("docx", "pdf"),
    office: OfficePart = OfficePart(),
) -> tuple[list[Path], PeriodicReport]:
    """Write the report of a span into the folder `out`, one file for each form; return the files and the figures.

    With the register's files there is a part on the matters that the press raised, as of the end of the span, and the
    documents are headed as on their day.
    """
    from analysis.documents.docx import render_docx
    from analysis.documents.labels import labels
    from analysis.documents.pdf import render_pdf
    from analysis.register.figure_blocks import figure_chart
    from analysis.report.charts import report_charts

    words = labels(language)
    vietnamese = language == "vi"
    topics = {t.id: t.label_vi if vietnamese else t.label_en for t in rules.topics.topic}
    province = rules.places.province
    names = (*province.forms, *province.foreign)
    report = replace(build_report(storage, settings, span, topics, names), rules_version=rules.version)
    report = with_translated_titles(storage, report, language)
    made_at = now().astimezone(ZoneInfo(settings.province.time_zone))
    head, pictures = letterhead(settings.document), report_charts(report, words, topics)
    if (book := office.book) is not None:
        report = replace(report, register=_register_figures(storage, book, span, made_at))
        head = letterhead_at(settings.document, book.units, made_at.date())
        if report.register and (chart := figure_chart(report.register, words)):
            pictures = {**pictures, "register": chart}
    document = report_document(
        report,
        made_at,
        language,
        province=settings.province.name if vietnamese else settings.province.name_en,
        topic_labels=topics,
        letterhead=head,
        number=office.number,
        pictures=pictures,
    )
    render = {"docx": render_docx, "pdf": render_pdf}
    files: list[Path] = []
    for form in forms:
        path = out / f"bao-cao-{span.first}-{span.last}.{form}"
        write_atomically(path, render[form](document))
        files.append(path)
    return files, report
