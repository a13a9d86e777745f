"""`python -m benchmarks.report`: cost of the report of a year with 1,000,000 articles (--items N)."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from analysis.report.figures import Span
from benchmarks.growing import grow
from benchmarks.store import SOURCES, load
from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.reporting.report import write_report
from storage.database import open_database
from storage.engine.connection import connect
from storage.schema.core import polls
from tests.support.memory import peak

_SPAN = Span(date(2025, 1, 1), date(2025, 12, 31))
_START = datetime(2024, 12, 31, 17, tzinfo=UTC)
_SECONDS = 10.0
#: polls of a source on a day
_POLLS = 12


def fill(address: str, items: int) -> None:
    """Store a year of so many articles: some as collections do, the others copied from those to later days."""
    days = len(_SPAN.days)
    real = max(items // 60, min(items, 2_000))
    storage = open_database(address)
    load(storage, _START, real, a_day=items / days)
    storage.close()
    grow(address, _START + timedelta(days=days), lambda said: print(said, file=sys.stderr, flush=True))
    engine = connect(address)
    rows = [
        {"run_id": 1, "source_id": s.id, "feed_url": f"{s.home}rss", "at": _START + timedelta(days=d, hours=2 * n + 1)}
        | {"reason": "ok", "status": 200, "note": "", "size": 0}
        | dict.fromkeys(("entries", "new", "changed", "known", "repeated", "invalid"), 0)
        for d in range(days)
        for s in SOURCES
        for n in range(_POLLS)
    ]
    with engine.begin() as connection:
        connection.execute(insert(polls), rows)
    engine.dispose()


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--database", help="one that this loaded before, or is to load")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        address = given.database or f"sqlite:///{folder}/year.db"
        storage = open_database(address)
        loaded = storage.maintenance.totals()["items"]
        storage.close()
        if not loaded:
            fill(address, given.items)
        settings, rules = load_settings(None), load_rulebook(None)
        table = Table("report of a year", "time", title=f"{given.items:,} articles")
        for which in ("in a new process", "once more"):
            storage = open_database(address)
            began = time.perf_counter()
            _, made = write_report(storage, settings, rules, _SPAN, language="vi", out=Path(folder))
            seconds = time.perf_counter() - began
            storage.close()
            table.add_row(f"DOCX and PDF, {which}", f"{seconds:.1f} s (at most {_SECONDS:g} s)")
        table.add_row("articles in it", f"{made.now.items:,}")
        table.add_row("peak of memory", f"{peak() // 1024} MiB")
        Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
