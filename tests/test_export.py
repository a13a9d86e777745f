"""Exported tables: every letter survives, cells have types, nothing is computed, and their document is true."""

import csv
import io
import json
import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.tables.definitions import DAILY, STORIES, TAGS, tables_document
from analysis.tables.rows import daily_rows, story_rows, tag_rows
from analysis.tables.writers import write_csv, write_jsonl, write_parquet, write_xlsx
from pipeline.records import Article, Evidence, Item, PlaceFound, SourceDay, Tags, TopicFound, VerdictReason
from pipeline.tables.columns import ITEMS, SCHEMA_VERSION
from pipeline.tables.csv_cells import neutralise_formula

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
MARKED = "ăâđêôơư àảãáạ ằẳẵắặ ầẩẫấậ èẻẽéẹ ềểễếệ ìỉĩíị òỏõóọ ồổỗốộ ờởỡớợ ùủũúụ ừửữứự ỳỷỹýỵ"
#: all letters of Vietnamese with marks, small and large, as one character each and as letter and marks
LETTERS = " ".join(
    [MARKED, MARKED.upper(), unicodedata.normalize("NFD", MARKED + MARKED.upper()), "宁顺 닌투언 Ниньтхуан 🌊"]
)


def item(title: str = "Cảng Cà Ná", **more: object) -> Item:
    found = Evidence("title", 5, 10, "Cà Ná")
    tags = Tags(
        "vi", "main", 0.91234, VerdictReason.text("Nêu Cà Ná ở tiêu đề"),
        (PlaceFound("nt.lm.ca_na", "Cà Ná", "xã Cà Ná", (found,)),),
        (TopicFound("energy", 0.8, (found,)), TopicFound("investment", 0.61, ())), (), "positive", "r1",
    )  # fmt: skip
    article = Article(
        "http://a.example/1?x=1", "http://a.example/1", title, "Mào đầu", f"{LETTERS}\nđoạn hai", ("An", "Bình"),
        published=NOW, published_from="page",
    )  # fmt: skip
    made = Item("k1", "k1", 2, "a", "Báo A", "VN", "central", article, tags, NOW, NOW, "http://a.example/rss", True)
    return replace(made, **more)


def rows(*items: Item) -> list[dict[str, str]]:
    stream = io.StringIO(newline="")
    assert write_csv(ITEMS, items, stream) == len(items)
    text = stream.getvalue()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_row() -> None:
    [row] = rows(item())
    assert list(row) == [c.name for c in ITEMS]
    assert row["published"] == "2026-11-22T06:30:00+07:00"
    assert (row["topics"], row["topic_scores"]) == ("energy; investment", "0.80; 0.61")
    assert (row["authors"], row["places"], row["evidence"]) == ("An; Bình", "Cà Ná", "Cà Ná")
    assert row["url"] == "http://a.example/1"


@pytest.mark.parametrize("title", [LETTERS, 'dấu "ngoặc", phẩy', "hai\ndòng", "x" * 40000, "'đã có", "a\x00b\ud800c"])
def test_letters_survive_also_through_pandas(title: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_csv(ITEMS, [item(title)], stream)
    frame = pd.read_csv(path)
    assert list(frame["title"]) == [title.replace("\x00", "").replace("\ud800", "")]
    assert list(frame["relevance_score"]) == [0.912]


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "\u00a0=1", "＝1"]
)
def test_formulas_are_inert(cell: str) -> None:
    assert str(neutralise_formula(cell)).startswith("'")
    [row] = rows(item(cell))
    assert row["title"].startswith("'")


