"""The few lines quoted of an article: never more than allowed, cut between words, the evidence marked."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from analysis.digest.excerpt import LIMIT, excerpt, strip_markup, title_pieces
from pipeline.records import Evidence, Item, PlaceFound

ITEMS = TypeAdapter(list[Item]).validate_json((Path(__file__).parent / "data" / "items.json").read_bytes())


def item(text: str, *found: Evidence, lead: str = "") -> Item:
    tags = replace(ITEMS[0].tags, places=(PlaceFound("p", "p", "", found),), topics=())
    return replace(ITEMS[0], article=replace(ITEMS[0].article, text=text, lead=lead), tags=tags)


def marked(shown: Item) -> list[str]:
    return [piece.text for piece in excerpt(shown) if piece.marked]


@pytest.mark.parametrize("shown", ITEMS, ids=lambda i: i.source_id)
def test_articles_of_many_languages(shown: Item) -> None:
    quoted = strip_markup(excerpt(shown))
    assert len(quoted) <= LIMIT
    text = " ".join(shown.article.text.split())
    if "\u202e" not in text:
        assert quoted.strip("…") in text
    assert strip_markup(title_pieces(shown)) == " ".join(shown.article.title.split())
    if any(e.where == "text" for p in shown.tags.places for e in p.evidence):
        assert any(piece.marked for piece in excerpt(shown))


@pytest.mark.parametrize(
    "text",
    ["", "x" * 5000, "宁顺" * 3000, "ก็" * 3000, "một hai ba " * 4000, "\ud800" * 9 + "Cà Ná", "e" + "\u0301" * 999],
)
def test_never_longer_than_allowed(text: str) -> None:
    quoted = strip_markup(excerpt(item(text)))
    assert len(quoted) <= LIMIT
    assert (len(quoted) > 0) == bool(text)
    assert "\ud800" not in quoted


def test_cut_between_words_and_not_before_a_mark() -> None:
    assert strip_markup(excerpt(item("muối trắng " * 60))).removesuffix("…").split()[-1] in ("muối", "trắng")
    assert strip_markup(excerpt(item("a" + "ก็" * 400))).removesuffix("…")[-1] == "็"


def test_late_evidence_is_reached_from_the_start_of_its_sentence() -> None:
    opening = "Một đoạn dài không nói đến nơi nào cả. " * 30
    text = opening + "Tại TP. Phan Rang, cảng Cà Ná đón tàu."
    start = text.index("Cà Ná")
    shown = item(text, Evidence("text", start, start + 5, "Cà Ná"))
    assert strip_markup(excerpt(shown)) == "…Tại TP. Phan Rang, cảng Cà Ná đón tàu."
    assert marked(shown) == ["Cà Ná"]


def test_an_opening_with_evidence_wins_over_a_later_passage_with_little_more() -> None:
    text = "Cà Ná có cảng. " + "Câu này không nói gì. " * 30 + "Cà Ná và Phan Rang."
    later = text.rindex("Cà Ná")
    found = [Evidence("text", 0, 5, "Cà Ná"), Evidence("text", later, later + 5, "Cà Ná")]
    found.append(Evidence("text", later + 9, later + 18, "Phan Rang"))
    assert strip_markup(excerpt(item(text, *found))).startswith("Cà Ná có cảng.")


def test_offsets_that_do_not_fit_are_mended_by_the_words() -> None:
    assert marked(item("Ở Cà Ná có cảng.", Evidence("text", 9, 14, "cà ná"))) == ["Cà Ná"]
    assert marked(item("Không có ở đây.", Evidence("text", 900, 905, "Cà Ná"))) == []


def test_overlapping_evidence_is_marked_once() -> None:
    found = Evidence("text", 0, 10, "Cảng Cà Ná"), Evidence("text", 5, 10, "Cà Ná")
    assert marked(item("Cảng Cà Ná đón tàu.", *found)) == ["Cảng Cà Ná"]


def test_the_lead_stands_in_for_a_missing_text() -> None:
    assert strip_markup(excerpt(item("", lead="Chỉ có mào đầu."))) == "Chỉ có mào đầu."
