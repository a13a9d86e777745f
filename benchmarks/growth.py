"""`python -m benchmarks.growth`: what an article and a day cost among 10,000, 100,000 and 1,000,000 articles.

For each size and database: what `collect` and `process` pay to store an article and to place it in stories, a search,
and in new processes `status`, the ledger and the digest of a day, the report of a week and the export of ten days. What
one article or one day costs may grow as the logarithm of what is stored, no faster.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks import reads
from benchmarks.goals import Goal, print_goals
from benchmarks.press_texts import Newsroom
from benchmarks.store import SOURCES, queries
from config.rulebook import load_rulebook
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason
from pipeline.rules.rulebook import Rulebook
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import dump
from storage.database import Database, open_database
from storage.search.parser import parse
from tests.support.days import ZONE
from tests.support.factories import store_pages
from tests.support.postgres import start_postgres

SIZES = (10_000, 100_000, 1_000_000)
#: articles that are stored to see what one costs; pages of a poll
_LATE, _BATCH = 1_000, 100
#: what a cost may grow by beside the logarithm: two runs of the same differ by so much
_NOISE = 1.3
_DAYS, _QUERIES = 10, 20


def costs(store: reads.Store) -> dict[str, float]:
    """Return milliseconds by name of the work: of one article, or of one call."""
    clock = time.perf_counter if store.address.startswith("postgresql") else time.process_time
    storage = open_database(store.address)
    try:
        found = _late_articles(storage, clock)
        trees = [parse(query) for query in list(queries("folded"))[:_QUERIES]]
        found["search"] = median(_milliseconds(partial(storage.search.search, t, zone=ZONE), clock) for t in trees)
    finally:
        storage.close()
    first = (reads.END - timedelta(days=_DAYS)).date()
    folder = str(store.home / "out")
    commands = reads.commands(store) | {
        "report of a week": ["report", "--last", "week", "--out", folder],
        f"export of {_DAYS} days": ["export", f"{folder}/items.csv", "--since", f"{first}"],
    }
    return found | {name: 1000 * min(reads.seconds(store, w) for _ in range(2)) for name, w in commands.items()}


def _milliseconds(call: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    call()
    return (clock() - began) * 1000


def _late_articles(storage: Database, clock: Callable[[], float]) -> dict[str, float]:
    """Store articles after all others as `collect` and `process` do; return what one costs at each step."""
    draw, room, rules, at = random.Random(7), Newsroom(), load_rulebook(None), reads.END
    run, stamp = storage.service.begin_run("collect", at), time.time_ns()
    spent = dict.fromkeys(("collect: a page", "process: an article", "process: its place in stories"), 0.0)
    for first in range(0, _LATE, _BATCH):
        source = SOURCES[first // _BATCH % len(SOURCES)]
        entries = tuple(Entry(f"{source.home}{stamp}-{n}.html") for n in range(first, first + _BATCH))
        poll = Poll(source.id, f"{source.home}rss", at, Reason.OK, 200, entries=entries)
        collect = partial(store_pages, storage, run, poll, lambda _: draw.randbytes(12_000))
        spent["collect: a page"] += _milliseconds(collect, clock)
        examined = [_coverage(document, room, rules) for document in storage.articles.pending_documents(10_000)]
        save = partial(storage.articles.save_examinations, examined, at)
        spent["process: an article"] += _milliseconds(save, clock)
        spent["process: its place in stories"] += _milliseconds(partial(storage.stories.group, at), clock)
    return {name: taken / _LATE for name, taken in spent.items()}


def _coverage(document: Document, room: Newsroom, rules: Rulebook) -> Coverage:
    title, body, tags = room.write()
    published = reads.END - timedelta(minutes=document.id % 60)
    article = Article(
        document.url, document.url, title, "", body, published=published, published_from="page", language="vi"
    )
    return Coverage(document.id, article, tags, dump(fingerprint_tagged(title, body, published, tags, rules)))


def measure(database: str, address: Callable[[int], str], folder: Path, sizes: Sequence[int]) -> list[Goal]:
    """Print the table of a database; return its goals: no cost grows faster than the logarithm."""
    found: dict[int, dict[str, float]] = {}
    for size in sizes:
        home = folder / f"{database}-{size}"
        home.mkdir(parents=True, exist_ok=True)
        found[size] = costs(reads.loaded(database, address(size), home, size))
    table = Table(f"{database}, ms", *(f"{size:,}" for size in sizes))
    for name in found[sizes[0]]:
        table.add_row(name, *(f"{found[size][name]:.2f}" for size in sizes))
    Console(width=120).print(table)
    return [
        Goal(
            f"{database}: {name}, {more:,} as {fewer:,}",
            found[more][name] / max(found[fewer][name], 0.01),
            most=_NOISE * log(more) / log(fewer),
            unit=" ×",
        )
        for fewer, more in pairwise(sizes)
        for name in found[fewer]
    ]


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Print the tables; return the goals that are missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--items", type=int, nargs="+", default=list(SIZES), help="sizes, the smallest first")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the databases there, and load them only once")
    given = parser.parse_args(words)
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        if given.only != "postgresql":
            goals += measure("SQLite", lambda size: f"sqlite:///{folder}/SQLite-{size}/diembao.db", folder, given.items)
        if given.only != "sqlite":
            os.environ.setdefault("XDG_RUNTIME_DIR", temporary)
            for size in given.items:
                (folder / f"PostgreSQL-{size}").mkdir(parents=True, exist_ok=True)
            goals += _on_postgresql(folder, given.items)
    return print_goals("growth", goals)


def _on_postgresql(folder: Path, sizes: Sequence[int]) -> list[Goal]:
    from sqlalchemy import create_engine, make_url, text

    server = start_postgres(lambda: folder / "postgres")
    try:
        base = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(base, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            there = set(connection.execute(text("SELECT datname FROM pg_database")).scalars())
            for size in sizes:
                if f"n{size}" not in there:
                    connection.execute(text(f"CREATE DATABASE n{size}"))
        engine.dispose()

        def address(size: int) -> str:
            return base.set(database=f"n{size}").render_as_string(hide_password=False)

        return measure("PostgreSQL", address, folder, sizes)
    finally:
        server.cleanup()


if __name__ == "__main__":
    sys.exit(bool(main()))
