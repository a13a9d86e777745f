"""Rows → the rows of a sheet as XML, column by column, as XlsxWriter writes them with `constant_memory`.

XlsxWriter makes three objects and some thirty calls for each cell; of a sheet of a million cells that is nearly all of
what an export costs. It writes all else of a workbook (analysis.tables.workbooks); tests hold every part to its bytes.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any

from pipeline.tables.columns import Cell, Column
from pipeline.tables.csv_cells import legal_text
from pipeline.text.urls import is_fetchable

#: Limits of Excel: characters of a cell and of a link; links of a sheet
_CELL, _LINK, _LINKS = 32_767, 2_079, 65_000
#: Where Excel's days begin
_EPOCH, _NEW_YEAR = datetime.combine(date(1899, 12, 31), time()), date(1900, 1, 1)
_SECONDS_OF_DAY = 60 * 60 * 24
_FIRST_WRONG = 59
#: A text that Excel would take for an escaped character
_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")
_PERCENT = re.compile("%[0-9a-fA-F]{2}")
#: Characters that Excel escapes in an address
_IN_LINKS = {
    '"': "%22", " ": "%20", "<": "%3c", ">": "%3e", "[": "%5b", "]": "%5d", "^": "%5e", "`": "%60", "{": "%7b",
    "}": "%7d", "%": "%25",
}  # fmt: skip
_OF_LINKS = str.maketrans(_IN_LINKS)
#: Addresses of which `is_fetchable` is true, whatever their path: nearly all; their characters are at most so many
_PLAIN, _SHORT_LINK = re.compile(r"https?://[a-z0-9][a-z0-9.-]*/[\w/.,~+-]*", re.ASCII), 160
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
#: What stands about a kind until its format has a number; no cell holds it
_MARK = "\x00"
#: Texts of at most so many characters, and how many of them, whose XML is kept: names, codes, words
_SHORT, _KEPT = 40, 20_000


class SheetRows:
    """Makes the XML of rows; the header is row 1, in the format 1."""

    def __init__(self, columns: Sequence[Column[Any]], styled: Collection[str]) -> None:
        """`styled`: the kinds of columns whose cells have a format."""
        #: Kinds whose formats were used, in the order in which they were: the first has the number 2
        self.used: list[str] = []
        self._links: list[str] = []
        self._relations: list[str] = []
        self._n_links = 0
        self._unused = set(styled)
        self._columns = [(column, _letters(m)) for m, column in enumerate(columns)]
        self._known: dict[str, str] = {}

    def xml(self, rows: Sequence[Any], first: int) -> str:
        """Return the XML of rows, of which the first has the number `first`."""
        cells = [
            self._cells(column, letters, self._style(column.kind), rows, first) for column, letters in self._columns
        ]
        lines = map("".join, zip(*cells, strict=True))
        xml = "".join([f'<row r="{n}">{line}</row>' for n, line in enumerate(lines, first)])
        return self._numbered(xml) if self._unused else xml

    def _style(self, kind: str) -> str:
        if kind in self._unused:
            return _MARK + kind + _MARK
        return f' s="{self.used.index(kind) + 2}"' if kind in self.used else ""

    def _numbered(self, xml: str) -> str:
        """Return XML with the numbers of formats that are used for the first time."""
        places = {kind: xml.find(_MARK + kind + _MARK) for kind in self._unused}
        for kind in sorted((kind for kind, place in places.items() if place >= 0), key=lambda kind: places[kind]):
            self._unused.discard(kind)
            self.used.append(kind)
            xml = xml.replace(_MARK + kind + _MARK, self._style(kind))
        return xml

    def take_links(self) -> tuple[str, str]:
        """Return the links of the rows since the last call, and their relationships."""
        taken = "".join(self._links), "".join(self._relations)
        self._links.clear()
        self._relations.clear()
        return taken

    def _cells(self, column: Column[Any], letters: str, style: str, rows: Sequence[Any], first: int) -> list[str]:
        values: Any = map(column.value, rows)
        if column.kind == "link":
            return [self._link(value, letters, n, style) for n, value in enumerate(values, first)]
        if column.kind in ("time", "day"):
            return [
                "" if value is None else f'<c r="{letters}{n}"{style}><v>{_excel_days(value):.16G}</v></c>'
                for n, value in enumerate(values, first)
            ]
        if column.kind == "list":
            values = ["; ".join(value) if value else "" for value in values]
        elif column.kind != "text":
            return [
                "" if value is None else self._cell(value, letters, n, style) for n, value in enumerate(values, first)
            ]
        known: dict[Any, str] = self._known
        # Most texts are of those that come again and again, or empty.
        return [
            ""
            if value is None or value == ""
            else f'<c r="{letters}{n}" {known[value]}'
            if value in known
            else self._cell(value, letters, n, style)
            for n, value in enumerate(values, first)
        ]

    def _cell(self, value: Cell, letters: str, n: int, style: str) -> str:
        if isinstance(value, str):
            return f'<c r="{letters}{n}" {self._text(value)}' if value else ""
        if isinstance(value, bool):
            return f'<c r="{letters}{n}" t="b"><v>{int(value)}</v></c>'
        return f'<c r="{letters}{n}"{style}><v>{value:.16G}</v></c>'

    def _text(self, value: str) -> str:
        """Return the XML of a text, from its type on."""
        if (xml := self._known.get(value)) is None:
            xml = _inline(value)
            if len(value) <= _SHORT and len(self._known) < _KEPT:
                self._known[value] = xml
        return xml

    def _link(self, value: Any, letters: str, n: int, style: str) -> str:
        if not value:
            return ""
        if self._n_links >= _LINKS or len(value) >= _LINK or not _may_be_asked(value):
            return f'<c r="{letters}{n}" {_inline(value)}'
        self._n_links += 1
        target, _, place = legal_text(value).partition("#")
        if not _PERCENT.search(target):
            target = target.translate(_OF_LINKS)
        where = f' location="{_attribute(place)}"' if place else ""
        self._links.append(f'<hyperlink ref="{letters}{n}" r:id="rId{self._n_links}"{where}/>')
        self._relations.append(
            f'<Relationship Id="rId{self._n_links}" Type="{_RELATION}" Target="{_attribute(target)}"'
            ' TargetMode="External"/>'
        )
        return f'<c r="{letters}{n}"{style} {_inline(value)}'


def _may_be_asked(address: str) -> bool:
    return (len(address) <= _SHORT_LINK and _PLAIN.fullmatch(address) is not None) or is_fetchable(address)


def _letters(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    letters = ""
    column += 1
    while column:
        column, last = divmod(column - 1, 26)
        letters = chr(65 + last) + letters
    return letters


def _excel_days(when: date) -> float:
    """Return a day or a time as Excel counts it, added up in XlsxWriter's order, so that no last digit differs."""
    at = when.replace(tzinfo=None) if isinstance(when, datetime) else datetime.combine(when, time())
    passed = at - _EPOCH
    days: float = passed.days + (float(passed.seconds) + float(passed.microseconds) / 1e6) / _SECONDS_OF_DAY
    # Excel's calendar has a 29 February 1900.
    if days > _FIRST_WRONG:
        return days + 1
    if at.date() == _NEW_YEAR:
        days -= 1
    return days


def _inline(text: str) -> str:
    """Return the XML of a text in a cell, from the cell's type on."""
    text = excel_text(text)
    if "_x" in text:
        text = _ESCAPE.sub(r"_x005F\1", text)
    keep = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f't="inlineStr"><is><t{keep}>{text}</t></is></c>'


def excel_text(text: str) -> str:
    """Return a text that a cell of Excel holds."""
    text = legal_text(text)
    # Excel counts UTF-16 units and reports a file with a longer cell as damaged.
    if len(text) <= _CELL // 2 or len(text.encode("utf-16-le")) // 2 <= _CELL:
        return text
    return text.encode("utf-16-le")[: 2 * (_CELL - 1)].decode("utf-16-le", "ignore") + "…"


def _attribute(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\n", "&#xA;")
