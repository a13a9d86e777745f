"""Feeds, sitemaps and section pages in every state → entries, or a named reason."""

import gzip
import json
import re
import zipfile
from collections import Counter
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from crawlers.parsing.feed_fields import parse_date, plain_text
from crawlers.parsing.feeds import parse_feed
from crawlers.parsing.parsed_feed import ParsedFeed
from crawlers.parsing.section_pages import parse_section_page
from crawlers.parsing.sitemaps import parse_sitemap
from pipeline.records import Reason

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
URL = "https://baothu.example/rss/home.rss"
SUITES = Path(__file__).parent.parent / ".." / "shared" / "real" / "suites"


def rss(items: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>x</title>'
    return f"{head}{items}</channel></rss>".encode()


ITEM = "<item><title>Cà Ná &amp; biển</title><link>/bai-1.html</link><description>&lt;p&gt;Tóm &lt;b&gt;tắt&lt;/b&gt;&lt;/p&gt;</description><pubDate>Sun, 22 Nov 2026 08:30:00 +0700</pubDate></item>"  # noqa: E501


def test_rss() -> None:
    [entry] = parse_feed(rss(ITEM), url=URL, now=NOW).entries
    assert (entry.url, entry.title, entry.summary) == ("https://baothu.example/bai-1.html", "Cà Ná & biển", "Tóm tắt")
    assert entry.published == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def test_two_bad_bytes_do_not_garble_the_rest() -> None:
    body = rss(ITEM).replace("biển".encode(), "biển".encode() + b"\xff\xfe")
    [entry] = parse_feed(body, url=URL, now=NOW).entries
    assert entry.title.startswith("Cà Ná & biển")


def test_broken_but_readable_and_hopeless() -> None:
    broken = parse_feed(rss(ITEM).replace(b"&amp;", b"&"), url=URL, now=NOW)
    assert (len(broken.entries), broken.reason) == (1, Reason.OK)
    assert broken.note
    assert parse_feed(b"<!doctype html><html><body>x</body></html>", url=URL).reason == Reason.NOT_A_FEED
    assert parse_feed(b"", url=URL).reason == Reason.EMPTY
    assert parse_feed(b"\x00\x01 nonsense", url=URL).reason in (Reason.BAD_FEED, Reason.NOT_A_FEED)


@pytest.mark.parametrize("bomb", ["&#xD800;", "&#x110000;", "&#99999999999;"])
def test_references_that_make_the_parser_raise(bomb: str) -> None:
    found = parse_feed(rss(ITEM.replace("Cà Ná", bomb)), url=URL, now=NOW)
    assert found.reason in (Reason.OK, Reason.BAD_FEED)
    assert not any("\ud800" <= c <= "\udfff" for e in found.entries for c in e.title)


def test_links_that_lead_nowhere_are_counted() -> None:
    items = "<item><title>a</title></item><item><title>b</title><link>javascript:alert(1)</link></item>" + ITEM
    found = parse_feed(rss(items), url=URL, now=NOW)
    assert (len(found.entries), found.invalid) == (1, 2)


def test_large_feed_is_cut_and_says_so() -> None:
    items = "".join(f"<item><title>{n}</title><link>/bai-{n}.html</link></item>" for n in range(50))
    found = parse_feed(rss(items), url=URL, max_entries=10)
    assert len(found.entries) == 10
    assert "50 entries" in found.note


def test_json_feed() -> None:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "url": "/a", "title": "A", "content_html": "<p>x</p>"}],
    }
    [entry] = parse_feed(json.dumps(body).encode(), url=URL, now=NOW).entries
    assert (entry.url, entry.text) == ("https://baothu.example/a", "x")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sun, 22 Nov 2026 08:30:00 GMT", "2026-11-22T08:30:00+00:00"),
        ("Sun, 22 Nov 2026 08:30:00 GMT+7", "2026-11-22T08:30:00+07:00"),
        ("Sun, 22 Nov 2026 08:30:00 ICT", "2026-11-22T08:30:00+07:00"),
        ("22/11/2026 08:30", "2026-11-22T08:30:00+07:00"),
        ("Chủ nhật, 22/11/2026 - 08:30", "2026-11-22T08:30:00+07:00"),
        ("2026-11-22 08:30:00", "2026-11-22T08:30:00+07:00"),
        ("2026-11-22T08:30:00Z", "2026-11-22T08:30:00+00:00"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Tue, 24 Nov 2026 08:30:00 GMT", None),
        ("1763773200", "2025-11-22T01:00:00+00:00"),
        ("0", None),
        ("9999999999", None),
        ("hôm qua", None),
        ("", None),
    ],
)
def test_dates(written: str, expected: str | None) -> None:
    [entry] = parse_feed(rss(f"<item><link>/a</link><pubDate>{written}</pubDate></item>"), url=URL, now=NOW).entries
    assert entry.published == (datetime.fromisoformat(expected) if expected else None)
    assert parse_date("", None, NOW) is None


