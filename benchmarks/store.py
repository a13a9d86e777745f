"""`python -m benchmarks.store`: cost of loading, searching, a digest and an export at 100,000 items (--items N)."""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text

from benchmarks.growing import grow
from benchmarks.press_texts import SAID, TOPICS, Newsroom, Writer
from config.rulebook import load_rulebook
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason, Source
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import dump
from storage.database import Database, open_database
from storage.search.parser import parse
from tests.support.factories import examine_pending, store_pages
from tests.support.memory import peak
from tests.support.postgres import start_postgres

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_END = datetime(2026, 11, 1, tzinfo=UTC)
_A_DAY = 1000
_BATCH = 500
_QUERIES = 60
_EXPORTED = 100_000
#: items that are stored as collections do before the rest is copied, and after it
_LOADED, _LATE = 10_000, 2_500
SOURCES = [Source(f"s{n}", f"Báo {n}", f"http://s{n}.example/", ()) for n in range(40)]


@dataclass(slots=True)
class Figures:
    """Costs of one database, in milliseconds unless noted."""

    #: items a second, of the first and of the last
    load: float = 0.0
    load_late: float = 0.0
    items: int = 0
    bytes: int = 0
    search: dict[str, list[float]] = field(default_factory=dict)
    digest: float = 0.0
    export_seconds: float = 0.0
    export_mib: int = 0


def load(
    storage: Database,
    start: datetime,
    items: int,
    a_day: float = _A_DAY,
    batch: int = _BATCH,
    writer: Writer | None = None,
) -> None:
    """Store so many articles as collections do, `a_day` for each day from `start` on, `batch` at once.

    Each has its fingerprint, and its place in a story and an event. Without a writer the texts are invented.
    """
    writer, draw, rules = writer or Newsroom(), random.Random(2), load_rulebook(None)
    storage.crawl.set_sources(SOURCES)
    run = storage.service.begin_run("collect", start)
    for first in range(0, items, batch):
        source = SOURCES[first // batch % len(SOURCES)]
        at = start + timedelta(days=(first + batch) / a_day)
        entries = tuple(Entry(f"{source.home}{start:%Y%m%d}-{n}.html") for n in range(first, min(first + batch, items)))
        poll = Poll(source.id, f"{source.home}rss", at, Reason.OK, 200, entries=entries)
        store_pages(storage, run, poll)

        def examine(document: Document) -> Coverage:
            title, body, tags = writer.write()
            number = int(document.url.rpartition("-")[2].removesuffix(".html"))
            # Nearly in the order in which they are found, as in the press.
            published = start + timedelta(days=number / a_day, seconds=-draw.randrange(3_600))
            article = Article(
                document.url, document.url, title, "", body, published=published, published_from="page", language="vi"
            )
            return Coverage(document.id, article, tags, dump(fingerprint_tagged(title, body, published, tags, rules)))

        examine_pending(storage, examine, at)
        storage.stories.group(at)


def queries(kind: str) -> Iterator[str]:
    """Yield queries of a kind, of common and of rare words."""
    from pipeline.text.search_tokens import fold

    draw, words = random.Random(3), Newsroom().words
    for n in range(_QUERIES):
        one, other = words[draw.randrange(5 + 20 * n)], words[draw.randrange(5 + 20 * n)]
        said = draw.choice(SAID)[1]
        yield {
            "folded": fold(f"{one} {said}"),
            "exact": f"{one} {other}",
            "phrase": f'"{said}"',
            "fielded": f"topic:{draw.choice(TOPICS)} outlet:s{draw.randrange(40)} {said}",
        }[kind]


def measure(address: str, size: Callable[[], int], items: int, noted: Path) -> Figures:
    """Load a database, unless `noted` says that it is loaded, and ask it everything."""
    figures = Figures()
    storage = open_database(address)
    if noted.exists():
        figures = Figures(**json.loads(noted.read_text()))
    else:
        if not storage.maintenance.totals()["items"]:
            figures.load = rate(storage, _END - timedelta(days=items / _A_DAY), min(items, _LOADED))
        if items > _LOADED:
            grow(address, _END, lambda said: print(said, file=sys.stderr, flush=True))
            figures.load_late = rate(storage, _END, _LATE)
        if address.startswith("postgresql"):
            with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("VACUUM ANALYZE"))  # as autovacuum does in time
        figures.items, figures.bytes = storage.maintenance.totals()["items"], size()
        noted.write_text(json.dumps(asdict(figures)))
    for kind in ("folded", "exact", "phrase", "fielded"):
        asked = [parse(query) for query in queries(kind)]
        storage.search.search(asked[0], zone=_ZONE)
        figures.search[kind] = sorted(timed(partial(storage.search.search, tree, zone=_ZONE)) for tree in asked)
    day = _END - timedelta(days=min(5, items / _A_DAY / 2))
    since, late = day - timedelta(days=1), day - timedelta(days=3)
    figures.digest = timed(lambda: storage.articles.digest_items(since, day, late))
    storage.close()
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "benchmarks.store", "--export", address, f"{folder}/items.csv"]
        said = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    figures.export_seconds, figures.export_mib = float(said[0]), int(said[1]) // 1024
    return figures


