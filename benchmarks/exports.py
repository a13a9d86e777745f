"""`python -m benchmarks.exports`: rows a second and peak memory of every exported table, on both databases.

A store of 20 days (1,000 articles and 40 outlets a day) is grown to 200 days. Each table is written in every form by a
new process, of 20 days and of all; the time is CPU time of the export alone, after a first one of a day that loads what
it needs. pandas writes the same cells of articles in the same run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from benchmarks.goals import Goal, print_goals
from benchmarks.growing import grow
from benchmarks.store import SOURCES, load
from pipeline.records import Reason
from storage.database import Database, open_database
from storage.schema.core import polls, runs
from tests.support.memory import peak
from tests.support.postgres import start_postgres

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_END = datetime(2026, 11, 1, tzinfo=UTC)
#: Articles that are loaded as collections load them, and days that they are grown to
_LOADED, _DAYS = 20_000, 200
_A_DAY = 1_000
#: Polls of each outlet's feed on a day
_POLLS = 24
#: Table and form → rows a second that an export must reach
LEAST = {
    ("items", "csv"): 50_000,
    ("tags", "csv"): 50_000,
    ("stories", "csv"): 50_000,
    ("ledger", "csv"): 50_000,
    ("daily", "csv"): 50_000,
    ("items", "xlsx"): 15_000,
    ("items", "parquet"): 100_000,
    ("items", "jsonl"): 50_000,
}
#: Forms of the other tables, which have no goal of their own
OTHERS = [(table, form) for table in ("tags", "stories", "ledger", "daily") for form in ("xlsx", "parquet", "jsonl")]
#: What ten times the rows may take of memory
_FLAT = 1.2


def fill(address: str, days: int = _DAYS) -> None:
    """Load a store, grow it to so many days, and give it the polls of these days."""
    storage = open_database(address)
    load(storage, _END - timedelta(days=days), min(_LOADED, days * _A_DAY))
    storage.derived.events(_END, _END)  # fills in the derived tables
    storage.close()
    if days * _A_DAY > _LOADED:
        grow(address, _END, lambda said: print(said, file=sys.stderr, flush=True))
    storage = open_database(address)
    _add_polls(storage, days)
    storage.close()


def _add_polls(storage: Database, days: int) -> None:
    with storage.crawl._writing() as connection:
        run = connection.execute(select(runs.c.id).limit(1)).scalar_one()
        counts = {"entries": 30, "new": 2, "changed": 1, "known": 27, "repeated": 0, "invalid": 0}
        same = {"run_id": run, "reason": Reason.OK, "status": 200, "note": "", "size": 20_000, **counts}
        for n in range(days * _POLLS):
            at = _END - timedelta(hours=n * 24 / _POLLS + 0.2)
            rows = [{**same, "at": at, "source_id": s.id, "feed_url": f"{s.home}rss"} for s in SOURCES]
            connection.execute(insert(polls), rows)


def write(address: str, table: str, form: str, days: int, folder: Path) -> None:
    """Export the newest days; print rows, seconds of CPU and the peak of memory in KiB."""
    from diembao.jobs.export import ExportRequest, export

    storage = open_database(address)
    last = _END.date()

    def of(first: date) -> int:
        asked = ExportRequest(table, first, last, ("main", "mention"), (), (), _ZONE)
        return export(storage, folder / f"{table}.{form}", asked, topic_labels={})

    of(last - timedelta(days=1))
    began = time.process_time()
    rows = of(last - timedelta(days=days))
    print(rows, time.process_time() - began, peak())
    storage.close()


def measure(address: str, table: str, form: str, days: int, folder: Path) -> tuple[int, float, int]:
    """Return rows, seconds and KiB of an export in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.exports", "--write", address, table, form, str(days), str(folder)]
    said = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return int(said[-3]), float(said[-2]), int(said[-1])


def pandas_rates(file: Path) -> dict[str, float]:
    """Return how many rows a second pandas writes of an exported Parquet file, by form."""
    import pandas as pd

    frame = pd.read_parquet(file)
    ways: dict[str, Callable[[Path], object]] = {
        "csv": lambda path: frame.to_csv(path, index=False),
        "jsonl": lambda path: frame.to_json(path, orient="records", lines=True, force_ascii=False),
        "parquet": lambda path: frame.to_parquet(path, compression="zstd"),
    }
    rates = {}
    for form, way in ways.items():
        began = time.process_time()
        way(file.with_name(f"pandas.{form}"))
        rates[form] = len(frame) / (time.process_time() - began)
    return rates


def goals_of(name: str, address: str, days: int, folder: Path) -> Iterator[Goal]:
    """Measure every table and form; yield the figures with their goals."""
    rates = {}
    for table, form in (*LEAST, *OTHERS):
        _, _, before = measure(address, table, form, max(1, days // 10), folder)
        rows, seconds, after = measure(address, table, form, days, folder)
        rates[table, form] = rows / seconds
        yield Goal(f"{name}: {table}.{form}, {rows:,} rows", rows / seconds, least=LEAST.get((table, form)), unit="/s")
        flat = _FLAT if (table, form) in LEAST else None
        yield Goal(f"{name}: {table}.{form}, memory × of a tenth", after / before, most=flat, unit=" ×")
    for form, rate in pandas_rates(folder / "items.parquet").items():
        yield Goal(f"{name}: items.{form}, × pandas (no text in its JSON)", rates["items", form] / rate, unit=" ×")


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Give the address of a new PostgreSQL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = start_postgres(lambda: folder / "postgres")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Print the figures with their goals; return those that are missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description=__doc__)
    parser.add_argument("--days", type=int, default=_DAYS)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--store", metavar="ADDRESS", help="a store that was filled before, e.g. by benchmarks.store")
    parser.add_argument("--write", nargs=5, metavar=("ADDRESS", "TABLE", "FORM", "DAYS", "FOLDER"))
    asked = parser.parse_args(words)
    if asked.write:
        address, table, form, days, folder = asked.write
        write(address, table, form, int(days), Path(folder))
        return []
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if asked.store:
            goals += goals_of("store", asked.store, asked.days, folder)
        elif asked.only != "postgresql":
            address = f"sqlite:///{folder / 'store.db'}"
            fill(address, asked.days)
            goals += goals_of("SQLite", address, asked.days, folder)
        if not asked.store and asked.only != "sqlite":
            with postgresql(folder) as address:
                fill(address, asked.days)
                goals += goals_of("PostgreSQL", address, asked.days, folder)
    return print_goals("exports, one process, CPU time", goals)


if __name__ == "__main__":
    main()
