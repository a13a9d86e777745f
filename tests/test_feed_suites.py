"""Public suites of feeds and sitemaps, served with their own headers, through the whole feed path: to one Poll each."""

import json
import re
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crawlers.parsing.sitemaps import parse_sitemap
from pipeline.records import Reason
from tests.support.cli import run_python

SUITES = Path(__file__).parent.parent / ".." / "shared" / "real" / "suites"
pytestmark = pytest.mark.skipif(not SUITES.exists(), reason="the public suites (../shared/real/suites) are not here")

#: 'Header:   Content-type: text/xml' in the comment that stands in a test feed
HEADER = re.compile(rb"^Header:\s*([A-Za-z-]+):[ \t]*([^\r\n]*)", re.MULTILINE)
HOSTS = 8
#: Its sitemaps are on the Internet: it is read, and not followed.
INDEX = "sitemaps/sitemap.index.xml"
KINDS = {"feedparser-tests.zip": "feed", "crawler-commons-sitemaps.zip": "sitemap"}

CRAWL = """
import json, resource, sys
from crawlers.crawl import crawl
from pipeline.records import CrawlSettings, Feed, FeedState, Source
class Desk:
    def feed_state(self, url): return FeedState(url)
    def save_poll(self, poll):
        print(json.dumps({"url": poll.feed_url, "reason": poll.reason, "note": poll.note, "status": poll.status,
                          "links": len(poll.entries)}))
        return ()
    def save_fetch(self, result): raise AssertionError(result)
sources = []
for home, feeds in json.load(sys.stdin).items():
    sources.append(Source(home, home, home, tuple(Feed(f"{home}{path}", kind) for path, kind in feeds)))
crawl(sources, [], Desk(), CrawlSettings(contact="a@b.c", delay_seconds=0.0))
print(json.dumps({"cpu": resource.getrusage(resource.RUSAGE_SELF).ru_utime}))
"""


class Suite(BaseHTTPRequestHandler):
    """Serves the files of the archives as bytes, each with the headers that its own comment asks for."""

    protocol_version = "HTTP/1.1"
    archives: ClassVar[dict[str, zipfile.ZipFile]] = {}
    lock = threading.Lock()

    def do_GET(self) -> None:
        archive, _, name = self.path.lstrip("/").partition("/")
        if archive not in self.archives:
            self.send_error(404)
            return
        with self.lock:
            body = self.archives[archive].read(name)
        self.send_response(200)
        headers = {b"Content-Type": b"application/xml"} if archive == "feedparser-tests.zip" else {}
        headers |= {key.title(): value for key, value in HEADER.findall(body.replace(b"\x00", b""))}
        for key, value in headers.items():
            self.send_header(key.decode("latin-1"), value.decode("latin-1"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, list[tuple[str, str]]]]:
    """Serve both suites at some ports; give (path, kind) of the files by the address where each is asked for."""
    Suite.archives = {name: zipfile.ZipFile(SUITES / name) for name in KINDS}
    files = [
        (f"{name}/{file}", kind)
        for name, kind in KINDS.items()
        for file in Suite.archives[name].namelist()
        if not file.endswith("/") and file != INDEX
    ]
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Suite) for _ in range(HOSTS)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {f"http://127.0.0.1:{s.server_port}/": files[n::HOSTS] for n, s in enumerate(servers)}
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def told(served: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """Crawl them all at once; give what the desk was told, and how long it took."""
    began = time.monotonic()
    done = run_python(CRAWL, text=json.dumps(served), seconds=200)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {"polls": lines[:-1], "seconds": time.monotonic() - began}


def polls(told: dict[str, Any], suite: str) -> dict[str, dict[str, Any]]:
    """Return the polls of one suite by the name of the file."""
    return {p["url"].partition(f"/{suite}/")[2]: p for p in told["polls"] if f"/{suite}/" in p["url"]}


def test_every_file_ends_in_one_poll(told: dict[str, Any], served: dict[str, list[tuple[str, str]]]) -> None:
    wanted = Counter(f"{home}{path}" for home, files in served.items() for path, _ in files)
    assert Counter(p["url"] for p in told["polls"]) == wanted
    assert len(polls(told, "feedparser-tests.zip")) == 2106
    assert told["seconds"] < 120


def test_feedparser_feeds_are_read(told: dict[str, Any]) -> None:
    """No exception, no stall, no reader that died; what cannot be read is called so."""
    found = polls(told, "feedparser-tests.zip")
    assert {p["status"] for p in found.values()} == {200}
    assert {p["reason"] for p in found.values()} <= {Reason.OK, Reason.BAD_FEED, Reason.NOT_A_FEED}
    assert [name for name, p in found.items() if re.search("Error:|of time|of memory|its process", p["note"])] == []
    unread = {name for name, p in found.items() if p["reason"] != Reason.OK}
    assert len(unread) <= 25, unread
    # Of what is well-formed all is read but empty channels in CDF of 1997, which nothing tells from a page's markup.
    assert {name for name in unread if name.startswith("wellformed/") and "/cdf/" not in name} == set()


def test_sitemaps_give_addresses_or_say_why(told: dict[str, Any]) -> None:
    found = polls(told, "crawler-commons-sitemaps.zip")
    assert len(found) == 17
    # The one is a feed that is configured as a sitemap.
    assert {name: p["reason"] for name, p in found.items() if not p["links"]} == {"sitemaps/atom.xml": "not_a_feed"}


def test_an_index_without_loc() -> None:
    with zipfile.ZipFile(SUITES / "crawler-commons-sitemaps.zip") as archive:
        index = parse_sitemap(archive.read(INDEX), url="https://a.example/sitemap.xml")
    assert (len(index.children), index.invalid) == (15, 0)