def rate(storage: Database, start: datetime, items: int) -> float:
    """Load articles and return how many a second."""
    began = time.perf_counter()
    load(storage, start, items)
    return items / (time.perf_counter() - began)


def timed(call: Callable[[], object]) -> float:
    """Return the milliseconds of the best of three calls: others share the machine."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


def export(address: str, path: Path) -> None:
    """Write the newest articles, at most 100,000, as CSV; print the seconds and the peak of memory in KiB."""
    from diembao.jobs.export import ExportRequest
    from diembao.jobs.export import export as write

    storage = open_database(address)
    first = (_END - timedelta(days=_EXPORTED / _A_DAY)).date()
    wanted = ExportRequest("items", first, None, ("main", "mention"), (), (), _ZONE)
    began = time.perf_counter()
    write(storage, path, wanted, topic_labels={})
    storage.close()
    print(time.perf_counter() - began, peak())


def show(found: dict[str, Figures], items: int) -> None:
    table = Table(f"{items:,} items", *found)
    each = found.values()
    table.add_row("items", *(f"{f.items:,}" for f in each))
    table.add_row("load of the first, items/s", *(f"{f.load:.0f}" if f.load else "" for f in each))
    if items > _LOADED:
        table.add_row("load of the last, items/s", *(f"{f.load_late:.0f}" for f in each))
    table.add_row("bytes per item on disk", *(f"{f.bytes / f.items:.0f}" for f in each))
    for kind in ("folded", "exact", "phrase", "fielded"):
        shown = [f"{f.search[kind][_QUERIES // 2]:.0f} / {f.search[kind][int(_QUERIES * 0.95)]:.0f}" for f in each]
        table.add_row(f"search {kind}, ms p50 / p95", *shown)
    table.add_row("digest of a day (1,000 items), ms", *(f"{f.digest:.0f}" for f in each))
    table.add_row(f"export of {min(items, _EXPORTED):,} rows, s", *(f"{f.export_seconds:.0f}" for f in each))
    table.add_row("its peak of memory, MiB", *(f"{f.export_mib}" for f in each))
    Console(width=100).print(table)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the databases there, and load them only once")
    parser.add_argument("--export", nargs=2, metavar=("ADDRESS", "FILE"))
    asked = parser.parse_args(words)
    if asked.export:
        export(asked.export[0], Path(asked.export[1]))
        return
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if asked.only != "postgresql":
            file = folder / "store.db"
            noted = folder / "sqlite.json"
            found["SQLite"] = measure(f"sqlite:///{file}", lambda: _bytes_of(file), asked.items, noted)
        if asked.only != "sqlite":
            os.environ.setdefault("XDG_RUNTIME_DIR", temporary)
            server = start_postgres(lambda: folder / "postgres")
            try:
                address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
                noted = folder / "postgresql.json"
                found["PostgreSQL"] = measure(address, lambda: _size_of(address), asked.items, noted)
            finally:
                server.cleanup()
    show(found, asked.items)


def _bytes_of(file: Path) -> int:
    return sum(part.stat().st_size for part in (file, file.with_name(file.name + "-wal")) if part.exists())


def _size_of(address: str) -> int:
    engine = create_engine(address)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    engine.dispose()
    return int(found)


if __name__ == "__main__":
    main()
