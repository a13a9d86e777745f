"""A workbook is in the language of the run; in English, and in the other formats, names and codes are those of docs."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from analysis.tables.definitions import TABLES
from analysis.tables.rows import story_rows, tag_rows
from analysis.tables.sheet_words import SheetWords
from analysis.tables.writers import write_xlsx
from pipeline.records import Reason
from pipeline.tables.columns import Column
from tests.support.cli import run_inside
from tests.test_export import item

VIETNAMESE = SheetWords("vi", {"energy": "Năng lượng", "investment": "Đầu tư"})
#: Heads that a reader of the Vietnamese sheet of articles looks for, and the column of the other formats
HEADS = {"Tiêu đề": "title", "Liên quan": "relevance", "Sắc thái": "tone", "Chủ đề": "topics", "Giờ đăng": "published"}


def sheets(path: Path) -> dict[str, list[dict[str, Any]]]:
    book = load_workbook(path)
    tables = {}
    for sheet in book:
        head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert len(set(head)) == len(head)
        tables[sheet.title] = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    return tables


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_each_column_has_a_head_of_its_own_and_a_meaning_in_vietnamese(table: Any) -> None:
    columns: tuple[Column[Any], ...] = table.columns
    heads = VIETNAMESE.heads(table.name, columns)
    assert len(set(heads)) == len(columns)
    assert [head for head, column in zip(heads, columns, strict=True) if head in (column.name, "")] == []
    assert [column.meaning for column in columns if VIETNAMESE.meaning(column) == column.meaning] == []
    assert VIETNAMESE.sheet(table.name) != table.name
    assert {name for _, _, _, name in VIETNAMESE.explained(table.name, columns)[1:]} == {c.name for c in columns}
    english = SheetWords("en", {})
    assert english.heads(table.name, columns) == [column.name for column in columns]
    assert english.columns(table.name, columns) == list(columns)
    assert english.sheet(table.name) == table.name


def test_articles_in_vietnamese(tmp_path: Path) -> None:
    article = item().article
    odd = item(key="k2", article=replace(article, reason=Reason.PAYWALL, published=None, published_from="none"))
    assert write_xlsx("items", TABLES["items"].columns, [item(), odd], tmp_path / "x.xlsx", VIETNAMESE) == 2
    tables = sheets(tmp_path / "x.xlsx")
    assert list(tables) == ["Bài", "Giải thích cột"]
    row, second = tables["Bài"]
    assert {head: row[head] for head in ("Liên quan", "Sắc thái", "Chủ đề", "Ngôn ngữ", "Nước", "Loại báo")} == {
        "Liên quan": "nói về tỉnh",
        "Sắc thái": "Tích cực",
        "Chủ đề": "Năng lượng; Đầu tư",
        "Ngôn ngữ": "Tiếng Việt",
        "Nước": "Việt Nam",
        "Loại báo": "Báo chí trung ương",
    }
    assert (row["Giờ đăng lấy từ"], row["Văn bản lấy từ"]) == ("trang báo", "trang báo")
    assert (row["Vì sao"], row["Cơ quan báo chí"]) == ("Nêu Cà Ná ở tiêu đề", "Báo A")  # no codes: as they are
    assert str(row["Giờ đăng"]) == "2026-11-22 06:30:00"
    assert (row["Điểm liên quan"], row["Bản thứ"], row["Ngày tháng chưa chắc"]) == (0.912, 2, False)
    assert second["Kết quả đọc"] == "bài thu phí"
    assert (second["Giờ đăng"], second["Giờ đăng lấy từ"]) == (None, "không rõ")
    meanings = {row["Cột"]: row for row in tables["Giải thích cột"]}
    assert {head: meanings[head]["Tên cột trong CSV"] for head in HEADS} == HEADS
    frame = pd.read_excel(tmp_path / "x.xlsx").rename(columns=HEADS)
    assert list(frame["title"]) == ["Cảng Cà Ná"] * 2


def test_the_other_tables_in_vietnamese(tmp_path: Path) -> None:
    write_xlsx("stories", TABLES["stories"].columns, story_rows([item()]), tmp_path / "s.xlsx", VIETNAMESE)
    [row] = sheets(tmp_path / "s.xlsx")["Câu chuyện"]
    assert (row["Liên quan"], row["Các nước"], row["Các ngôn ngữ"]) == ("nói về tỉnh", "Việt Nam", "Tiếng Việt")
    write_xlsx("tags", TABLES["tags"].columns, tag_rows([item()], VIETNAMESE.topics), tmp_path / "t.xlsx", VIETNAMESE)
    rows = sheets(tmp_path / "t.xlsx")["Địa danh, chủ đề"]
    assert [(r["Loại"], r["Mã"], r["Tên"]) for r in rows] == [
        ("địa danh", "nt.lm.ca_na", "Cà Ná"),
        ("chủ đề", "energy", "Năng lượng"),
        ("chủ đề", "investment", "Đầu tư"),
    ]


def test_unknown_codes_stay(tmp_path: Path) -> None:
    write_xlsx("items", TABLES["items"].columns, [item(country="ZZ9")], tmp_path / "x.xlsx", SheetWords("vi", {}))
    [row] = sheets(tmp_path / "x.xlsx")["Bài"]
    assert (row["Chủ đề"], row["Nước"]) == ("energy; investment", "ZZ9")


def test_the_command_writes_the_language_of_the_run_and_csv_never(tmp_path: Path) -> None:
    names = [column.name for column in TABLES["stories"].columns]
    for lang, sheet in {"vi": "Câu chuyện", "en": "stories"}.items():
        for suffix in ("xlsx", "csv"):
            done = run_inside("--home", tmp_path, "--lang", lang, "export", tmp_path / f"{lang}.{suffix}", "--table",
                              "stories")  # fmt: skip
            assert done.returncode == 0
        assert load_workbook(tmp_path / f"{lang}.xlsx").sheetnames[0] == sheet
        with (tmp_path / f"{lang}.csv").open(encoding="utf-8-sig", newline="") as stream:
            assert next(csv.reader(stream)) == names
    told = json.loads(run_inside("--home", tmp_path, "--json", "export", tmp_path / "x.xlsx").stdout)
    assert (told["table"], told["rows"]) == ("items", 0)
    assert load_workbook(tmp_path / "x.xlsx").sheetnames == ["Bài", "Giải thích cột"]
