"""Every way in which an answer breaks has a name of its own, and a 304 that nobody asked for is a failure."""

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.i18n.catalogs import find_code
from pipeline.polling.poll_interval import failure_kind
from pipeline.records import Entry, Feed, FetchFailure, Poll, Reason, Source
from storage.database import Database, open_database
from tests.support.cli import Diembao, json_lines
from tests.support.local_site import LocalSite, Reply, crawled

pytestmark = pytest.mark.one_in(4)

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
RSS = b"<rss version='2.0'><channel><title>B</title></channel></rss>"
Send = Callable[[socket.socket], None]


def raw(*lines: str, body: bytes = b"") -> Send:
    """Return an answer of these head lines and a body, after which the connection is closed."""
    head = "".join(f"{line}\r\n" for line in lines) + "\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_after(answer: Send) -> Send:
    def send(connection: socket.socket) -> None:
        answer(connection)
        time.sleep(0.3)
        reset(connection)

    return send


def packed(body: bytes, encoding: str) -> Send:
    return raw("HTTP/1.1 200 OK", f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}", body=body)


def sent_to(target: str) -> Send:
    return raw("HTTP/1.1 302 Found", f"Location: {target}", "Content-Length: 0")


CHUNKED = ("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
#: what the server does → how the poll ends
ANSWERS: dict[str, tuple[Send, Reason]] = {
    "reset at once": (reset, Reason.RESET),
    "reset within the head": (reset_after(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")), Reason.RESET),
    "reset within the body": (reset_after(raw("HTTP/1.1 200 OK", "Content-Length: 9000", body=RSS)), Reason.RESET),
    "reset between chunks": (reset_after(raw(*CHUNKED, body=b"5\r\n<rss>\r\n")), Reason.RESET),
    "closed without a word": (lambda _: None, Reason.LOST),
    "closed within the head": (lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Le"), Reason.LOST),
    "shorter than announced": (raw("HTTP/1.1 200 OK", "Content-Length: 9000", body=RSS), Reason.CUT_OFF),
    "nothing of what was announced": (raw("HTTP/1.1 200 OK", "Content-Length: 10"), Reason.CUT_OFF),
    "cut off within a chunk": (raw(*CHUNKED, body=b"ff\r\n<rss>"), Reason.CUT_OFF),
    "without the last chunk": (raw(*CHUNKED, body=b"5\r\n<rss>\r\n"), Reason.CUT_OFF),
    "size of a chunk in words": (raw(*CHUNKED, body=b"5\r\n<rss>\r\nzz\r\nmore\r\n"), Reason.BAD_CHUNKS),
    "size of a chunk with a sign": (raw(*CHUNKED, body=b"+5\r\n<rss>\r\n0\r\n\r\n"), Reason.BAD_CHUNKS),
    "no chunks at all": (raw(*CHUNKED, body=RSS + b"\r\n" + RSS), Reason.BAD_CHUNKS),
    "gzip cut off": (packed(gzip.compress(RSS * 90)[:-9], "gzip"), Reason.BAD_COMPRESSION),
    "gzip damaged": (packed(gzip.compress(RSS)[:20] + b"\0" * 20, "gzip"), Reason.BAD_COMPRESSION),
    "deflate cut off": (packed(zlib.compress(RSS * 90)[:-9], "deflate"), Reason.BAD_COMPRESSION),
    "brotli that is none": (packed(RSS, "br"), Reason.BAD_COMPRESSION),
    "a mail server": (raw("220 mail.example ESMTP ready", "250 OK"), Reason.NOT_HTTP),
    "a status in words": (raw("HTTP/1.1 abc Found"), Reason.NOT_HTTP),
    "two lengths": (raw("HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 7", body=b"<rss>"), Reason.NOT_HTTP),
    "a length in words": (raw("HTTP/1.1 200 OK", "Content-Length: abc", body=RSS), Reason.NOT_HTTP),
    **{
        f"{status} without a target": (raw(f"HTTP/1.1 {status} Moved", "Content-Length: 0"), Reason.NO_LOCATION)
        for status in (301, 302, 303, 307, 308)
    },
    "302 with an empty target": (raw("HTTP/1.1 302 Found", "Location:", "Content-Length: 0"), Reason.NO_LOCATION),
    "302 with a blank target": (raw("HTTP/1.1 302 Found", "Location:   ", "Content-Length: 0"), Reason.NO_LOCATION),
    # the neighbours
    "302 to itself": (sent_to("/feed"), Reason.REDIRECTS),
    "302 to an impossible host": (sent_to("http://[::1/"), Reason.INVALID_LINK),
    "302 to a script": (sent_to("javascript:x"), Reason.INVALID_LINK),
    "302 to a file": (sent_to("file:///etc/hosts"), Reason.UNSAFE_ADDRESS),
    "300 with choices": (raw("HTTP/1.1 300 Choices", "Content-Length: 0"), Reason.HTTP_OTHER),
    "418": (raw("HTTP/1.1 418 Teapot", "Content-Length: 0"), Reason.HTTP_OTHER),
    "no length, closed": (raw("HTTP/1.1 200 OK", body=RSS), Reason.OK),
    "whole chunks": (raw(*CHUNKED, body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(RSS), RSS)), Reason.OK),
    "gzip, whole": (packed(gzip.compress(RSS), "gzip"), Reason.OK),
    "gzip that is plain": (packed(RSS, "gzip"), Reason.OK),
}  # fmt: skip


@contextmanager
def answering(send: Send) -> Iterator[str]:
    """Serve every path but robots.txt by `send`; give the address of the feed."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            if b"/robots.txt" in connection.recv(65536):
                raw("HTTP/1.1 404 None", "Content-Length: 0", "Connection: close")(connection)
            else:
                send(connection)

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/feed"
    listener.close()


@pytest.fixture(scope="module")
def polls() -> dict[str, dict[str, Any]]:
    """One crawl of all of them, each at a server of its own."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        urls = {name: stack.enter_context(answering(send)) for name, (send, _) in ANSWERS.items()}
        sources = [Source(name, name, url.removesuffix("feed"), (Feed(url),)) for name, url in urls.items()]
        return {poll["source_id"]: poll for poll in crawled(*sources)}


@pytest.mark.parametrize("name", ANSWERS)
def test_each_has_its_name(name: str, polls: dict[str, dict[str, Any]]) -> None:
    assert polls[name]["reason"] == ANSWERS[name][1], polls[name]["note"]


def test_old_names_are_still_read(address: str) -> None:
    """A database of an earlier release has `connection_lost` and `too_many_redirects` for all of them."""
    storage = open_database(address)
    source = Source("ma", "Báo Mạ", "http://baoma.example/", (Feed("http://baoma.example/rss"),))
    storage.crawl.set_sources([source])
    run = storage.service.begin_run("collect", AT)
    for reason in (Reason("connection_lost"), Reason("too_many_redirects")):
        storage.crawl.save_poll(run, Poll("ma", source.feeds[0].url, AT, reason), recheck_all=False)
    [day] = storage.crawl.source_days(AT, AT + timedelta(hours=1))
    storage.close()
    assert day.reasons == {Reason.LOST: 1, Reason.REDIRECTS: 1}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_reason_has_words_of_its_own(language: Any) -> None:
    words = {reason: find_code("reason", reason, language=language) for reason in Reason}
    assert all(words.values())
    assert len(set(words.values())) == len(words)


# 304


def feed_of(link: str) -> bytes:
    item = f"<item><title>T</title><link>{link}</link></item>"
    return f"<rss version='2.0'><channel><title>B</title>{item}</channel></rss>".encode()


def unchanged(**headers: str) -> Reply:
    return Reply(status=304, headers=headers)


#: headers of a 304 that a server gives to everybody
ALWAYS_304 = {
    "bare": {},
    "with an ETag": {"ETag": '"x"'},
    "with a date": {"Last-Modified": "Fri, 20 Nov 2026 06:00:00 GMT"},
    "from a cache": {"Age": "99", "Via": "1.1 proxy"},
    "for an hour": {"Cache-Control": "max-age=3600"},
    "expired": {"Expires": "Thu, 19 Nov 2026 06:00:00 GMT"},
    "varies": {"Vary": "User-Agent"},
    "with Retry-After": {"Retry-After": "10"},
}


@pytest.fixture(scope="module")
def never_read() -> Iterator[tuple[LocalSite, list[dict[str, Any]]]]:
    """One crawl of feeds, pages and sitemaps of an index that answer 304 to a request without conditions."""
    with LocalSite({}) as site:
        sources = []
        for n, headers in enumerate(ALWAYS_304.values()):
            site.pages[f"/feed{n}"] = unchanged(**headers)
            site.pages[f"/bai{n}"] = unchanged(**headers)
            site.pages[f"/good{n}"] = Reply(feed_of(f"/bai{n}"), "text/xml")
            site.pages[f"/child{n}"] = unchanged(**headers)
            index = f"<sitemapindex><sitemap><loc>{site.home}child{n}</loc></sitemap></sitemapindex>"
            site.pages[f"/index{n}"] = Reply(index, "text/xml")
            site.pages[f"/moved{n}"] = Reply(status=302, headers={"Location": f"/feed{n}"})
            feeds = (
                *(Feed(f"{site.home}{name}{n}") for name in ("feed", "good", "moved")),
                Feed(f"{site.home}index{n}", "sitemap"),
            )
            sources.append(Source(f"s{n}", "B", site.home, feeds))
        yield site, crawled(*sources, pages=True)


@pytest.mark.parametrize("n", range(len(ALWAYS_304)), ids=list(ALWAYS_304))
def test_a_304_that_nobody_asked_for_is_a_failure(n: int, never_read: tuple[LocalSite, list[dict[str, Any]]]) -> None:
    site, rows = never_read
    reasons = {row["feed_url"].rpartition("/")[2]: row["reason"] for row in rows if "feed_url" in row}
    assert [reasons[f"{name}{n}"] for name in ("feed", "moved", "index", "good")] == [
        *["unasked_not_modified"] * 3,
        "ok",
    ]
    [page] = [row for row in rows if row.get("page", "").endswith(f"/bai{n}")]
    assert page["reason"] == "unasked_not_modified"
    sent = [headers for path, headers in zip(site.asked, site.headers, strict=True) if path == f"/bai{n}"]
    assert [headers.get("cache-control") for headers in sent] == [None, "no-cache"], "asked twice, not more"


def test_a_cache_that_mends_its_answer_is_heard() -> None:
    with LocalSite({}) as site:
        polite = {"n": 0}

        def page(_: dict[str, str]) -> Reply:
            polite["n"] += 1
            return unchanged() if polite["n"] == 1 else Reply(feed_of("/x"), "text/xml")

        site.pages["/rss"] = page
        [poll] = crawled(Source("s", "B", site.home, (Feed(f"{site.home}rss"),)))
    assert (poll["reason"], len(poll["entries"])) == ("ok", 1)
    assert "if-none-match" not in site.headers[-1]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "t.db")
    yield opened
    opened.close()


def test_a_feed_that_was_never_read_is_told_and_a_true_304_is_good(tmp_path: Path, diembao: Diembao) -> None:
    """Three collections: the one source fails each time, the other answers 304 to its own validators."""
    with LocalSite({}) as site, LocalSite({}) as other:
        site.pages["/rss"] = unchanged(ETag='"v"')
        site.pages["/"] = Reply("x")
        other.pages["/rss"] = Reply(feed_of("/x"), "text/xml", headers={"ETag": '"v1"'})
        (tmp_path / "config").mkdir()
        tables = [
            f'[[source]]\nid = "{key}"\nname = "{key}"\nhome = "{s.home}"\ndelay_seconds = 0\n'
            f'feeds = [{{ url = "{s.home}rss" }}]\n'
            for key, s in (("never", site), ("good", other))
        ]
        (tmp_path / "config" / "sources.toml").write_text("\n".join(tables), "utf-8")
        reasons = []
        for _ in range(3):
            done = diembao("--home", tmp_path, "--json", "collect")
            rows = [row["collect"] for row in json_lines(done.stdout)]
            reasons.append({row["source_id"]: (row["feeds_failed"], row["reasons"]) for row in rows})
            other.pages["/rss"] = unchanged()
    assert [one["never"] for one in reasons] == [(1, {"unasked_not_modified": 1})] * 3
    assert [one["good"][0] for one in reasons] == [0, 0, 0]
    assert [h.get("if-none-match") for p, h in zip(other.asked, other.headers, strict=True) if p == "/rss"] == [
        *(None, '"v1"', '"v1"')
    ]


def test_it_lengthens_the_wait_and_keeps_the_page_waiting(storage: Database) -> None:
    assert failure_kind(Reason.UNASKED_304) == "soft"
    source = Source("ma", "Báo Mạ", "http://baoma.example/", (Feed("http://baoma.example/rss"),))
    storage.crawl.set_sources([source])
    run = storage.service.begin_run("collect", AT)
    poll = Poll("ma", source.feeds[0].url, AT, Reason.OK, entries=(Entry("http://baoma.example/a", "Tin"),))
    [candidate] = storage.crawl.save_poll(run, poll, recheck_all=False)
    storage.crawl.save_fetches(run, [FetchFailure(candidate.id, AT, candidate.url, Reason.UNASKED_304, 304)])
    [line] = storage.crawl.ledger(AT - timedelta(hours=1), AT + timedelta(hours=1))
    assert (line.outcome, line.attempts) == ("waiting", 1)
    assert line.next_try is not None
    storage.crawl.save_poll(run, replace(poll, reason=Reason.UNASKED_304, entries=()), recheck_all=False)
    [day] = storage.crawl.source_days(AT, AT + timedelta(hours=1))
    assert day.state == "failed"
