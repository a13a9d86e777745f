"""2,000 pages of a local site → what collecting them costs in CPU, as a ratio to Scrapy that only downloads them.

Each run is a process of its own, and its cost is the user and system time of it and all its children, as the system
counts them at its end: starting up, reading feeds and storing included. The site runs apart and is not counted.

"The same settings" are those of politeness and of load: delay, throttling, requests at once over all and for each
host, time and size limits, what is logged. `ours` is a bare spider with these, and with our guard, robots.txt,
patience, integrity and connection middlewares too; `stock` has Scrapy's own middlewares, handlers and extensions
beside them, which is Scrapy as it comes. Both are given the addresses and ask for no feeds, `stock` for no robots.txt.
"""

import gzip
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.records import CrawlSettings, Feed, Source

if TYPE_CHECKING:
    from benchmarks.goals import Goal

HOSTS, PAGES = 20, 2000
_ROUNDS = 2
SETTINGS = CrawlSettings(delay_seconds=0.0, contact="toa-soan@baothu.example")
#: of a page, before it is packed: about what a Vietnamese news page weighs
_BYTES = 100_000

#: settings that say how Scrapy is built, not how it is to behave
_OURS = (
    *("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES_BASE", "EXTENSIONS", "DOWNLOAD_HANDLERS", "TWISTED_DNS_RESOLVER"),
    *("CONCURRENT_ITEMS", "DOWNLOADER_STATS", "REFERER_ENABLED"),
)
_SCRIPT = (
    "<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}gtag('k',%d);</script>"
)


def page(number: int) -> bytes:
    """Return one page of about 100 KB: an article, and around it what pages have around articles."""
    from diembao.demo.articles import articles

    draw = random.Random(number)
    pool = [s for a in articles() for p in a.paragraphs for s in p.split(". ")]
    body = "".join(f"<p>{'. '.join(draw.choices(pool, k=4))}.</p>" for _ in range(12))
    around: list[str] = []
    size = 0
    while size < _BYTES - 2 * len(body):
        words = draw.choice(pool)[:80]
        link = f"/tin-{draw.randrange(10**6)}-{draw.randrange(10**6)}.html"
        around.append(
            f'<div class="box item-{draw.randrange(99)}"><a href="{link}" title="{words}"><img src="/i{link}.jpg"></a>'
            f'<h3><a href="{link}">{words}</a></h3></div>' + _SCRIPT % draw.randrange(10**9)
        )
        size += len(around[-1].encode())
    return (
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>Bài số {number}</title></head><body>"
        f"<nav>{''.join(around[::2])}</nav><article><h1>Bài số {number}</h1>{body}</article>"
        f"<aside>{''.join(around[1::2])}</aside></body></html>"
    ).encode()


def serve() -> None:
    """Serve the site at HOSTS ports until killed; print the ports."""
    from twisted.internet import reactor
    from twisted.web.resource import Resource
    from twisted.web.server import Site

    made = [gzip.compress(page(n), 6) for n in range(PAGES)]
    each = PAGES // HOSTS

    class Press(Resource):
        isLeaf = True

        host = 0

        def render_GET(self, request: Any) -> bytes:
            path = request.path.decode()
            if path == "/feed.xml":
                request.setHeader("Content-Type", "application/rss+xml")
                return feed(self.host * each, each)
            if not path.startswith("/bai-"):
                request.setResponseCode(404)
                return b""
            request.setHeader("Content-Type", "text/html; charset=utf-8")
            request.setHeader("Content-Encoding", "gzip")
            return made[int(path[5:-5])]

    network: Any = reactor
    make_press: Any = Press
    make_site: Any = Site
    ports: list[int] = []
    for host in range(HOSTS):
        press = make_press()
        press.host = host
        ports.append(network.listenTCP(0, make_site(press), interface="127.0.0.1").getHost().port)
    print(*ports, flush=True)
    network.run()


