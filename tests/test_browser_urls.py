"""Links are resolved, refused and told as browsers and readers expect: dots in paths, impossible links, redirects."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.parsing.feeds import parse_feed
from crawlers.parsing.search_results import parse_search_results
from crawlers.parsing.section_pages import parse_section_page, parse_url_list
from crawlers.parsing.sitemaps import parse_sitemap
from pipeline.records import BadLink, CandidateOutcome, Entry, Feed, Poll, Reason, Source
from pipeline.text.urls import is_fetchable, link_fault, normalise_url, resolve_url
from storage.database import Database, open_database
from tests.support.cli import Diembao, json_lines
from tests.support.local_site import LocalSite, Reply, crawled

pytestmark = pytest.mark.one_in(2)

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
HOME = "http://baoma.example"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/x/./y/../..", "/"),
        ("/a/../b.html", "/b.html"),
        ("/a/b/../../c", "/c"),
        ("/../../bai.html", "/bai.html"),
        ("/tin/.", "/tin/"),
        ("/tin/..", "/"),
        ("/tin/%2e%2E/bai", "/bai"),
        ("/tin/.%2e/bai", "/bai"),
        ("/tin/%2E/bai", "/tin/bai"),
        ("/a//../b", "/a/b"),
        ("/a/..//b", "//b"),
        ("\\tin\\..\\bai", "/bai"),
        ("/a/../b?u=/c/../d", "/b?u=/c/../d"),
        ("/a/\n../b", "/b"),
    ],
)
def test_dots_are_resolved_as_a_browser_does(path: str, expected: str) -> None:
    assert normalise_url(HOME + path) == HOME + expected
    assert resolve_url(f"{HOME}/muc/trang.html", HOME + path) == HOME + expected


@pytest.mark.parametrize(
    "path",
    ["/a//b", "/...", "/.well-known/x", "/a..b/c", "/tin/..bai", "/bai%2ehtml", "/a/.b/c", "/x?p=../y", "/tin.html/"],
)
def test_other_dots_and_empty_segments_stay(path: str) -> None:
    assert normalise_url(HOME + path) == HOME + path.replace("%2e", "%2E")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("../bai.html", "/muc//bai.html"),
        ("./bai.html", "/muc//tin/bai.html"),
        ("bai.html", "/muc//tin/bai.html"),
        ("../../bai.html", "/muc/bai.html"),
        ("../../../../bai.html", "/bai.html"),
        ("/bai.html", "/bai.html"),
        ("?trang=2", "/muc//tin/so.html?trang=2"),
        ("..\\bai.html", "/muc//bai.html"),
        ("sau//bai.html", "/muc//tin/sau//bai.html"),
        ("http:bai.html", "/muc//tin/bai.html"),
        ("%2e%2e/bai.html", "/muc//bai.html"),
    ],
)
def test_relative_links(link: str, expected: str) -> None:
    """Of /muc//tin/ a second step upwards takes the empty segment away."""
    base = f"{HOME}/muc//tin/so.html?cu=1"
    assert resolve_url(base, link) == HOME + expected


#: link → why it cannot be followed
BAD = {
    "javascript:void(0)": Reason.LINK_SCHEME,
    "JavaScript:xem('bai-1')": Reason.LINK_SCHEME,
    "data:text/html,<p>x</p>": Reason.LINK_SCHEME,
    "file:///C:/bai.doc": Reason.LINK_SCHEME,
    "mailto:toasoan@baoma.example": Reason.LINK_SCHEME,
    "tel:+84900000000": Reason.LINK_SCHEME,
    "ftp://baoma.example/bai": Reason.LINK_SCHEME,
    "": Reason.LINK_EMPTY,
    "  \n ": Reason.LINK_EMPTY,
    "#": Reason.LINK_EMPTY,
    "#binh-luan": Reason.LINK_EMPTY,
    "http://baoma.example/" + "x" * 2500: Reason.LINK_TOO_LONG,
    "/" + "ậ" * 900: Reason.LINK_TOO_LONG,
    "http://baoma.example:99999/bai": Reason.LINK_BAD_PORT,
    "http://baoma.example:0/bai": Reason.LINK_BAD_PORT,
    "http://baoma.example:cong/bai": Reason.LINK_BAD_PORT,
    "http://baoma.example:-80/bai": Reason.LINK_BAD_PORT,
    "http://[::1/bai": Reason.LINK_BAD_HOST,
    "http://[2001:db8::zz]/bai": Reason.LINK_BAD_HOST,
    "http://[fe80::1%25eth0]/bai": Reason.LINK_BAD_HOST,
    "http://bao ma.example/bai": Reason.LINK_BAD_HOST,
    "http://bao<ma>.example/bai": Reason.LINK_BAD_HOST,
    "http://bao%20ma.example/bai": Reason.LINK_BAD_HOST,
    "https://": Reason.LINK_BAD_HOST,
}


