"""News searches: what they are asked, in what portions, and what their answers become, errors in words included."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from config.load import ConfigError, packaged, parse_toml
from config.sources import load_sources
from crawlers.parsing.redirect_links import is_redirect_link, redirect_target, unwrap_link
from crawlers.parsing.search_results import parse_search_results
from pipeline.polling.query_names import query_names
from pipeline.polling.search_queries import search_queries, split_in_halves, template_fault
from pipeline.records import Feed, Reason, Source
from pipeline.rules.rulebook import Gazetteer
from tests.support.local_site import LocalSite, Reply, crawled

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SPAN = "startdatetime={since:%Y%m%d%H%M%S}&enddatetime={until:%Y%m%d%H%M%S}"
GDELT = "http://127.0.0.1:{port}/doc?query={{query}}&maxrecords={most}&" + SPAN.replace("{", "{{").replace("}", "}}")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return parse_toml(packaged("places.toml"), Gazetteer, name="places.toml")


# names and questions


@pytest.mark.parametrize(
    ("language", "first", "letters"),
    [
        ("vi", "Ninh Thuận", "ậ"), ("en", "Ninh Thuan", "Phan Rang"), ("fr", "Ninh Thuan", "Ninh Thuân"),
        ("zh-Hans", "宁顺", "宁"), ("ja", "ニントゥアン", "ファンラン"), ("ko", "닌투언", "판랑"),
        ("ru", "Ниньтхуан", "Фанранг"), ("th", "นิญถ่วน", "ฟานรัง"), ("lo", "ນິງທ້ວນ", "ຟານຣັງ"),
        ("km", "និញថ្វឹន", "ផានរ៉ាង"),
    ],
)  # fmt: skip
def test_names_of_every_language(gazetteer: Gazetteer, language: str, first: str, letters: str) -> None:
    names = query_names(gazetteer, language)
    assert names[0] == first
    assert letters in " ".join(names)
    assert not [n for n in names for other in names if n != other and f" {other.casefold()} " in f" {n.casefold()} "]


def test_every_name_is_asked_for_within_the_limits(gazetteer: Gazetteer) -> None:
    for language in ("vi", "en", "zh", "ja", "ko", "ru"):
        feed = Feed("https://a.example/?q={query}", "query", terms=query_names(gazetteer, language))
        asked, left = search_queries(feed, None, NOW)
        assert not left
        assert all(len(question.query) <= 190 for question in asked)  # GDELT refuses 257
        text = " ".join(question.query for question in asked)
        assert all(name in text for name in feed.terms)


def test_form_of_a_query() -> None:
    one = search_queries(Feed("https://a.example/?q={query}", "query", terms=("Amanoi",)), None, NOW)[0][0]
    assert (one.query, one.url) == ("Amanoi", "https://a.example/?q=Amanoi")
    two = search_queries(Feed("https://a.example/?q={query}", "query", terms=("Ninh Thuận", "Amanoi")), None, NOW)[0][0]
    assert two.query == '("Ninh Thuận" OR Amanoi)'
    assert parse_qs(urlsplit(two.url).query)["q"] == [two.query]


def test_more_names_than_a_service_can_be_burdened_with_are_named() -> None:
    names = tuple(f"Ten goi so {n} rat la dai" for n in range(60))
    asked, left = search_queries(Feed("https://a.example/?q={query}", "query", terms=names), None, NOW)
    assert len(asked) == 4
    assert left == names[-len(left) :]
    assert sum(question.query.count("Ten goi") for question in asked) + len(left) == 60


@pytest.mark.parametrize(
    ("last", "days"),
    [(None, 3), (NOW - timedelta(hours=1), 3), (NOW - timedelta(days=10), 11), (NOW - timedelta(days=400), 85)],
)
def test_after_an_outage_the_span_reaches_back(last: datetime | None, days: int) -> None:
    template = "https://a.example/?q={query}&from={since:%Y%m%d%H}&to={until:%Y%m%d%H}&d={days}"
    question = search_queries(Feed(template, "query", terms=("x",)), last, NOW)[0][0]
    assert question.until - question.since == timedelta(days=days)
    assert question.url.endswith(f"&d={days}")


def test_halves_cover_the_whole_and_end() -> None:
    template = f"https://a.example/?q={{query}}&{SPAN}"
    feed = Feed(template, "query", terms=("x",), per_answer=10)
    whole = search_queries(feed, None, NOW)[0][0]
    assert split_in_halves(feed, whole, 9) == []
    level = [whole]
    for _ in range(10):
        parts = [part for question in level for part in split_in_halves(feed, question, 10)]
        if not parts:
            break
        assert [p.since for p in parts[1:]] == [p.until for p in parts[:-1]]
        assert (parts[0].since, parts[-1].until) == (whole.since, whole.until)
        level = parts
    assert level[0].until - level[0].since >= timedelta(hours=2)
    assert len(level) == 32
    days = Feed(
        "https://a.example/?q={query}&f={since:%Y-%m-%d}&t={until:%Y-%m-%d}", "query", terms=("x",), per_answer=1
    )
    whole = search_queries(days, None, NOW)[0][0]
    assert whole.url.endswith("f=2026-11-19&t=2026-11-24")  # somewhere it is tomorrow
    one, other = split_in_halves(days, whole, 1)
    assert one.until == other.since == datetime(2026, 11, 21, tzinfo=UTC)
    assert len(split_in_halves(days, one, 1)) == 2
    assert not split_in_halves(days, split_in_halves(days, one, 1)[0], 1)


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("https://a.example/?q={query}", ""),
        ("https://a.example/", "has no {query}"),
        ("https://a.example/?q={query}&d={day}", "cannot be filled in"),
        ("https://a.example/?q={query", "has no {query}"),
        ("https://a.example/?q={query}&x={", "cannot be filled in"),
        ("{query}", "gives no http"),
    ],
)
def test_templates(template: str, fault: str) -> None:
    assert template_fault(template).startswith(fault)
    assert bool(template_fault(template)) == bool(fault)


def test_templates_are_checked_where_they_are_written(tmp_path: Path) -> None:
    text = '[[source]]\nid = "a"\nname = "A"\nhome = "https://a.example/"\n'
    text += 'feeds = [{ url = "https://a.example/?q={x}{query}", kind = "query" }, { url = "https://a.example/r", terms = ["x"] }]\n'  # noqa: E501
    (tmp_path / "sources.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_sources(tmp_path)
    assert [fault.key for fault in caught.value.faults] == ["source[0].feeds[0].url", "source[0].feeds[1].terms"]


def test_a_feed_without_names_gets_those_of_the_places(tmp_path: Path) -> None:
    text = '[[source]]\nid = "a"\nname = "A"\nhome = "https://a.example/"\n'
    text += 'feeds = [{ url = "https://a.example/?q={query}", kind = "query", language = "ko" }, { url = "https://a.example/?x={query}", kind = "query", terms = ["x"] }]\n'  # noqa: E501
    (tmp_path / "sources.toml").write_text(text, "utf-8")
    one, other = load_sources(tmp_path)[0].feeds
    assert one.terms[0] == "닌투언"
    assert other.terms == ("x",)


# answers


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


# the whole path, against a site that answers as the services do


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


def test_shipped_searches_are_off_and_well_formed() -> None:
    searches = {s.id: s for s in load_sources(None) if s.kind == "search"}
    assert set(searches) == {"gdelt", "google_news", "bing_news"}
    assert not any(s.enabled for s in searches.values())
    for source in searches.values():
        assert (source.delay_seconds or 0) >= 5
        for feed in source.feeds:
            assert feed.kind == "query"
            assert feed.terms
            for question in search_queries(feed, None, NOW)[0]:
                assert parse_qs(urlsplit(question.url).query)
    assert {f.language for f in searches["google_news"].feeds} >= {"vi", "en", "fr", "de", "es", "ja", "ko", "ru", "zh-Hans", "zh-Hant", "th", "lo", "km"}  # fmt: skip  # noqa: E501
