"""What documents cost on one core: a day of 500 articles in every form, rows a second of each kind of export."""

import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.export import SUFFIXES, ExportRequest, export
from diembao.jobs.publishing import digest
from storage.database import Database, open_database
from tests.support.days import END, fill

_ITEMS, _ROWS, _SECONDS = 500, 10_000, 3.0
#: rows a second that a CSV of articles is to reach at least
_CSV = 50_000


def _digest(storage: Database, table: Table) -> None:
    settings, rules = load_settings(None), load_rulebook(None)
    for which in ("in a new process", "once more"):
        began = time.process_time()
        made = digest.build_draft(
            storage, settings, rules, day=END.date(), language="vi", made_at=END + timedelta(hours=1)
        )
        read = time.process_time() - began
        digest.render(made, digest.FORMS, letter=True)
        both = time.process_time() - began
        table.add_row(f"all forms and the letter, {which}", f"{both:.2f} s (at most {_SECONDS:g} s)")
    table.add_row("of it reading and arranging", f"{read:.2f} s")
    for form in digest.FORMS:
        began = time.process_time()
        digest.render(made, (form,))
        table.add_row(f"{form} alone", f"{time.process_time() - began:.2f} s")


def main() -> None:
    console = Console()
    with TemporaryDirectory() as folder:
        storage = open_database(Path(folder) / "day.db")
        fill(storage, _ITEMS)
        table = Table("one day", "time", title=f"Digest of {_ITEMS} articles")
        _digest(storage, table)
        console.print(table)
        storage.close()

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


if __name__ == "__main__":
    main()
