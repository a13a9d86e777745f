"""Bad news that is denied, over, supposed or rehearsed is no bad news; bad news with a negation in it stays bad."""

from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from pipeline.records import Tags, Text
from pipeline.tagging.tagger import tag
from pipeline.text.normalize import strip_diacritics

RULES = load_rulebook()
CASES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "data" / "denial_cases.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
DENIED = [(title, text) for kind, title, text in CASES if kind == "denied"]
STATED = [(title, text) for kind, title, text in CASES if kind == "stated"]


def tagged(title: str, text: str = "") -> Tags:
    return tag(Text("1", title, text or f"{title}."), RULES)


@pytest.mark.parametrize(("title", "text"), DENIED)
def test_denied_bad_news_is_not_negative(title: str, text: str) -> None:
    tags = tagged(title, text)
    assert tags.relevance != "no"
    assert tags.tone != "negative", [e.words for e in tags.tone_words]


@pytest.mark.parametrize(("title", "text"), STATED)
def test_bad_news_with_a_negation_in_it_stays_negative(title: str, text: str) -> None:
    assert tagged(title, text).tone == "negative"


@pytest.mark.parametrize(
    ("title", "text", "words"),
    [
        (
            "Ninh Thuận: lật xe khách, không ai tử vong",
            "Xe khách lật ở Ninh Thuận làm 9 người bị thương, không có người chết.",
            ["lật", "bị thương"],
        ),
        (
            "Cháy rừng ở Ninh Thuận, chưa ghi nhận thiệt hại về người",
            "Rừng ở Ninh Thuận cháy từ trưa, không có thương vong.",
            ["cháy"],
        ),
        ("Ninh Thuan: fire kills two, no boats sank", "Fire killed two in Ninh Thuan; nobody is missing.", ["fire"]),
    ],
)
def test_the_evidence_names_no_denied_word(title: str, text: str, words: list[str]) -> None:
    tags = tagged(title, text)
    assert tags.tone == "negative"
    shown = [e.words.lower() for e in tags.tone_words]
    assert set(words) <= set(shown)
    assert not {"tử vong", "chết", "thiệt hại", "thương vong", "sank", "missing"} & set(shown)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Ninh Thuận không có thiệt hại", "Tỉnh Ninh Thuận không ghi nhận thiệt hại, không còn ô nhiễm."),
        ("Ninh Thuận không xảy ra tai nạn", "Tỉnh Ninh Thuận chưa phát hiện vi phạm, không ai bị thương."),
    ],
)
def test_without_diacritics_denials_are_read_too(title: str, text: str) -> None:
    assert tagged(strip_diacritics(title), strip_diacritics(text)).tone != "negative"


def test_success_that_is_denied_is_no_evidence_of_success() -> None:
    title, text = "Ninh Thuận khánh thành chợ", "Chợ ở Ninh Thuận thu hút du khách, dự án cũ không thành công."
    tags = tagged(title, text)
    assert tags.tone == "positive"
    assert "thành công" not in [e.words for e in tags.tone_words]
