"""A workbook written by XlsxWriter alone, cell by cell: what analysis.tables.workbooks is held to."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis.tables.sheet_rows import _LINK, _LINKS, excel_text
from analysis.tables.sheet_words import SheetWords
from analysis.tables.workbooks import _FORMATS, _WIDE, _WIDTHS
from pipeline.tables.columns import SCHEMA_VERSION, Column
from pipeline.tables.csv_cells import legal_text
from pipeline.text.urls import is_fetchable


def write_plain_book(
    table: str, columns: Sequence[Column[Any]], rows: Iterable[Any], path: Path, words: SheetWords
) -> None:
    """Write what `write_xlsx` writes."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_custom_property("diembao.schema", SCHEMA_VERSION)
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": False})
        formats = {kind: book.add_format(properties) for kind, properties in _FORMATS.items()}
        sheet = book.add_worksheet(words.sheet(table))
        sheet.freeze_panes(1, 0)
        for m, (column, words_of_head) in enumerate(zip(columns, words.heads(table, columns), strict=True)):
            sheet.set_column(m, m, _WIDE.get(column.name, _WIDTHS[column.kind]))
            sheet.write_string(0, m, words_of_head, head)
        n = links = 0
        for n, row in enumerate(rows, 1):
            for m, column in enumerate(words.columns(table, columns)):
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
                        sheet.write_string(n, m, excel_text("; ".join(value)))
                    case _:
                        if column.kind == "link" and links < _LINKS and len(value) < _LINK and is_fetchable(value):
                            links += 1
                            sheet.write_url(n, m, legal_text(value), style, excel_text(value))
                        else:
                            sheet.write_string(n, m, excel_text(value))
        sheet.autofilter(0, 0, max(n, 1), len(columns) - 1)
        meanings = book.add_worksheet(words.sheet("columns"))
        meanings.set_column(0, 0, 22)
        meanings.set_column(2, 2, 100)
        for y, texts in enumerate(words.explained(table, columns)):
            for x, text in enumerate(texts):
                meanings.write_string(y, x, text, None if y else head)
