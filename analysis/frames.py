"""Rows of the exported tables → typed pandas DataFrames, for analysts' own notebooks.

The columns are those of docs/columns.md, so that a figure of a notebook, a report and a spreadsheet is one figure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis.tables.definitions import DAILY, LEDGER, STORIES, TAGS
from analysis.tables.rows import daily_rows, story_rows, tag_rows
from pipeline.records import Item, LedgerEntry, SourceDay
from pipeline.tables.columns import ITEMS, SCHEMA_VERSION, ZONE, Column, ColumnType

if TYPE_CHECKING:
    import pandas as pd

#: pandas' type for each kind of column but times (of Vietnam, to the microsecond); what is not known is NA, never 0
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
    """Return one row for each article, by its id in the column `item`."""
    return frame(ITEMS, items)


def stories(items: Iterable[Item]) -> "pd.DataFrame":
    """Return one row for each story that the articles tell, the last to be told first."""
    return frame(STORIES, story_rows(items))


def tags(items: Iterable[Item], topic_labels: Mapping[str, str]) -> "pd.DataFrame":
    """Return one row for each place and topic of each article."""
    return frame(TAGS, tag_rows(items, topic_labels))


def daily(
    items: Iterable[Item], first: date | None, last: date, sources: Callable[[date], Iterable[SourceDay]]
) -> "pd.DataFrame":
    """Return one row for each day from `first` (None: of the oldest article) to `last` and each source.

    Counts of a day on which a source was not read are NA: no data is not 0. `sources` tells what became of every
    source on a day.
    """
    return frame(DAILY, daily_rows(items, first, last, sources))


def ledger(entries: Iterable[LedgerEntry]) -> "pd.DataFrame":
    """Return one row for each link that was found or asked for."""
    return frame(LEDGER, entries)


def frame(columns: Sequence[Column[Any]], rows: Iterable[Any]) -> "pd.DataFrame":
    """Return rows as a DataFrame of shape (rows, columns), each column of the type that its kind says.

    `DataFrame.attrs` holds the number of the schema and, under 'meaning', what each column says.
    """
    import pandas as pd

    values: list[list[Any]] = [[] for _ in columns]
    for row in rows:
        for column, found in zip(columns, values, strict=True):
            found.append(column.value(row))
    made = pd.DataFrame({c.name: _typed(c.kind, found) for c, found in zip(columns, values, strict=True)})
    made.attrs = {"schema": SCHEMA_VERSION, "meaning": {c.name: c.meaning for c in columns}}
    return made


def _typed(kind: ColumnType, values: list[Any]) -> "pd.Series[Any]":
    import pandas as pd

    found = pd.Series(values, dtype="object")
    if kind == "time":
        return pd.to_datetime(found, utc=True).dt.as_unit("us").dt.tz_convert(ZONE.key)
    dtype: Any = _TYPES[kind]
    return found.astype(dtype)
