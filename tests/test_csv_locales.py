"""A CSV for the spreadsheets of a country: delimiter, decimal sign, and what a real spreadsheet makes of it."""

import csv
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from analysis.tables.writers import CsvDialect, write_csv, write_csv_rows
from pipeline.tables.columns import Column
from pipeline.tables.csv_rows import CsvRow
from tests.support.cli import run_inside

VI = CsvDialect(";", ",")
#: what an id, a headline and a score may look like
ROWS: list[dict[str, Any]] = [
    {"item": "k2345678e0123456", "title": 'Nói "một; hai", ba', "score": 0.952, "n": 1234, "list": ("a", "b; c")},
    {"item": "h1", "title": "=1+1", "score": 1.0, "n": 0, "list": ()},
    {"item": "g00000000e000001", "title": "3,5 tỷ; 0.5 km\nhai dòng", "score": None, "n": None, "list": ("x",)},
    {"item": "12345678e0123456", "title": "Trước 0.2.0", "score": 0.05, "n": 1, "list": ()},
]


def column(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, "", lambda row: row[name])


COLUMNS = tuple(column(n, k) for n, k in zip(ROWS[0], ("text", "text", "number", "integer", "list"), strict=True))


def written(dialect: CsvDialect) -> str:
    stream = io.StringIO(newline="")
    assert write_csv(COLUMNS, ROWS, stream, dialect) == len(ROWS)
    return stream.getvalue()


def test_the_vietnamese_way() -> None:
    text = written(VI)
    assert text.startswith("\ufeffitem;title;score;n;list\r\n")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";")
    assert head == ["item", "title", "score", "n", "list"]
    assert rows[0] == ["k2345678e0123456", 'Nói "một; hai", ba', "0,952", "1234", "a; b; c"]
    assert rows[1] == ["h1", "'=1+1", "1,0", "0", ""]
    # Only numbers have a decimal sign; a headline is left alone.
    assert rows[2][1:4] == ["3,5 tỷ; 0.5 km\nhai dòng", "", ""]
    assert rows[3][0] == "'12345678e0123456"


def test_the_first_line_names_the_delimiter_where_asked() -> None:
    assert written(CsvDialect(names_delimiter=True)).startswith("\ufeffsep=,\r\nitem,title")
    assert written(CsvDialect(";", ",", names_delimiter=True)).startswith("\ufeffsep=;\r\nitem;title")
    assert "sep=" not in written(CsvDialect())


def test_stored_rows_are_written_alike() -> None:
    from pipeline.tables.columns import ITEMS

    cells = [column.name for column in ITEMS]
    before = cells.index("outlet") - 4
    row = CsvRow("h1", "h1", "h1", "", "Báo; A", "a", "VN", "local", ",".join(["0.5"] * before) + "\x1f" + ",".join(
        ["0.5"] * (len(cells) - 8 - before)
    ))  # fmt: skip
    stream = io.StringIO(newline="")
    assert write_csv_rows(ITEMS, [row], stream, VI) == 1
    [values] = list(csv.DictReader(io.StringIO(stream.getvalue().removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert (values["outlet"], values["relevance_score"], values["title"]) == ("Báo; A", "0,5", "0.5")


def test_other_formats_have_no_locale(tmp_path: Path) -> None:
    for words in (("x.xlsx", "--locale", "vi"), ("x.jsonl", "--sep-line")):
        with pytest.raises(click.UsageError, match="CSV"):
            run_inside("--home", tmp_path, "export", tmp_path / words[0], *words[1:])
    assert run_inside("--home", tmp_path, "export", tmp_path / "x.csv", "--locale", "vi").returncode == 0
    assert (tmp_path / "x.csv").read_text("utf-8-sig").startswith("item;story;")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine")
@pytest.mark.parametrize(
    ("dialect", "options"),
    [
        # delimiter, quote, UTF-8, first line, formats, language (1033 en-US, 1066 vi-VN), quoted cells as text, detect
        # numbers: what a person gets who opens the file and presses Enter
        (CsvDialect(), "44,34,76,1,,1033,false,true"),
        (VI, "59,34,76,1,,1066,false,true"),
    ],
)
def test_in_a_spreadsheet(dialect: CsvDialect, options: str, tmp_path: Path) -> None:
    import openpyxl  # type: ignore[import-untyped]

    source = tmp_path / "x.csv"
    source.write_text(written(dialect), "utf-8", newline="")
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", "--headless", f"--infilter=CSV:{options}",
         "--convert-to", "xlsx", "--outdir", str(tmp_path), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )  # fmt: skip
    rows = list(openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [row[2] for row in rows] == [0.952, 1, None, 0.05]
    assert [row[3] for row in rows] == [1234, 0, None, 1]
    assert [str(row[0]).lstrip("'") for row in rows] == [row["item"] for row in ROWS]
    assert [str(row[1]).lstrip("'") for row in rows] == [row["title"] for row in ROWS]
