"""Every fault, with the outcome it must end in."""

import gzip
import zlib
from dataclasses import dataclass

from pipeline.records import FeedKind, Reason
from tests.support.faults.answers import FEED_BYTES, PAGE, PAGE_BYTES, Serve, always, feed, items, rss
from tests.support.faults.content import (
    LAUGHS,
    SECRET,
    attributes,
    below,
    cookie,
    cookie_wall,
    dates,
    ids_change,
    index,
    login,
    login_page,
    moves,
    odd_links,
    site,
    windows_1258,
)
from tests.support.faults.manners import (
    bad_chunk,
    comes_back,
    drip_body,
    drip_head,
    endless,
    endless_head,
    farther,
    in_two_seconds,
    late,
    no_http,
    nothing,
    reset,
    reset_within,
    robots,
    short,
    silence,
    to,
)
from tests.support.faults.names import PUBLIC
from tests.support.faults.packing import (
    brotli_bomb,
    brotli_of,
    deflate_bomb,
    gzip_bomb,
    packed,
    packed_bomb,
    zstd_bomb,
    zstd_of,
)


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


def faults() -> tuple[Fault, ...]:
    """Return every fault."""
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
        Fault("gzip bomb", R.TOO_LARGE, packed_bomb(gzip_bomb, "gzip")),
        Fault("deflate bomb", R.TOO_LARGE, packed_bomb(deflate_bomb, "deflate")),
        Fault("brotli bomb", R.TOO_LARGE, packed_bomb(brotli_bomb, "br")),
        Fault("zstd bomb", R.TOO_LARGE, packed_bomb(zstd_bomb, "zstd")),
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
        Fault("sitemap bomb", R.TOO_LARGE, packed_bomb(lambda: gzip_bomb(b"<urlset>")), kind="sitemap"),
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