def test_plain() -> None:
    assert plain_text("<p>Một</p><script>x()</script><p>hai&nbsp;ba\x00</p>").split() == ["Một", "hai", "ba"]
    assert plain_text("a < b & c") == "a < b & c"


def test_sitemaps() -> None:
    news = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
      xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
      <url><loc>https://a.example/old</loc><lastmod>2026-11-01</lastmod></url>
      <url><loc>https://a.example/new</loc><news:news><news:title>Tin mới</news:title>
      <news:publication_date>2026-11-22T07:00:00+07:00</news:publication_date></news:news></url><url/></urlset>"""
    for body in (news.encode(), gzip.compress(news.encode())):
        found = parse_sitemap(body, url="https://a.example/sitemap.xml", now=NOW)
        assert [e.url[-3:] for e in found.entries] == ["new", "old"]
        assert found.entries[0].title == "Tin mới"
        assert found.entries[1].published is None  # lastmod is no time of publication
        assert found.invalid == 1
    index = b"<sitemapindex><sitemap><loc>/one.xml</loc></sitemap></sitemapindex>"
    assert parse_sitemap(index, url="https://a.example/s.xml").children == ("https://a.example/one.xml",)
    assert (
        parse_sitemap(b"https://a.example/x\n", url="https://a.example/s.txt").entries[0].url == "https://a.example/x"
    )
    assert parse_sitemap(gzip.compress(news.encode())[:-20], url=URL).reason == Reason.BAD_FEED
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>http://a/&b;</loc></url></urlset>'
    assert parse_sitemap(bomb, url=URL).reason == Reason.BAD_FEED


def test_listing() -> None:
    page = b"""<html><body><nav><a href="/kinh-te">Kinh te</a><a href="/lien-he">x</a></nav>
      <h3><a href="/du-an-dien-gio-ca-na-123456.html?utm_source=x">Dien gio Ca Na</a></h3>
      <a href="/du-an-dien-gio-ca-na-123456.html"><img src="x.jpg"></a>
      <a href="https://other.example/mot-bai-khac-999999.html">x</a></body></html>"""
    [entry] = parse_section_page(page, url="https://a.example/").entries
    assert entry.title == "Dien gio Ca Na"
    assert len(parse_section_page(page, url="https://a.example/", links="nav a").entries) == 2
    assert len(parse_section_page(page, url="https://a.example/", article_url=r"999999").entries) == 1
    assert parse_section_page(b"<html></html>", url="https://a.example/").reason == Reason.NOT_A_FEED


def test_public_feeds_of_every_kind() -> None:
    if not SUITES.exists():
        pytest.skip("the public test feeds (../shared/real/suites) are not here")
    with zipfile.ZipFile(SUITES / "feedparser-tests.zip") as archive:
        bodies = [archive.read(name) for name in archive.namelist() if not name.endswith("/")]
    reasons = Counter(parse_feed(body, url=URL).reason for body in bodies)
    assert sum(reasons.values()) > 2000
    assert reasons[Reason.OK] > 2000
    with zipfile.ZipFile(SUITES / "crawler-commons-sitemaps.zip") as archive:
        maps = {n: parse_sitemap(archive.read(n), url=URL) for n in archive.namelist() if not n.endswith("/")}
    assert [n for n, m in maps.items() if m.reason == Reason.OK and not (m.entries or m.children or m.invalid)] == []


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "us-ascii"])
def test_valid_utf8_wins_over_what_is_declared(charset: str) -> None:
    body = rss(ITEM).replace(b"UTF-8", charset.encode())
    [entry] = parse_feed(body, url=URL, content_type=f"text/xml; charset={charset}", now=NOW).entries
    assert entry.title == "Cà Ná & biển"


def test_letters_are_composed() -> None:
    assert plain_text("Ninh Thua\u0323\u0302n") == "Ninh Thuận"


def test_pictures() -> None:
    media = '<media:content xmlns:media="http://search.yahoo.com/mrss/" url="/a.jpg" type="image/jpeg"/>'
    enclosure = '<enclosure url="https://cdn.example/b.png" type="image/png" length="1"/><link>/b</link>'
    items = f"<item><link>/a</link>{media}</item><item>{enclosure}</item>"
    items += '<item><link>/c</link><enclosure url="/c.mp3" type="audio/mpeg" length="1"/></item>'
    found = parse_feed(rss(items), url=URL, now=NOW).entries
    assert [e.image for e in found] == ["https://baothu.example/a.jpg", "https://cdn.example/b.png", None]


@pytest.mark.parametrize("items", ["null", "{}", '["x", 1]'])
def test_json_feed_of_odd_parts(items: str) -> None:
    body = f'{{"version": "https://jsonfeed.org/version/1.1", "items": {items}}}'.encode()
    assert parse_feed(body, url=URL, now=NOW).entries == ()


def test_gofeed_agrees() -> None:
    """Title, link and time of the public gofeed data; many of its items have no link, and are given one."""
    if not SUITES.exists():
        pytest.skip("the public test feeds (../shared/real/suites) are not here")
    agreed = compared = 0
    with zipfile.ZipFile(SUITES / "gofeed-testdata.zip") as archive:
        names = set(archive.namelist())
        for name in sorted(n for n in names if n.endswith(".json") and f"{n[:-5]}.xml" in names):
            try:
                wanted = json.loads(archive.read(name))
            except ValueError:
                continue  # some of its JSON is broken on purpose
            items = wanted.get("items") or wanted.get("entries") or []
            found = _linked(archive.read(f"{name[:-5]}.xml"), any(_link(item) for item in items))
            for number, item in enumerate(items):
                entry = found.entries[number] if number < len(found.entries) else None
                when = item.get("publishedParsed") or item.get("pubDateParsed")
                pairs = [
                    (_link(item), entry and entry.url),
                    (plain_text(item.get("title") or ""), entry and entry.title),
                    (when and datetime.fromisoformat(when), entry and entry.published),
                ]
                compared += sum(1 for expected, _ in pairs if expected)
                agreed += sum(1 for expected, got in pairs if expected and expected == got)
    assert compared > 60
    assert agreed / compared >= 0.97  # the rest: a link with an at:// address beside the real one


def _link(item: dict[str, Any]) -> str | None:
    first = (item.get("links") or [None])[0]
    link = item.get("link") or (first.get("href") if isinstance(first, dict) else first)
    return link if str(link).startswith("http") else None


def _linked(body: bytes, has_links: bool) -> ParsedFeed:
    def put(end: re.Match[bytes]) -> bytes:
        address = b"http://put.example/%d" % end.start()
        link = b"<link>%s</link>" % address if end[1].lower() == b"item" else b'<link href="%s"/>' % address
        return link + end[0]

    body = body if has_links else re.sub(rb"</(item|entry)>", put, body, flags=re.IGNORECASE)
    return parse_feed(body, url=URL, now=datetime(2100, 1, 1, tzinfo=UTC))


def ten() -> str:
    return "".join(ITEM.replace("bai-1", f"bai-{n}") for n in range(10))


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("an &", rss(ten()).replace(b"&amp;", b"& ")),
        ("a < in a title", rss(ten()).replace("biển".encode(), b"gia < 5")),
        ("a title that is not closed", rss(ten()).replace(b"</description>", b"", 1)),
        ("an item that is not closed", rss(ten()).replace(b"</item>", b"", 1)),
        ("CDATA that is not closed", rss(ten().replace("<description>", "<description><![CDATA[", 1))),
        ("a warning before it", b"<br />\n<b>Warning</b>: x in y.php on line 3<br />\n" + rss(ten())),
        ("two documents", rss(ten()[: len(ITEM) * 5]) + rss(ten()[len(ITEM) * 5 :])),
        ("a script after it", rss(ten()) + b"<script>x()</script>"),
        ("control characters", rss(ten()).replace("biển".encode(), b"bi\x0b\x00n")),
        ("a name space that is not declared", rss(ten()).replace(b"<pubDate>", b"<media:x url='a'/><pubDate>")),
        ("an attribute twice", rss(ten()).replace(b"<item>", b"<item a='1' a='2'>")),
        ("no channel", rss(ten()).replace(b"<channel><title>x</title>", b"").replace(b"</channel>", b"")),
        ("items alone", ten().encode()),
        ("capitals", rss(ten()).replace(b"item>", b"ITEM>")),
    ],
)
def test_broken_feeds_give_every_entry(what: str, body: bytes) -> None:
    found = parse_feed(body, url=URL, now=NOW)
    assert found.reason is Reason.OK, (what, found.note)
    assert len({entry.url for entry in found.entries}) == 10, what
    assert sum(entry.published is not None for entry in found.entries) >= 9, what


@pytest.mark.parametrize("length", range(30, 400, 37))
def test_a_feed_that_was_cut_off_gives_no_address_that_was(length: int) -> None:
    body = rss(ten())
    found = parse_feed(body[:-length], url=URL, now=NOW)
    assert len(found.entries) >= 8
    assert all(re.search(r"/bai-\d\.html$", entry.url) for entry in found.entries)


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("toasoan@baovidu.online (Minh Trân)", ("Minh Trân",)),
        ("toasoan@baovidu.vn (Minh Trân)", ("Minh Trân",)),
        ("noreply@baovidu.photography (Theo Burman)", ("Theo Burman",)),
        ("&lt;tin@baovidu.online&gt; (Minh Trân)", ("Minh Trân",)),
        ("Minh Trân &lt;minhtran@baovidu.online&gt;", ("Minh Trân",)),
        ('"Minh Trân" &lt;minhtran@baovidu.online&gt;', ("Minh Trân",)),
        ("minh.tran+rss@mail.baovidu.online ( Minh Trân )", ("Minh Trân",)),
        ("toasoan@baovidu.online", ()),
        ("Minh Trân", ("Minh Trân",)),
        ("Di Nguyen", ("Di Nguyen",)),
        ("Báo Ví Dụ (bản điện tử)", ("Báo Ví Dụ (bản điện tử)",)),
    ],
)
def test_author_beside_a_mail_address(author: str, names: tuple[str, ...]) -> None:
    item = f"<item><title>a</title><link>/a.html</link><author>{author}</author></item>"
    [entry] = parse_feed(rss(item), url=URL, now=NOW).entries
    assert entry.authors == names
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "url": "https://baothu.example/a", "authors": [{"name": unescape(author)}]}],
    }
    [entry] = parse_feed(json.dumps(feed).encode(), url=URL, now=NOW).entries
    assert entry.authors == names
