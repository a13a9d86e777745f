"""`python -m benchmarks.reads`: status, the ledger and the digest of a day, among 1,000,000 articles (--items N).

Each command runs in a new process. For SQLite its CPU time counts; for PostgreSQL, whose server works too, the time
that passes: on a machine that others use that is too long.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, insert, text

from benchmarks.goals import Goal, print_goals
from benchmarks.growing import grow
from benchmarks.press_texts import Newsroom
from benchmarks.store import SOURCES
from pipeline.records import (
    Article,
    Coverage,
    Document,
    Entry,
    Examined,
    Feed,
    Irrelevant,
    Poll,
    Reason,
    Source,
    Unreadable,
)
from storage.database import Database, open_database
from storage.engine.connection import connect
from storage.schema.core import polls
from tests.support.days import ZONE
from tests.support.factories import examine_pending, store_pages
from tests.support.postgres import start_postgres

#: The day of which the newest digest is, at its cut-off
END = datetime(2026, 11, 1, 6, tzinfo=ZONE)
#: Articles a day, one in so many of them about the province, one page in so many without a text
A_DAY, _ABOUT, _UNREADABLE = 1000, 10, 40
#: Days stored as collections do; the others are copies of them
_REAL_DAYS = 20
#: Polls of a source on a day; bytes of a page as it is stored
_POLLS, _PAGE = 12, 12_000
#: Days before the newest one of the old day
_OLD = 120
#: Days for which pages that are not about the province are kept
_KEPT = timedelta(days=30)
_LIMITS = {"status": 0.6, "ledger": 1.5, "digest": 1.5}


@dataclass(frozen=True, slots=True)
class Store:
    """A loaded database: its address, and the home folder from which commands read it."""

    name: str
    address: str
    home: Path


def fill(address: str, items: int) -> None:
    """Store so many articles up to the newest day: some days as collections do, the others as copies of those."""
    days = items // A_DAY
    start = END - timedelta(days=days)
    storage = open_database(address)
    real = min(days, _REAL_DAYS)
    load(storage, start, real)
    storage.close()
    if days > real:
        grow(address, END, lambda said: print(said, file=sys.stderr, flush=True), pages_from=END - _KEPT)
    engine = connect(address)
    with engine.begin() as connection:
        for day in range(real, days):
            connection.execute(insert(polls), _polls_of(start + timedelta(days=day)))
    if engine.dialect.name == "postgresql":
        with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as autovacuum does in time
    engine.dispose()


def load(storage: Database, start: datetime, days: int) -> None:
    """Store days of articles as collections do: polls, fetches, pages, what was read of them."""
    room, draw = Newsroom(), random.Random(2)
    feeds = [f"{source.home}rss" for source in SOURCES]
    storage.crawl.set_sources(
        [Source(s.id, s.name, s.home, (Feed(feed),)) for s, feed in zip(SOURCES, feeds, strict=True)]
    )
    run = storage.service.begin_run("collect", start)
    share = A_DAY // len(SOURCES)
    for day in range(days):
        for n, source in enumerate(SOURCES):
            at = start + timedelta(days=day, minutes=30 + 34 * n)
            entries = tuple(Entry(f"{source.home}{start:%Y%m%d}-{day}-{k}.html") for k in range(share))
            for turn in range(_POLLS):
                again = at + timedelta(minutes=turn)
                poll = Poll(source.id, feeds[n], again, Reason.OK, 200, entries=entries if not turn else entries[:5])
                store_pages(storage, run, poll, lambda _: draw.randbytes(_PAGE))
            examine_pending(storage, partial(_examined, at=at, room=room, draw=draw), at)


def _examined(document: Document, at: datetime, room: Newsroom, draw: random.Random) -> Examined:
    if not document.id % _UNREADABLE:
        return Unreadable(document.id, Reason.NO_TEXT, "")
    body = room.text()
    published = at - timedelta(seconds=draw.randrange(20_000))
    article = Article(
        document.url,
        document.url,
        " ".join(body.split()[:10]),
        "",
        body,
        published=published,
        published_from="page",
        language="vi",
    )
    tags = room.tags()
    if not document.id % _ABOUT:
        return Coverage(document.id, article, tags)
    return Irrelevant(document.id, article, replace(tags, relevance="no", relevance_score=0.0, places=()))


def _polls_of(day: datetime) -> list[dict[str, object]]:
    counts = dict.fromkeys(("entries", "new", "changed", "known", "repeated", "invalid"), 0)
    return [
        {"run_id": 1, "source_id": s.id, "feed_url": f"{s.home}rss", "at": day + timedelta(hours=24 / _POLLS * n + 1)}
        | {"reason": "ok", "status": 200, "note": "", "size": 0, **counts}
        for s in SOURCES
        for n in range(_POLLS)
    ]


def measure(store: Store) -> list[Goal]:
    """Run every command on a database; return what each took, and may take."""
    return [
        Goal(f"{store.name}: {name}", min(seconds(store, words) for _ in range(3)), _LIMITS[words[0]], unit=" s")
        for name, words in commands(store).items()
    ]


def commands(store: Store) -> dict[str, list[str]]:
    """Return the commands that read a day, the newest and an old one, by name."""
    newest = END.date()
    old = newest - timedelta(days=_OLD)
    return {
        "status": ["status"],
        f"ledger of {newest}": ["ledger", "--day", newest.isoformat()],
        f"ledger of {old}": ["ledger", "--day", old.isoformat()],
        f"digest of {newest}": ["digest", "--day", newest.isoformat(), "--out", str(store.home / "out")],
        f"digest of {old}": ["digest", "--day", old.isoformat(), "--out", str(store.home / "out")],
    }


def seconds(store: Store, words: Sequence[str]) -> float:
    """Run a command in a new process; return its CPU seconds, with PostgreSQL those that passed."""
    clock = store.home / "clock.json"
    clock.write_text(json.dumps({"now": (END + timedelta(minutes=30)).isoformat(), "steady": 1000.0}))
    # Compiled modules and templates are on the disk, as they are after a first run, in a folder of our own.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"DIEMBAO_DATABASE": store.address, "DIEMBAO_CLOCK": str(clock)}
    environment |= {"PYTHONPYCACHEPREFIX": str(store.home / "compiled")}
    command = [sys.executable, "-m", "diembao", "--home", str(store.home), *words]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    passed, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    # A status may tell of troubles: no service runs here.
    if done.returncode not in ((0, 1) if words[0] == "status" else (0,)):
        raise RuntimeError(f"{words[0]}: {done.stderr.decode()[-2000:]}")
    if store.address.startswith("postgresql"):
        return passed
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure_in(folder: Path, items: int, only: str | None) -> list[Goal]:
    """Load the databases in a folder that it does not hold yet, and measure each."""
    goals: list[Goal] = []
    if only != "postgresql":
        home = folder / "home"
        home.mkdir(exist_ok=True)
        goals += measure(loaded("SQLite", f"sqlite:///{home}/diembao.db", home, items))
    if only != "sqlite":
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        server = start_postgres(lambda: folder / "postgres")
        try:
            address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            home = folder / "home-postgresql"
            home.mkdir(exist_ok=True)
            goals += measure(loaded("PostgreSQL", address, home, items))
        finally:
            server.cleanup()
    return goals


def loaded(name: str, address: str, home: Path, items: int) -> Store:
    """Return a database with so many articles, which are stored where it has none."""
    storage = open_database(address)
    there = storage.maintenance.totals()["items"]
    storage.close()
    if not there:
        fill(address, items)
    return Store(name, address, home)


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Print the figures; return the goals that are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the databases there, and load them only once")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        goals = measure_in(folder, asked.items, asked.only)
    return print_goals(f"Reads among {asked.items:,} articles", goals)


if __name__ == "__main__":
    sys.exit(bool(main()))
