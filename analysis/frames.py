"""Rows of the exported tables → typed pandas DataFrames, for analysts' own notebooks.

The columns are those of docs/columns.md: a notebook, a report and a spreadsheet show the same figures.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from analysis.tables.definitions import DAILY, LEDGER, STORIES, TAGS
from analysis.tables.rows import daily_rows, story_rows, tag_rows
from pipeline.records import Item, LedgerEntry, SourceDay
from pipeline.tables.columns import ITEMS, SCHEMA_VERSION, ZONE, Column, ColumnType

if TYPE_CHECKING:
    import pandas as pd

#: pandas type of each kind of column except times (with a zone, to the microsecond); unknown values are NA, never 0
_TYPES: Mapping[ColumnType, str] = {
    "text": "string",
    "link": "string",
    "list": "object",
    "day": "datetime64[us]",
    "integer": "Int64",
    "number": "Float64",
    "yes/no": "boolean",
}


def articles(items: Iterable[Item]) -> "pd.DataFrame":
    """Return one row for each article; the column `item` holds its id."""
    return frame(ITEMS, items)


def stories(items: Iterable[Item]) -> "pd.DataFrame":
    """Return one row for each story of the articles, the one with the newest article first."""
    return frame(STORIES, story_rows(items))


def tags(items: Iterable[Item], topic_labels: Mapping[str, str]) -> "pd.DataFrame":
    """Return one row for each place and topic of each article."""
    return frame(TAGS, tag_rows(items, topic_labels))


def daily(
    items: Iterable[Item],
    first: date | None,
    last: date,
    sources: Callable[[date], Iterable[SourceDay]],
    *,
    zone: ZoneInfo = ZONE,
) -> "pd.DataFrame":
    """Return one row for each day from `first` (None: of the oldest article) to `last` and each source.

    Days are calendar days of `zone`. Counts of a day on which a source was not read are NA: no data is not 0.
    `sources` returns the state of every source on a day.
    """
    return frame(DAILY, daily_rows(items, first, last, sources, zone=zone), zone=zone)


def ledger(entries: Iterable[LedgerEntry]) -> "pd.DataFrame":
    """Return one row for each link that was found or asked for."""
    return frame(LEDGER, entries)


def frame(columns: Sequence[Column[Any]], rows: Iterable[Any], *, zone: ZoneInfo = ZONE) -> "pd.DataFrame":
    """Return rows as a DataFrame of shape (rows, columns), each column of the type of its kind, times in `zone`.

    `DataFrame.attrs` holds the number of the schema ('schema') and the meaning of each column by name ('meaning').
    """
    import pandas as pd

    values: list[list[Any]] = [[] for _ in columns]
    for row in rows:
        for column, cells in zip(columns, values, strict=True):
            cells.append(column.value(row))
    table = pd.DataFrame({c.name: _typed(c.kind, cells, zone) for c, cells in zip(columns, values, strict=True)})
    table.attrs = {"schema": SCHEMA_VERSION, "meaning": {c.name: c.meaning for c in columns}}
    return table


def _typed(kind: ColumnType, values: list[Any], zone: ZoneInfo) -> "pd.Series[Any]":
    import pandas as pd

    series = pd.Series(values, dtype="object")
    if kind == "time":
        return pd.to_datetime(series, utc=True).dt.as_unit("us").dt.tz_convert(zone.key)
    dtype: Any = _TYPES[kind]
    return series.astype(dtype)
