"""The row of an article in a CSV, made once when it is stored, so that an export of a million reads no article.

Most cells follow from the article's text, its tags and people's decisions alone; these are stored as they will be
written. The other cells change while the article does not (stories grow, outlets are renamed, translations come,
articles are joined): an export adds them.
"""

import csv
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from io import StringIO
from typing import Any, NamedTuple

from pipeline.records import Article, Item, Tags
from pipeline.records.items import provenance_of
from pipeline.tables.columns import ITEMS, Cell, Column, cut
from pipeline.tables.csv_cells import cell_of_id, neutralise_formula, write_rows
from pipeline.tables.translated_items import TranslatedCells

#: Columns of ITEMS that an export adds: the first ones, those of the outlet, and the last ones. All others are stored.
_FIRST = ("item", "story", "event", "origin")
_OUTLET = ("outlet", "source", "country", "category")
_LAST = ("title_vi", "excerpt_vi", "translated_by", "provenance", "captured")
#: Separator of the two stored parts, before and after the outlet; no cell may hold it (pipeline.tables.csv_cells).
SEPARATOR = "\x1f"
_NAMES = [column.name for column in ITEMS]
_OUTLET_AT = _NAMES.index(_OUTLET[0])
STORED_PARTS = ITEMS[len(_FIRST) : _OUTLET_AT], ITEMS[_OUTLET_AT + len(_OUTLET) : -len(_LAST)]


class TaggedText(NamedTuple):
    """The fields of an Item that the stored columns read."""

    article: Article
    tags: Tags
    version: int
    first_seen: datetime
    fetched_at: datetime
    feed_url: str


def provenance_cells(captures: Sequence[datetime | None]) -> list[Cell]:
    """Return the provenance of articles by when they were captured; None: not at all."""
    # Hardly any store has archives, and then not for most days.
    return list(map(provenance_of, captures)) if any(captures) else ["live"] * len(captures)


class CsvRow(NamedTuple):
    """An article as a CSV lists it."""

    item: str
    story: str
    event: str
    origin: str
    #: Name of the outlet.
    outlet: str
    #: Id of the outlet.
    source: str
    country: str
    category: str
    #: Cells as `stored_cells` renders them.
    cells: str
    translated: TranslatedCells = TranslatedCells()
    #: when its page was captured, if an archive had it first, in ZONE and without parts of a second
    captured: datetime | None = None
    #: the article itself with its translation, where the cells do not tell all that other formats list
    whole: Item | None = None


def stored_cells(text: TaggedText) -> str:
    """Return the cells of an article that are stored."""
    return SEPARATOR.join(_line(part, text) for part in STORED_PARTS)


def csv_line(row: CsvRow) -> str:
    """Return the line of a CSV, the same as csv_cells.write_rows writes for the columns ITEMS of the Item."""
    before, after = row.cells.split(SEPARATOR)
    return (
        f"{cell_of_id(row.item)},{cell_of_id(row.story)},{cell_of_id(row.event)},{_cell(row.origin)},{before},"
        f"{_cell(row.outlet)},{_cell(row.source)},{_cell(row.country)},{_cell(row.category)},{after},"
        f"{_translated(row.translated)},{'live,' if row.captured is None else _archived(row.captured)}\r\n"
    )


def _translated(cells: TranslatedCells) -> str:
    """Return the last cells; nearly all articles have none."""
    if not cells.by:
        return ",,"
    # Long texts, each of another article: no use to remember their cells.
    made = _cell.__wrapped__
    return f"{made(cells.title)},{made(cut(cells.excerpt))},{made('; '.join(cells.by))}"


def _archived(captured: datetime) -> str:
    """Return the last cells of an article that an archive had first."""
    return f"{provenance_of(captured)},{captured.isoformat()}"


def _line(columns: Sequence[Column[Any]], text: TaggedText) -> str:
    stream = StringIO(newline="")
    write_rows(columns, [text], stream)
    return stream.getvalue().removesuffix("\r\n")


# The same outlets and agencies come again and again.
@lru_cache(maxsize=4096)
def _cell(value: str) -> str:
    stream = StringIO(newline="")
    csv.writer(stream).writerow([neutralise_formula(value), ""])
    return stream.getvalue().removesuffix(",\r\n")
