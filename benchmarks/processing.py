"""`python -m benchmarks.processing`: what `process` costs, by who spends it: the parent that stores, the workers that read.

Recorded pages are read end to end, each several times under addresses of its own and with another real text put into
it, so that no two are one article; where there are none, the pages of the sample press. Texts about the province in
light pages show what the parent spends on articles that are searched, listed and placed in stories.

Each run is a process of its own. Its cost is the user and system time of it and of all its workers, as the system
counts them at its end, so that loading the program and the rules is in it.
"""

import argparse
import gzip
import html
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.records import Entry, Poll, Reason, Source
from tests.support.factories import store_pages

REAL = Path("/work/shared/real")
_START = datetime(2026, 11, 1, tzinfo=UTC)
#: pages of a poll
_POLL = 50
#: how often each recorded page is read, and how many texts about the province
_COPIES, _TEXTS = 6, 1000


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one run over `pages` pages."""

    pages: int
    parent: float
    workers: float
    wall: float

    @property
    def per_page(self) -> float:
        """Milliseconds of CPU for each page, parent and workers."""
        return 1000 * (self.parent + self.workers) / self.pages


def real_texts() -> list[tuple[str, str]]:
    """Return (title, text) of the labelled articles, else of those of the sample press."""
    if not (REAL / "dev.jsonl").exists():
        from diembao.demo.articles import articles

        return [(a.title, "\n".join(a.paragraphs)) for a in articles()]
    lines = [line for name in ("dev.jsonl", "dev2.jsonl") for line in (REAL / name).read_text().splitlines()]
    return [(record["title"], record["text"]) for record in map(json.loads, lines)]


def recorded_pages(copies: int) -> Iterator[Page]:
    """Yield the recorded pages, each `copies` times with another text in it; else those of the sample press."""
    listed = REAL / "pages" / "expected.jsonl"
    if listed.exists():
        records = [json.loads(line) for line in listed.read_text().splitlines()]
        pages = [Page(r["url"], gzip.decompress((REAL / "pages" / r["file"]).read_bytes())) for r in records]
    else:
        from benchmarks.__main__ import pages as sample_pages

        pages = [Page(url, body) for url, body in sample_pages()]
    texts = cycle(real_texts())
    for copy in range(copies):
        for page in pages:
            yield _changed(page, copy, next(texts)[1])


def _changed(page: Page, copy: int, text: str) -> Page:
    """Return a page at another address, with a text in front of its longest paragraph."""
    if not copy:
        return page
    path = urlsplit(page.url).path
    mark = path.rstrip("/") or path
    body = page.body.replace(mark.encode(), f"{mark}-{copy}".encode()) if len(mark) > 1 else page.body
    paragraphs = body.split(b"<p")
    longest = max(range(1, len(paragraphs)), key=lambda n: len(paragraphs[n]), default=0)
    paragraphs[longest] = b">" + html.escape(text[:400]).encode() + b"</p><p" + paragraphs[longest]
    return Page(page.url.replace(mark, f"{mark}-{copy}", 1), b"<p".join(paragraphs) if longest else body)


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
    bodies = {page.url: page.body for page in pages}
    for host, source in sources.items():
        own = [page.url for page in pages if urlsplit(page.url).netloc == host]
        for first in range(0, len(own), _POLL):
            entries = tuple(Entry(url) for url in own[first : first + _POLL])
            poll = Poll(source.id, f"{source.home}rss", _START, Reason.OK, 200, entries=entries)
            store_pages(storage, run, poll, lambda candidate: _body(bodies, candidate.url))
    storage.close()


def _body(bodies: dict[str, bytes], url: str) -> bytes:
    return bodies.get(url) or next(body for given, body in bodies.items() if given.startswith(url) or url in given)


def run(address: str, workers: int) -> None:
    """Process what waits in a database; print how many pages it were. The body of the measured process."""
    from config.rulebook import load_rulebook
    from config.settings import ProcessSettings
    from diembao.jobs.process import process
    from storage.database import open_database

    storage = open_database(address)
    counts = process(storage, (), load_rulebook(None), ProcessSettings(workers=workers), progress=lambda *_: None)
    storage.close()
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(sum(counts[name] for name in ("coverage", "irrelevant", "unreadable")), own.ru_utime + own.ru_stime)
    print(counts, file=sys.stderr)


def measure(address: str, workers: int) -> Cost:
    """Process a database by so many workers in a new process."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.processing", "--run", address, str(workers)]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read().split()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"processing ended with {process.returncode}")
    parent = float(said[1])
    return Cost(int(said[0]), parent, usage.ru_utime + usage.ru_stime - parent, time.monotonic() - began)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", nargs=2, metavar=("ADDRESS", "WORKERS"), help=argparse.SUPPRESS)
    parser.add_argument("--copies", type=int, default=_COPIES)
    parser.add_argument("--texts", type=int, default=_TEXTS)
    given = parser.parse_args(arguments)
    if given.run:
        run(given.run[0], int(given.run[1]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for name, pages in (
            ("recorded", list(recorded_pages(given.copies))),
            ("texts", list(text_pages(given.texts))),
        ):
            for workers in (2, 1) if name == "recorded" else (2,):
                address = f"sqlite:///{folder}/{name}{workers}.db"
                store(address, pages)
                cost = measure(address, workers)
                print(name, workers, cost, f"{cost.per_page:.1f} ms", f"parent {1000 * cost.parent / cost.pages:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