def test_a_workbook_has_typed_inert_cells(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    titles = [
        LETTERS,
        '=HYPERLINK("http://x")',
        "+1",
        "@SUM(A1)",
        "\t=1",
        'hai\ndòng "ngoặc"',
        "🌊" * 20000,
        "a\x00b\ud800c",
    ]
    assert write_xlsx("items", ITEMS, [item(t) for t in titles], tmp_path / "x.xlsx") == len(titles)
    book = load_workbook(tmp_path / "x.xlsx")
    sheet = book["items"]
    head = {cell.value: n for n, cell in enumerate(sheet[1])}
    assert list(head) == [c.name for c in ITEMS]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:{sheet.cell(9, len(head)).coordinate}")
    rows = list(sheet.iter_rows(min_row=2))
    cells = [row[head["title"]] for row in rows]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells[:6]] == titles[:6]
    assert (len(str(cells[6].value).encode("utf-16-le")) // 2, cells[7].value) == (32767, "abc")
    row = rows[0]
    assert str(row[head["published"]].value) == "2026-11-22 06:30:00"
    assert (row[head["relevance_score"]].value, row[head["version"]].value) == (0.912, 2)
    assert row[head["published_ambiguous"]].value is False
    link = row[head["url"]].hyperlink
    assert link is not None
    assert link.target == "http://a.example/1"
    assert [c.value for c in book["columns"]["A"]] == ["column", *head]
    with zipfile.ZipFile(tmp_path / "x.xlsx") as package:
        said = package.read("docProps/custom.xml").decode()
    assert f'name="diembao.schema"><vt:i4>{SCHEMA_VERSION}<' in said
    frame = pd.read_excel(tmp_path / "x.xlsx")
    assert list(frame["title"])[:6] == titles[:6]


def test_parquet_has_types(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    undated = item(key="k2", article=replace(item().article, published=None))
    assert write_parquet(ITEMS, [item(LETTERS), undated, item("a\ud800b")], tmp_path / "x.parquet") == 3
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.schema.metadata[b"diembao.schema"] == str(SCHEMA_VERSION).encode()
    [first, second, third] = table.to_pylist()
    assert (first["title"], third["title"]) == (LETTERS, "a\ufffdb")
    assert first["published"] == NOW
    assert str(table.schema.field("published").type.tz) == "Asia/Ho_Chi_Minh"
    assert (second["published"], second["authors"], second["published_ambiguous"]) == (None, ["An", "Bình"], False)


def test_tags_stories_and_days_add_up() -> None:
    second = item(key="k2", source_id="b", outlet="Báo B", country="FR", tags=replace(item().tags, tone="negative"))
    other = item(key="k3", story="k3", article=replace(item().article, published=NOW - timedelta(days=2)))
    found = [item(), second, other]
    tags = [{c.name: c.value(row) for c in TAGS} for row in tag_rows(found, {"energy": "Năng lượng"})]
    assert len(tags) == 9
    assert (tags[1]["name"], tags[1]["score"], tags[0]["unit"]) == ("Năng lượng", 0.8, "xã Cà Ná")
    stories: list[dict[str, Any]] = [{c.name: c.value(row) for c in STORIES} for row in story_rows(found)]
    assert [(s["story"], s["items"], s["outlets"], s["negative"]) for s in stories] == [
        ("k1", 2, 2, 1),
        ("k3", 1, 1, 0),
    ]
    assert sum(s["items"] for s in stories) == len(found)
    asked: list[date] = []

    def sources(day: date) -> list[SourceDay]:
        asked.append(day)
        ok = int(day != date(2026, 11, 21))
        return [SourceDay("a", "Báo A", "read" if ok else "failed", 1, ok), SourceDay("c", "Báo C", "failed", 1, 0)]

    days: list[dict[str, Any]] = [
        {c.name: c.value(row) for c in DAILY} for row in daily_rows(found, None, date(2026, 11, 22), sources)
    ]
    assert asked == [date(2026, 11, d) for d in (20, 21, 22)]
    assert sum(d["items"] or 0 for d in days) == len(found)
    by = {(d["day"].day, d["source"]): d for d in days}
    assert (by[20, "a"]["items"], by[20, "a"]["collected"]) == (1, "yes")
    assert (by[21, "a"]["items"], by[22, "c"]["items"], by[22, "a"]["items"]) == (None, None, 1)
    # Not read itself on that day, but an article of it was found: that much is known.
    assert (by[22, "b"]["items"], by[22, "b"]["collected"], by[22, "b"]["negative"]) == (1, "partly", 1)


def test_no_items_is_a_header() -> None:
    assert rows() == []


def test_json_lines_carry_everything() -> None:
    stream = io.StringIO()
    assert write_jsonl(ITEMS, [item(), item()], stream) == 2
    record = json.loads(stream.getvalue().splitlines()[0])
    assert record["text"].startswith(LETTERS)
    assert record["places"][0]["evidence"][0]["words"] == "Cà Ná"
    assert record["published"] == "2026-11-21T23:30:00+00:00"
    assert (record["reason"], record["read_as"]) == ("Nêu Cà Ná ở tiêu đề", "ok")
    assert (record["language"], record["declared_language"]) == ("vi", "")


def test_a_broken_character_does_not_stop_the_export() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert write_jsonl(ITEMS, [item("a\ud800b")], stream) == 1
    stream.flush()


def test_no_long_text_leaves_the_house() -> None:
    [row] = rows(item(article=replace(item().article, lead="x" * 1000)))
    assert len(row["lead"]) == 300


def test_the_document_is_true() -> None:
    written = Path(__file__).parent.parent / "docs" / "columns.md"
    made = "(python -m analysis.tables.definitions; echo; python -m storage.schema.documentation) > docs/columns.md"
    assert written.read_text("utf-8").startswith(tables_document()), f"write it anew: {made}"