def feed(first: int, count: int) -> bytes:
    items = "".join(
        f"<item><title>Bài số {n}</title><link>/bai-{n}.html</link><guid>bai-{n}</guid>"
        f"<description>Bài số {n}: Cà Ná, Ninh Thuận, và những gì người đọc muốn biết thêm về đất này.</description>"
        "<pubDate>Mon, 16 Nov 2026 08:30:00 +0700</pubDate></item>"
        for n in range(first, first + count)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def sources(ports: Sequence[int]) -> list[Source]:
    homes = [f"http://127.0.0.1:{port}/" for port in ports]
    return [Source(f"s{n}", f"Báo {n}", home, (Feed(f"{home}feed.xml"),)) for n, home in enumerate(homes)]


def collect(ports: Sequence[int]) -> int:
    """Collect the site as `diembao collect` does, into a new database; return the number of pages stored."""
    from diembao.jobs.collection import collect as collect_job
    from storage.database import open_database

    with tempfile.TemporaryDirectory() as folder:
        storage = open_database(Path(folder) / "diembao.db")
        collect_job.collect(storage, sources(ports), SETTINGS, due_only=False, progress=lambda *_: None)
        stored = storage.maintenance.totals()["documents"]
        storage.close()
    return stored


def bare(ports: Sequence[int], *, ours: bool) -> int:
    """Download the same pages by a spider that does nothing with them; return how many came."""
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess

    from crawlers.settings import scrapy_settings

    each = PAGES // HOSTS
    came = 0

    class Bare(Spider):
        name = "bare"

        async def start(self) -> AsyncIterator[Request]:
            for n in range(PAGES):
                yield Request(f"http://127.0.0.1:{ports[n // each]}/bai-{n}.html", dont_filter=True)

        def parse(self, response: Any, **_: Any) -> None:
            nonlocal came
            came += response.status == 200

    # Its requests name no source, to which alone the addresses of `sources` would be open.
    open_to_all = tuple(f"127.0.0.1:{port}" for port in ports)
    settings = scrapy_settings(sources(ports), replace(SETTINGS, allow_private=open_to_all))
    if not ours:
        for name in (*_OURS, *(name for name in settings if name.startswith("DIEMBAO_"))):
            del settings[name]
        settings["CONCURRENT_REQUESTS"] = SETTINGS.concurrent_requests
    process = CrawlerProcess(settings)
    process.crawl(Bare)
    process.start()
    return came


TRIALS: dict[str, Callable[[Sequence[int]], int]] = {
    "collect": collect,
    "ours": lambda ports: bare(ports, ours=True),
    "stock": lambda ports: bare(ports, ours=False),
}


@contextmanager
def site() -> Iterator[list[int]]:
    """Run the site in a process of its own; give its ports."""
    command = [sys.executable, "-m", "benchmarks.crawl_cpu", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield [int(port) for port in server.stdout.readline().split()]
        finally:
            server.kill()


def cpu(trial: str, ports: Sequence[int]) -> float:
    """Run one trial; return the seconds of CPU that it and its children took. Raises RuntimeError if pages lack."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.crawl_cpu", trial, *map(str, ports)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or said.split()[-1:] != [str(PAGES)]:
        raise RuntimeError(f"{trial}: exit {process.returncode}, {said!r} of {PAGES} pages")
    return usage.ru_utime + usage.ru_stime


def measure() -> dict[str, float]:
    """Return the least seconds of CPU of each trial, in turn against one site."""
    seconds: dict[str, list[float]] = {trial: [] for trial in TRIALS}
    with site() as ports:
        for _ in range(_ROUNDS):  # in turn, so that a slow spell of the machine meets all of them
            for trial, taken in seconds.items():
                taken.append(cpu(trial, ports))
    return {trial: min(taken) for trial, taken in seconds.items()}


def goals(seconds: Mapping[str, float]) -> "list[Goal]":
    """Return the ratio of `measure` and what it must be."""
    from benchmarks.goals import Goal

    return [Goal("collect: CPU of 2,000 pages, as a bare spider's", seconds["collect"] / seconds["ours"], most=1.35)]


def report() -> "list[Goal]":
    """Print what collecting costs, its ratios and the goal; return the goals that are missed."""
    # Here, since each trial is this module in a new process.
    from benchmarks.goals import print_goals

    seconds = measure()
    print(f"collecting {PAGES} pages of 100 KB, packed, from {HOSTS} hosts: {seconds['collect']:.1f} s CPU")
    for name, what in (
        ("stock", "as Scrapy comes"),
        ("ours", "with our middlewares and Scrapy stripped as we strip it"),
    ):
        print(f"  bare spider {what}: {seconds[name]:.1f} s, ratio {seconds['collect'] / seconds[name]:.2f}")
    return print_goals("collect", goals(seconds))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case [trial, *ports]:
            print(TRIALS[trial]([int(port) for port in ports]))
        case _:
            sys.exit(bool(report()))
