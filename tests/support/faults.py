"""What goes wrong with other people's servers → a site for each fault on 127.0.0.1, and the outcome it must end in.

Run as a program inside a network namespace of its own (`unshare -rnm`): it serves the faults, crawls them once and
prints one JSON line for each feed and page, so that a guard that fails still sends nothing out.
"""

import gzip
import http.client
import itertools
import json
import os
import resource
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from pipeline.records import (
    Candidate,
    CrawlSettings,
    Feed,
    FeedKind,
    FeedState,
    Fetched,
    FetchFailure,
    Poll,
    Reason,
    Source,
)

#: Seconds that the crawl of the faults gives one request; a fault that never ends is one that outlasts it.
TIMEOUT = 4.0
FEED_BYTES = 4 * 2**20
PAGE_BYTES = 2 * 2**20

#: An answer: bytes as they go over the wire, the last thing said before the connection is closed.
Answer = Iterator[bytes]
Serve = Callable[["Asked"], Answer]


class Reset(Exception):
    """Raised by an answer to end its connection with RST instead of FIN."""


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    headers: dict[str, str]
    #: how often this path was asked before
    times: int
    port: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, at the feed or at the one page that a healthy feed lists."""

    name: str
    reason: Reason
    serve: Serve | None = None
    at: str = "feed"
    kind: FeedKind = "feed"
    #: entries that the feed must give all the same
    entries: int = 0
    #: the fault's whole address where it is not a path of its own site
    url: str = ""
    tls: str = ""
    #: pages that the healthy feed lists
    pages: int = 1
    #: the address where its site is, which a name server of the run tells once, and another one ever after
    at_address: str = "127.0.0.1"
    #: what the note must speak of, so that a person learns which of the causes of a reason it was
    note: str = ""


def reply(status: str, body: bytes = b"", *more: str, kind: str = "text/html; charset=utf-8") -> Answer:
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", *more]
    yield "\r\n".join([*head, "", ""]).encode() + body


def always(status: str, body: bytes = b"", *more: str, kind: str = "text/html; charset=utf-8") -> Serve:
    return lambda asked: reply(status, body, *more, kind=kind)


def items(count: int, link: str = "/bai-{n}.html") -> str:
    return "".join(
        f"<item><title>Cà Ná {n}</title><link>{link.format(n=n)}</link><guid>g{n}</guid></item>" for n in range(count)
    )


def rss(inner: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<rss version="2.0"><channel><title>Báo thử</title>{inner}</channel></rss>'.encode()


def feed(body: bytes, *more: str, kind: str = "application/rss+xml") -> Serve:
    return always("200 OK", body, *more, kind=kind)


#: An address out on the Internet (documentation says so of none that the guard lets pass), put on lo; and one inside.
PUBLIC, INSIDE = "93.184.216.34", "10.9.9.9"
PAGE = "<!doctype html><title>Bài</title><p>Một bài báo về Cà Ná.</p>".encode()


# -- the network -------------------------------------------------------------------------------------------


def silence(asked: Asked) -> Answer:
    time.sleep(TIMEOUT + 3)
    yield b""


def late(answer: Serve, seconds: float = 0.5) -> Serve:
    """Answer later than the pause between two requests: what waits for the host then waits for the answer only."""

    def serve_late(asked: Asked) -> Answer:
        time.sleep(seconds)
        yield from answer(asked)

    return serve_late


def reset(asked: Asked) -> Answer:
    raise Reset
    yield b""


def nothing(asked: Asked) -> Answer:
    yield b""


def drip_head(asked: Asked) -> Answer:
    yield b"HTTP/1.1 200 OK\r\n"
    for n in range(100):
        time.sleep(0.2)
        yield b"X-%d: y\r\n" % n


def drip_body(asked: Asked) -> Answer:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n"
    for _ in range(100):
        time.sleep(0.2)
        yield b"<p>"


def endless(asked: Asked) -> Answer:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss><channel>"
    yield from itertools.repeat(b"<item><title>x</title></item>" * 1000)


def endless_head(asked: Asked) -> Answer:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from (b"".join(b"X-%d-%d: %s\r\n" % (n, m, b"y" * 500) for m in range(100)) for n in itertools.count())


def short(asked: Asked) -> Answer:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 9000\r\n\r\n" + rss(items(2))


def bad_chunk(asked: Asked) -> Answer:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\nzz\r\nmore\r\n"


def reset_within(asked: Asked) -> Answer:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 9000\r\n\r\n<rss>"
    time.sleep(0.3)
    raise Reset


def no_http(asked: Asked) -> Answer:
    yield b"220 mail.example ESMTP ready\r\n250 OK\r\n\r\n"


def packed(body: bytes, encoding: str, kind: str = "application/rss+xml") -> Serve:
    return always("200 OK", body, f"Content-Encoding: {encoding}", kind=kind)


def bomb(pack: Callable[[bytes], bytes], end: Callable[[], bytes], first: bytes = b"") -> bytes:
    """Pack 80 MB of blanks, piece by piece, so that the memory of the run is not that of making them."""
    blank = b" " * 2**20
    return b"".join([pack(first + blank), *(pack(blank) for _ in range(79)), end()])


def gzip_bomb(first: bytes = b"") -> bytes:
    made = zlib.compressobj(9, wbits=31)
    return bomb(made.compress, made.flush, first)


def deflate_bomb() -> bytes:
    made = zlib.compressobj(9)
    return bomb(made.compress, made.flush)


def brotli_bomb() -> bytes:
    import brotli

    made = brotli.Compressor(quality=1)
    return bomb(made.process, made.finish)


def zstd_bomb() -> bytes:
    from backports import zstd

    made = zstd.ZstdCompressor()
    return bomb(made.compress, made.flush)


def brotli_of(body: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(body))


def zstd_of(body: bytes, window: int = 0) -> bytes:
    """Pack with a window of 2**window bytes; 0: as usual."""
    from backports import zstd

    options: dict[int, int] = {zstd.CompressionParameter.window_log: window} if window else {}
    made = zstd.ZstdCompressor(options=options)
    return made.compress(body) + made.flush()


def comes_back(status: str, *more: str, failures: int = 1) -> Serve:
    def serve(asked: Asked) -> Answer:
        if asked.times < failures:
            return reply(status, b"busy", *more)
        return reply("200 OK", rss(items(1)), kind="application/rss+xml")

    return serve


def in_two_seconds(asked: Asked) -> Answer:
    if asked.times < 1:
        return reply("429 Slow", b"", f"Retry-After: {format_datetime(datetime.now(UTC) + timedelta(seconds=2), True)}")
    return reply("200 OK", rss(items(1)), kind="application/rss+xml")


def to(target: str, status: str = "302 Found") -> Serve:
    return lambda asked: reply(status, b"", f"Location: {target.format(port=asked.port, n=asked.times)}")


def farther(asked: Asked) -> Answer:
    step = int(asked.path.rpartition("-")[2]) if "-" in asked.path else 0
    return reply("301 Moved", b"", f"Location: /step-{step + 1}")


def robots(answer: Serve) -> Serve:
    """Serve `answer` as robots.txt, and a good page at every other path."""

    def serve(asked: Asked) -> Answer:
        return answer(asked) if asked.path == "/robots.txt" else reply("200 OK", PAGE)

    return serve


# -- the content -------------------------------------------------------------------------------------------

LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha ha ha ha ha ha ha ha ha ha">'
    + "".join(f'<!ENTITY {n} "{"&" + p + ";"}{("&" + p + ";") * 9}">' for p, n in itertools.pairwise("abcdefghij"))
    + "]>"
)
SECRET = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
ODD = (
    "<item><title>không liên kết</title></item>"
    "<item><title>j</title><link>javascript:alert(1)</link></item>"
    "<item><title>d</title><link>data:text/html,x</link></item>"
    "<item><title>f</title><link>file:///etc/passwd</link></item>"
    "<item><link>/khong-tieu-de.html</link></item>"
    "<item><title>đệm</title><link>\n  //127.0.0.1:{port}/dem.html  \n</link></item>"
)


def site(*urls: str, tag: str = "urlset", item: str = "url", head: str = '<?xml version="1.0"?>') -> bytes:
    inner = "".join(f"<{item}><loc>{url}</loc></{item}>" for url in urls)
    return f'{head}<{tag} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</{tag}>'.encode()


def index(asked: Asked) -> Answer:
    """A sitemap index that lists itself, a sitemap that is not there, a broken one and a good one."""
    home = f"http://127.0.0.1:{asked.port}"
    if asked.path == "/good.xml":
        return reply("200 OK", site(f"{home}/bai-1.html"), kind="text/xml")
    if asked.path == "/broken.xml":
        return reply("200 OK", b"<urlset><url><loc>", kind="text/xml")
    if asked.path == "/gone.xml":
        return reply("410 Gone")
    children = (f"{home}{asked.path}", f"{home}/gone.xml", f"{home}/broken.xml", f"{home}/good.xml")
    return reply("200 OK", site(*children, tag="sitemapindex", item="sitemap"), kind="text/xml")


def odd_links(asked: Asked) -> Answer:
    return reply("200 OK", rss(ODD.replace("{port}", str(asked.port))), kind="application/rss+xml")


def cookie(asked: Asked) -> Answer:
    """A site that sets a cookie on the way to its feed, and must not see it again."""
    if "cookie" in asked.headers:
        return reply("500 Cookie came back")
    if asked.path == "/feed":
        return reply("302 Found", b"", "Location: /that", "Set-Cookie: id=1; Path=/")
    return reply("200 OK", rss(items(1)), "Set-Cookie: id=1; Path=/", kind="application/rss+xml")


def cookie_wall(asked: Asked) -> Answer:
    """A site that sends everyone round until the cookie comes back."""
    if "cookie" in asked.headers:
        return reply("200 OK", rss(items(1)), kind="application/rss+xml")
    return reply("302 Found", b"", f"Location: {asked.path}", "Set-Cookie: ok=1")


LOGIN = "ten:mật khẩu"


def login(asked: Asked) -> Answer:
    """A site that wants a name and password, and leads on to another host, which must not be told them."""
    known = asked.headers.get("authorization") == f"Basic {b64encode(LOGIN.encode()).decode()}"
    if asked.headers["host"].startswith("localhost"):
        told = "authorization" in asked.headers
        return reply("500 Told") if told else reply("200 OK", rss(items(1)), kind="application/rss+xml")
    return reply("302 Found", b"", f"Location: http://localhost:{asked.port}/that") if known else reply("401 Who?")


def dates(asked: Asked) -> Answer:
    """Entries without id, without date, and with dates that are none."""
    written = ("", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "31 Dec 9999 23:59:59 GMT", "0", "1763600000")
    inner = "".join(
        f"<item><title>Bài {n}</title><link>/bai-{n}.html</link><pubDate>{w}</pubDate></item>"
        for n, w in enumerate(written)
    )
    return reply("200 OK", rss(inner + "<item><link>/bai-x.html</link></item>"), kind="application/rss+xml")


def moves(asked: Asked) -> Answer:
    """A feed at a name that leads inside from the second time on that the name server is asked for it."""
    return reply("200 OK", rss(items(1)), kind="application/rss+xml")


def login_page(asked: Asked) -> Answer:
    """A page for subscribers only: the crawl gets the form, and reading tells it from an article."""
    if asked.path == "/dang-nhap":
        return reply("200 OK", "<title>Đăng nhập</title><form><input type=password></form>".encode())
    return reply("302 Found", b"", "Location: /dang-nhap")


def below(asked: Asked) -> Answer:
    """Relative links, against the feed's address after a redirect, and against xml:base."""
    if asked.path == "/feed":
        return reply("302 Found", b"", "Location: /sau/day/tin.xml")
    based = '<entry xml:base="/goc/"><title>b</title><link href="b.html"/><id>b</id></entry>'
    plain = '<entry><title>a</title><link href="../a.html"/><id>a</id></entry>'
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>{plain}{based}</feed>'
    return reply("200 OK", body.encode(), kind="application/atom+xml")


