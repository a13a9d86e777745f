"""What a site offers is found where sites put it, tried, and told; and only what adds something is proposed."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from crawlers.spiders.discovered import DiscoveredFeed, DiscoveredSite, choose_feeds
from diembao.jobs.collection.source_check import build_source
from pipeline.records import Feed, Reason
from tests.support.cli import run_python
from tests.support.local_site import LocalSite, Reply

NOW = datetime.now(UTC)

_DRIVER = """
import json, sys
from dataclasses import asdict
from crawlers.discover import discover_feeds
from pipeline.records import CrawlSettings
site = discover_feeds(sys.argv[1], CrawlSettings(delay_seconds=0.0))
rows = [{"url": o.url, "kind": o.kind, "how": o.how, "reason": o.reason, "entries": len(o.links), "note": o.note,
         "dated": o.newest is not None, "language": o.language} for o in site.offers]
print(json.dumps({"reason": site.reason, "name": site.name, "language": site.language, "offers": rows}))
"""


def found(url: str) -> dict[str, Any]:
    done = run_python(_DRIVER, url)
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    told["offers"] = {row["url"]: row for row in told["offers"]}
    return told


def rss(*numbers: int) -> Reply:
    when = format_datetime(NOW - timedelta(hours=1))
    items = "".join(
        f"<item><title>Bài báo số {n} về biển</title><link>/bai-{n}.html</link><pubDate>{when}</pubDate></item>"
        for n in numbers
    )
    return Reply(f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>', "text/xml")


def sitemap(*paths: str, news: bool = False) -> Reply:
    dated = f"<n:news><n:publication_date>{NOW.isoformat()}</n:publication_date></n:news>" if news else ""
    urls = "".join(f"<url><loc>/{path}</loc>{dated}</url>" for path in paths)
    return Reply(f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>', "text/xml")


PAGE = """<html><head><title>Trang chủ - Báo Thử</title><meta property="og:site_name" content="Báo Thử">
<link rel="alternate" type="application/rss+xml" href="/rss/home.rss">
<link rel="alternate" hreflang="en" href="/en"><link rel="stylesheet" href="/x.rss"></head><body>
<a href="/rss.html">RSS</a><a href="http://other.example/their.rss">x</a>
<a href="/bai-du-an-dien-gio-ven-bien-10001.html">Dự án điện gió ven biển được khởi công sáng nay</a></body></html>"""
FEEDS_PAGE = '<html><a href="/rss/kinh-te.rss">Kinh tế</a><a href="/rss/het.rss">Hết</a></html>'


def test_everything_that_a_site_names() -> None:
    index = "".join(f"<sitemap><loc>/{name}.xml</loc></sitemap>" for name in ("map-2", "news-map"))
    pages = {
        "/": Reply(PAGE),
        "/robots.txt": Reply("User-agent: *\nDisallow: /x\nSitemap: /index.xml\nSitemap: javascript:x\n", "text/plain"),
        "/rss/home.rss": rss(1, 2, 3),
        "/rss.html": Reply(FEEDS_PAGE),
        "/rss/kinh-te.rss": rss(4, 5),
        "/index.xml": Reply(f"<sitemapindex>{index}</sitemapindex>", "text/xml"),
        "/news-map.xml": sitemap("a", "b", news=True),
    }
    with LocalSite(pages) as site:
        told = found(site.home)
        offers = told["offers"]
        assert (told["reason"], told["name"], told["language"]) == ("ok", "Báo Thử", "vi")
        assert {url.removeprefix(site.home): (o["kind"], o["how"], o["entries"]) for url, o in offers.items()} == {
            "": ("listing", "page", 1),
            "rss/home.rss": ("feed", "link", 3),
            "rss/kinh-te.rss": ("feed", "page", 2),
            "rss/het.rss": ("feed", "page", 0),
            "index.xml": ("sitemap", "robots.txt", 2),
        }
        assert offers[f"{site.home}rss/het.rss"]["reason"] == Reason.NOT_FOUND
        assert offers[f"{site.home}index.xml"]["dated"]
        # It named a feed and a sitemap: nothing was tried on the off chance.
        assert not [path for path in site.asked if path in ("/feed", "/sitemap.xml")]


def test_usual_addresses_where_nothing_is_named() -> None:
    pages = {"/": Reply("<html><title>Gió</title></html>"), "/rss/home.rss": rss(1), "/sitemap.xml": sitemap("a", "b")}
    with LocalSite(pages) as site:
        held = {u.removeprefix(site.home): o for u, o in found(site.home)["offers"].items() if o["entries"]}
        assert {path: (o["kind"], o["how"]) for path, o in held.items()} == {
            "rss/home.rss": ("feed", "usual"),
            "sitemap.xml": ("sitemap", "usual"),
        }


def test_robots_txt_is_obeyed() -> None:
    pages = {"/": Reply(PAGE), "/rss/home.rss": rss(1), "/robots.txt": Reply("User-agent: *\nDisallow: /rss")}
    with LocalSite(pages) as site:
        told = found(site.home)
        assert told["offers"][f"{site.home}rss/home.rss"]["reason"] == Reason.ROBOTS
        assert not [path for path in site.asked if path.startswith("/rss")]


def test_a_site_that_is_not_there() -> None:
    with LocalSite({}) as site:
        home = site.home
    told = found(home)
    assert (told["reason"], told["offers"]) == (Reason.REFUSED, {})


def test_redirects_into_a_private_network_are_refused() -> None:
    elsewhere = Reply(status=302, headers={"Location": "http://127.0.0.9:9/"})
    with LocalSite({"/": elsewhere}) as site:
        assert found(site.home)["reason"] == Reason.UNSAFE_ADDRESS


# choosing


def offer(url: str, kind: str, links: range, days: float | None = 0.1, **more: Any) -> DiscoveredFeed:
    newest = None if days is None else NOW - timedelta(days=days)
    held = frozenset(f"https://a.example/{n}" for n in links)
    return DiscoveredFeed(f"https://a.example/{url}", kind, "link", Reason.OK, "", held, newest, "vi", **more)  # type: ignore[arg-type]


def chosen(*offers: DiscoveredFeed) -> list[str]:
    return [feed.url.removeprefix("https://a.example/") for feed in choose_feeds(offers, NOW)]


def test_only_what_adds_something_is_asked() -> None:
    home, part, other = (
        offer("home", "feed", range(50)),
        offer("part", "feed", range(20)),
        offer("b", "feed", range(45, 60)),
    )
    assert chosen(part, home, other) == ["home", "b"]
    assert chosen(home, offer("news", "sitemap", range(55))) == ["home"]
    assert chosen(home, offer("news", "sitemap", range(100))) == ["home", "news"]


def test_what_is_stale_or_undated_stands_back() -> None:
    old, section = offer("old", "feed", range(50), days=300), offer("", "listing", range(9), days=None)
    assert chosen(old, section) == [""]
    assert chosen(offer("all", "sitemap", range(9), days=None), section) == ["all"]
    assert chosen(offer("home", "feed", range(3)), offer("all", "sitemap", range(900), days=None)) == ["home"]
    assert chosen() == []


def test_what_a_site_would_be_as_a_source() -> None:
    site = DiscoveredSite("https://www.bao-thu.vn/", Reason.OK, "", "Báo Thử", "vi", [offer("home", "feed", range(5))])
    source = build_source(site, {"bao_thu"}, NOW)
    assert (source.id, source.name, source.country, source.languages) == ("bao_thu_2", "Báo Thử", "VN", ("vi",))
    assert (source.category, source.feeds) == ("central", (Feed("https://a.example/home"),))
    abroad = build_source(DiscoveredSite("https://wind.example.co.uk/", Reason.OK, "", "", "en"), (), NOW)
    assert (abroad.id, abroad.country, abroad.category, abroad.feeds) == ("example", "GB", "foreign", ())
    assert build_source(DiscoveredSite("https://wind.com/", Reason.OK, "", "", "en"), (), NOW).country == "ZZ"
