"""Rows → Parquet: some thousand rows in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipeline.tables.columns import ITEMS, SCHEMA_VERSION, ZONE, Cell, Column, cut
from pipeline.tables.csv_cells import groups
from pipeline.tables.csv_rows import SEPARATOR, STORED_PARTS, CsvRow, provenance_cells
from pipeline.tables.exact_cells import STORED, plain_all

if TYPE_CHECKING:
    import pyarrow as pa

_SURROGATE = re.compile("[\ud800-\udfff]")
#: Rows of a row group, held in memory at a time
_GROUP = 5_000


def write_parquet(columns: Sequence[Column[Any]], rows: Iterable[Any], path: Path, zone: ZoneInfo = ZONE) -> int:
    """Write a Parquet file of typed columns, times in `zone`; return the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(columns, zone)
    n = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in groups(rows, _GROUP):
            arrays = [_array(list(map(c.value, group)), f.type) for c, f in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            n += len(group)
    return n


def write_parquet_rows(rows: Iterable[CsvRow], path: Path, zone: ZoneInfo = ZONE) -> int:
    """Write what `write_parquet` writes of articles, from stored rows; return the number of rows.

    Stored cells become columns without passing through Python one by one.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(ITEMS, zone)
    n = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in groups(rows, _GROUP):
            writer.write_table(pa.Table.from_arrays(_arrays(group, schema), schema=schema))
            n += len(group)
    return n


def _schema(columns: Sequence[Column[Any]], zone: ZoneInfo) -> pa.Schema:
    import pyarrow as pa

    types = {
        "list": pa.list_(pa.string()),
        "time": pa.timestamp("s", zone.key),
        "day": pa.date32(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "yes/no": pa.bool_(),
    }
    return pa.schema(
        [pa.field(c.name, types.get(c.kind, pa.string()), metadata={"meaning": c.meaning}) for c in columns],
        metadata={"diembao.schema": str(SCHEMA_VERSION)},
    )


def _array(values: list[Cell], kind: Any) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_whole(value) for value in values], kind)


def _whole(value: Cell) -> Cell:
    """Return a cell without surrogates, which UTF-8 cannot encode."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    return tuple(_SURROGATE.sub("\ufffd", v) for v in value) if isinstance(value, tuple) else value


def _arrays(rows: Sequence[CsvRow], schema: pa.Schema) -> list[Any]:
    """Return the columns of ITEMS of some articles."""
    import pyarrow as pa

    exact = [row for row in rows if row.whole is None]
    arrays = _exact_arrays(exact, schema) if exact else [pa.array([], field.type) for field in schema]
    if len(exact) == len(rows):
        return arrays
    others = [row.whole for row in rows if row.whole is not None]
    # Each row's place among the exact ones, with the others behind them.
    places = [iter(range(len(exact))), iter(range(len(exact), len(rows)))]
    order = pa.array([next(places[row.whole is not None]) for row in rows], pa.int64())
    return [
        pa.concat_arrays([array, _array([column.value(item) for item in others], array.type)]).take(order)
        for column, array in zip(ITEMS, arrays, strict=True)
    ]


def _exact_arrays(rows: Sequence[CsvRow], schema: pa.Schema) -> list[Any]:
    columns = list(zip(*rows, strict=True))
    stored = _stored_arrays(columns[8], schema)
    before = len(STORED_PARTS[0])
    translated = [
        [cells.title for cells in columns[9]],
        [cut(cells.excerpt) for cells in columns[9]],
        [cells.by for cells in columns[9]],
    ]
    found: list[list[Cell]] = [provenance_cells(columns[10]), list(columns[10])]
    kinds = iter(field.type for field in schema)
    return [
        *(_array(list(values), next(kinds)) for values in columns[:4]),
        *(stored[n] for n in range(before) if next(kinds)),
        *(_array(list(values), next(kinds)) for values in columns[4:8]),
        *(stored[n] for n in range(before, len(stored)) if next(kinds)),
        *(_array(values, next(kinds)) for values in (*translated, *found)),
    ]


def _stored_arrays(cells: Sequence[str], schema: pa.Schema) -> list[Any]:
    """Return the columns STORED of some articles."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    lines = "\n".join(cells).replace(SEPARATOR, ",").encode()
    kinds = {column.name: schema.field(column.name).type for column in STORED}
    texts = {name: pa.string() if pa.types.is_list(kind) else kind for name, kind in kinds.items()}
    table = arrow_csv.read_csv(
        pa.py_buffer(lines),
        arrow_csv.ReadOptions(use_threads=False, block_size=len(lines) + 1, column_names=list(kinds)),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(
            column_types=texts, null_values=[""], true_values=["yes"], false_values=["no"], strings_can_be_null=False
        ),
    )
    if len(table) != len(cells):
        raise ValueError(f"{len(table)} rows in the cells of {len(cells)} articles")
    return [_decoded(array.combine_chunks(), kinds[name]) for name, array in zip(kinds, table.columns, strict=True)]


def _decoded(array: Any, kind: Any) -> Any:
    """Return a column of cells as `pipeline.tables.exact_cells.decoded` decodes it."""
    import pyarrow as pa
    import pyarrow.compute

    compute: Any = pyarrow.compute  # its functions are made when it is imported
    if pa.types.is_string(array.type) and compute.any(compute.starts_with(array, "'")).as_py():
        array = pa.array(plain_all(array.to_pylist()), pa.string())
    if not pa.types.is_list(kind):
        return array
    parts = compute.split_pattern(array, "; ")
    # An empty cell is an empty list, not one of an empty text.
    sizes = compute.if_else(compute.equal(array, ""), 0, compute.list_value_length(parts))
    offsets = pa.array(list(chain([0], compute.cumulative_sum(sizes).to_pylist())), pa.int32())
    values = parts.flatten().filter(compute.take(compute.not_equal(array, ""), compute.list_parent_indices(parts)))
    return pa.ListArray.from_arrays(offsets, values, type=kind)
