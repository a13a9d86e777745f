"""A crawl of real sites on 127.0.0.1, each in a process of its own, and what it must not do."""

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawlers.downloader.decompression import decompress
from diembao.demo.server import Press
from pipeline.records import CrawlSettings, Entry, Feed, Fetched, Poll, Reason, Source
from storage.database import open_database
from tests.support.crawled import DRIVER, crawl

REAL = Path(__file__).parent.parent / ".." / "shared" / "real"


@pytest.fixture(scope="module")
def told(press: Press) -> list[dict[str, Any]]:
    sources = [
        Source(o.id, o.name, o.home, tuple(Feed(f.address, f.kind, f.css or None) for f in o.feeds))  # type: ignore[arg-type]
        for o in press.outlets
    ]
    return crawl(sources)


def test_every_feed_and_every_link_ends_once(told: list[dict[str, Any]], press: Press) -> None:
    feeds = Counter(t["feed"] for t in told if "feed" in t)
    assert feeds == Counter(f.address for o in press.outlets for f in o.feeds)
    pages = Counter(t["page"] for t in told if "page" in t)
    assert set(pages.values()) == {1}
    assert len(pages) > 130


def test_each_ends_as_it_should(told: list[dict[str, Any]], press: Press) -> None:
    by_outlet = {press.home(o.id): o.state for o in press.outlets}
    for t in (t for t in told if "feed" in t):
        home = "/".join(t["feed"].split("/")[:3]) + "/"
        assert (t["reason"] == Reason.REFUSED) == (by_outlet[home] == "dead"), t
    reasons = Counter(t["reason"] for t in told if "feed" in t)
    assert reasons[Reason.NOT_A_FEED] == 1
    pages = Counter(t["reason"] for t in told if "page" in t)
    assert pages[Reason.NOT_FOUND] == 1
    assert pages[Reason.ROBOTS] == 1
    assert set(pages) == {"ok", Reason.NOT_FOUND, Reason.ROBOTS}


