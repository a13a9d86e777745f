"""What the answers of news searches become, errors in words included; and a site that answers as the services do."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest

from config.sources import load_sources
from crawlers.parsing.redirect_links import is_redirect_link, redirect_target, unwrap_link
from crawlers.parsing.search_results import parse_search_results
from pipeline.records import Feed, Reason, Source
from tests.support.local_site import LocalSite, Reply, crawled

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SPAN = "startdatetime={since:%Y%m%d%H%M%S}&enddatetime={until:%Y%m%d%H%M%S}"
GDELT = "http://127.0.0.1:{port}/doc?query={{query}}&maxrecords={most}&" + SPAN.replace("{", "{{").replace("}", "}}")


def articles(count: int, start: int = 0) -> str:
    rows = [
        {"url": f"https://bao{n}.example/tin-{n}.html", "title": f"Ninh Thuan , Vietnam : wind {n}",
         "seendate": "20261122T031500Z",
            "socialimage": "",
            "domain": f"bao{n}.example", "language": "Vietnamese", "sourcecountry": "Vietnam"}
        for n in range(start, start + count)
    ]  # fmt: skip
    return json.dumps({"articles": rows})


def test_gdelt() -> None:
    found = parse_search_results(articles(2).encode(), url="https://api.example/doc")
    assert [e.url for e in found.entries] == ["https://bao0.example/tin-0.html", "https://bao1.example/tin-1.html"]
    entry = found.entries[0]
    assert (entry.title, entry.outlet, entry.language) == ("Ninh Thuan, Vietnam: wind 0", "bao0.example", "vi")
    assert entry.published is None  # seen is not published


def test_gdelt_with_raw_control_characters_and_backslashes() -> None:
    body = articles(1).replace("wind 0", "gi\u000b\u00f3 \\d mạnh").encode()
    [entry] = parse_search_results(body, url="https://api.example/doc").entries
    assert entry.title.endswith("gió \\d mạnh")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{}", Reason.OK),
        ("", Reason.EMPTY),
        ('{"articles": 3}', Reason.NOT_A_FEED),
        ('{"error": "x"}', Reason.NOT_A_FEED),
        ('{"articles": [', Reason.BAD_FEED),
        ("Please limit requests to one every 5 seconds or contact us for larger queries.", Reason.RATE_LIMITED),
        ("Your query was too short or too long.", Reason.BAD_FEED),
        ("<!DOCTYPE html><html><body>Too many requests</body></html>", Reason.RATE_LIMITED),
        ("<html><head><title>x</title></head><body>Consent</body></html>", Reason.NOT_A_FEED),
    ],
)
def test_errors_in_words(body: str, reason: Reason) -> None:
    found = parse_search_results(body.encode(), url="https://api.example/doc")
    assert (found.reason, found.entries) == (reason, ())
    assert bool(found.note) == (reason not in (Reason.OK, Reason.EMPTY))


def token(address: str) -> str:
    held = b'\x08\x13"' + bytes([len(address)]) + address.encode() + b"\xd2\x01\x00"
    return base64.urlsafe_b64encode(held).decode().rstrip("=")


def rss(*items: str) -> str:
    return f'<rss version="2.0" xmlns:News="https://www.bing.com/news/search"><channel>{"".join(items)}</channel></rss>'


def test_google() -> None:
    link = f"https://news.example/rss/articles/{token('https://bao.example/gio-123.html')}?oc=5"
    item = (
        f"<item><title>Điện gió Ninh Thuận - Báo Thử</title><link>{link}</link>"
        "<pubDate>Sun, 22 Nov 2026 01:00:00 GMT</pubDate><description>&lt;a href=&quot;x&quot;&gt;Điện gió Ninh Thuận"
        "&lt;/a&gt;&amp;nbsp;&lt;font&gt;Báo Thử&lt;/font&gt;</description>"
        '<source url="https://bao.example">Báo Thử</source></item>'
    )
    [entry] = parse_search_results(rss(item).encode(), url="https://news.example/rss/search", now=NOW).entries
    assert (entry.url, entry.title) == ("https://bao.example/gio-123.html", "Điện gió Ninh Thuận")
    assert (entry.outlet, entry.summary) == ("Báo Thử", "")
    assert entry.published == datetime(2026, 11, 22, 1, tzinfo=UTC)


def test_bing() -> None:
    target = quote("https://bao.example/a?id=4", safe="")
    link = f"http://www.search.example/news/apiclick.aspx?ref=x&amp;url={target}&amp;c=1"
    item = f"<item><title>Ninh Thuan wind</title><link>{link}</link><description>Mot doan.</description><News:Source>Wind Daily</News:Source></item>"  # noqa: E501
    bare = f"<item><title>x</title><link>{link.replace('bao', 'khac')}</link></item>"
    one, other = parse_search_results(rss(item, bare).encode(), url="https://www.search.example/news/search").entries
    assert (one.url, one.outlet, one.summary) == ("https://bao.example/a?id=4", "Wind Daily", "Mot doan.")
    assert other.outlet == "khac.example"


def test_wrappers_that_say_nothing_stay_as_they_are() -> None:
    opaque = "https://news.example/rss/articles/CBMiAUFVX3lxTE1hbmRvbS1ieXRlcy1vbmx5"
    for url in (opaque, "https://a.example/news/apiclick.aspx?url=javascript:x", "https://a.example/b"):
        assert unwrap_link(url) == url
    assert is_redirect_link(opaque)
    assert not is_redirect_link("https://a.example/articles/mot-bai-bao-rat-dai-123456")
    page = b'<c-wiz><div data-n-au="https://bao.example/x?a=1&amp;b=2"></div></c-wiz>'
    assert redirect_target(page, opaque) == "https://bao.example/x?a=1&b=2"
    assert redirect_target(page, "https://bao.example/y") is None
    assert redirect_target(b'<a data-n-au="javascript:x">', opaque) is None


def source_of(site: LocalSite, *feeds: Feed, **more: object) -> Source:
    return Source("search", "Search", site.home, feeds, **more)  # type: ignore[arg-type]


def gdelt_of(site: LocalSite, most: int) -> Feed:
    url = GDELT.format(port=urlsplit(site.home).port, most=most)
    return Feed(url, "query", terms=("Ninh Thuan", "Phan Rang"), per_answer=most)


def test_a_full_answer_is_asked_for_in_halves() -> None:
    """The service gives 20 at once; 50 articles lie in the three days."""
    now = datetime.now(UTC)
    born = {n: now - timedelta(hours=1.2 * n + 0.5) for n in range(50)}

    def serve(asked: dict[str, str]) -> Reply:
        assert asked["query"] == '("Ninh Thuan" OR "Phan Rang")'
        since, until = (
            datetime.strptime(asked[k], "%Y%m%d%H%M%S").replace(tzinfo=UTC) for k in ("startdatetime", "enddatetime")
        )
        found = [n for n, at in born.items() if since <= at < until][: int(asked["maxrecords"])]
        rows = [{"url": f"https://bao.example/tin-{n}.html", "title": f"Tin {n}"} for n in found]
        return Reply(json.dumps({"articles": rows}), "application/json")

    with LocalSite({"/doc": serve}) as site:
        [poll] = crawled(source_of(site, gdelt_of(site, 20)))
        assert poll["reason"] == "ok"
        assert {e["url"] for e in poll["entries"]} == {f"https://bao.example/tin-{n}.html" for n in born}
        assert poll["feed_url"] == gdelt_of(site, 20).url
        assert 3 <= sum(path.startswith("/doc") for path in site.asked) <= 9


def test_what_cannot_be_divided_further_says_so_and_ends() -> None:
    with LocalSite({"/doc": lambda _: Reply(articles(5), "application/json")}) as site:
        [poll] = crawled(source_of(site, gdelt_of(site, 5)))
        assert poll["reason"] == "ok"
        assert "there may be more" in poll["note"]
        assert len(site.asked) <= 53  # robots.txt, the question and at most fifty parts of it


def test_errors_of_a_service_are_named_and_cost_no_other() -> None:
    def busy(_: dict[str, str]) -> Reply:
        return Reply("Please limit requests to one every 5 seconds.", "text/plain", 429, {"Retry-After": "3600"})

    words = Reply("Your query was too short or too long.", "text/html")
    with (
        LocalSite({"/a": words, "/c": Reply(articles(3)), "/robots.txt": Reply("User-agent: *\nDisallow: /d")}) as site,
        LocalSite({"/b": busy}) as other,
    ):
        feeds = [Feed(f"{site.home}{x}?q={{query}}", "query", terms=("x",)) for x in "acd"]
        slow = Source("slow", "Slow", other.home, (Feed(f"{other.home}b?q={{query}}", "query", terms=("x",)),))
        polls = {p["feed_url"]: p for p in crawled(source_of(site, *feeds), slow)}
    by_path = {urlsplit(url).path: poll for url, poll in polls.items()}
    assert {path: poll["reason"] for path, poll in by_path.items()} == {
        "/a": "bad_feed", "/b": "rate_limited", "/c": "ok", "/d": "robots_txt",
    }  # fmt: skip
    assert "too short or too long" in by_path["/a"]["note"]
    assert by_path["/b"]["not_before"] is not None
    assert len(by_path["/c"]["entries"]) == 3


def test_the_pattern_keeps_social_media_out() -> None:
    pattern = next(s for s in load_sources(None) if s.id == "gdelt").article_url
    rows = [{"url": f"https://{host}/a", "title": "x"} for host in ("bao.example", "www.facebook.com", "m.youtube.com")]
    with LocalSite({"/doc": Reply(json.dumps({"articles": rows}))}) as site:
        [poll] = crawled(source_of(site, gdelt_of(site, 20), article_url=pattern))
    assert [e["url"] for e in poll["entries"]] == ["https://bao.example/a"]


def test_a_hidden_address_is_resolved_with_one_request() -> None:
    with LocalSite({"/bai-1.html": Reply("<html><p>bài</p></html>")}) as outlet:
        pages = {
            "/rss/articles/CBMiAUFVX3lxTE1hbmRvbS1ieXRlcy1vbmx5": Reply(
                f'<html><c-wiz data-n-au="{outlet.home.replace("127.0.0.1", "localhost")}bai-1.html"></c-wiz></html>'
            )
        }
        with LocalSite(pages) as site:
            link = f"{site.home}rss/articles/CBMiAUFVX3lxTE1hbmRvbS1ieXRlcy1vbmx5"
            site.pages["/rss/search"] = Reply(rss(f"<item><title>x</title><link>{link}</link></item>"), "text/xml")
            feed = Feed(f"{site.home}rss/search?q={{query}}", "query", terms=("x",))
            port = urlsplit(outlet.home).port
            allowed = [f"localhost:{port}"]
            _, page = crawled(source_of(site, feed), pages=True, allow_private=allowed)
    assert page == {"page": link, "to": f"http://localhost:{port}/bai-1.html", "reason": "ok"}
