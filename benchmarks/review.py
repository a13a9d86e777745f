"""`python -m benchmarks.review`: a decision and the next card at the desk, in small and large databases (--items N).

Another process collects and examines meanwhile. The same day of 1,000 articles is reviewed in both databases; the ratio
says whether the cost grows with what else is stored.
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

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text

from benchmarks.growing import grow
from benchmarks.store import SOURCES, Newsroom, load
from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.review.acts import act
from diembao.jobs.review.cards import card
from diembao.jobs.review.model import ReviewQueue
from diembao.jobs.review.queue import queue, sample
from diembao.jobs.review.undo import undo
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason
from pipeline.records.reviews import REJECT_REASONS, ReviewAct
from storage.database import Database, open_database
from tests.support.desk import LAN, people
from tests.support.factories import store_pages
from tests.support.postgres import start_postgres

_END = datetime(2026, 11, 1, tzinfo=UTC)
_A_DAY = 1000
#: Articles that are stored as collections do; the others are copies of their days.
_BASE = 3000
_ROUNDS = 150
#: Milliseconds that the 95th of 100 may take (issue 18).
_LIMITS = {"a decision": 60, "the next card": 80}


@dataclass(slots=True)
class Figures:
    items: int = 0
    #: milliseconds of each call, by what was done
    taken: dict[str, list[float]] = field(default_factory=dict)

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
    load(storage, _END - timedelta(days=items / _A_DAY), min(items, _BASE), _A_DAY)
    people(storage)
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
            time.sleep(0.01)  # the reading of a page


def _examined(room: Newsroom, document: Document) -> Coverage:
    body = room.text()
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


def measure(address: str, items: int) -> Figures:
    """Review a day while another process writes."""
    fill(address, items)
    storage = open_database(address)
    figures = Figures(items)
    with writing(address):
        _review(storage, figures)
    storage.close()
    return figures


def _review(storage: Database, figures: Figures) -> None:
    settings, rules = load_settings(None), load_rulebook(None)
    day, at = (_END - timedelta(days=1)).date(), _END

    def read_queue() -> ReviewQueue:
        return queue(storage, settings, rules, day=day, at=at, account=1)

    def open_next(key: str) -> None:
        """Do what the answer with the next card costs: the queue as it is now, and the card in it."""
        following = read_queue().after(key)
        assert following is not None and card(storage, following.key, account=1, at=at) is not None

    with figures.timed("the first queue of a process"):
        read_queue()
    for n in range(_ROUNDS):
        at += timedelta(seconds=3)
        row = read_queue().rows[n]
        seen = {row.key: row.review.version}
        if n % 3:
            decision = ReviewAct("approve", (row.key,), expected=seen)
        else:
            decision = ReviewAct("reject", (row.key,), REJECT_REASONS[1 + n % 7], expected=seen)
        with figures.timed("a decision"):
            act(storage, LAN, decision, at, rules)
        with figures.timed("the next card"):
            open_next(row.key)
        with figures.timed("a heartbeat"):
            storage.reviews.hold(1, row.key, at)
        if n % 10 == 0:
            with figures.timed("an undoing"):
                undo(storage, LAN, at)
            with figures.timed("the sample"):
                sample(storage, settings, rules, day=day, at=at)
    below = tuple(row.key for row in read_queue().rows if row.review.state == "new")[:300]
    with figures.timed("300 marked as reviewed"):
        act(storage, LAN, ReviewAct("reviewed", below), at, rules)
    with figures.timed("their undoing"):
        undo(storage, LAN, at)


def show(found: dict[str, tuple[Figures, Figures]]) -> None:
    """Print the figures, and the ratio of the large database to the small one."""
    table = Table("ms p50 / p95", *(column for name in found for column in (name, "", "ratio of p50, p95")))
    each = list(found.values())
    table.add_row("articles", *(cell for few, many in each for cell in (f"{few.items:,}", f"{many.items:,}", "")))
    for name in each[0][0].taken:
        cells: list[str] = []
        for pair in each:
            cells += [f"{one.at(name, 0.5):.0f} / {one.at(name, 0.95):.0f}" for one in pair]
            cells.append(", ".join(f"{pair[1].at(name, s) / pair[0].at(name, s):.2f}" for s in (0.5, 0.95)))
        limit = f" (p95 ≤ {_LIMITS[name]})" if name in _LIMITS else ""
        table.add_row(f"{name}{limit}", *cells)
    Console(width=150).print(table)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--write", metavar="ADDRESS", help="write to a database until the end of the process")
    asked = parser.parse_args(words)
    if asked.write:
        write(asked.write)
        return
    found: dict[str, tuple[Figures, Figures]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if asked.only != "postgresql":
            few, many = (f"sqlite:///{folder / f'{name}.db'}" for name in ("few", "many"))
            found["SQLite"] = measure(few, asked.few), measure(many, asked.items)
        if asked.only != "sqlite":
            os.environ.setdefault("XDG_RUNTIME_DIR", temporary)
            server = start_postgres(lambda: folder / "postgres")
            try:
                base = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
                measured = [_in_new_database(base, name, n) for name, n in (("few", asked.few), ("many", asked.items))]
                found["PostgreSQL"] = measured[0], measured[1]
            finally:
                server.cleanup()
    show(found)


def _in_new_database(base: str, name: str, items: int) -> Figures:
    from sqlalchemy import make_url

    with create_engine(base, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return measure(make_url(base).set(database=name).render_as_string(hide_password=False), items)


if __name__ == "__main__":
    main()
