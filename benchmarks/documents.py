"""What documents cost on one core: a day of 500 articles in every form, rows a second of each kind of export."""

import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from benchmarks.goals import Goal, print_goals
from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.export import SUFFIXES, ExportRequest, export
from diembao.jobs.publishing import digest
from diembao.jobs.publishing.draft_digest import DraftDigest
from storage.database import Database, open_database
from tests.support.days import END, fill

_ITEMS, _ROWS, _FEW = 500, 10_000, 100
#: seconds at most of a day of _ITEMS articles in all forms in a new process, and of another day of _FEW after it
_SECONDS, _SECONDS_OF_FEW = 3.0, 1.2
#: milliseconds of one article more in a digest, at most
_MILLISECONDS = 2.0
#: rows a second that a CSV of articles is to reach at least
_CSV = 50_000


def _digest(storage: Database, few: Database, table: Table) -> list[Goal]:
    seconds, made = _made(storage)
    table.add_row(f"{_ITEMS} articles, all forms and the letter, in a new process", f"{seconds:.2f} s")
    other, _ = _made(few)
    table.add_row(f"another day of {_FEW} articles", f"{other:.2f} s")
    again, _ = _made(storage)
    table.add_row(f"{_ITEMS} articles once more", f"{again:.2f} s")
    few_again, _ = _made(few)
    for form in digest.FORMS:
        began = time.process_time()
        digest.render(made, (form,))
        table.add_row(f"{form} alone", f"{time.process_time() - began:.2f} s")
    each = 1000 * (again - few_again) / (_ITEMS - _FEW)
    return [
        Goal(f"digest of {_ITEMS} in all forms, new process", seconds, most=_SECONDS, unit=" s"),
        Goal(f"digest of another day of {_FEW}", other, most=_SECONDS_OF_FEW, unit=" s"),
        Goal("CPU of one article more in a digest", each, most=_MILLISECONDS, unit=" ms"),
    ]


def _made(storage: Database) -> tuple[float, DraftDigest]:
    """Return the seconds of CPU that a digest of the day took in every form, and its draft."""
    began = time.process_time()
    settings, rules = load_settings(None), load_rulebook(None)
    made = digest.build_draft(storage, settings, rules, day=END.date(), language="vi", made_at=END + timedelta(hours=1))
    digest.render(made, digest.FORMS, letter=True)
    return time.process_time() - began, made


def main() -> list[Goal]:
    console = Console()
    with TemporaryDirectory() as folder:
        storage = open_database(Path(folder) / "day.db")
        few = open_database(Path(folder) / "few.db")
        fill(storage, _ITEMS)
        fill(few, _FEW, first=_ITEMS)
        table = Table("one day", "CPU", title="Digests")
        goals = _digest(storage, few, table)
        console.print(table)
        storage.close()
        few.close()

        storage = open_database(Path(folder) / "rows.db")
        fill(storage, _ROWS)
        table = Table("export", "rows a second", title=f"Export of {_ROWS} articles")
        wanted = ExportRequest("items", None, None, ("main", "mention"), (), (), ZoneInfo("Asia/Ho_Chi_Minh"))
        for suffix in SUFFIXES:
            began = time.process_time()
            rows = export(storage, Path(folder) / f"x{suffix}", wanted, topic_labels={})
            aim = f" (at least {_CSV:,})" if suffix == ".csv" else ""
            table.add_row(suffix, f"{rows / (time.process_time() - began):,.0f}{aim}")
        console.print(table)
        storage.close()
    return print_goals("Documents", goals)


if __name__ == "__main__":
    sys.exit(bool(main()))
