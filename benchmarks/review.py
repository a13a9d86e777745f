"""`python -m benchmarks.review`: what the desk answers in, in a small and a large database (--few N --items N).

A real desk on loopback, while another process collects and examines. The same day of 300 articles is reviewed in both
databases, and every page of the desk is asked for; the ratios say whether a request grows with what else is stored.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, text

from benchmarks.desk_pages import ask_pages
from benchmarks.growing import grow
from benchmarks.press_texts import Newsroom
from benchmarks.store import SOURCES, load
from diembao.web.security import csrf
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason
from storage.database import open_database
from tests.support.desk_server import Desk, serve_desk, write_desk_home
from tests.support.factories import store_pages
from tests.support.postgres import start_postgres
from tests.support.review_desk import tokens

_END = datetime(2026, 11, 1, tzinfo=UTC)
_DAY = (_END - timedelta(days=1)).date()
_A_DAY = 300
#: Articles that are stored as collections do; the others are copies of their days.
_BASE = 3000
#: Articles decided on, half of them with the next card in the answer.
_ROUNDS = 200
#: Milliseconds that the 95th of 100 may take, and bytes of the queue's page (issue 18).
_LIMITS = {"a decision": 60, "the next card": 80}
_PAGE_LIMIT = 150_000


@dataclass(slots=True)
class Figures:
    items: int = 0
    #: bytes of the queue's page, without scripts and styles, which a browser keeps
    page: int = 0
    #: milliseconds of each call, by what was done
    taken: dict[str, list[float]] = field(default_factory=dict)
    #: milliseconds of each page of the desk
    pages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Keep how long the block takes."""
        began = time.perf_counter()
        yield
        self.taken.setdefault(name, []).append((time.perf_counter() - began) * 1000)

    def at(self, name: str, share: float) -> float:
        times = sorted(self.taken[name])
        return times[min(len(times) - 1, int(len(times) * share))]


