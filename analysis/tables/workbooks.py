"""Rows → XLSX: XlsxWriter writes the workbook around them, `sheet_rows` the rows themselves."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from analysis.tables.sheet_rows import SheetRows
from analysis.tables.sheet_words import SheetWords
from analysis.tables.sink import Sink
from pipeline.errors import DiembaoError
from pipeline.tables.columns import SCHEMA_VERSION, Column

#: Workbooks with the names and codes of the other formats
_ENGLISH = SheetWords("en", {})
#: Limit of Excel: rows of a sheet without its header
SHEET_ROWS = 1_048_575
#: Rows made at once
_BATCH = 500
_WIDTHS = {"text": 18, "link": 40, "list": 24, "time": 17, "day": 12, "integer": 10, "number": 10, "yes/no": 10}
_WIDE = {"title": 60, "lead": 60, "reason": 40, "title_vi": 60, "excerpt_vi": 60}
#: Formats of kinds of columns
_FORMATS = {
    "time": {"num_format": "dd/mm/yyyy hh:mm", "align": "left"},
    "day": {"num_format": "dd/mm/yyyy", "align": "left"},
    "number": {"num_format": "0.00"},
    "link": {"font_color": "#0B5394", "underline": 1},
}
#: How hard parts are compressed, of 9: half the time of the usual 6, for a file that is a tenth larger
_LEVEL = 3
#: Bytes of a part from which on it is packed as a large one; what does not shrink grows a little
_MOST_BYTES = 2_000_000_000
#: Bytes copied at once
_BLOCK = 1 << 20
_SHEET = "xl/worksheets/sheet1.xml"
_RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"


class TooManyRows(DiembaoError):
    """A sheet cannot hold all rows; the message gives the limit and the alternatives."""


def write_xlsx(
    table: str, columns: Sequence[Column[Any]], rows: Iterable[Any], path: Path, words: SheetWords = _ENGLISH
) -> int:
    """Write a workbook with a sheet for a table, in the language of `words`; return the number of rows.

    Raises TooManyRows, or OSError.
    """
    import xlsxwriter.exceptions

    with TemporaryDirectory(dir=_folder_for_parts(path)) as folder:
        parts = _Parts(Path(folder))
        sheet = SheetRows(words.columns(table, columns), _FORMATS)
        n = parts.write(sheet, iter(rows))
        book = BytesIO()
        try:
            _write_frame(book, (table, columns, words), sheet.used, n, folder)
        except xlsxwriter.exceptions.XlsxWriterException as error:
            # It wraps the system's error, and is no OSError itself.
            cause = error.args[0] if error.args else None
            raise (cause if isinstance(cause, OSError) else OSError(str(error))) from error
        with (
            Sink(path) as stream,
            ZipFile(cast("IO[bytes]", stream), "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive,
            ZipFile(book) as frame,
        ):
            for name in frame.namelist():
                parts.copy(frame.read(name).decode(), name, archive)
    return n


def _folder_for_parts(path: Path) -> str:
    """Return the folder for the parts of a workbook: the system's for such files, else that of the workbook."""
    try:
        return gettempdir()
    except FileNotFoundError:  # none of them takes a byte
        return str(path.parent)


class _Parts:
    """Rows, links and their relationships in files until the workbook around them is known."""

    def __init__(self, folder: Path) -> None:
        self._rows, self._links, self._relations = (folder / name for name in ("rows", "links", "relations"))

    def write(self, sheet: SheetRows, rows: Iterator[Any]) -> int:
        """Write all rows; return their number. Raises TooManyRows."""
        n = 0
        with (
            self._rows.open("w", encoding="utf-8", newline="") as of_rows,
            self._links.open("w", encoding="utf-8", newline="") as of_links,
            self._relations.open("w", encoding="utf-8", newline="") as of_relations,
        ):
            while batch := list(islice(rows, _BATCH)):
                if n + len(batch) > SHEET_ROWS:
                    raise TooManyRows(f"a sheet holds {SHEET_ROWS} rows: write .csv or .parquet, or a shorter time")
                of_rows.write(sheet.xml(batch, n + 2))
                links, relations = sheet.take_links()
                of_links.write(links)
                of_relations.write(relations)
                n += len(batch)
        return n

    def copy(self, xml: str, name: str, archive: ZipFile) -> None:
        """Put a part of the frame into the workbook, with the rows and links in their places."""
        pieces: list[str | Path] = [xml]
        if name == _SHEET:
            # The header, and the last row of the frame, which is only there for its links, formats and size.
            head, tail = xml[: xml.index("</row>") + len("</row>")], xml[xml.index("</sheetData>") :]
            before, links, after = tail.partition("<hyperlinks>")
            pieces = [head, self._rows, before]
            if links:
                pieces += [links, self._links, after[after.index("</hyperlinks>") :]]
        elif name == _RELATIONS:
            pieces = [xml[: xml.index("<Relationship ")], self._relations, "</Relationships>"]
        # Known beforehand, so that a part of more than two gigabytes is written as the format asks for. All parts are
        # of the first moment that an archive knows, so that equal rows give equal files.
        size = sum(p.stat().st_size if isinstance(p, Path) else len(p.encode()) for p in pieces)
        with archive.open(name, "w", force_zip64=size > _MOST_BYTES) as part:
            for piece in pieces:
                if isinstance(piece, str):
                    part.write(piece.encode())
                else:
                    with piece.open("rb") as stream:
                        shutil.copyfileobj(stream, part, _BLOCK)


def _write_frame(
    stream: BytesIO, about: tuple[str, Sequence[Column[Any]], SheetWords], used: Sequence[str], n: int, folder: str
) -> None:
    """Write the workbook with its header alone, and a last row by which it has the size, the formats and a link."""
    table, columns, words = about
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    import xlsxwriter

    with xlsxwriter.Workbook(stream, {**options, "tmpdir": folder}) as book:
        book.set_custom_property("diembao.schema", SCHEMA_VERSION)
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": False})
        formats = {kind: book.add_format(properties) for kind, properties in _FORMATS.items()}
        sheet = book.add_worksheet(words.sheet(table))
        sheet.freeze_panes(1, 0)
        for m, (column, words_of_head) in enumerate(zip(columns, words.heads(table, columns), strict=True)):
            sheet.set_column(m, m, _WIDE.get(column.name, _WIDTHS[column.kind]))
            sheet.write_string(0, m, words_of_head, head)
        if n:
            sheet.write_string(n, 0, "-")
        for m, kind in enumerate(used):
            sheet.write_blank(n, m, None, formats[kind])
        if "link" in used:
            sheet.write_url(n, len(columns) - 1, "http://localhost/", formats["link"], "-")
        sheet.autofilter(0, 0, max(n, 1), len(columns) - 1)
        meanings = book.add_worksheet(words.sheet("columns"))
        meanings.set_column(0, 0, 22)
        meanings.set_column(2, 2, 100)
        for y, texts in enumerate(words.explained(table, columns)):
            for x, text in enumerate(texts):
                meanings.write_string(y, x, text, None if y else head)
