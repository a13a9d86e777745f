"""What the press abroad tells of the province, beside the press at home: in reports, and line by line in the digest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pandas as pd
import pytest

from analysis.brief.document import brief_document
from analysis.digest.document import digest_document
from analysis.digest.html import render_html, render_markdown
from analysis.digest.model import DigestPeriod, DigestRules, build_digest
from analysis.documents.blocks import PrintDocument, Table, plain_text_lines
from analysis.frames import articles, tags
from analysis.report.document import report_document
from analysis.report.figures import Figures, Span, count_figures
from analysis.report.model import PeriodicReport
from analysis.stories.home_and_abroad import compare_presses, event_press
from diembao.jobs.reporting.span_events import compare_presses_within
from pipeline.records import Article, Coverage, Document, Entry, Item, Poll, Reason, Source
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.database import open_database
from tests.support.days import LABELS, ZONE, fact_of, item, publishers_of
from tests.support.factories import examine_pending, store_pages

SPAN = Span(date(2026, 11, 1), date(2026, 11, 30))
START = datetime(2026, 11, 20, tzinfo=ZONE)


def article(
    n: int, event: str, country: str, language: str, hours: float, *, precision: str = "time", dated: bool = True
) -> Item:
    """Return an article of an event, published some hours after the start."""
    one, at = item(n), START + timedelta(hours=hours)
    printed = replace(
        one.article,
        title=f"Tin {n} ({language})",
        published=at if dated else None,
        published_from="page" if dated else "none",
        published_precision=precision,
        language=language,
    )
    return replace(
        one, article=printed, first_seen=at, story=f"s{n}", event=event, country=country, source_id=f"{country}{n % 3}",
        outlet=f"Báo {country}{n % 3}", tags=replace(one.tags, language=language, relevance="main"),
    )  # fmt: skip


PRESS = [
    article(1, "solar", "VN", "vi", 2),
    article(2, "solar", "KR", "ko", 7.5),
    article(3, "solar", "JP", "ja", 9),
    article(4, "salt", "JP", "ja", 1),
    article(5, "salt", "VN", "vi", 4),
    article(6, "quake", "VN", "vi", 3),
    article(7, "quake", "RU", "ru", 15, precision="day"),
    article(8, "storm", "VN", "vi", 5),
    article(9, "storm", "VN", "vi", 6),
    article(10, "sheep", "DE", "de", 30),
    article(11, "coral", "VN", "vi", 30),
    article(12, "coral", "FR", "fr", 50, dated=False),
    article(13, "grape", "VN", "vi", 10),
    article(14, "grape", "GB", "en", 35),
]


def test_events_are_sorted_by_who_takes_them_up() -> None:
    found = compare_presses(reversed(PRESS))
    assert [event.key for event in found.both] == ["solar", "quake", "salt", "grape", "coral"]
    assert [event.key for event in found.only_abroad] == ["sheep"]
    assert [event.key for event in found.only_home] == ["storm"]
    hours = {event.key: event.hours for event in found.both}
    assert hours == {"solar": 5.5, "salt": -3, "quake": None, "grape": 25, "coral": None}
    assert found.hours == (5.5, -3, 25)
    assert found.median_hours == median([5.5, -3, 25])
    assert compare_presses([]).median_hours is None
    assert event_press("solar", PRESS[:3]).first is PRESS[0]


def test_hours_are_those_of_pandas() -> None:
    frame = articles(PRESS)
    timed = frame.assign(abroad=frame["country"] != "VN", at=pd.to_datetime(frame["published"], utc=True))
    first = timed.groupby(["event", "abroad"])["at"].min().unstack()
    gaps = (first[True] - first[False]).dt.total_seconds().div(3600)
    found = {event.key: event.hours for event in compare_presses(PRESS).both if event.hours is not None}
    assert found == {key: gaps[key] for key in found}
    assert set(gaps.dropna().index) - set(found) == {"quake"}, "only the day of one is known"


def paper(items: Sequence[Item], report: PeriodicReport) -> PrintDocument:
    return report_document(report, START, province="Ninh Thuận", topic_labels=LABELS)


@pytest.fixture(scope="module")
def report() -> PeriodicReport:
    figures = count_figures(SPAN, map(fact_of, PRESS), publishers_of(PRESS), {})
    return PeriodicReport(figures, Figures(SPAN.before()), Figures(SPAN.year_before()))


def test_the_tables_of_a_report_are_queries_on_the_export(report: PeriodicReport) -> None:
    frame = articles(PRESS)
    abroad = frame[frame["country"] != "VN"]
    grids = [block for block in paper(PRESS, report).blocks if isinstance(block, Table)]
    [countries] = [grid for grid in grids if grid.head[:2] == ("Quốc gia", "Ngôn ngữ")]
    names = {"KR": "Hàn Quốc", "JP": "Nhật Bản", "RU": "Nga", "DE": "Đức", "FR": "Pháp", "GB": "Anh"}
    counts = {(names[str(c)], n) for c, n in abroad.groupby("country").size().items()}
    assert {(row[0], int(row[2])) for row in countries.rows} == counts
    assert sum(int(row[2]) for row in countries.rows) == len(abroad) == report.now.foreign
    for place, tone in enumerate(("positive", "neutral", "negative", "unsure"), 3):
        assert sum(int(row[place]) for row in countries.rows) == (abroad["tone"] == tone).sum()
    [topics] = [grid for grid in grids if grid.head[1] == "Báo nước ngoài"]
    found = tags(PRESS, LABELS)
    found = found[found["kind"] == "topic"].merge(frame[["item", "country"]], on="item")
    for name, foreign, home, difference in topics.rows:
        mine = found[found["name"] == name]["country"]
        shares = [100 * (mine != "VN").sum() / len(abroad), 100 * (mine == "VN").sum() / (len(frame) - len(abroad))]
        assert foreign.split()[0] == str((mine != "VN").sum())
        assert home.split()[0] == str((mine == "VN").sum())
        written = float(difference.replace("\u2212", "-").replace(",", "."))
        assert written == pytest.approx(shares[0] - shares[1], abs=0.051)


@pytest.fixture
def stored(address: str) -> Iterator[tuple[str, list[Item]]]:
    """Store the articles and put each into its event, as a person would."""
    storage = open_database(address)
    now = START + timedelta(days=3)
    sources = {one.source_id: one for one in PRESS}
    storage.crawl.set_sources(
        [Source(key, one.outlet, f"http://{key}.example/", (), country=one.country) for key, one in sources.items()]
    )
    run = storage.service.begin_run("collect", now)
    by_address = {f"http://{one.source_id.lower()}.example/{one.key}": one for one in PRESS}
    for key in sources:
        entries = tuple(Entry(url) for url, one in by_address.items() if one.source_id == key)
        store_pages(storage, run, Poll(key, f"http://{key}.example/rss", now, Reason.OK, entries=entries))

    def examine(document: Document) -> Coverage:
        one = by_address[document.url]
        printed: Article = replace(one.article, url=document.url, canonical=document.url)
        drawn = compute_fingerprint(one.key * 9, one.key * 40, printed.published, one.language)
        return Coverage(document.id, printed, one.tags, dump(drawn))

    examine_pending(storage, examine, now)
    storage.stories.group(now)
    keys = {one.article.url: one.key for one in storage.articles.items()}
    for event in {one.event for one in PRESS}:
        members = [keys[url] for url, one in by_address.items() if one.event == event]
        if len(members) > 1:
            storage.stories.merge("event", members, "", now)
    yield address, list(storage.articles.items())
    storage.close()


def test_a_report_compares_the_stored_events(stored: tuple[str, list[Item]], report: PeriodicReport) -> None:
    address, items = stored
    expected = compare_presses(items)
    storage = open_database(address)
    found = compare_presses_within(storage, START, START + timedelta(days=9))
    early = compare_presses_within(storage, START, START + timedelta(hours=7))
    storage.close()
    assert (found.both, found.only_abroad, found.only_home) == (5, 1, 1)
    assert sorted(found.hours) == sorted(expected.hours) == [-3, 5.5, 25]
    assert {e.first.key for e in found.listed.both} == {e.first.key for e in expected.both}
    assert (early.both, early.only_home, early.hours) == (1, 3, (-3,))
    text = "\n".join(plain_text_lines(paper(items, replace(report, presses=found))))
    assert "5 được cả báo trong nước và báo nước ngoài đưa, 1 chỉ báo nước ngoài đưa, 1 chỉ báo trong nước đưa" in text
    assert "trung vị +5,5 giờ (3 sự việc biết giờ đăng; ở 1 sự việc báo nước ngoài đưa trước)" in text
    assert "Nước ngoài 2 bài, đầu tiên Báo KR2, Hàn Quốc, Tiếng Hàn" in text
    assert "không rõ cách nhau bao nhiêu giờ" in text
    assert text.index("Chỉ báo nước ngoài đưa") < text.index("Tin 10 (de)")


def test_a_report_without_foreign_press_has_no_such_section() -> None:
    home = [one for one in PRESS if one.country == "VN"]
    figures = count_figures(SPAN, map(fact_of, home), publishers_of(home), {})
    quiet = PeriodicReport(figures, Figures(SPAN.before()), Figures(SPAN.year_before()))
    assert "Báo nước ngoài" not in [line.strip() for line in plain_text_lines(paper(home, quiet))]


def test_the_digest_names_the_counterpart_with_outlet_and_language() -> None:
    items = PRESS[:3]
    period = DigestPeriod(date(2026, 11, 20), START, START + timedelta(days=1), START.astimezone(UTC))
    day = build_digest(items, period, DigestRules("r1"))
    lines = "\n".join(plain_text_lines(digest_document(day, province="Ninh Thuận")))
    page, text = render_html(day, province="Ninh Thuận"), render_markdown(day, province="Ninh Thuận")
    korean, vietnamese = "(Báo KR2, Hàn Quốc, Tiếng Hàn)", "(Báo VN1)"
    for form in (lines, page, text.replace("\\", "")):
        references = [line for line in form.splitlines() if "Cùng sự việc:" in line]
        assert len(references) == 3
        assert sum(korean in line for line in references) == 2, "the Vietnamese and the Japanese report refer to it"
        assert sum(vietnamese in line for line in references) == 2, "and both foreign ones to the Vietnamese"
        for line in references:
            assert (korean in line) + (vietnamese in line) + ("(Báo JP0, Nhật Bản, Tiếng Nhật)" in line) == 2
        foreign = [line for line in references if vietnamese in line]
        others = [line.index(mark) for line in foreign for mark in ("(Báo KR2", "(Báo JP0") if mark in line]
        assert all(line.index(vietnamese) < at for line, at in zip(foreign, others, strict=True)), "Vietnamese first"


def test_digest_and_brief_say_what_the_foreign_press_comes_to() -> None:
    period = DigestPeriod(date(2026, 11, 20), START, START + timedelta(days=1), START.astimezone(UTC))
    items = [one for one in PRESS if one.published_or_seen < period.end]
    day = build_digest(items, period, DigestRules("r1"))
    frame = articles(items)
    by_event = frame.assign(abroad=frame["country"] != "VN").groupby("event")["abroad"].agg(["any", "all"])
    both, abroad = int((by_event["any"] & ~by_event["all"]).sum()), int(by_event["all"].sum())
    counted = (
        f"Sự việc về tỉnh: {both} được cả báo trong nước và báo nước ngoài đưa, {abroad} chỉ báo nước ngoài, "
        f"{len(by_event) - both - abroad} chỉ báo trong nước."
    )
    hours = "Báo nước ngoài đưa sau báo trong nước 1,2 giờ (trung vị của 2 sự việc biết giờ đăng)."
    assert median([5.5, -3]) == 1.25
    origin = "Theo nước: Nhật Bản 2, Hàn Quốc 1, Nga 1. Ngôn ngữ: Tiếng Nhật 2, Tiếng Hàn 1, Tiếng Nga 1."
    forms = (
        " ".join(plain_text_lines(digest_document(day, province="Ninh Thuận"))),
        render_html(day, province="Ninh Thuận"),
        render_markdown(day, province="Ninh Thuận").replace("\\", ""),
    )
    for form in forms:
        assert f"{origin} {counted} {hours}" in form
    brief = " ".join(plain_text_lines(brief_document(day, province="Ninh Thuận")))
    assert f"{counted} {hours}" in brief