def fill(address: str, items: int) -> None:
    """Fill an empty database with so many articles, the last of them of the day that is reviewed."""
    storage = open_database(address)
    load(storage, _END - timedelta(days=items / _A_DAY), min(items, _BASE), _A_DAY, _A_DAY // 6)
    storage.close()
    if items > _BASE:
        grow(address, _END, lambda _: None)
    if address.startswith("postgresql"):
        with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as autovacuum does in time


def write(address: str) -> None:
    """Collect and examine until the process is ended: a poll of 20 articles, then one after the other."""
    storage, room = open_database(address), Newsroom()
    run, number = storage.service.begin_run("collect", _END), 0
    while True:
        source = SOURCES[number % len(SOURCES)]
        entries = tuple(Entry(f"{source.home}meanwhile-{number}-{n}.html") for n in range(20))
        number += 1
        store_pages(storage, run, Poll(source.id, f"{source.home}rss", _END, Reason.OK, 200, entries=entries))
        for document in storage.articles.pending_documents(100):
            storage.articles.save_examinations([_examined(room, document)], _END)
            time.sleep(0.1)  # the reading of a page


def _examined(room: Newsroom, document: Document) -> Coverage:
    body = room.text()
    # Of the day after: the queue that is reviewed stays the same.
    article = Article(document.url, document.url, body[:60], "", body, published=_END, language="vi")
    return Coverage(document.id, article, room.tags())


@contextmanager
def writing(address: str) -> Iterator[None]:
    """Let another process write to a database meanwhile."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.review", "--write", address])
    try:
        time.sleep(3)  # until it has begun
        yield
    finally:
        process.kill()
        process.wait()


def measure(folder: Path, address: str, items: int) -> Figures:
    """Review a day and ask for every page while another process writes."""
    began = time.monotonic()
    fill(address, items)
    print(f"{items:,} articles in {time.monotonic() - began:.0f} s", flush=True)
    figures = Figures(items)
    with serve_desk(write_desk_home(folder), address) as desk, writing(address):
        _review(desk, figures)
        figures.pages = ask_pages(desk, _DAY)
    return figures


def _review(desk: Desk, figures: Figures) -> None:
    reviewer = desk.account("reviewer")
    with desk.client(reviewer) as client:
        form = {csrf.FIELD: client.form_token(), "back": f"day={_DAY}"}
        same_site = {"X-Fragment": "1", "Origin": desk.url, "Sec-Fetch-Site": "same-origin"}

        def send(path: str, **fields: str | list[str]) -> httpx.Response:
            answer = client.post(path, data={**form, **fields}, headers=same_site)
            assert answer.status_code in (200, 204), (path, answer.status_code, answer.text[:500])
            return answer

        def decide(number: int, following: str) -> None:
            kind, value = ("reject", "minor") if number % 3 == 0 else ("approve", "")
            send("/review/act", item=waiting[number], kind=kind, value=value, next=following)

        with figures.timed("the queue's page, the first of a process"):
            page = client.get(f"/review?day={_DAY}")
        figures.page, waiting = len(page.content), tokens(page.text)
        assert len(waiting) > _ROUNDS
        for n in range(_ROUNDS):
            following = waiting[n + 1].partition(".")[0]
            if n % 2:
                with figures.timed("both in one answer"):
                    decide(n, following)
            else:
                with figures.timed("a decision"):
                    decide(n, "")
                with figures.timed("the next card"):
                    card = client.get(f"/review?day={_DAY}&item={following}", headers={"X-Fragment": "1"})
                assert following in card.text
            with figures.timed("a heartbeat"):
                send("/review/hold", item=following)
            if n % 10 == 0:
                with figures.timed("an undoing"):
                    send("/review/undo", item=following)
                with figures.timed("the queue's page"):
                    client.get(f"/review?day={_DAY}")
        below = tokens(client.get(f"/review?day={_DAY}&state=new").text)
        with figures.timed("all below marked as reviewed"):
            send("/review/act", kind="reviewed", below=following, item=below)
        with figures.timed("their undoing"):
            send("/review/undo", item=following)


def show(found: dict[str, tuple[Figures, Figures]]) -> bool:
    """Print the figures, and the ratio of the large database to the small one; whether the limits were kept."""
    table = Table("ms p50 / p95", *(column for name in found for column in (name, "", "ratio of p50, p95")))
    pages = Table("ms of a page", *(column for name in found for column in (name, "", "ratio")))
    each = list(found.values())
    table.add_row("articles", *(cell for few, many in each for cell in (f"{few.items:,}", f"{many.items:,}", "")))
    table.add_row("bytes of the queue", *(c for few, many in each for c in (f"{few.page:,}", f"{many.page:,}", "")))
    for name in each[0][0].taken:
        cells: list[str] = []
        for pair in each:
            cells += [f"{one.at(name, 0.5):.0f} / {one.at(name, 0.95):.0f}" for one in pair]
            cells.append(", ".join(f"{pair[1].at(name, s) / pair[0].at(name, s):.2f}" for s in (0.5, 0.95)))
        limit = f" (p95 ≤ {_LIMITS[name]})" if name in _LIMITS else ""
        table.add_row(f"{name}{limit}", *cells)
    for path in each[0][0].pages:
        cells = []
        for few, many in each:
            cells += [f"{few.pages[path]:.0f}", f"{many.pages[path]:.0f}", f"{many.pages[path] / few.pages[path]:.2f}"]
        pages.add_row(path, *cells)
    console = Console(width=150)
    console.print(table)
    console.print(pages)
    all_figures = [one for pair in each for one in pair]
    missed = [
        f"{n}: p95 {one.at(n, 0.95):.0f} ms" for one in all_figures for n in _LIMITS if one.at(n, 0.95) > _LIMITS[n]
    ]
    missed += [f"the queue's page: {one.page:,} bytes" for one in all_figures if one.page > _PAGE_LIMIT]
    console.print("\n".join(f"missed: {line}" for line in missed) or "all limits kept")
    return not missed


def main(words: Sequence[str] | None = None) -> bool:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--write", metavar="ADDRESS", help="write to a database until the end of the process")
    asked = parser.parse_args(words)
    if asked.write:
        write(asked.write)
        return True
    found: dict[str, tuple[Figures, Figures]] = {}
    sizes = {"few": asked.few, "many": asked.items}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if asked.only != "postgresql":
            few, many = (measure(folder / n, f"sqlite:///{folder / f'{n}.db'}", items) for n, items in sizes.items())
            found["SQLite"] = few, many
        if asked.only != "sqlite":
            os.environ.setdefault("XDG_RUNTIME_DIR", temporary)
            server = start_postgres(lambda: folder / "postgres")
            try:
                base = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
                few, many = (measure(folder / f"p-{n}", _create(base, n), items) for n, items in sizes.items())
                found["PostgreSQL"] = few, many
            finally:
                server.cleanup()
    return show(found)


def _create(base: str, name: str) -> str:
    """Create a database; return its address."""
    with create_engine(base, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return make_url(base).set(database=name).render_as_string(hide_password=False)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
