"""Any record → tags, quickly and without an exception; and the figures on labelled text where it is at hand."""

import json
import pickle
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rulebook import load_rulebook
from diembao.evaluate import evaluate
from pipeline.legacy import _TCVN3
from pipeline.records import Text
from pipeline.tagging import tag, tags_to_json, text_from_record
from pipeline.text import bare, normalise

RULES = load_rulebook()
REAL = Path(__file__).parents[2] / "shared" / "real"
needs_real = pytest.mark.skipif(not REAL.exists(), reason="labelled real text is not on this machine")

TITLE = "Ninh Thuận khánh thành nhà máy điện gió"
BODY = (
    "Sáng 5/3, tại xã Lợi Hải, huyện Thuận Bắc, tỉnh Ninh Thuận, nhà máy điện gió công suất 50 MW hòa lưới.\n"
    "Lãnh đạo UBND tỉnh cho biết dự án thu hút vốn đầu tư nước ngoài và tạo việc làm cho người dân."
)


def test_a_text_gets_everything() -> None:
    tags = tag(Text("1", TITLE, BODY), RULES)
    assert (tags.language, tags.relevance, tags.rules) == ("vi", "main", RULES.version)
    assert {p.name for p in tags.places} == {"Ninh Thuận", "Lợi Hải", "Thuận Bắc"}
    assert "energy" in {t.id for t in tags.topics}
    assert tags.tone == "positive"


@pytest.mark.parametrize("title", [TITLE, "\u200b " + TITLE, unicodedata.normalize("NFD", TITLE)])
def test_evidence_spans_are_exact(title: str) -> None:
    body = unicodedata.normalize("NFD", BODY)
    tags = tag(Text("1", title, body), RULES)
    clean = {"title": normalise(title), "text": normalise(body)}
    spans = [e for group in (tags.places, tags.topics, tags.near) for item in group for e in item.evidence]
    assert spans
    for e in spans:
        assert clean[e.where][e.start : e.end] == e.words


TCVN3: dict[str, str] = {ours: theirs for theirs, ours in _TCVN3.items()}


@pytest.mark.parametrize("form", ["nfd", "upper", "tcvn3", "cp1258"])
def test_the_same_article_in_another_dress_gets_the_same_answer(form: str) -> None:
    change = {
        "nfd": lambda s: unicodedata.normalize("NFD", s),
        "upper": str.upper,
        "tcvn3": _to_tcvn3,
        "cp1258": _through_cp1258,
    }[form]
    plain, dressed = tag(Text("1", TITLE, BODY), RULES), tag(Text("1", change(TITLE), change(BODY)), RULES)
    assert dressed.relevance == plain.relevance
    assert dressed.language == plain.language
    assert dressed.tone == plain.tone
    assert {p.id for p in dressed.places} == {p.id for p in plain.places}
    assert {t.id for t in dressed.topics} == {t.id for t in plain.topics}


def _to_tcvn3(text: str) -> str:
    return "".join(TCVN3.get(c, TCVN3.get(c.lower(), c)) for c in text)


def _through_cp1258(text: str) -> str:
    """Write as that code page does, base letters with their tone mark behind, and read it again."""
    out = []
    for c in text:
        parts = unicodedata.normalize("NFD", c)
        tone = [m for m in parts[1:] if m in "\u0300\u0301\u0303\u0309\u0323"]
        out.append(unicodedata.normalize("NFC", "".join(p for p in parts if p not in tone)) + "".join(tone))
    return "".join(out).encode("cp1258").decode("cp1258")


def test_without_diacritics_only_safe_names_are_found() -> None:
    tags = tag(Text("1", bare(TITLE), bare(BODY)), RULES)
    safe = {p.id for p in RULES.places.place if p.fold_safe} | {RULES.places.province.id}
    assert tags.relevance == "main"
    assert {p.id for p in tags.places} <= safe


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "\x00\x01\x02" * 1000,
        "\ud800 Ninh Thuận \udfff",
        "Ninh Thuận, " * 50_000,
        "🎉" * 100_000,
        "a" * 300_000,
        "biển đảo " * 40_000,
        "\u0301" * 10_000,
        "İ" * 1000 + "Ninh Thuận",
        "Ninh\nThuận\r\nxã " * 1000,
    ],
)
def test_no_text_is_too_odd_and_none_takes_long(text: str) -> None:
    start = time.perf_counter()
    json.dumps(tags_to_json("x", tag(Text("x", text, text), RULES))).encode("utf-8")
    assert time.perf_counter() - start < 8


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=2000), st.none() | st.text(max_size=8))
def test_any_strings_are_tagged(title: str, text: str, language: str | None) -> None:
    tags = tag(Text("x", title, text, language), RULES)
    assert 0 <= tags.relevance_score <= 1
    assert tags.reason


def test_the_same_text_gets_the_same_tags_from_rules_that_were_sent() -> None:
    sent = pickle.loads(pickle.dumps(RULES))
    assert tag(Text("1", TITLE, BODY), sent) == tag(Text("1", TITLE, BODY), RULES)


def test_json_has_the_documented_keys() -> None:
    line = tags_to_json("a", tag(Text("a", TITLE, BODY), RULES))
    assert list(line) == [
        "id", "language", "relevance", "relevance_score", "reason", "places", "topics", "near", "tone", "rules",
    ]  # fmt: skip
    assert set(line["places"][0]) == {"id", "name", "unit", "evidence"}
    assert set(line["topics"][0]) == {"id", "score", "evidence"}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"title": "t", "text": "x"}, "'id' is missing"),
        ({"id": "1", "text": "x"}, "'title' is missing"),
        ({"id": "1", "title": "t", "text": 5}, "'text' must be a string, found int"),
        ({"id": "1", "title": "t", "text": "x", "published": "gestern"}, "'published' is no ISO 8601 time"),
    ],
)
def test_a_bad_record_is_named(record: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        text_from_record(record)


@pytest.mark.parametrize("published", ["2025", "2025-07", "2025-07-02", "2025-07-02T08:00:00+07:00", "", None])
def test_times_may_be_partial(published: str | None) -> None:
    moment = text_from_record({"id": 1, "title": "t", "text": "x", "published": published}).published
    assert moment is None or (moment.year == 2025 and moment.tzinfo is not None)


@needs_real
def test_the_figures_on_labelled_text() -> None:
    report = evaluate(map(json.loads, (REAL / "dev.jsonl").read_text("utf-8").splitlines()), RULES)
    assert report.relevance is not None and report.relevance.f1 >= 0.97
    assert report.grade is not None and report.grade.value >= 0.90
    assert report.micro_about is not None and report.micro_about.value >= 0.78
    assert report.language is not None and report.language.value >= 0.99
    assert report.tone is not None and report.tone.value >= 0.75


@needs_real
def test_the_figures_on_thin_topics() -> None:
    report = evaluate(map(json.loads, (REAL / "topics.dev.jsonl").read_text("utf-8").splitlines()), RULES)
    assert report.micro is not None and report.micro.value >= 0.78
    assert report.macro is not None and report.macro >= 0.72
    assert report.topics["sea_islands"].f1 >= 0.85
