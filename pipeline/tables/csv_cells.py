"""Rows → lines of CSV that a spreadsheet shows to the letter and never computes."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TextIO, TypeVar

from pipeline.tables.columns import Cell, Column

T = TypeVar("T")

#: Beginning of a cell that spreadsheets take for a formula, also after blanks
_FORMULA = re.compile(r"[\s\u00a0\ufeff]*[=+\-@\t\r＝＋－＠]")
#: Columns that hold ids of articles, in every table
ID_COLUMNS = frozenset(["item", "story", "event"])
_NUMBER = re.compile(r"\d+(?:e\d+)?")
_FORMULA_STARTS = frozenset("=+-@＝＋－＠ ")
#: Characters that no cell may hold: controls but tab and newline, and halves of surrogate pairs.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def write_rows(columns: Sequence[Column[Any]], rows: Sequence[Any], stream: TextIO) -> None:
    """Write one line for each row, without a header. `stream` is opened as UTF-8 with newline=""."""
    # Column by column: most of the time goes into calls, of which this makes the fewest.
    cells = [_converter(column)(map(column.value, rows)) for column in columns]
    csv.writer(stream).writerows(zip(*cells, strict=True))


def _converter(column: Column[Any]) -> Callable[[Iterable[Any]], list[Cell]]:
    if column.name in ID_COLUMNS:
        return lambda values: [cell_of_id(value or "") for value in values]
    return _CSV.get(column.kind, _inert_all)


def cell_of_id(key: str) -> str:
    """Return the cell of an id; those of earlier releases may be digits alone, or a number with an exponent."""
    return f"'{key}" if _NUMBER.fullmatch(key) else key


def _inert_all(values: Iterable[Cell]) -> list[Cell]:
    # Fast path: most cells are printable and cannot start a formula.
    return [
        v if not isinstance(v, str) or (v.isprintable() and v[:1] not in _FORMULA_STARTS) else neutralise_formula(v)
        for v in values
    ]


def neutralise_formula(value: Cell) -> Cell:
    """Return a cell that a spreadsheet shows to the letter and never computes."""
    if not isinstance(value, str):
        return value
    value = legal_text(value)
    return f"'{value}" if _FORMULA.match(value) else value


def legal_text(value: str) -> str:
    """Return a text without what no cell of any format may hold; its lines end as lines do in a cell."""
    return value if value.isprintable() else _ILLEGAL.sub("", value).replace("\r\n", "\n").replace("\r", "\n")


def _iso_all(values: Iterable[Any]) -> list[Cell]:
    return ["" if v is None else v.isoformat() for v in values]


#: Converters of the kinds of columns; columns of other kinds are inert texts and numbers
_CSV: dict[str, Callable[[Iterable[Any]], list[Cell]]] = {
    "time": _iso_all,
    "day": _iso_all,
    "list": lambda values: _inert_all(map("; ".join, values)),
    "yes/no": lambda values: ["" if v is None else "yes" if v else "no" for v in values],
}


def groups(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = iter(rows)
    while group := list(islice(rows, size)):
        yield group
