"""Rows → CSV and JSON Lines, some hundred in memory at a time; `parquet` and `workbooks` write the other forms."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any, BinaryIO, TextIO, TypeVar

from analysis.tables.parquet import write_parquet as write_parquet
from analysis.tables.parquet import write_parquet_rows as write_parquet_rows
from analysis.tables.workbooks import SHEET_ROWS as SHEET_ROWS
from analysis.tables.workbooks import TooManyRows as TooManyRows
from analysis.tables.workbooks import write_xlsx as write_xlsx
from pipeline.records import Item
from pipeline.tables.columns import Column, cut
from pipeline.tables.csv_cells import groups, write_rows
from pipeline.tables.csv_rows import CsvRow, csv_line
from pipeline.tables.translated_items import cells_of_item
from pipeline.tagging.reason_text import relevance_reason_text, without_name

T = TypeVar("T")

_SURROGATE = re.compile("[\ud800-\udfff]")
#: Rows of a CSV written at once
_BATCH = 500
#: Lines of JSON written at once; each holds a text
_LINES = 50


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a CSV is written: for programs of any country, or for the spreadsheets of one."""

    delimiter: str = ","
    decimal: str = "."
    #: whether the first line names the delimiter, which Excel then obeys in any country
    names_delimiter: bool = False


def write_csv(
    columns: Sequence[Column[Any]], rows: Iterable[Any], stream: TextIO, dialect: CsvDialect = CsvDialect()
) -> int:
    """Write a header and one line for each row; return the number of rows.

    `stream` is opened as UTF-8 with newline="".
    """
    return _write_batches(columns, rows, stream, dialect, lambda batch, out: write_rows(columns, batch, out))


def write_csv_rows(
    columns: Sequence[Column[Any]], rows: Iterable[CsvRow], stream: TextIO, dialect: CsvDialect = CsvDialect()
) -> int:
    """Write the output of `write_csv` from stored rows; return the number of rows."""
    return _write_batches(columns, rows, stream, dialect, lambda batch, out: out.writelines(map(csv_line, batch)))


def _write_batches(
    columns: Sequence[Column[Any]],
    rows: Iterable[T],
    stream: TextIO,
    dialect: CsvDialect,
    write: Callable[[Sequence[T], TextIO], None],
) -> int:
    """Write the byte-order mark (without it Excel does not recognise UTF-8), the header and the rows."""
    stream.write("\ufeff")
    if dialect.names_delimiter:
        stream.write(f"sep={dialect.delimiter}\r\n")
    csv.writer(stream, delimiter=dialect.delimiter).writerow(column.name for column in columns)
    n = 0
    for batch in groups(rows, _BATCH):
        if (dialect.delimiter, dialect.decimal) == (",", "."):
            write(batch, stream)
        else:
            plain = StringIO(newline="")
            write(batch, plain)
            _write_in_dialect(columns, plain.getvalue(), stream, dialect)
        n += len(batch)
    return n


def _write_in_dialect(columns: Sequence[Column[Any]], lines: str, stream: TextIO, dialect: CsvDialect) -> None:
    """Write lines of the plain dialect in another one."""
    numbers = [n for n, column in enumerate(columns) if column.kind == "number" or column.name == "topic_scores"]
    csv.field_size_limit(max(csv.field_size_limit(), len(lines)))
    writer = csv.writer(stream, delimiter=dialect.delimiter)
    for cells in csv.reader(StringIO(lines, newline="")):
        for place in numbers:
            cells[place] = cells[place].replace(".", dialect.decimal)
        writer.writerow(cells)


def write_jsonl(columns: Sequence[Column[Any]], rows: Iterable[Any], stream: TextIO) -> int:
    """Write one JSON line for each row, with all fields of an Item; return the number of lines."""
    n = 0
    for batch in groups(rows, _BATCH):
        stream.write("".join([_line(_record(columns, row)) for row in batch]))
        n += len(batch)
    return n


def write_json_lines(lines: Iterable[bytes | Item], stream: BinaryIO) -> int:
    """Write what `write_jsonl` writes of articles, some of which come as their lines; return the number of lines."""
    n = 0
    for batch in groups(lines, _LINES):
        stream.writelines([_line(flat_value(line)).encode() if isinstance(line, Item) else line for line in batch])
        n += len(batch)
    return n


def _line(record: Mapping[str, Any]) -> str:
    # Half of a surrogate pair cannot be encoded and would stop the whole export.
    return _SURROGATE.sub("\ufffd", _ENCODE(record)) + "\n"


def _record(columns: Sequence[Column[Any]], row: Any) -> dict[str, Any]:
    return flat_value(row) if isinstance(row, Item) else {column.name: column.value(row) for column in columns}


def flat_value(item: Item) -> dict[str, Any]:
    """Return all fields of an item, its provenance, the fields of its article and of its tags, in one level.

    Names that occur twice: `language` and `reason` come from the tags; the article's are `declared_language` and
    `read_as` (ok, or the reason why the page was not read whole or may be no article).
    """
    row: dict[str, Any] = asdict(item)
    row.pop("translation", None)
    translated = cells_of_item(item)
    article: dict[str, Any] = row.pop("article")
    tags: dict[str, Any] = row.pop("tags")
    tags["reason"] = relevance_reason_text(without_name(item.tags.reason), "vi")
    article["declared_language"], article["read_as"] = article.pop("language"), article.pop("reason")
    row |= {"title_vi": translated.title, "excerpt_vi": cut(translated.excerpt), "translated_by": translated.by}
    return row | {"provenance": item.provenance} | article | tags


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        # With the offset of publication, which gives the day on which its readers had it.
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


_ENCODE = json.JSONEncoder(ensure_ascii=False, default=_plain).encode