def ids_change(asked: Asked) -> Answer:
    body = rss(items(2).replace("<guid>", f"<guid>{time.time_ns()}-"))
    return reply("200 OK", body, kind="application/rss+xml")


def faults() -> tuple[Fault, ...]:
    """Return every fault; the bombs are made here, so call it once."""
    R = Reason
    two, many = rss(items(2)), rss(items(400))
    moving = "http://doi-cho.example:{port}/feed"
    name = "Cà Ná".encode()
    declared = b'<?xml version="1.0" encoding="iso-8859-1"?>'
    utf_16 = '<?xml version="1.0" encoding="utf-16"?>'
    year = always("429 Slow", b"", "Retry-After: 31536000")
    laughs = rss("<item><title>&j;</title><link>/a</link></item>", LAUGHS)
    secret = rss("<item><title>&x;</title><link>/a</link></item>", SECRET)
    refused = always("200 OK", b"User-agent: *\nDisallow: /page\n", kind="text/plain")
    refresh = b"<meta http-equiv=refresh content='0;url=http://10.9.9.9:9999/'>x"
    huge = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n<"
    vietnamese = rss("<item><title>Gió mạnh ở Cà Ná</title><link>/a.html</link></item>", "")
    at_feed = (
        # the network
        Fault("dns", R.DNS, url="http://khong-co.invalid/feed"),
        Fault("refused", R.REFUSED, url="http://127.0.0.1:9/feed"),
        Fault("reset", R.RESET, reset),
        Fault("hangs up", R.LOST, nothing),
        Fault("no answer", R.TIMEOUT, silence),
        Fault("headers drip", R.TIMEOUT, drip_head),
        Fault("body drips", R.TIMEOUT, drip_body),
        Fault("endless body", R.TOO_LARGE, endless),
        Fault("endless headers", R.TOO_LARGE, endless_head),
        Fault("says it is huge", R.TOO_LARGE, lambda a: iter([huge])),
        Fault("gzip bomb", R.TOO_LARGE, packed(gzip_bomb(), "gzip")),
        Fault("deflate bomb", R.TOO_LARGE, packed(deflate_bomb(), "deflate")),
        Fault("brotli bomb", R.TOO_LARGE, packed(brotli_bomb(), "br")),
        Fault("zstd bomb", R.TOO_LARGE, packed(zstd_bomb(), "zstd")),
        Fault("zstd window of 2 GB", R.BAD_COMPRESSION, packed(zstd_of(many, window=31), "zstd"), note="damaged"),
        Fault("gzip cut short", R.BAD_COMPRESSION, packed(gzip.compress(many)[:-900], "gzip"), note="cut off"),
        Fault("deflate cut short", R.BAD_COMPRESSION, packed(zlib.compress(many)[:-900], "deflate"), note="cut off"),
        Fault("brotli cut short", R.BAD_COMPRESSION, packed(brotli_of(many)[:-90], "br"), note="cut off"),
        Fault("zstd cut short", R.BAD_COMPRESSION, packed(zstd_of(many)[:-90], "zstd"), note="cut off"),
        Fault("brotli that is none", R.BAD_COMPRESSION, packed(two, "br"), note="damaged"),
        Fault("two encodings", R.OK, packed(brotli_of(gzip.compress(two)), "gzip, br"), entries=2),
        Fault("brotli", R.OK, packed(brotli_of(two), "br"), entries=2),
        Fault("zstd", R.OK, packed(zstd_of(two), "zstd"), entries=2),
        Fault("gzip that is none", R.OK, packed(two, "gzip"), entries=2),
        Fault("unknown encoding", R.HTTP_OTHER, packed(two, "rot13"), note="rot13"),
        Fault("body too short", R.CUT_OFF, short),
        Fault("bad chunk", R.BAD_CHUNKS, bad_chunk),
        Fault("reset within body", R.RESET, reset_within),
        Fault("speaks no HTTP", R.NOT_HTTP, no_http),
        # the server's answer
        Fault("500 always", R.SERVER_ERROR, always("500 Oops")),
        Fault("503 twice, then well", R.OK, comes_back("503 Busy", failures=2), entries=1),
        Fault("429, come back in seconds", R.OK, comes_back("429 Slow", "Retry-After: 2"), entries=1),
        Fault("429, come back at a time", R.OK, in_two_seconds, entries=1),
        Fault("429, come back in a year", R.RATE_LIMITED, year, note="Retry-After"),
        Fault("429, nonsense", R.RATE_LIMITED, always("429 Slow", b"", "Retry-After: soon")),
        Fault("401", R.FORBIDDEN, always("401 Unauthorized")),
        Fault("403", R.FORBIDDEN, always("403 Forbidden")),
        Fault("404", R.NOT_FOUND, always("404 Not Found")),
        Fault("410", R.GONE, always("410 Gone")),
        Fault("451", R.FORBIDDEN, always("451 Legal"), note="451"),
        Fault("418", R.HTTP_OTHER, always("418 Teapot"), note="418"),
        Fault("204", R.EMPTY, lambda a: iter([b"HTTP/1.1 204 No Content\r\n\r\n"])),
        Fault("empty", R.EMPTY, feed(b"")),
        Fault("blank", R.EMPTY, feed(b" \r\n\t ")),
        Fault("redirect loop", R.REDIRECTS, to("/feed")),
        Fault("redirect without end", R.REDIRECTS, farther),
        Fault("redirect to nowhere", R.NO_LOCATION, always("302 Found")),
        Fault("redirect to bad address", R.INVALID_LINK, to("http://[::1/x")),
        # TLS
        Fault("self-signed", R.TLS, feed(two), tls="self"),
        Fault("expired", R.TLS, feed(two), tls="expired"),
        Fault("other host's certificate", R.TLS, feed(two), tls="other"),
        Fault("no TLS on its port", R.TLS, feed(two), tls="none"),
        Fault("good certificate", R.OK, feed(two), tls="good", entries=2),
        # what a feed is not
        Fault("HTML as feed", R.NOT_A_FEED, feed(PAGE)),
        Fault("JSON as feed", R.NOT_A_FEED, feed(b'{"error": "no"}', kind="application/json")),
        Fault("JSON list as feed", R.NOT_A_FEED, feed(b"[1, 2]", kind="application/json")),
        Fault("words as feed", R.NOT_A_FEED, feed(b"Service temporarily unavailable")),
        Fault("broken JSON feed", R.BAD_FEED, feed(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{')),
        Fault("100,000 entries", R.OK, feed(rss(items(100_000))[: FEED_BYTES - 100]), entries=500, note="first 500"),
        Fault("100,000 attributes", R.BAD_FEED, feed(rss(attributes(100_000))), note="time"),
        Fault("nested 100,000 deep", R.BAD_FEED, feed(rss("<a>" * 100_000))),
        Fault("a thousand million laughs", R.OK, feed(laughs), entries=1),
        Fault("external entity", R.OK, feed(secret), entries=1),
        # what a feed is, somehow
        Fault("cut off", R.OK, feed(two[:-25]), entries=2, note="unclosed"),
        Fault("bare ampersand", R.OK, feed(two.replace(name, b"A & B")), entries=2),
        Fault("NUL bytes", R.OK, feed(two.replace(name, b"C\x00a")), entries=2),
        Fault("surrogate reference", R.OK, feed(two.replace(name, b"C&#xD800;a")), entries=2),
        Fault("reference beyond Unicode", R.OK, feed(two.replace(name, b"C&#x110000;&#99999999999;a")), entries=2),
        Fault("wrong charset in header", R.OK, feed(vietnamese, kind="text/xml; charset=iso-8859-1"), entries=1),
        Fault("wrong charset in declaration", R.OK, feed(declared + vietnamese), entries=1),
        Fault("two bad bytes", R.OK, feed(vietnamese.replace(b"</title><link>", b"\xff\xfe</title><link>")), entries=1),
        Fault("UTF-16", R.OK, feed((utf_16 + vietnamese.decode()).encode("utf-16")), entries=1),
        Fault("windows-1258", R.OK, feed(windows_1258(vietnamese)), entries=1),
        Fault("byte-order mark and blank lines", R.OK, feed(b"\xef\xbb\xbf\n\n" + two), entries=2),
        Fault("gzip file as feed", R.OK, feed(gzip.compress(two), kind="application/gzip"), entries=2),
        Fault("odd links", R.OK, odd_links, entries=2),
        Fault("ids change each time", R.OK, ids_change, entries=2),
        Fault("wants its cookie back", R.OK, cookie, entries=1),
        Fault("cookie wall", R.REDIRECTS, cookie_wall),
        Fault("wants a login", R.OK, login, entries=1),
        Fault("wants another login", R.FORBIDDEN, login, note="401"),
        Fault("without ids and dates", R.OK, dates, entries=7),
        Fault("relative links", R.OK, below, entries=2),
        Fault("name that moves inside", R.OK, moves, url=moving, entries=1, at_address=PUBLIC),
        # sitemaps
        Fault("sitemap index in trouble", R.OK, index, kind="sitemap", entries=1, note="gone.xml"),
        Fault("HTML as sitemap", R.NOT_A_FEED, feed(PAGE), kind="sitemap"),
        Fault("sitemap with entities", R.BAD_FEED, feed(site("http://a.example/&j;", head=LAUGHS)), kind="sitemap"),
        Fault("sitemap bomb", R.TOO_LARGE, feed(gzip_bomb(b"<urlset>")), kind="sitemap"),
        Fault("section page without links", R.NOT_A_FEED, feed(PAGE, kind="text/html"), kind="listing"),
    )  # fmt: skip
    inside = ("169.254.169.254", "10.9.9.9", "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]",
              "[::ffff:10.9.9.9]", "localhost", "noi-bo.example", "[64:ff9b::a09:909]", "１２７.0.0.1")  # fmt: skip
    at_page = (
        *(Fault(f"redirect into {host}", R.UNSAFE_ADDRESS, to(f"http://{host}:9999/"), "page") for host in inside),
        *(Fault(f"link into {host}", R.UNSAFE_ADDRESS, at="page", url=f"http://{host}:9999/x") for host in inside),
        *(
            Fault(f"redirect to {target[:4]}", R.UNSAFE_ADDRESS, to(target), "page")
            for target in ("file:///etc/passwd", "ftp://10.9.9.9/x", "gopher://x/", "data:text/html,x")
        ),
        Fault("redirect to javascript", R.INVALID_LINK, to("javascript:x"), "page"),
        Fault("robots.txt refuses", R.ROBOTS, robots(refused), "page"),
        Fault("robots.txt 500", R.ROBOTS_UNREACHABLE, robots(always("500 Oops"))),
        Fault("robots.txt never comes", R.TIMEOUT, robots(silence)),
        Fault("robots.txt endless", R.ROBOTS_UNREACHABLE, robots(endless)),
        Fault("robots.txt inside", R.ROBOTS_UNREACHABLE, robots(to("http://10.9.9.9:9999/robots.txt"))),
        Fault("robots.txt is HTML", R.OK, robots(always("200 OK", PAGE)), "page"),
        Fault("robots.txt 403", R.OK, robots(always("403 Forbidden")), "page"),
        Fault("PDF", R.NOT_HTML, always("200 OK", b"%PDF-1.7 \x00\x01", kind="application/pdf"), "page"),
        Fault("picture called HTML", R.NOT_HTML, always("200 OK", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00"), "page"),
        Fault("page too large", R.TOO_LARGE, always("200 OK", PAGE + b"x" * PAGE_BYTES), "page"),
        Fault("empty page", R.EMPTY, always("200 OK"), "page"),
        Fault("page 404", R.NOT_FOUND, always("404 Not Found"), "page"),
        Fault("page 410", R.GONE, always("410 Gone"), "page"),
        Fault("page sends to its login", R.OK, login_page, "page"),
        Fault("page says it is brotli", R.BAD_COMPRESSION, packed(PAGE, "br", "text/html"), "page"),
        Fault("paid page", R.PAYWALL, always("402 Payment Required"), "page"),
        Fault("meta refresh inside", R.OK, always("200 OK", refresh), "page"),
        Fault("thirty pages, no answer", R.TIMEOUT, silence, "page", pages=30),
        Fault("thirty pages, come back in a year", R.RATE_LIMITED, year, "page", pages=30),
        Fault("thirty pages, come back in a year, said late", R.RATE_LIMITED, late(year), "page", pages=30),
    )  # fmt: skip
    return at_feed + at_page


def attributes(count: int) -> str:
    return "<item " + " ".join(f'a{n}="1"' for n in range(count)) + "/>"


def windows_1258(body: bytes) -> bytes:
    """Return UTF-8 bytes in the old Vietnamese code page, which writes most tones as marks of their own."""
    import unicodedata

    text = '<?xml version="1.0" encoding="windows-1258"?>' + body.decode()
    whole = "".join(c if _fits(c) else unicodedata.normalize("NFD", c) for c in text)
    # NFD puts the circumflex or horn apart, too, where the code page has one letter with it.
    for parts, letter in (("a\u0302", "â"), ("e\u0302", "ê"), ("o\u0302", "ô"), ("o\u031b", "ơ"), ("u\u031b", "ư")):
        whole = whole.replace(parts, letter)
    return whole.encode("cp1258", "replace")


def _fits(character: str) -> bool:
    try:
        return bool(character.encode("cp1258"))
    except UnicodeEncodeError:
        return False


# -- serving -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Site:
    """One host:port, for one fault."""

    fault: Fault
    listening: socket.socket
    context: ssl.SSLContext | None
    asked: list[tuple[float, str]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    @property
    def home(self) -> str:
        scheme = "https" if self.fault.tls else "http"
        return f"{scheme}://{'localhost' if self.fault.tls else '127.0.0.1'}:{self.port}"

    @property
    def feed(self) -> str:
        own = self.fault.at == "feed" and self.fault.url
        return self.fault.url.replace("{port}", str(self.port)) if own else f"{self.home}/feed"

    def run(self) -> None:
        while True:
            connection, _ = self.listening.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(30)
            if self.fault.tls == "none":
                connection.sendall(b"HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n")
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            asked = self._read(connection)
            for piece in self._answer(asked):
                connection.sendall(piece)
        except Reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def _read(self, connection: socket.socket) -> Asked:
        stream = connection.makefile("rb")
        _, path, _ = stream.readline(9000).decode("latin-1").split()
        headers = {name.lower(): value for name, value in http.client.parse_headers(stream).items()}
        times = sum(1 for _, other in self.asked if other == path)
        self.asked.append((time.monotonic(), path))
        return Asked(path, headers, times, self.port)

    def _answer(self, asked: Asked) -> Answer:
        fault = self.fault
        whole = fault.serve is not None and "robots" in fault.name
        if asked.path == "/feed" and fault.at == "page":
            link = fault.url or "/page-{n}.html"
            return reply("200 OK", rss(items(fault.pages, link)), kind="application/rss+xml")
        if fault.serve is None or (asked.path == "/robots.txt" and not whole):
            return reply("404 Not Found")
        if asked.path.startswith("/bai-"):
            return reply("200 OK", PAGE)
        return fault.serve(asked)


def certificates(folder: Path) -> dict[str, ssl.SSLContext]:
    """Make an authority and what it signed; the authority is trusted by this process alone."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    root = ec.generate_private_key(ec.SECP256R1())

    def sign(
        host: str, issuer: str, signer: ec.EllipticCurvePrivateKey, key: Any, end: datetime, authority: bool
    ) -> Any:
        builder = x509.CertificateBuilder(name(issuer), name(host), key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=9)).not_valid_after(end)
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(signer, hashes.SHA256())

    later = now + timedelta(days=9)
    authority = sign("root.example", "root.example", root, root, later, True)
    (folder / "root.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    wanted = {
        "good": ("localhost", later),
        "expired": ("localhost", now - timedelta(days=1)),
        "other": ("other.example", later),
        "self": ("localhost", later),
    }
    made: dict[str, ssl.SSLContext] = {}
    for kind, (host, end) in wanted.items():
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, signer = (host, key) if kind == "self" else ("root.example", root)
        file = folder / f"{kind}.pem"
        file.write_bytes(
            sign(host, issuer, signer, key, end, False).public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        made[kind] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made[kind].load_cert_chain(file)
    return made


def serve(given: tuple[Fault, ...], contexts: dict[str, ssl.SSLContext]) -> list[Site]:
    sites = []
    for fault in given:
        listening = socket.create_server((fault.at_address, 0), backlog=64)
        sites.append(Site(fault, listening, contexts.get(fault.tls)))
        threading.Thread(target=sites[-1].run, daemon=True).start()
    return sites


def answer_names() -> None:
    """Answer every name: the first time with PUBLIC, and ever after with an address of the inner network."""
    asked: set[bytes] = set()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def run() -> None:
        while True:
            query, peer = server.recvfrom(512)
            end = query.index(b"\0", 12) + 5
            name, kind = query[12 : end - 4], query[end - 4 : end - 2]
            # header: an answer to this id, one question; records: a pointer to the name, kind, class, TTL 0
            known = kind == b"\0\1" and b"\x07doi-cho" in name
            address = socket.inet_aton(INSIDE if name in asked else PUBLIC)
            record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + address if known else b""
            code = b"\x81\x80" if known or b"\x07doi-cho" in name else b"\x81\x83"
            counts = b"\0\1" + (b"\0\1" if known else b"\0\0") + b"\0\0\0\0"
            server.sendto(query[:2] + code + counts + query[12:end] + record, peer)
            if known:
                asked.add(name)

    threading.Thread(target=run, daemon=True).start()


class Notebook:
    """A Desk that writes down what it is told, one JSON line each, and wants every page of a fault at a page."""

    def __init__(self, at_page: dict[str, Fault]) -> None:
        self._at_page, self._urls, self.lines = at_page, dict[int, tuple[str, str]](), list[dict[str, Any]]()

    def feed_state(self, feed_url: str, /) -> FeedState:
        return FeedState(feed_url)

    def save_poll(self, poll: Poll, /) -> list[Candidate]:
        line = {"poll": poll.source_id, "reason": poll.reason, "note": poll.note, "invalid": poll.invalid}
        entries = [(e.title, e.url) for e in poll.entries[:5]]
        self.lines.append(line | {"count": len(poll.entries), "entries": entries, "etag": poll.etag})
        wanted = poll.entries if poll.source_id in self._at_page else ()
        found = [
            Candidate(len(self._urls) + n, poll.source_id, poll.feed_url, e.url, e) for n, e in enumerate(wanted, 1)
        ]
        self._urls |= {c.id: (poll.source_id, c.url) for c in found}
        return found

    def save_fetch(self, result: Fetched | FetchFailure, /) -> None:
        source, url = self._urls[result.candidate_id]
        reason = result.reason if isinstance(result, FetchFailure) else Reason.OK
        note = result.note if isinstance(result, FetchFailure) else ""
        self.lines.append({"page": source, "reason": reason, "note": note, "url": url, "to": result.url})


def own_peak() -> int:
    """Return the most memory this process has held, in KiB; getrusage would count that of its parent too."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))


def main(folder: Path) -> None:
    """Serve every fault and crawl them all at once; print what the desk was told, and what the crawl cost."""
    for command in ("link set lo up", *(f"addr add {ip}/32 dev lo" for ip in ("169.254.169.254", INSIDE, PUBLIC))):
        subprocess.run(["ip", *command.split()], check=True)
    (folder / "hosts").write_text("127.0.0.1 localhost\n10.9.9.9 noi-bo.example\n", "utf-8")
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", "utf-8")
    for name in ("hosts", "resolv.conf"):
        subprocess.run(["mount", "--bind", str(folder / name), f"/etc/{name}"], check=True)
    answer_names()
    contexts = certificates(folder)
    os.environ["SSL_CERT_FILE"] = str(folder / "root.pem")
    intruders: list[str] = []

    def watch(secret: socket.socket) -> None:
        while True:
            connection, _ = secret.accept()
            intruders.append(str(connection.getsockname()))
            connection.close()

    sites = serve(faults(), contexts)
    secrets = [("0.0.0.0", 9999), *((INSIDE, s.port) for s in sites if s.fault.at_address == PUBLIC)]
    for secret in secrets:
        threading.Thread(target=watch, args=(socket.create_server(secret),), daemon=True).start()
    sources = [
        Source(
            s.fault.name,
            s.fault.name,
            s.home,
            (Feed(s.feed, s.fault.kind),),
        )
        for s in sites
    ]
    desk = Notebook({s.fault.name: s.fault for s in sites if s.fault.at == "page"})
    settings = CrawlSettings(
        contact="toa-soan@baothu.example", delay_seconds=0.05, timeout_seconds=TIMEOUT, max_feed_bytes=FEED_BYTES,
        max_page_bytes=PAGE_BYTES, max_entries=500,
        allow_private=tuple(f"localhost:{s.port}" for s in sites if s.fault.name == "wants a login"),
    )  # fmt: skip
    from crawlers.crawl import crawl

    began, before = time.monotonic(), own_peak()
    crawl(sources, [], desk, settings, {"wants a login": LOGIN})
    cost = {
        "seconds": round(time.monotonic() - began, 1),
        "before_mb": before // 1024,
        "own_mb": own_peak() // 1024,
        "child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "intruders": intruders,
        "asked": {s.fault.name: [(round(at - began, 2), path) for at, path in s.asked] for s in sites},
    }
    for line in [*desk.lines, cost]:
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
