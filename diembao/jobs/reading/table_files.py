"""What stands on a page as a table in a file: CSV or a workbook, through the writers of every export.

Cells that a spreadsheet would take for a formula are written so that none computes them
(pipeline.tables.csv_cells, analysis.tables.writers).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Literal

from analysis.tables.definitions import TABLES
from analysis.tables.sheet_words import SheetWords
from analysis.tables.writers import CsvDialect, write_csv, write_xlsx
from pipeline.i18n.language import current_language
from pipeline.tables.columns import in_zone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any
    from zoneinfo import ZoneInfo

    from diembao.jobs.reading.value_words import TopicNames

#: Rows of a table that a page gives as a file, at most; longer ones are for `diembao export` and the exports page.
MOST_ROWS = 10_000

TableForm = Literal["csv", "xlsx"]
#: Locale of a CSV → its delimiter and decimal separator.
DIALECTS = {"en": CsvDialect(), "vi": CsvDialect(";", ",")}


def write_table(
    path: Path,
    table: str,
    rows: Iterable[Any],
    form: TableForm,
    *,
    zone: ZoneInfo,
    topics: TopicNames,
    locale: str = "en",
) -> int:
    """Write at most MOST_ROWS rows of one of analysis.tables.definitions.TABLES to a file; return their number.

    A workbook is in the language of the context; a CSV has the names of docs/columns.md, in the dialect of `locale`.
    """
    columns = in_zone(TABLES[table].columns, zone)
    first = islice(rows, MOST_ROWS)
    if form == "xlsx":
        return write_xlsx(table, columns, first, path, SheetWords(current_language(), topics))
    with path.open("w", encoding="utf-8", newline="") as stream:
        return write_csv(columns, first, stream, DIALECTS[locale])