@pytest.mark.parametrize(("link", "reason"), BAD.items(), ids=[key[:30] for key in BAD])
def test_a_link_that_cannot_be_followed_says_why(link: str, reason: Reason) -> None:
    assert link_fault(f"{HOME}/rss", link) == reason


@pytest.mark.parametrize(
    "link",
    [
        *("bai.html", "//ban.example/x", "http://[2001:db8::1]/x", "http://user:pw@baoma.example/x"),
        *("http://baoma.example:/x", "https://báo-mạ.example/x", "HTTP://BAOMA.EXAMPLE/x", "http://bao_ma.example/x"),
    ],
)
def test_links_of_all_other_forms_can_be(link: str) -> None:
    assert link_fault(f"{HOME}/rss", link) is None
    assert is_fetchable(resolve_url(f"{HOME}/rss", link) or "")


def rss(*items: str) -> bytes:
    head = "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>Báo Mạ</title>"
    return (head + "".join(f"<item>{item}</item>" for item in items) + "</channel></rss>").encode()


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize(("link", "reason"), BAD.items(), ids=[key[:30] for key in BAD])
def test_an_entry_with_such_a_link_is_told_with_its_title(link: str, reason: Reason) -> None:
    items = (f"<title>Tin {{n}}</title><link>{escaped(link)}</link>", "<title>Tin tốt</title><link>/tot.html</link>")
    parsed = parse_feed(rss(items[0].format(n=1), items[1]), url=f"{HOME}/rss")
    assert [(bad.title, bad.reason) for bad in parsed.bad_links] == [("Tin 1", reason)]
    assert parsed.invalid == 1
    assert [entry.url for entry in parsed.entries] == [f"{HOME}/tot.html"]


@pytest.mark.parametrize("link", list(BAD), ids=[key[:30] for key in BAD])
def test_a_guid_that_is_an_address_stands_in_for_it(link: str) -> None:
    guid = f"<guid isPermaLink='false'>{HOME}/bai-7.html</guid>"
    parsed = parse_feed(rss(f"<title>Tin</title><link>{escaped(link)}</link>{guid}"), url=f"{HOME}/rss")
    assert [entry.url for entry in parsed.entries] == [f"{HOME}/bai-7.html"]
    assert (parsed.invalid, parsed.bad_links) == (0, ())


def test_every_kind_of_list_tells_them() -> None:
    script = "javascript:void(1)"
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": script, "title": "Tin"}]}
    gdelt = {"articles": [{"url": script, "title": "Tin"}]}
    sitemap = f"<urlset><url><loc>{script}</loc><title>Tin</title></url></urlset>"
    page = f"<body><h3><a href='{script}'>Tin</a></h3><h3><a href='/b.html'>Bài</a></h3></body>"
    parsed = [
        parse_feed(json.dumps(feed).encode(), url=f"{HOME}/f"),
        parse_search_results(json.dumps(gdelt).encode(), url=f"{HOME}/f"),
        parse_sitemap(sitemap.encode(), url=f"{HOME}/f"),
        parse_section_page(page.encode(), url=f"{HOME}/f", links="h3 a"),
        parse_url_list(f"{script} Tin\n{HOME}/b.html".encode(), url=f"{HOME}/f"),
    ]
    assert [one.bad_links for one in parsed] == [(BadLink(script, Reason.LINK_SCHEME, "Tin"),)] * 5
    assert [one.invalid for one in parsed] == [1] * 5
    menu = parse_section_page(page.encode(), url=f"{HOME}/f")
    assert menu.bad_links == (), "scripts of a menu are no articles"


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([Source("ma", "Báo Mạ", f"{HOME}/", (Feed(f"{HOME}/rss"),))])
    yield opened
    opened.close()


