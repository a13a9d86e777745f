"""Any record → tags, quickly and without an exception; and the figures on labelled text where it is at hand."""

import json
import pickle
import time
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rulebook import load_rulebook
from diembao.evaluation.metrics import evaluate
from pipeline.extraction.extract import extract_page
from pipeline.records import Article, Text
from pipeline.tagging.tagger import tag, tags_to_json, text_from_record
from pipeline.text.normalize import normalise, strip_diacritics
from tests.support import legacy_text

pytestmark = pytest.mark.long(11)

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


OWN = [
    (TITLE, BODY),
    (
        "Mưa lớn ở huyện Bác Ái, ba xã bị cô lập",
        "Chiều 12/11/2024, nước lũ chia cắt xã Phước Bình, huyện Bác Ái, tỉnh Ninh Thuận; công an và bộ đội sơ tán"
        " 40 hộ dân.\nÔng Châu Thanh Hải, người dân địa phương, mong sớm được đảm bảo an toàn.",
    ),
    (
        "Vietcombank ký kết hợp đồng tài trợ KCN Du Long",
        "Ngân hàng và chủ đầu tư ký kết tại xã Công Hải, tỉnh Khánh Hòa. Nhà máy thu hút 700 lao động,"
        " vốn 145 triệu USD.",
    ),
    ("Hà Nội mở thêm phố đi bộ", "Quận Hoàn Kiếm đề xuất mở rộng không gian đi bộ quanh hồ để hút khách du lịch."),
]
FORMS = {
    "nfd": lambda s: unicodedata.normalize("NFD", s),
    "upper": str.upper,
    "tcvn3": legacy_text.to_tcvn3,
    "vni": legacy_text.to_vni,
    "cp1258": legacy_text.through_cp1258,
}
SAFE = {p.id for p in RULES.places.place if p.fold_safe} | {RULES.places.province.id}


def _answer(title: str, body: str, published: datetime | None = None) -> tuple[Any, ...]:
    tags = tag(Text("1", title, body, published=published), RULES)
    return tags.language, tags.relevance, {p.id for p in tags.places}, {t.id for t in tags.topics}, tags.tone


@pytest.mark.parametrize("form", FORMS)
def test_the_same_article_in_another_dress_gets_the_same_answer(form: str) -> None:
    change = FORMS[form]
    for title, body in OWN:
        assert _answer(change(title), change(body)) == _answer(title, body), title


@pytest.mark.parametrize(
    ("change", "encoding", "label"),
    [
        (legacy_text.decomposed_tones, "cp1258", "windows-1258"),
        (legacy_text.decomposed_tones, "cp1258", "windows-1252"),
        (legacy_text.decomposed_tones, "cp1258", ""),
        (legacy_text.to_tcvn3, "latin-1", "windows-1252"),
        (legacy_text.to_tcvn3, "latin-1", "x-user-defined"),
        (legacy_text.to_tcvn3, "latin-1", ""),
        (legacy_text.to_tcvn3, "utf-8", "utf-8"),
        (legacy_text.to_vni, "latin-1", "iso-8859-1"),
        (legacy_text.to_vni, "latin-1", ""),
        (legacy_text.to_vni, "utf-8", "utf-8"),
    ],
)
def test_a_page_in_an_old_encoding_gives_the_same_answer(
    change: Callable[[str], str], encoding: str, label: str
) -> None:
    title, body = OWN[1]
    plain, dressed = (
        extract_page(legacy_text.page(f(title), f(body), name, said), "https://bao.example/lu-bac-ai-102.html")
        for f, name, said in ((str, "utf-8", "utf-8"), (change, encoding, label))
    )
    assert isinstance(plain, Article) and isinstance(dressed, Article)
    assert dressed.title.lower() == plain.title.lower()
    assert dressed.text.lower() == plain.text.lower()
    assert _answer(dressed.title, dressed.text) == _answer(plain.title, plain.text)


def test_without_diacritics_the_relevance_stays_and_only_safe_names_are_reported() -> None:
    for title, body in OWN:
        plain, folded = (
            tag(Text("1", title, body), RULES),
            tag(Text("1", strip_diacritics(title), strip_diacritics(body)), RULES),
        )
        assert folded.relevance == plain.relevance
        assert {p.id for p in folded.places} <= SAFE


@pytest.mark.parametrize(
    "text",
    [
        "Chu toi noi rang se dam bao an toan, khong ma noi ai biet. Moi nguoi lam tu thien o xa nha.",
        "DAM BAO AN NINH TRAT TU, TU THIEN, MA NOI, DO VINH, PHU HA LA NHUNG CHU DUNG TRONG BAI.",
        "Ba Phuoc Ha va ong Do Vinh cung que o Ha Noi, den xa Thanh Hai, huyen Ly Son, Quang Ngai.",
    ],
)
def test_words_without_diacritics_are_no_places(text: str) -> None:
    assert tag(Text("1", "", text, "vi"), RULES).relevance == "no"


@needs_real
def test_labelled_text_in_another_dress_gets_the_same_answer() -> None:
    records = [json.loads(line) for line in (REAL / "dev.jsonl").read_text("utf-8").splitlines()]
    texts = [text_from_record(r) for r in records if r["language"] == "vi"][::2]
    for t in texts:
        title, body = unicodedata.normalize("NFC", t.title), unicodedata.normalize("NFC", t.text)
        plain = _answer(title, body, t.published)
        for form, change in FORMS.items():
            assert _answer(change(title), change(body), t.published) == plain, (t.id, form)
        folded = tag(Text("1", strip_diacritics(title), strip_diacritics(body), published=t.published), RULES)
        assert folded.relevance == plain[1], t.id
        assert {p.id for p in folded.places} <= SAFE


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
        ({"id": "1", "title": "t", "text": 5}, "'text' must be a text, found 5"),
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
    assert report.topics["investment"].f1 >= 0.85
