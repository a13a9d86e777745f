"""The model of a day and its page: counts that add up, every item once, other people's markup inert."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from analysis.digest.html import render_html, render_markdown
from analysis.digest.model import Counts, Digest, DigestPeriod, DigestRules, build_digest, count_items
from analysis.digest.presenter import DigestPresenter
from analysis.documents.labels import labels
from pipeline.records import Article, Evidence, Item, PlaceFound, Reason, SourceDay, Tags, TopicFound, VerdictReason
from tests.support import days

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 11, 21, 6, tzinfo=ZONE)
END = START + timedelta(days=1)
NASTY = '"><script>alert(1)</script> =HYPERLINK("x") [a](javascript:alert(1)) {{ 991*997 }} \u202e'


def item(n: int, title: str = "", **more: object) -> Item:
    title = title or f"Cà Ná đón chuyến tàu thứ {n}"
    found = Evidence("title", 0, 5, "Cà Ná")
    tags = Tags(
        "vi", "main", 0.9, VerdictReason.text("Nêu Cà Ná"), (PlaceFound("nt.lm.ca_na", "Cà Ná", "", (found,)),),
        (TopicFound("energy", 0.8, ()), TopicFound("investment", 0.7, ())), (), "positive", "r1",
    )  # fmt: skip
    url = f"http://a.example/{n}"
    article = Article(
        url, url, title, "", f"Cà Ná là nơi có cảng. Đoạn hai {n}.", published=START + timedelta(hours=n),
        published_from="page",
    )  # fmt: skip
    made = Item(
        f"k{n}", f"k{n}", 1, f"s{n % 3}", f"Báo {n % 3}", "VN", "central", article, tags, END, END, "http://a/rss"
    )
    return replace(made, **more)


def items() -> Iterator[Item]:
    yield item(1)
    yield item(2, story="k1")
    yield item(3, country="FR", category="foreign")
    yield item(4, article=replace(item(4).article, published=None, published_from="none"))
    yield item(5, tags=replace(item(5).tags, relevance="mention"))
    yield item(6, NASTY)
    yield item(7, tags=replace(item(7).tags, topics=(), tone="negative"))


SOURCES = (
    SourceDay("s0", "Báo 0", "read", 1, 1, 0, 5, 5, 3, 2),
    SourceDay("s9", "Báo Chết", "failed", 1, 0, 1, reasons={Reason.REFUSED: 1}),
)


def day(found: list[Item], previous: Counts | None = None) -> Digest:
    return build_digest(
        found,
        DigestPeriod(date(2026, 11, 22), START, END, END.astimezone(UTC)),
        DigestRules("r1", topics=["energy"]),
        previous=previous,
        sources=SOURCES,
    )


def test_every_item_stands_once_and_counts_add_up() -> None:
    found = list(items())
    model = day(found, Counts(1, 2, 1))
    assert model.counts == count_items(found) == Counts(6, 7, 3)
    stories = [*model.foreign, *model.undated, *model.mentions, *(s for x in model.sections for s in x.stories)]
    shown = [i.key for s in stories for i in (s.lead, *s.reprints)]
    assert sorted(shown) == sorted(i.key for i in found)
    assert sum(model.tones.values()) == model.domestic + model.foreign_items == sum(model.languages.values()) == 7
    assert [s.lead.key for s in model.foreign] == ["k3"]
    assert [s.lead.key for s in model.undated] == ["k4"]
    assert [s.lead.key for s in model.mentions] == ["k5"]


def test_order_of_arrival_does_not_matter() -> None:
    found = list(items())
    assert day(found) == day(found[::-1])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_page_is_self_contained_and_inert(lang: str) -> None:
    html = render_html(day(list(items())), lang, province="Ninh Thuận", topic_labels={"energy": "Năng lượng"})
    soup = BeautifulSoup(html, "lxml")
    assert not soup.find_all(["script", "iframe", "img", "object"])
    assert all(a["href"].startswith(("http://", "https://", "#")) for a in soup.find_all("a"))
    assert all("noopener" in a["rel"] for a in soup.select("a[href^=http]"))
    assert "\u202e" not in html
    assert "988027" not in soup.get_text()
    assert soup.find("mark", string="Cà Ná")
    assert "Báo Chết" in soup.get_text()
    levels = [int(h.name[1]) for h in soup.find_all(["h1", "h2", "h3", "h4"])]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    markdown = render_markdown(day(list(items())), lang, province="Ninh Thuận", topic_labels={})
    assert "<script" not in markdown
    assert "Báo Chết" in markdown


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_empty_day_says_so(lang: str) -> None:
    html = render_html(day([]), lang, province="Ninh Thuận", topic_labels={})
    text = BeautifulSoup(html, "lxml").get_text(" ")
    assert "Ninh Thuận" in text
    assert {"vi": "Không có", "en": "No "}[lang].lower() in text.lower()


def test_a_mere_day_is_shown_as_a_day() -> None:
    midnight = datetime(2026, 11, 21, tzinfo=ZONE)
    mere = replace(item(1).article, published=midnight, published_precision="day")
    html = render_html(day([item(1, article=mere)]), "vi", province="Ninh Thuận", topic_labels={})
    assert '<time datetime="2026-11-21">21/11/2026 (' in html
    assert "đăng trước kỳ này" not in html.lower()
    before = replace(mere, published=midnight - timedelta(days=1))
    html = render_html(day([item(1, article=before)]), "vi", province="Ninh Thuận", topic_labels={})
    assert "đăng trước kỳ này" in html.lower()


def test_no_verdict_in_our_own_words() -> None:
    html = render_html(day(list(items())), "vi", province="Ninh Thuận", topic_labels={}).lower()
    for word in ("xuyên tạc", "thù địch", "phản động", "sai sự thật", "chống phá"):
        assert word not in html


def test_naive_or_reversed_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        DigestPeriod(date(2026, 11, 22), START.replace(tzinfo=None), END, END)
    with pytest.raises(ValueError, match="ends"):
        DigestPeriod(date(2026, 11, 22), END, START, END)


def test_why_an_article_is_here_is_told_in_the_readers_language() -> None:
    day = days.model(14)
    english = render_html(day, "en", province="Ninh Thuan", topic_labels=days.LABELS)
    assert "it is about the province: the headline names “Cà Ná”." in english
    told = "Bài viết về Ninh Thuận: tiêu đề nêu “Cà Ná”; cả bài nêu địa danh của tỉnh 1 lần."
    assert told not in english
    assert told in render_html(day, "vi", province="Ninh Thuận", topic_labels=days.LABELS)
    lead = day.sections[0].stories[0].lead
    decided = VerdictReason("decided", {"who": "Lan", "note": "nhầm tỉnh"})
    seen = replace(lead, tags=replace(lead.tags, reason=decided))
    assert DigestPresenter(day, labels("en"), days.LABELS).why(seen) == "a person looked at it and decided so."
    assert DigestPresenter(day, labels("vi"), days.LABELS).why(seen) == "Lan đã xem và quyết định: nhầm tỉnh"
