"""CSV and JSON Lines: every letter survives, nothing is computed, and the document of the columns is true."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from analysis.columns import COLUMNS, document
from analysis.export import inert, write_csv, write_jsonl
from pipeline.records import Article, Evidence, Item, PlaceFound, Tags, TopicFound

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
LETTERS = (
    "ăâđêôơưĂÂĐÊÔƠƯ àảãáạ ằẳẵắặ ầẩẫấậ èẻẽéẹ ềểễếệ ìỉĩíị òỏõóọ ồổỗốộ ờởỡớợ ùủũúụ ừửữứự ỳỷỹýỵ 宁顺 닌투언 Ниньтхуан 🌊"
)


def item(title: str = "Cảng Cà Ná", **more: object) -> Item:
    found = Evidence("title", 5, 10, "Cà Ná")
    tags = Tags(
        "vi", "main", 0.91234, "Nêu Cà Ná ở tiêu đề", (PlaceFound("nt.lm.ca_na", "Cà Ná", "xã Cà Ná", (found,)),),
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
    assert write_csv(items, stream) == len(items)
    text = stream.getvalue()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_row() -> None:
    [row] = rows(item())
    assert list(row) == [c.name for c in COLUMNS]
    assert row["published"] == "2026-11-22T06:30:00+07:00"
    assert (row["topics"], row["topic_scores"]) == ("energy; investment", "0.80; 0.61")
    assert (row["authors"], row["places"], row["evidence"]) == ("An; Bình", "Cà Ná", "Cà Ná")
    assert row["url"] == "http://a.example/1"


@pytest.mark.parametrize("title", [LETTERS, 'dấu "ngoặc", phẩy', "hai\ndòng", "x" * 40000, "'đã có", "a\x00b\ud800c"])
def test_letters_survive_also_through_pandas(title: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_csv([item(title)], stream)
    frame = pd.read_csv(path)
    assert list(frame["title"]) == [title.replace("\x00", "").replace("\ud800", "")]
    assert list(frame["relevance_score"]) == [0.912]


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "\u00a0=1", "＝1"]
)
def test_formulas_are_inert(cell: str) -> None:
    assert str(inert(cell)).startswith("'")
    [row] = rows(item(cell))
    assert row["title"].startswith("'")


def test_no_items_is_a_header() -> None:
    assert rows() == []


def test_json_lines_carry_everything() -> None:
    stream = io.StringIO()
    assert write_jsonl([item(), item()], stream) == 2
    record = json.loads(stream.getvalue().splitlines()[0])
    assert record["text"].startswith(LETTERS)
    assert record["places"][0]["evidence"][0]["words"] == "Cà Ná"
    assert record["published"] == "2026-11-21T23:30:00+00:00"
    assert (record["reason"], record["read_as"]) == ("Nêu Cà Ná ở tiêu đề", "ok")
    assert (record["language"], record["declared_language"]) == ("vi", "")


def test_a_broken_character_does_not_stop_the_export() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert write_jsonl([item("a\ud800b")], stream) == 1
    stream.flush()


def test_no_long_text_leaves_the_house() -> None:
    [row] = rows(item(article=replace(item().article, lead="x" * 1000)))
    assert len(row["lead"]) == 300


def test_the_document_is_true() -> None:
    written = Path(__file__).parent.parent / "docs" / "columns.md"
    assert written.read_text("utf-8") == document(), "write it anew: python -m analysis.columns > docs/columns.md"
