"""What a digest says of itself: hours, sources asked and not asked, what is new, and why each report was chosen."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from analysis.digest.corrections import published_item
from analysis.digest.document import digest_document
from analysis.digest.head_lines import HeadLines
from analysis.digest.html import render_html, render_markdown
from analysis.digest.model import DigestPeriod, DigestRules, build_digest
from analysis.digest.presenter import DigestPresenter
from analysis.documents.blocks import plain_text_lines
from analysis.documents.labels import labels
from analysis.stories.edition import edition_of, published_edition
from pipeline.records import Feed, Source, SourceDay, SourceState
from pipeline.records.publications import Publication
from storage.database import open_database
from tests.support.days import END, LABELS, START, fill, item, model

VI = labels("vi")


def sources(**counts: int) -> tuple[SourceDay, ...]:
    states: list[SourceState] = []
    for state in ("read", "unchanged", "empty", "failed", "waiting", "not_due", "paused"):
        states.extend(state for _ in range(counts.get(state, 0)))
    return tuple(SourceDay(f"s{n}", f"Báo {n}", state) for n, state in enumerate(states))


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"read": 1, "not_due": 181}, "1 đọc được, 0 không đọc được, 181 chưa hỏi trong kỳ; tổng cộng 182 nguồn."),
        ({"read": 3, "unchanged": 2, "empty": 1}, "6 đọc được, 0 không đọc được; tổng cộng 6 nguồn."),
        (
            {"read": 9, "failed": 6, "waiting": 1, "not_due": 1, "paused": 1},
            "9 đọc được, 6 không đọc được, 1 đang chờ (chưa hỏi lại), 1 chưa hỏi trong kỳ, 1 tạm dừng; "
            "tổng cộng 18 nguồn.",
        ),
        ({}, "0 đọc được, 0 không đọc được; tổng cộng 0 nguồn."),
    ],
)
def test_the_numbers_of_sources_add_up_to_all(counts: dict[str, int], told: str) -> None:
    day = model(3, sources=sources(**counts))
    assert HeadLines(day, VI).sources() == told
    if counts:
        assert told in render_html(day, province="Ninh Thuận")
        assert told in render_markdown(day, province="Ninh Thuận")
        assert told in "\n".join(plain_text_lines(digest_document(day, province="Ninh Thuận")))


@pytest.mark.parametrize("hours", [25, 24, 23])
def test_a_day_of_usual_length_needs_no_word(hours: int) -> None:
    assert HeadLines(model(3, start=END - timedelta(hours=hours)), VI).length() == ""


def test_a_day_on_which_the_clock_is_put_back_has_25_hours_and_is_none_the_less_usual() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, end = (datetime(2026, 10, n, 6, tzinfo=berlin) for n in (24, 25))
    assert HeadLines(model(3, start=start, end=end), VI).length() == ""


@pytest.mark.parametrize(("hours", "told"), [(39, "39"), (40, "40"), (12, "12")])
def test_a_longer_or_shorter_period_is_said_in_the_head(hours: int, told: str) -> None:
    day = model(3, end=START + timedelta(hours=hours))
    line = f"Kỳ này dài {told} giờ, không phải 24 giờ; số liệu không so được trọn vẹn với các kỳ trước."
    page = BeautifulSoup(render_html(day, province="Ninh Thuận"), "html.parser")
    assert page.header is not None
    assert line in page.header.get_text()
    assert line in render_markdown(day, province="Ninh Thuận")
    assert line in digest_document(day, province="Ninh Thuận").subtitles


def test_reasons_are_folded_or_in_the_annex() -> None:
    day = model(14)
    html = render_html(day, province="Ninh Thuận", topic_labels=LABELS)
    assert "Nội dung chính diễn ra" not in html
    page = BeautifulSoup(html, "html.parser")
    folded = page.select("article details.why")
    assert folded
    assert all(not d.has_attr("open") and d.summary and d.summary.get_text() == "Vì sao có mặt:" for d in folded)
    for d in folded:
        d.decompose()
    assert "tiêu đề nêu" not in page.get_text()
    paper = digest_document(day, province="Ninh Thuận", topic_labels=LABELS)
    body, whole = (list(plain_text_lines(p)) for p in (replace(paper, annex=()), paper))
    assert not [line for line in body if "tiêu đề nêu" in line]
    reasons = [line for line in whole if "tiêu đề nêu “Cà Ná”; cả bài nêu địa danh của tỉnh 1 lần" in line]
    leads = [s.lead for part in (day.foreign, *(s.stories for s in day.sections), day.undated) for s in part]
    assert len(reasons) == len(leads)
    assert [line for line in whole if "được máy xếp là viết về Ninh Thuận" in line] == [
        f"{len(leads)} tin được máy xếp là viết về Ninh Thuận, vì:"
    ]
    text = render_markdown(day, province="Ninh Thuận", topic_labels=LABELS)
    assert text.index("## Căn cứ chọn tin, bài") < text.index("tiêu đề nêu")


def test_stories_of_the_last_edition_go_on_and_others_are_new() -> None:
    yesterday = [replace(item(0), event=""), replace(item(7), key="k-old", story="k-other")]
    day = model(40, edition=edition_of(START.date(), yesterday))
    lines = HeadLines(day, VI)
    stories = [story for section in day.sections for story in section.stories]
    marks = {story.lead.story: lines.mark(story) for story in stories}
    # Of the same event as k7: items 0 to 13.
    assert {story.lead.event for story in stories if lines.mark(story) == "tiếp diễn"} == {"e0"}
    assert set(marks.values()) == {"mới", "tiếp diễn"}
    html = render_html(day, province="Ninh Thuận", topic_labels=LABELS)
    shown = [span.get_text() for span in BeautifulSoup(html, "html.parser").select("article .edition")]
    assert len(shown) == len(stories) + len(day.foreign) + len(day.undated)
    assert {HeadLines(model(40), VI).mark(story) for story in stories} == {""}


def test_a_published_edition_is_known_by_its_articles_as_they_are_now() -> None:
    said = (published_item(item(1)), published_item(item(20), erratum=True), published_item(item(30)))
    made = Publication(1, START.date(), END, "vi", "", "", "r1", said, {})
    edition = published_edition(made, {"k1": replace(item(1), story="k-moved", event="")})
    assert edition.items == {"k1", "k30"}
    assert edition.matters == {"k-moved"}


@pytest.mark.parametrize(
    ("reach", "country", "told"),
    [
        ("local", "VN", "Báo chí trung ương, phạm vi địa phương"),
        ("", "VN", "Báo chí trung ương"),
        ("international", "SG", "Báo chí trung ương, phạm vi quốc tế (Singapore)"),
    ],
)
def test_the_reach_of_an_outlet_is_told_where_it_is_known(reach: str, country: str, told: str) -> None:
    made = [replace(item(0), reach=reach, country=country, category="central")]
    day = build_digest(made, DigestPeriod(END.date(), START, END, END), DigestRules("r1"))
    assert DigestPresenter(day, VI, LABELS).kind(day.outlets[0]) == told
    assert f">{told}<" in render_html(day, province="Ninh Thuận")


def test_the_reach_is_kept_with_the_outlet(tmp_path: Path) -> None:
    storage = open_database(tmp_path / "x.db")
    fill(storage, 3)
    feeds = (Feed("http://s0.example/rss"),)
    source = Source("s0", "Báo số 0", "http://s0.example/", feeds, reach="regional")
    storage.crawl.set_sources([source])
    assert {i.source_id: i.reach for i in storage.articles.items()} == {"s0": "regional", "s1": "", "s2": ""}
    storage.crawl.set_sources([replace(source, reach=None)])
    assert {i.reach for i in storage.articles.items()} == {""}
    storage.close()
