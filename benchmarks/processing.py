"""`python -m benchmarks.processing`: CPU that `process` takes, in the parent that stores and in the workers that read.

Recorded pages are read end to end, each several times under an address and at a time of its own and with another real
text in it that is not about the province, so that no two are one article; where there are none, the pages of the sample
press. Labelled texts in light pages, half of them about the province, show what the parent spends on articles that are
searched, listed and put into stories.

Each run is a process of its own. Its cost is the user and system time of it and of all its workers, as the system
counts them at its end, so that loading the program and the rules is in it. What the parent takes for a page is its time
from when it has loaded them. The gain of a second worker is one of the clock: it says something on a quiet machine.
"""

import argparse
import gzip
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from benchmarks.goals import Goal, print_goals
from pipeline.records import Entry, Poll, Reason, Source
from pipeline.text.address_shapes import article_number
from pipeline.text.urls import normalise_url
from tests.support.factories import store_pages

REAL = Path(__file__).resolve().parents[2] / "shared" / "real"
_START = datetime(2026, 11, 1, tzinfo=UTC)
#: pages of a poll
_POLL = 50
#: how often each recorded page is read, and how many texts about the province
_COPIES, _TEXTS = 6, 1000
#: The minute in a time as pages state it for machines.
_MINUTE = re.compile(rb"(\d{4}-\d\d-\d\d[T ]\d\d:)(\d\d)")

#: What stands in a paragraph of words and few tags.
_PARAGRAPH = re.compile(rb"(?s)<p(?:\s[^>]*)?>((?:(?!<p[\s>]|</p>|<script|<div).)+)</p>")


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one run over `pages` pages, `about` of them about the province."""

    pages: int
    about: int
    #: CPU of the parent, and what of it went into loading the program and the rules
    parent: float
    loading: float
    workers: float
    wall: float

    @property
    def per_page(self) -> float:
        """Milliseconds of CPU for each page, parent and workers."""
        return 1000 * (self.parent + self.workers) / self.pages

    @property
    def storing(self) -> float:
        """Milliseconds of CPU that the parent takes for each page."""
        return 1000 * (self.parent - self.loading) / self.pages


def real_texts(grades: Collection[str] = ("main", "mention", "no")) -> list[tuple[str, str]]:
    """Return (title, text) of the labelled articles of these grades, else of all those of the sample press."""
    if not (REAL / "dev.jsonl").exists():
        from diembao.demo.articles import articles

        return [(a.title, "\n".join(a.paragraphs)) for a in articles()]
    lines = [line for name in ("dev.jsonl", "dev2.jsonl") for line in (REAL / name).read_text().splitlines()]
    records = map(json.loads, lines)
    return [(record["title"], record["text"]) for record in records if record["about_ninh_thuan"] in grades]


def recorded_pages(copies: int) -> Iterator[Page]:
    """Yield the recorded pages, each `copies` times with another text in it; else those of the sample press."""
    listed = REAL / "pages" / "expected.jsonl"
    if listed.exists():
        records = [json.loads(line) for line in listed.read_text().splitlines()]
        pages = [Page(r["url"], gzip.decompress((REAL / "pages" / r["file"]).read_bytes())) for r in records]
    else:
        from benchmarks.__main__ import pages as sample_pages

        pages = [Page(url, body) for url, body in sample_pages()]
    texts = cycle(real_texts(("no",)))
    for copy in range(copies):
        for page in pages:
            yield _changed(page, copy, next(texts)[1]) if copy else page


def _changed(page: Page, copy: int, text: str) -> Page:
    """Return a page at another address and time, whose longest paragraph begins with a text."""
    body, path = page.body, urlsplit(page.url).path
    mark = path.rstrip("/") or path
    new = mark
    if number := article_number(page.url):
        other = f"{int(number) + copy:0{len(number)}}"
        new, body = mark.replace(number, other), body.replace(number.encode(), other.encode())
    if len(mark) > 1:
        body = body.replace(new.encode(), f"{new}-{copy}".encode())
    new = f"{new}-{copy}"
    body = _MINUTE.sub(lambda found: found[1] + b"%02d" % ((int(found[2]) + 7 * copy) % 60), body)
    if paragraph := max(_PARAGRAPH.finditer(body), key=lambda found: len(found[1]), default=None):
        body = body[: paragraph.start(1)] + html.escape(text[:400]).encode() + b" " + body[paragraph.start(1) :]
    return Page(page.url.replace(mark, new, 1), body)


def text_pages(count: int) -> Iterator[Page]:
    """Yield light pages of the labelled articles."""
    for n, (title, text) in enumerate(islice(cycle(real_texts()), count)):
        again = f" {n}" if n >= len(real_texts()) else ""
        head = f"<title>{html.escape(title)}{again}</title>"
        body = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
        at = _START - timedelta(minutes=n)
        yield Page(
            f"https://bao{n % 30}.example/tin-{n}.html",
            f"<html lang=vi><head><meta charset=utf-8>{head}<meta property='article:published_time' "
            f"content='{at:%Y-%m-%dT%H:%M:%SZ}'></head><body><article><h1>{html.escape(title)}{again}</h1>{body}"
            "</article></body></html>".encode(),
        )


def store(address: str, pages: Sequence[Page]) -> None:
    """Put pages into a new database as a collection does."""
    from storage.database import open_database

    storage = open_database(address)
    hosts = sorted({urlsplit(page.url).netloc for page in pages})
    sources = {host: Source(f"s{n}", f"Báo {n}", f"https://{host}/", ()) for n, host in enumerate(hosts)}
    storage.crawl.set_sources(list(sources.values()))
    run = storage.service.begin_run("collect", _START)
    bodies = {normalise_url(page.url): page.body for page in pages}
    for host, source in sources.items():
        own = [page.url for page in pages if urlsplit(page.url).netloc == host]
        for first in range(0, len(own), _POLL):
            entries = tuple(Entry(url) for url in own[first : first + _POLL])
            poll = Poll(source.id, f"{source.home}rss", _START, Reason.OK, 200, entries=entries)
            store_pages(storage, run, poll, lambda candidate: bodies[candidate.url])
    storage.close()


def run(address: str, workers: int) -> None:
    """Process what waits in a database, as the command does; print pages, CPU of this process and that of loading."""
    from config.rulebook import load_rulebook
    from config.settings import ProcessSettings
    from diembao.jobs.process import process
    from storage.database import open_database

    storage = open_database(address)
    rules = load_rulebook(None)
    loaded = time.process_time()
    counts = process(storage, (), rules, ProcessSettings(workers=workers), progress=lambda *_: None)
    storage.close()
    pages = sum(counts[name] for name in ("coverage", "irrelevant", "unreadable"))
    print(pages, counts["coverage"], time.process_time(), loaded)


def measure(address: str, workers: int) -> Cost:
    """Process a database by so many workers in a new process. Raises RuntimeError where that fails."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.processing", "--run", address, str(workers)]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read().split()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode or len(said) != 4:
        raise RuntimeError(f"processing ended with {process.returncode}")
    parent, loading = float(said[2]), float(said[3])
    return Cost(int(said[0]), int(said[1]), parent, loading, usage.ru_utime + usage.ru_stime - parent, wall)


