"""Stored cells of a CSV → the cells of the other formats, for articles of which they tell all.

A CSV joins lists, takes out what no cell may hold and puts an apostrophe before what a spreadsheet would compute. Of
nearly all articles nothing is lost by that: `tells_all` finds out when the cells are stored. Of the others a CsvRow has
the whole article.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from pipeline.tables.columns import ITEMS, Cell, cut
from pipeline.tables.csv_cells import neutralise_formula
from pipeline.tables.csv_rows import SEPARATOR, STORED_PARTS, CsvRow, TaggedText

STORED = tuple(chain.from_iterable(STORED_PARTS))
_BEFORE = len(STORED_PARTS[0])


def tells_all(cells: str, text: TaggedText) -> bool:
    """Whether stored cells tell what they were made from to the letter."""
    try:
        columns = decoded([cells])
    except (ValueError, csv.Error):
        return False
    values = [column.value(text) for column in STORED]
    return [column[0] for column in columns] == values and list(map(type, values)) == [type(c[0]) for c in columns]


def decoded(stored: Iterable[str]) -> list[list[Cell]]:
    """Return the values of the columns STORED, column by column, from the stored cells of articles.

    Raises ValueError or csv.Error where they are none.
    """
    lines = [cells.replace(SEPARATOR, ",") for cells in stored]
    columns = list(zip(*csv.reader(lines), strict=True)) or [()] * len(STORED)
    return [_DECODED.get(column.kind, plain_all)(cells) for column, cells in zip(STORED, columns, strict=True)]


def cells_of_rows(rows: Sequence[CsvRow]) -> list[tuple[Cell, ...]]:
    """Return the cells of articles, as `columns.ITEMS` gives them."""
    exact = [row for row in rows if row.whole is None]
    stored = decoded(row.cells for row in exact)
    first = [[row[n] for row in exact] for n in range(8)]
    translated: list[list[Cell]] = [
        [row.translated.title for row in exact],
        [cut(row.translated.excerpt) for row in exact],
        [row.translated.by for row in exact],
    ]
    columns = [*first[:4], *stored[:_BEFORE], *first[4:], *stored[_BEFORE:], *translated]
    made = zip(*columns, strict=True)
    return [next(made) if row.whole is None else tuple(column.value(row.whole) for column in ITEMS) for row in rows]


def plain_all(cells: Iterable[str]) -> list[Cell]:
    """Return texts without the apostrophes that a CSV puts before what a spreadsheet would compute."""
    return [cell if cell[:1] != "'" else _plain(cell) for cell in cells]


def _plain(cell: str) -> str:
    return cell[1:] if neutralise_formula(cell[1:]) == cell else cell


def _list(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("; ")) if cell else ()


# What one collection brings has the same times.
@lru_cache(maxsize=4096)
def _time(cell: str) -> datetime | None:
    return datetime.fromisoformat(cell) if cell else None


def _yes(cell: str) -> bool:
    return cell == "yes"


_DECODED: dict[str, Callable[[Iterable[str]], list[Any]]] = {
    "list": lambda cells: list(map(_list, plain_all(cells))),
    "time": lambda cells: list(map(_time, cells)),
    "integer": lambda cells: list(map(int, cells)),
    "number": lambda cells: list(map(float, cells)),
    "yes/no": lambda cells: list(map(_yes, cells)),
}
