"""Characters that nobody sees, in pages and feeds → titles, summaries, texts and authors without them."""

import json
from datetime import UTC, datetime

import pytest

from crawlers.parsing.feeds import parse_feed
from crawlers.parsing.section_pages import parse_section_page
from pipeline.extraction.extract import extract_page
from pipeline.records import Article
from pipeline.text.invisible import strip_invisible

URL = "https://baovidu.example.vn/thoi-su/nho-duoc-mua-5122.html"
NOW = datetime(2025, 11, 30, 12, tzinfo=UTC)
TITLE = "Nông dân Ninh Thuận được mùa nho"
LEAD = "Nho đỏ Ninh Thuận bán tại vườn được 45.000 đồng một ký, cao nhất trong ba năm."
BODY = "Ông Tám ở Phước Thuận cắt lứa nho đầu tiên sáng 28/11 và bán hết cho thương lái Nha Trang trước bữa trưa."

#: name → the character, put into 'Thuận' and other words
CHARACTERS = {
    "zero-width joiner": "\u200d",
    "zero-width non-joiner": "\u200c",
    "zero-width space": "\u200b",
    "soft hyphen": "\u00ad",
    "byte-order mark": "\ufeff",
    "word joiner": "\u2060",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "left-to-right embedding": "\u202a",
    "isolate": "\u2068",
    "combining grapheme joiner": "\u034f",
    "Mongolian vowel separator": "\u180e",
    "invisible separator": "\u2063",
    "two of them": "\u200b\u200d",
}
every_character = pytest.mark.parametrize("mark", CHARACTERS.values(), ids=list(CHARACTERS))


def spoilt(text: str, mark: str) -> str:
    return mark + text.replace("Thuận", f"Thu{mark}ận").replace("nho", f"n{mark}ho") + mark


@every_character
@pytest.mark.parametrize("as_reference", [False, True])
def test_page(mark: str, as_reference: bool) -> None:
    shown = "".join(f"&#{ord(char)};" for char in mark) if as_reference else mark
    title, lead, body, name = (spoilt(text, shown) for text in (TITLE, LEAD, BODY, "Trần Thuận"))
    node = {"@type": "NewsArticle", "author": {"name": spoilt("Trần Thuận", mark)}, "articleSection": f"Kinh{mark} tế"}
    plain = json.dumps(node, ensure_ascii=False)
    heads = {
        "og": f"<meta property='og:title' content='{title}'><meta name='author' content='{name}'>",
        "json-ld": f"<script type='application/ld+json'>{plain}</script><meta property='og:title' content='{title}'>",
        "h1": f"<meta name='author' content='{name}'>",
    }
    for head in heads.values():
        article = f"<article><p>{body}</p><p>{body} Sau đó ông nghỉ.</p></article>"
        inner = f"<h1>{title}</h1><p class='sapo'>{lead}</p>{article}"
        markup = f"<html lang='vi'><head><title>{title}</title>{head}</head><body>{inner}</body></html>"
        result = extract_page(markup.encode(), URL, fetched_at=NOW)
        assert isinstance(result, Article)
        assert (result.title, result.authors) == (TITLE, ("Trần Thuận",))
        assert result.lead == LEAD
        assert result.text.splitlines() == [LEAD, BODY, f"{BODY} Sau đó ông nghỉ."]


@every_character
def test_feeds(mark: str) -> None:
    title, lead, name = (spoilt(text, mark) for text in (TITLE, LEAD, "Trần Thuận"))
    escaped = spoilt(LEAD, "".join(f"&amp;#{ord(char)};" for char in mark))
    for summary in (lead, f"&lt;p&gt;{lead}&lt;/p&gt;", escaped):
        item = (
            f"<item><title>{title}</title><link>{URL}</link><description>{summary}</description>"
            f"<author>a@baovidu.example ({name})</author></item>"
        )
        body = f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{item}</channel></rss>"
        [entry] = parse_feed(body.encode(), url=URL, now=NOW).entries
        assert (entry.title, entry.summary, entry.authors) == (TITLE, LEAD, ("Trần Thuận",))
    items = [{"id": "1", "url": URL, "title": title, "content_text": lead, "authors": [{"name": name}]}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    [entry] = parse_feed(json.dumps(feed).encode(), url=URL, now=NOW).entries
    assert (entry.title, entry.text, entry.authors) == (TITLE, LEAD, ("Trần Thuận",))


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم به نین‌توان بروم",  # Persian
        "کتاب‌ها",
        "क्‍ष और र्‍य",  # Hindi
        "ശ്രീലങ്കൻ‍ മണൽ",  # Malayalam
        "ශ්‍රී ලංකා",  # Sinhala
        "র‍্যাব",  # Bengali
        "👨‍👩‍👧 ở Ninh Hải",
        "👩🏽‍🌾 trồng nho",
        "🏴‍☠️ và 🏳️‍🌈",
        "❤️‍🔥 Katê",
    ],
)
def test_joiners_that_a_script_needs_stay(text: str) -> None:
    assert strip_invisible(text) == text
    item = f"<item><title>{text}</title><link>{URL}</link></item>"
    body = f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{item}</channel></rss>"
    [entry] = parse_feed(body.encode(), url=URL, now=NOW).entries
    assert entry.title == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("می‌‌خواهم", "می‌خواهم"),
        ("👍‍ tốt", "👍 tốt"),
        ("Katê‍👍", "Katê👍"),
        ("کتاب‌ ها", "کتاب ها"),
        ("Nho‌", "Nho"),
        ("Do\u00adnau\u00addampf", "Donaudampf"),
        ("nho", "nho"),
        ("", ""),
    ],
)
def test_joiners_that_join_nothing_go(text: str, clean: str) -> None:
    assert strip_invisible(text) == clean


def test_soft_hyphen_of_an_old_encoding_is_a_letter() -> None:
    old = "Ng­êi d©n x· Ph­íc Dinh ®­îc mïa muèi, gi¸ t¨ng"
    item = f"<item><title>{old}</title><link>{URL}</link></item>"
    [entry] = parse_feed(f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), url=URL, now=NOW).entries
    assert entry.title == old


def test_section_page() -> None:
    links = "".join(
        f"<h3><a href='/thoi-su/bai-{n}-51220{n}.html'>{spoilt(TITLE, chr(0x200D))} lần thứ {n}</a></h3>"
        for n in range(4)
    )
    listed = parse_section_page(f"<html><body>{links}</body></html>".encode(), url="https://baovidu.example.vn/thoi-su")
    assert [entry.title for entry in listed.entries] == [f"{TITLE} lần thứ {n}" for n in range(4)]
