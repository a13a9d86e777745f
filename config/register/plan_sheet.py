"""A sheet of a yearly plan (CSV or XLSX) → plan.toml; every fault is told with its line."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.text.normalize import strip_diacritics

#: Columns of a sheet, without diacritics and in lower case → fields of an activity.
_COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("id", "ma", "ma so", "ma hoat dong", "stt", "so tt", "tt"), "id"),
    **dict.fromkeys(("title", "activity", "ten", "ten hoat dong", "hoat dong", "noi dung"), "title"),
    **dict.fromkeys(("year", "nam"), "year"),
    **dict.fromkeys(("topics", "topic", "chu de"), "topics"),
    **dict.fromkeys(("words", "keywords", "tu khoa"), "words"),
    **dict.fromkeys(("unit", "don vi", "don vi chu tri", "don vi thuc hien"), "unit"),
    **dict.fromkeys(("quarters", "quarter", "quy"), "quarters"),
    **dict.fromkeys(("since", "from", "tu ngay"), "since"),
    **dict.fromkeys(("until", "to", "den ngay"), "until"),
    **dict.fromkeys(("audience", "doi tuong", "dia ban"), "audience"),
}
_AUDIENCES: Mapping[str, str] = {
    **dict.fromkeys(("", "both", "ca hai", "trong va ngoai nuoc", "trong, ngoai nuoc"), "both"),
    **dict.fromkeys(("home", "trong nuoc"), "home"),
    **dict.fromkeys(("abroad", "ngoai nuoc", "nuoc ngoai", "quoc te"), "abroad"),
}
_ROMAN: Mapping[str, int] = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_SEPARATOR = re.compile(r"\s*[;\n|]\s*|\s*,\s*")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_LINE = mark("line {line}: {fault}")
_MOST_ROWS, _MOST_BYTES = 2_000, 5_000_000


@dataclass(frozen=True, slots=True)
class SheetFault:
    """A mistake in a sheet."""

    #: from 1, the header among them; 0: of the whole sheet
    line: int
    message: Message

    def __str__(self) -> str:
        return f"{self.line}: {self.message}" if self.line else str(self.message)


class SheetError(DiembaoError):
    """A sheet that is no plan; `faults` has every mistake with its line."""

    def __init__(self, faults: Sequence[SheetFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)

    def explanation(self) -> str:
        """Return the faults, a line each, in the language of the context."""
        return "\n".join(
            Message(_LINE, line=one.line, fault=one.message).translated() if one.line else one.message.translated()
            for one in self.faults
        )


def read_sheet(path: Path, year: int | None, topics: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the activities of a sheet as tables of plan.toml.

    `year`: of rows that name none; `topics`: the id of each topic by its id and its names, in lower case without
    diacritics. Raises SheetError.
    """
    rows = list(_rows(path))
    header = next((n for n, (_, cells) in enumerate(rows) if len(_fields(cells)) > 1), None)
    if header is None:
        raise SheetError([SheetFault(0, Message(mark("no row of column names was found: activity, year, topics, …")))])
    fields = _fields(rows[header][1])
    faults: list[SheetFault] = []
    if "title" not in fields:
        faults.append(SheetFault(rows[header][0], Message(mark("the sheet has no column with the name of activities"))))
    found: list[dict[str, Any]] = []
    for line, cells in rows[header + 1 :]:
        if not any(cells):
            continue
        values = {name: cells[n] if n < len(cells) else "" for name, n in fields.items()}
        reader = _Row(line, values, topics)
        found.append(reader.table(len(found) + 1, year))
        faults += reader.faults
    if not found and not faults:
        faults.append(SheetFault(0, Message(mark("the sheet has no activities"))))
    if faults:
        raise SheetError(faults)
    return found


def plan_text(activities: Sequence[Mapping[str, Any]]) -> str:
    """Return activities as the text of plan.toml."""
    import tomlkit

    document = tomlkit.document()
    tables = tomlkit.aot()
    for activity in activities:
        table = tomlkit.table()
        for name, value in activity.items():
            table.add(name, value)
        tables.append(table)
    document.add("activity", tables)
    return tomlkit.dumps(document)


def plain(text: str) -> str:
    """Return words for comparison: lower case, no diacritics, single spaces."""
    return " ".join(strip_diacritics(text).lower().split())