def test_the_ledger_has_one_line_for_each_and_its_sums_add_up(storage: Database) -> None:
    bad = tuple(BadLink(link[:500], reason, f"Tin {n}") for n, (link, reason) in enumerate(BAD.items()))
    same_link = BadLink("javascript:void(0)", Reason.LINK_SCHEME, "Tin khác")
    poll = Poll(
        "ma",
        f"{HOME}/rss",
        AT,
        Reason.OK,
        entries=(Entry(f"{HOME}/a"), Entry("javascript:hai()", "Tin hai")),
        invalid=len(bad) + 1,
        bad_links=(*bad, same_link),
    )
    for _ in range(2):  # a second poll adds no line
        candidates = storage.crawl.save_poll(storage.service.begin_run("collect", AT), poll, recheck_all=False)
        assert {c.url for c in candidates} <= {f"{HOME}/a"}
    lines = list(storage.crawl.ledger(AT.replace(hour=0), AT.replace(hour=23)))
    refused = [line for line in lines if line.outcome is CandidateOutcome.REFUSED]
    assert {(line.title, line.reason) for line in refused} == {
        *((link.title, link.reason) for link in bad),
        ("Tin khác", Reason.LINK_SCHEME),
        ("Tin hai", Reason.LINK_SCHEME),
    }
    assert len(lines) == len(refused) + 1 == storage.maintenance.totals()["candidates"]
    assert {line.feed_url for line in refused} == {f"{HOME}/rss"}
    assert "javascript:void(0)" in {line.url for line in refused}
    assert all(line.next_try is None for line in refused)
    assert storage.crawl.due_candidates(AT.replace(year=2030), ["ma"]) == storage.crawl.due_candidates(AT, ["ma"])
    assert sum(storage.crawl.candidate_outcomes().values()) == len(lines)


#: where the dots stand → pages of the site besides the article at /dich.html, and the entry's link
DOTTED = {
    "link": ({}, "/x/./y/../../dich.html"),
    "link, encoded": ({}, "/x/%2e%2e/dich.html"),
    "redirect": ({"/di": Reply(status=302, headers={"Location": "/a/../b/../dich.html"})}, "/di"),
    "redirect, relative": ({"/m/di": Reply(status=301, headers={"Location": "../dich.html"})}, "/m/di"),
    "redirect, absolute": ({"/di": Reply(status=307, headers={"Location": "{home}a/b/../../dich.html"})}, "/di"),
    "redirect, encoded": ({"/di": Reply(status=308, headers={"Location": "/a/%2E%2e/dich.html"})}, "/di"),
    "redirect, backslash": ({"/di": Reply(status=302, headers={"Location": "\\a\\..\\dich.html"})}, "/di"),
    "redirect, above the root": ({"/di": Reply(status=303, headers={"Location": "../../dich.html"})}, "/di"),
}


def test_dots_are_asked_for_as_a_browser_does() -> None:
    """One crawl: an article at the end of each way, and a feed whose own address has dots."""
    with LocalSite({}) as site:
        sources = []
        for n, (name, (pages, link)) in enumerate(DOTTED.items()):
            for path, reply in pages.items():
                target = reply.headers["Location"].replace("{home}", f"{site.home}{n}/")
                if target.startswith(("/", "\\")):
                    target = f"/{n}{target}"
                site.pages[f"/{n}{path}"] = Reply(status=reply.status, headers={"Location": target})
            article = "<html><body><p>Bài</p></body></html>"
            site.pages[f"/{n}/dich.html"] = Reply(article)
            site.pages["/dich.html"] = Reply(article)
            site.pages[f"/f{n}"] = Reply(rss(f"<title>{name}</title><link>/{n}{link}</link>"), "text/xml")
            sources.append(Source(f"s{n}", name, site.home, (Feed(f"{site.home}q/./r/../../f{n}"),)))
        rows = crawled(*sources, pages=True)
    pages = {row["page"].split("/")[3]: row for row in rows if "page" in row}
    assert {key: row["reason"] for key, row in pages.items()} == {str(n): "ok" for n in range(len(DOTTED))}
    assert not [path for path in site.asked if "/." in path or "%2" in path]


def test_the_command_tells_them(tmp_path: Path, diembao: Diembao) -> None:
    with LocalSite({}) as site:
        items = "<title>Tin mở bằng mã</title><link>javascript:xem(7)</link>", "<title>Tin thiếu địa chỉ</title>"
        site.pages["/rss"] = Reply(rss(*items), "text/xml")
        config = tmp_path / "config"
        config.mkdir()
        text = f'[[source]]\nid = "ma"\nname = "Báo Mạ"\nhome = "{site.home}"\nfeeds = [{{ url = "{site.home}rss" }}]\n'
        (config / "sources.toml").write_text(text, "utf-8")
        diembao("--home", tmp_path, "collect")
    rows = [row["link"] for row in json_lines(diembao("--home", tmp_path, "--json", "ledger").stdout) if "link" in row]
    assert sorted((row["title"], row["outcome"], row["reason"]) for row in rows) == [
        ("Tin mở bằng mã", "refused", "link_scheme"),
        ("Tin thiếu địa chỉ", "refused", "link_empty"),
    ]
    said = diembao("--home", tmp_path, "--lang", "en", "ledger").stdout
    assert "Tin thiếu địa chỉ" in said
    assert f"{site.home}rss" in said