def test_crawl_delay_and_agent(told: list[dict[str, Any]], press: Press) -> None:
    slow = [r for r in press.requests if r.outlet == "htdh" and r.path != "/robots.txt"]
    gaps = [b.at - a.at for a, b in pairwise(slow)][1:]
    # Its Crawl-delay is half a second. A busy machine may serve one request late, which shortens the gap behind it.
    assert sum(gaps) / len(gaps) >= 0.45
    assert sorted(gaps)[len(gaps) // 2] >= 0.4
    assert all("a@b.c" in r.headers["user-agent"] for r in press.requests)


def test_recorded_pages_server() -> None:
    if not REAL.exists():
        pytest.skip("the recorded pages (../shared/real) are not here")
    server = subprocess.Popen(
        [sys.executable, str(REAL / "serve.py"), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        home = server.stdout.readline().split()[0]
        publishers = sorted({json.loads(x)["publisher"] for x in (REAL / "pages" / "expected.jsonl").open("rb")})
        sources = [Source(p.lower(), p, home, (Feed(f"{home}{p}/feed.xml"),)) for p in publishers]
        told = crawl(sources)
    finally:
        server.kill()
        server.wait()
    assert Counter(t["reason"] for t in told if "page" in t) == {"ok": 98}


def test_settings_are_safe() -> None:
    from crawlers.settings import scrapy_settings

    found = scrapy_settings([], CrawlSettings())
    assert found["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert found["COOKIES_ENABLED"] is found["TELNETCONSOLE_ENABLED"] is False
    assert found["DOWNLOAD_HANDLERS"]["file"] is None


def test_a_source_may_set_its_own_delay(press: Press) -> None:
    outlet = next(o for o in press.outlets if o.state == "up" and o.id != "htdh" and o.feeds[0].kind == "feed")
    first = len(press.requests)
    feed = outlet.feeds[0]
    source = Source(outlet.id, outlet.name, outlet.home, (Feed(feed.address),), delay_seconds=0.3)
    crawl([source], max_entries=5)
    gaps = [b.at - a.at for a, b in pairwise(r for r in press.requests[first:])]
    assert min(gaps) >= 0.25


def test_the_same_feed_of_two_sources_is_read_for_each(press: Press) -> None:
    outlet = next(o for o in press.outlets if o.state == "up" and o.id != "htdh" and o.feeds[0].kind == "feed")
    feed = outlet.feeds[0]
    both = [Source(name, name, outlet.home, (Feed(feed.address),)) for name in ("a", "b")]
    told = crawl(both, max_entries=1)
    assert [t["feed"] for t in told if "feed" in t] == [feed.address] * 2


def test_addresses_that_are_none_end_as_such() -> None:
    told = crawl([Source("a", "A", "http://a.example/", (Feed("khong-co-giao-thuc"), Feed("http://[::1")))])
    assert [t["reason"] for t in told] == [Reason.INVALID_LINK] * 2


FAILING = """
from pipeline.records import *
from crawlers.crawl import crawl
class Desk:
    def feed_state(self, url): return FeedState(url)
    def save_poll(self, poll): raise OSError("the disk is full")
    def save_fetch(self, result): raise AssertionError
try:
    feeds = tuple(Feed(f"http://127.0.0.1:9/{n}") for n in range(9))
    crawl([Source("a", "A", "http://127.0.0.1:9/", feeds)], [], Desk(), CrawlSettings(delay_seconds=0))
except OSError as error:
    print("raised", error)
"""


def test_a_desk_that_fails_ends_the_crawl() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "raised the disk is full\n", done.stderr[-2000:]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_crawl_that_is_told_to_stop(press: Press, how: signal.Signals) -> None:
    """What was answered is told, feeds that were not read say so, and pages that were not fetched wait."""
    outlet = next(o for o in press.outlets if o.id == "htdh")  # a Crawl-delay: it would take seconds
    feeds = [{"url": f.address, "kind": f.kind, "links": f.css or None} for f in outlet.feeds]
    source = asdict(Source("a", "A", outlet.home, ())) | {"feeds": feeds}
    given = {"sources": [source], "settings": {"delay_seconds": 0.0}}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-u", "-c", DRIVER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(given))
    process.stdin.close()
    lines = [process.stdout.readline()]
    began = time.monotonic()
    process.send_signal(how)
    lines += process.stdout.readlines()
    assert process.wait(20) == 0
    assert time.monotonic() - began < 15
    told = [json.loads(line) for line in lines]
    assert Counter(t["feed"] for t in told if "feed" in t) == Counter(f.address for f in outlet.feeds)
    assert set(Counter(t["page"] for t in told if "page" in t).values()) <= {1}


def test_importing_starts_nothing() -> None:
    heavy = ("twisted", "scrapy", "feedparser", "lxml")
    code = f"import sys, crawlers.crawl; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("by_gzip", [True, False])
def test_a_page_is_stored_as_it_came(by_gzip: bool, tmp_path: Path) -> None:
    """Packed by gzip it is not packed again, and either way it comes out as it was."""
    body = "<p>Gió mạnh ở Cà Ná</p>".encode() * 1000
    wire = gzip.compress(body, 9)
    unpacked = decompress(wire, "gzip", len(body))
    assert unpacked is not None
    storage = open_database(tmp_path / "diembao.db")
    source, at = Source("a", "A", "http://a.example/", (Feed("http://a.example/feed"),)), datetime.now(UTC)
    storage.crawl.set_sources([source])
    run = storage.service.begin_run("collect", at)
    link = Entry("http://a.example/1")
    poll = Poll("a", "http://a.example/feed", at, Reason.OK, entries=(link,))
    [candidate] = storage.crawl.save_poll(run, poll, recheck_all=False)
    packed = unpacked.packed if by_gzip else b""
    storage.crawl.save_fetches(run, [Fetched(candidate.id, at, link.url, 200, body, "text/html", packed=packed)])
    [document] = storage.articles.pending_documents(9)
    storage.close()
    assert document.body == body
    with sqlite3.connect(tmp_path / "diembao.db") as connection:
        [(kept,)] = connection.execute("SELECT body FROM documents")
    assert (kept[2:-4] == wire[10:-8]) is by_gzip