def _fields(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for n, cell in enumerate(cells):
        name = _COLUMNS.get(plain(cell.replace("*", "")))
        if name is not None:
            found.setdefault(name, n)
    return found


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet with their lines."""
    if path.stat().st_size > _MOST_BYTES:
        raise SheetError([SheetFault(0, Message(mark("the file is too large for a plan")))])
    if path.suffix.lower() == ".xlsx":
        rows = _workbook(path)
    elif path.suffix.lower() == ".csv":
        rows = _csv(path)
    else:
        raise SheetError([SheetFault(0, Message(mark("a plan is a .csv or an .xlsx file")))])
    for line, cells in enumerate(rows, 1):
        if line > _MOST_ROWS:
            raise SheetError([SheetFault(line, Message(mark("more rows than a plan has")))])
        yield line, [_cell(cell) for cell in cells]


def _csv(path: Path) -> Iterator[list[Any]]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError([SheetFault(0, Message(mark("the file is not in UTF-8: save it as CSV UTF-8")))]) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _workbook(path: Path) -> Iterator[list[Any]]:
    import pandas as pd

    try:
        frame = pd.read_excel(path, header=None, dtype=object, engine="openpyxl", nrows=_MOST_ROWS + 1)
    except Exception as error:  # whatever the library raises for what is no workbook
        raise SheetError([SheetFault(0, Message(mark("the file is no workbook that can be read")))]) from error
    for row in frame.itertuples(index=False):
        yield [None if pd.isna(cell) else cell for cell in row]


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


class _Row:
    """One row of a sheet, and what is wrong with it."""

    def __init__(self, line: int, values: Mapping[str, str], topics: Mapping[str, str]) -> None:
        self._line, self._values, self._topics = line, values, topics
        self.faults: list[SheetFault] = []

    def table(self, number: int, year: int | None) -> dict[str, Any]:
        """Return the row as a table of plan.toml; `number` makes the id where the row has none."""
        title = self._values.get("title", "")
        if not title:
            self._add(Message(mark("an activity needs a name")))
        found: dict[str, Any] = {
            "id": self._id(number),
            "title": " ".join(title.split()),
            "year": self._year(year),
            "topics": self._topic_ids(),
            "words": self._list("words"),
            "unit": plain(self._values.get("unit", "")).replace(" ", "-"),
            "quarters": self._quarters(),
            "since": self._day("since"),
            "until": self._day("until"),
            "audience": self._audience(),
        }
        if not found["topics"] and not found["words"]:
            self._add(Message(mark("an activity needs topics or words, by which articles are counted")))
        return {name: value for name, value in found.items() if value not in ("", [], None)}

    def _add(self, message: Message) -> None:
        self.faults.append(SheetFault(self._line, message))

    def _list(self, name: str) -> list[str]:
        return [one for one in _SEPARATOR.split(self._values.get(name, "")) if one]

    def _id(self, number: int) -> str:
        words = re.sub(r"[^a-z0-9._-]+", "-", plain(self._values.get("id", ""))).strip("-._")
        return words if words and not words.isdigit() else f"kh-{words or number:0>2}"

    def _year(self, year: int | None) -> int:
        text = self._values.get("year", "")
        if text.isdigit():
            return int(text)
        if text or year is None:
            self._add(Message(mark("no year: {found!r}"), found=text))
        return year or 0

    def _topic_ids(self) -> list[str]:
        found = []
        for name in self._list("topics"):
            if (topic := self._topics.get(plain(name))) is None:
                self._add(Message(mark("no topic of topics.toml: {found!r}"), found=name))
            else:
                found.append(topic)
        return list(dict.fromkeys(found))

    def _quarters(self) -> list[int]:
        text = plain(self._values.get("quarters", "")).replace("quy", "").replace("q", "")
        if text in ("ca nam", "year"):
            return []
        found = []
        for word in re.split(r"[\s,;+&/|-]+|va", text):
            if word and word not in _ROMAN:
                self._add(Message(mark("no quarter: {found!r}"), found=word))
            elif word:
                found.append(_ROMAN[word])
        return sorted(set(found))

    def _day(self, name: str) -> date | None:
        text = self._values.get(name, "")
        if not text:
            return None
        iso, vietnamese = _ISO_DAY.fullmatch(text), _DAY.fullmatch(text)
        year, month, day = iso.groups() if iso else reversed(vietnamese.groups()) if vietnamese else ("0", "0", "0")
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            pass
        self._add(Message(mark("no day: {found!r}"), found=text))
        return None

    def _audience(self) -> str:
        text = self._values.get("audience", "")
        found = _AUDIENCES.get(plain(text))
        if found is None:
            self._add(Message(mark("neither at home nor abroad: {found!r}"), found=text))
        return found if found and found != "both" else ""
