"""`python -m benchmarks.year`: a year of real feed items through `process` and story placement, and its days after it.

The 133,000 items of the real texts beside the project, each as a page of its title and summary. Printed are the CPU of
a page, and what status, the ledger and the digest of days all over the year cost in a new process.
"""

import argparse
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks.goals import Goal, print_goals
from benchmarks.same_results import REAL, YEAR_END, Page, fill, item_page
from diembao.system.home import Home
from storage.database import open_database

#: days that are drawn for a digest and a ledger
_DAYS = 6
#: CPU seconds of a digest or a ledger of a day in a new process, and of status
_DAY_SECONDS, _STATUS_SECONDS = 1.5, 0.6


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Return the goals that are missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.year")
    parser.add_argument("--items", type=int, default=0, help="only the newest so many")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the home there and keep it")
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL (default: SQLite)")
    given = parser.parse_args(words)
    if not REAL.is_dir():
        print("A year of real items: not measured; the real texts are not here.")
        return []
    with tempfile.TemporaryDirectory() as temporary:
        return _measure(Home(given.keep or Path(temporary)), _items(given.items), given.database)


def _items(newest: int) -> list[Page]:
    with gzip.open(REAL / "year.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = sorted((item_page(json.loads(line)) for line in lines), key=lambda page: page[2])
    return pages[-newest:]


def _measure(home: Home, pages: Sequence[Page], database: str) -> list[Goal]:
    clock = home.root / "clock.json"
    if not clock.exists():
        home.config.mkdir(parents=True, exist_ok=True)
        clock.write_text(json.dumps({"now": YEAR_END.isoformat(), "steady": 0.0}))
        began = time.perf_counter()
        fill(home, pages, database)
        print(f"{len(pages):,} pages stored in {time.perf_counter() - began:.0f} s", flush=True)
    spent, wall, said = _run(home, clock, "--json", "process")
    counts = json.loads(said)["process"]
    done = counts["coverage"] + counts["irrelevant"] + counts["unreadable"]
    print(f"process: {counts}; {wall:.0f} s, {spent:.0f} s of CPU, at most {_peak_of_children()} MiB", flush=True)
    goals = []
    if done:
        print(f"{spent / done * 1000:.1f} ms of CPU for a page")
    storage = open_database(database or home.database)
    print(f"stored: {storage.maintenance.totals()}")
    storage.close()
    days = sorted({(at + timedelta(hours=7)).date() for _, _, at in pages})
    chosen = [days[-1], *random.Random(5).sample(days[:-1], min(_DAYS, len(days) - 1))]
    goals.append(Goal("status, CPU", _best(home, clock, "status"), most=_STATUS_SECONDS, unit=" s"))
    for day in chosen:
        out = str(home.root / "digests")
        data = ("digest", "--day", f"{day}", "--form", "md", "--out", out)
        for name, call in (("ledger", ("ledger", "--day", f"{day}")), ("digest", data)):
            goals.append(Goal(f"{name} of {day}, CPU", _best(home, clock, *call), most=_DAY_SECONDS, unit=" s"))
    return print_goals(f"a year of {len(pages):,} real items", goals)


def _peak_of_children() -> int:
    """Return the MiB of the largest process that was started from here or from one of those."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10


def _best(home: Home, clock: Path, *words: str) -> float:
    return min(_run(home, clock, *words)[0] for _ in range(2))


def _run(home: Home, clock: Path, *words: str) -> tuple[float, float, str]:
    """Run a command; return CPU seconds of it and its children, wall seconds and what it says."""
    env = {**os.environ, "DIEMBAO_CLOCK": str(clock), "DIEMBAO_ENCODER": "none"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    call = [sys.executable, "-m", "diembao", "--home", str(home.root), *words]
    said = subprocess.run(call, env=env, stdout=subprocess.PIPE, text=True, check=False)
    if said.returncode not in (0, 1):
        raise RuntimeError(f"{words}: exit {said.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - began, said.stdout


if __name__ == "__main__":
    sys.exit(bool(main()))
