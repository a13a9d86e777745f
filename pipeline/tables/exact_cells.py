"""Stored cells of a CSV → the cells of the other formats, for articles of which they tell all.

A CSV joins lists, takes out what no cell may hold and puts an apostrophe before what a spreadsheet would compute. Of
nearly all articles nothing is lost by that: `exact_sum` finds out when the cells are stored. Of the others a CsvRow has
the whole article.
"""

import csv
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from pipeline.tables.columns import ITEMS, Cell, cut
from pipeline.tables.csv_cells import neutralise_formula
from pipeline.tables.csv_rows import SEPARATOR, STORED_PARTS, CsvRow, TaggedText, provenance_cells

#: Characters of cells that are decoded: the csv module takes no longer ones.
_MOST = 100_000
STORED = tuple(chain.from_iterable(STORED_PARTS))
_BEFORE = len(STORED_PARTS[0])


def exact_sum(cells: str, text: TaggedText) -> int | None:
    """Return the checksum of stored cells that tell what they were made from to the letter; None of others."""
    return sum_of(cells) if len(cells) <= _MOST and _tells_all(cells, text) else None


def sum_of(cells: str) -> int:
    """Return the checksum of stored cells."""
    return zlib.crc32(cells.encode("utf-8", "replace"))


def _tells_all(cells: str, text: TaggedText) -> bool:
    try:
        found = [column[0] for column in decoded([cells])]
    except (ValueError, csv.Error):
        return False
    item: Any = text  # the columns of STORED read no other fields
    values = [column.value(item) for column in STORED]
    return found == values and list(map(type, found)) == list(map(type, values))


def decoded(stored: Iterable[str]) -> list[list[Any]]:
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
    captures: list[Cell] = [row.captured for row in exact]
    found = [provenance_cells([row.captured for row in exact]), captures]
    columns = [*first[:4], *stored[:_BEFORE], *first[4:], *stored[_BEFORE:], *translated, *found]
    made = zip(*columns, strict=True)
    return [next(made) if row.whole is None else tuple(column.value(row.whole) for column in ITEMS) for row in rows]


def plain_all(cells: Iterable[str]) -> list[str]:
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
