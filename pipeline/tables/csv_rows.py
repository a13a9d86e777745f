"""The row of an article in a CSV, made once when it is stored, so that an export of a million reads no article.

Most cells follow from its text, from its tags and from what was decided of them alone; these are stored as they will
be written. The others change while the article does not (stories grow, outlets are renamed): they are put in anew.
"""

import csv
from collections.abc import Sequence
from functools import lru_cache
from io import StringIO
from typing import NamedTuple

from pipeline.records import Item
from pipeline.tables.columns import ITEMS, Column
from pipeline.tables.csv_cells import neutralise_formula, write_rows

#: Columns of ITEMS before which stored cells stand, and after them; the rest of it is stored.
_FIRST = ("item", "story", "event", "origin")
_MIDDLE = ("outlet", "source", "country", "category")
#: Stands between the two stored parts; no cell may hold it (pipeline.tables.csv_cells).
_BETWEEN = "\x1f"
_NAMES = [column.name for column in ITEMS]
_AT = _NAMES.index(_MIDDLE[0])
_PARTS = ITEMS[len(_FIRST) : _AT], ITEMS[_AT + len(_MIDDLE) :]


class CsvRow(NamedTuple):
    """An article as a table lists it."""

    item: str
    story: str
    event: str
    origin: str
    outlet: str
    #: id of the outlet
    source: str
    country: str
    category: str
    #: its stored cells
    cells: str


def csv_row(item: Item) -> str:
    """Return the cells of an article that are stored."""
    return _BETWEEN.join(_line(part, item) for part in _PARTS)


def csv_line(row: CsvRow) -> str:
    """Return the row as a CSV has it: as csv_cells.write_rows writes the columns ITEMS of the article."""
    before, after = row.cells.split(_BETWEEN)
    return (
        f"{row.item},{row.story},{row.event},{_cell(row.origin)},{before},"
        f"{_cell(row.outlet)},{_cell(row.source)},{_cell(row.country)},{_cell(row.category)},{after}\r\n"
    )


def _line(columns: Sequence[Column[Item]], item: Item) -> str:
    stream = StringIO(newline="")
    write_rows(columns, [item], stream)
    return stream.getvalue().removesuffix("\r\n")


# Outlets are few, and so are agencies.
@lru_cache(maxsize=4096)
def _cell(value: str) -> str:
    stream = StringIO(newline="")
    csv.writer(stream).writerow([neutralise_formula(value), ""])
    return stream.getvalue().removesuffix(",\r\n")
