"""Feeds, sitemaps and pages with something odd in them: entities, links, dates, cookies, logins, letters."""

import itertools
import time
from base64 import b64encode

from tests.support.faults.answers import Answer, Asked, items, reply, rss

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
