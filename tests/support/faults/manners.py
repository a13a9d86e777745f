"""Servers that answer late, in drips, in parts, never, elsewhere, or well only the next time."""

import itertools
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.support.faults.answers import PAGE, TIMEOUT, Answer, Asked, Reset, Serve, items, reply, rss


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