def costs(copies: int, texts: int) -> dict[str, Cost]:
    """Return the cost of recorded pages by one worker and by two, and of light pages by two."""
    found: dict[str, Cost] = {}
    with tempfile.TemporaryDirectory() as folder:
        recorded = list(recorded_pages(copies))
        light = list(text_pages(texts))
        for name, pages, workers in (
            ("recorded, 1 worker", recorded, 1),
            ("recorded, 2 workers", recorded, 2),
            ("light, 2 workers", light, 2),
        ):
            address = f"sqlite:///{folder}/{name.replace(', ', '-').replace(' ', '-')}.db"
            store(address, pages)
            found[name] = measure(address, workers)
    return found


def goals(found: Mapping[str, Cost]) -> list[Goal]:
    """Return the figures of `costs` and what they must be."""
    one, two, light = (found[name] for name in ("recorded, 1 worker", "recorded, 2 workers", "light, 2 workers"))
    return [
        Goal("process: CPU of a recorded page, parent and workers", two.per_page, most=60, unit=" ms"),
        Goal("process: the parent's CPU for a recorded page", two.storing, most=4, unit=" ms"),
        Goal("process: the parent's CPU for a light page, half of them articles", light.storing, most=4, unit=" ms"),
        Goal("process: pages by the clock with two workers, as those with one", one.wall / two.wall, least=1.8),
    ]


def main(arguments: Sequence[str] | None = None) -> list[Goal]:
    """Print the figures; return the goals that are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", nargs=2, metavar=("ADDRESS", "WORKERS"), help=argparse.SUPPRESS)
    parser.add_argument("--copies", type=int, default=_COPIES, help="how often each recorded page is read")
    parser.add_argument("--texts", type=int, default=_TEXTS, help="light pages")
    given = parser.parse_args(arguments)
    if given.run:
        run(given.run[0], int(given.run[1]))
        return []
    found = costs(given.copies, given.texts)
    table = Table("pages", "read", "about", "CPU a page", "parent's", "workers'", "s to load", "s by the clock")
    for name, cost in found.items():
        workers = f"{1000 * cost.workers / cost.pages:.1f} ms"
        figures = (f"{cost.per_page:.1f} ms", f"{cost.storing:.2f} ms", workers, f"{cost.loading:.1f}")
        table.add_row(name, str(cost.pages), str(cost.about), *figures, f"{cost.wall:.0f}")
    Console(width=120).print(table)
    return print_goals("process", goals(found))


if __name__ == "__main__":
    sys.exit(bool(main()))
