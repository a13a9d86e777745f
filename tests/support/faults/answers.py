"""What a site in trouble can answer: bytes as they go over the wire, and the limits of the crawl that asks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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


PAGE = "<!doctype html><title>Bài</title><p>Một bài báo về Cà Ná.</p>".encode()
