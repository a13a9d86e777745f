"""Rows → CSV, JSON Lines and Parquet, and, by way of `workbooks`, XLSX: some hundred rows in memory at a time."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any, TextIO, TypeVar
from zoneinfo import ZoneInfo

from analysis.tables.workbooks import SHEET_ROWS as SHEET_ROWS
from analysis.tables.workbooks import TooManyRows as TooManyRows
from analysis.tables.workbooks import write_xlsx as write_xlsx
from pipeline.records import Item
from pipeline.tables.columns import SCHEMA_VERSION, ZONE, Cell, Column, cut
from pipeline.tables.csv_cells import groups, write_rows
from pipeline.tables.csv_rows import CsvRow, csv_line
from pipeline.tables.raw_items import RawItem, flat_of_raw
from pipeline.tables.translated_items import cells_of_item
from pipeline.tagging.reason_text import relevance_reason_text, without_name

T = TypeVar("T")

_SURROGATE = re.compile("[\ud800-\udfff]")
#: Rows of a Parquet row group, held in memory at a time
_GROUP = 5_000
#: Rows of a CSV written at once
_BATCH = 500


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
    encode = json.JSONEncoder(ensure_ascii=False, default=_plain).encode
    n = 0
    for batch in groups(rows, _BATCH):
        lines = "\n".join([encode(_record(columns, row)) for row in batch])
        # Half of a surrogate pair cannot be encoded and would stop the whole export; a RawItem has none.
        if not all(type(row) is RawItem for row in batch):
            lines = _SURROGATE.sub("\ufffd", lines)
        stream.write(lines + "\n")
        n += len(batch)
    return n


def _record(columns: Sequence[Column[Any]], row: Any) -> dict[str, Any]:
    if isinstance(row, RawItem):
        return flat_of_raw(row)
    return flat_value(row) if isinstance(row, Item) else {column.name: column.value(row) for column in columns}


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
            arrays = [_array(pa, list(map(c.value, group)), f.type) for c, f in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            n += len(group)
    return n


def _array(pa: Any, values: list[Cell], kind: Any) -> Any:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_whole(value) for value in values], kind)


def _whole(value: Cell) -> Cell:
    """Return a cell without surrogates, which UTF-8 cannot encode."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    return tuple(_SURROGATE.sub("\ufffd", v) for v in value) if isinstance(value, tuple) else value
