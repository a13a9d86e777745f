"""Items → CSV and JSON Lines, row by row, at constant memory."""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TextIO

from analysis.columns import COLUMNS, Value
from pipeline.records import Item

#: What spreadsheets take for a formula, also behind blanks.
_FORMULA = re.compile(r"[\s\u00a0\ufeff]*[=+\-@\t\r＝＋－＠]")
#: Characters that no cell may hold: controls but tab and newline, and halves of surrogate pairs.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_SURROGATE = re.compile("[\ud800-\udfff]")


def write_csv(items: Iterable[Item], stream: TextIO) -> int:
    """Write one row for each item below a header; return the number of rows.

    `stream` is opened as UTF-8 with newline="". Columns are those of docs/columns.md.
    """
    stream.write("\ufeff")
    writer = csv.writer(stream)
    writer.writerow(column.name for column in COLUMNS)
    rows = 0
    for item in items:
        writer.writerow(inert(column.value(item)) for column in COLUMNS)
        rows += 1
    return rows


def inert(value: Value) -> Value:
    """Return a cell that a spreadsheet shows to the letter and never computes."""
    if not isinstance(value, str):
        return value
    value = _ILLEGAL.sub("", value).replace("\r\n", "\n").replace("\r", "\n")
    return f"'{value}" if _FORMULA.match(value) else value


def write_jsonl(items: Iterable[Item], stream: TextIO) -> int:
    """Write every field of each item, its text and evidence too, as one JSON line; return the number of lines."""
    rows = 0
    for item in items:
        line = json.dumps(flat(item), ensure_ascii=False, default=_plain)
        # Half of a surrogate pair is no character, and one would stop the whole export.
        stream.write(_SURROGATE.sub("\ufffd", line) + "\n")
        rows += 1
    return rows


def flat(item: Item) -> dict[str, Any]:
    """Return all fields of an item, of its article and of its tags, in one level.

    Where two of them have one name: `language` and `reason` are what the rules said, `declared_language` is the page's
    own word, `read_as` is ok or what kept the page from being read whole.
    """
    row: dict[str, Any] = asdict(item)
    article: dict[str, Any] = row.pop("article")
    tags: dict[str, Any] = row.pop("tags")
    article["declared_language"], article["read_as"] = article.pop("language"), article.pop("reason")
    return row | article | tags


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        # With the offset it was published with: that says on which day its readers had it.
        return value.isoformat(timespec="seconds")
    raise TypeError(f"no JSON for {type(value).__name__}")
