"""Rows → CSV, JSON Lines, XLSX and Parquet, row by row, at constant memory."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, TextIO, TypeVar
from zoneinfo import ZoneInfo

from analysis.tables.sheet_words import SheetWords
from analysis.tables.sink import Sink
from pipeline.errors import DiembaoError
from pipeline.records import Item
from pipeline.tables.columns import SCHEMA_VERSION, ZONE, Cell, Column, cut
from pipeline.tables.csv_cells import groups, legal_text, write_rows
from pipeline.tables.csv_rows import CsvRow, csv_line
from pipeline.tables.translated_items import cells_of_item
from pipeline.tagging.reason_text import relevance_reason_text, without_name
from pipeline.text.urls import is_fetchable

T = TypeVar("T")

_SURROGATE = re.compile("[\ud800-\udfff]")
#: Workbooks with the names and codes of the other formats
_ENGLISH = SheetWords("en", {})
#: Limits of Excel: rows of a sheet without its header; characters of a cell and of a link; links of a sheet
SHEET_ROWS = 1_048_575
_CELL, _LINK, _LINKS = 32_767, 2_079, 65_000
#: Rows of a Parquet row group, held in memory at a time
_GROUP = 5_000
#: Rows of a CSV written at once
_BATCH = 500
_WIDTHS = {"text": 18, "link": 40, "list": 24, "time": 17, "day": 12, "integer": 10, "number": 10, "yes/no": 10}
_WIDE = {"title": 60, "lead": 60, "reason": 40, "title_vi": 60, "excerpt_vi": 60}


class TooManyRows(DiembaoError):
    """A sheet cannot hold all rows; the message gives the limit and the alternatives."""


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
    for row in rows:
        record = flat_value(row) if isinstance(row, Item) else {column.name: column.value(row) for column in columns}
        line = json.dumps(record, ensure_ascii=False, default=_plain)
        # Half of a surrogate pair cannot be encoded and would stop the whole export.
        stream.write(_SURROGATE.sub("\ufffd", line) + "\n")
        n += 1
    return n


def flat_value(item: Item) -> dict[str, Any]:
    """Return all fields of an item, of its article and of its tags, in one level.

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
    return row | article | tags


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        # With the offset of publication, which gives the day on which its readers had it.
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def write_xlsx(
    table: str, columns: Sequence[Column[Any]], rows: Iterable[Any], path: Path, words: SheetWords = _ENGLISH
) -> int:
    """Write a workbook with a sheet for a table, in the language of `words`; return the number of rows.

    Raises TooManyRows, or OSError.
    """
    import xlsxwriter.exceptions

    try:
        return _write_book(xlsxwriter.Workbook, (table, words), columns, rows, path)
    except xlsxwriter.exceptions.XlsxWriterException as error:
        # It wraps the system's error, and is no OSError itself.
        cause = error.args[0] if error.args else None
        raise (cause if isinstance(cause, OSError) else OSError(str(error))) from error


def _folder_for_parts(path: Path) -> str:
    """Return the folder for the parts of a workbook: the system's for such files, else that of the workbook."""
    try:
        return gettempdir()
    except FileNotFoundError:  # none of them takes a byte
        return str(path.parent)


def _write_book(
    make_book: Any, about: tuple[str, SheetWords], columns: Sequence[Column[Any]], rows: Iterable[Any], path: Path
) -> int:
    """Write the workbook; `make_book` takes any object that can be written to, and options."""
    table, words = about
    heads, shown = words.heads(table, columns), words.columns(table, columns)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    with (
        TemporaryDirectory(dir=_folder_for_parts(path)) as folder,
        Sink(path) as stream,
        make_book(stream, {**options, "tmpdir": folder}) as book,
    ):
        book.set_custom_property("diembao.schema", SCHEMA_VERSION)
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": False})
        formats = {
            "time": book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"}),
            "day": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
            "number": book.add_format({"num_format": "0.00"}),
            "link": book.add_format({"font_color": "#0B5394", "underline": 1}),
        }
        sheet = book.add_worksheet(words.sheet(table))
        sheet.freeze_panes(1, 0)
        for m, (column, words_of_head) in enumerate(zip(columns, heads, strict=True)):
            sheet.set_column(m, m, _WIDE.get(column.name, _WIDTHS[column.kind]))
            sheet.write_string(0, m, words_of_head, head)
        n = links = 0
        for row in rows:
            n += 1
            if n > SHEET_ROWS:
                raise TooManyRows(f"a sheet holds {SHEET_ROWS} rows: write .csv or .parquet, or a shorter time")
            for m, column in enumerate(shown):
                value, style = column.value(row), formats.get(column.kind)
                match value:
                    case None | "" | ():
                        pass
                    case bool():
                        sheet.write_boolean(n, m, value)
                    case int() | float():
                        sheet.write_number(n, m, value, style)
                    case datetime():
                        sheet.write_datetime(n, m, value.replace(tzinfo=None), style)
                    case date():
                        sheet.write_datetime(n, m, datetime.combine(value, time()), style)
                    case tuple():
                        sheet.write_string(n, m, _cell("; ".join(value)))
                    case _:
                        if column.kind == "link" and links < _LINKS and len(value) < _LINK and is_fetchable(value):
                            links += 1
                            sheet.write_url(n, m, legal_text(value), style, _cell(value))
                        else:
                            sheet.write_string(n, m, _cell(value))
        sheet.autofilter(0, 0, max(n, 1), len(columns) - 1)
        meanings = book.add_worksheet(words.sheet("columns"))
        meanings.set_column(0, 0, 22)
        meanings.set_column(2, 2, 100)
        for y, texts in enumerate(words.explained(table, columns)):
            for x, text in enumerate(texts):
                meanings.write_string(y, x, text, None if y else head)
    return n


def _cell(text: str) -> str:
    text = legal_text(text)
    # Excel counts UTF-16 units and reports a file with a longer cell as damaged.
    if len(text.encode("utf-16-le")) // 2 <= _CELL:
        return text
    return text.encode("utf-16-le")[: 2 * (_CELL - 1)].decode("utf-16-le", "ignore") + "…"


def write_parquet(columns: Sequence[Column[Any]], rows: Iterable[Any], path: Path, zone: ZoneInfo = ZONE) -> int:
    """Write a Parquet file of typed columns, times in `zone`; return the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "list": pa.list_(pa.string()),
        "time": pa.timestamp("s", zone.key),
        "day": pa.date32(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "yes/no": pa.bool_(),
    }
    schema = pa.schema(
        [pa.field(c.name, types.get(c.kind, pa.string()), metadata={"meaning": c.meaning}) for c in columns],
        metadata={"diembao.schema": str(SCHEMA_VERSION)},
    )
    n = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in groups(rows, _GROUP):
            arrays = [
                pa.array([_whole(c.value(row)) for row in group], f.type) for c, f in zip(columns, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            n += len(group)
    return n


def _whole(value: Cell) -> Cell:
    """Return a cell without surrogates, which UTF-8 cannot encode."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    return tuple(_SURROGATE.sub("\ufffd", v) for v in value) if isinstance(value, tuple) else value
