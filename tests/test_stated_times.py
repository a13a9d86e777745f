"""A corpus of stated times, as feeds and pages write them → the moment of each."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from crawlers.parsing.feeds import parse_feed
from pipeline.dates.parsing import moment_of_day
from pipeline.html import jsonld, parser
from pipeline.metadata import page_dates, page_metadata

FILE = Path(__file__).parent / "data" / "stated_times.tsv"


@dataclass(frozen=True, slots=True)
class Stated:
    """One line of the corpus."""

    #: 'feed' (a pubDate), 'words' (a visible byline), 'element' (the markup of a byline)
    kind: str
    form: str
    #: of the outlet, ISO 3166-1 and BCP 47; '' if unknown
    country: str
    language: str
    now: str
    text: str
    #: ISO 8601 with an offset; a mere day; '-' for none
    expected: str


def corpus() -> list[Stated]:
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [Stated(*line.split("\t")) for line in lines[1:]]


def moment(written: str) -> datetime | None:
    if written == "-":
        return None
    return datetime.fromisoformat(written) if "T" in written else moment_of_day(date.fromisoformat(written)).when


def feed_time(row: Stated) -> datetime | None:
    item = f"<item><link>/a</link><pubDate>{escape(row.text)}</pubDate></item>"
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{item}</channel></rss>'
    [entry] = parse_feed(
        body.encode(),
        url="https://outlet.example/rss",
        now=datetime.fromisoformat(row.now),
        country=row.country,
        language=row.language,
    ).entries
    return entry.published


def page_time(row: Stated) -> page_dates.PageDates:
    byline = row.text if row.kind == "element" else f"<p class='date'>{row.text}</p>"
    prose = "<p>Một đoạn văn dài của bài viết, trong đó không có ngày tháng nào được nhắc đến cả.</p>"
    tree = parser.parse_html(f"<html lang='{row.language}'><body><h1>Tên bài</h1>{byline}{prose * 3}</body></html>")
    assert tree is not None
    return page_dates.choose_page_dates(
        tree,
        jsonld.article_nodes(jsonld.jsonld_nodes(tree)),
        page_metadata.meta_tags(tree),
        url="https://outlet.example/a.html",
        language=row.language,
        now=datetime.fromisoformat(row.now),
        title="Tên bài",
        source=page_dates.SourceHints(country=row.country),
    )


@pytest.mark.parametrize("row", [row for row in corpus() if row.kind == "feed"], ids=lambda r: f"{r.country}-{r.text}")
def test_feed_times(row: Stated) -> None:
    assert feed_time(row) == moment(row.expected), row.form


@pytest.mark.parametrize("row", [row for row in corpus() if row.kind != "feed"], ids=lambda r: f"{r.country}-{r.text}")
def test_page_times(row: Stated) -> None:
    dates = page_time(row)
    assert dates.published == moment(row.expected), row.form
    assert dates.precision == ("time" if "T" in row.expected else "day")


def test_the_corpus_is_large_and_of_many_forms() -> None:
    rows = corpus()
    assert len(rows) >= 300
    assert len({row.form for row in rows}) >= 40
