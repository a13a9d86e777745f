"""Texts and titles → their language."""

import pytest

from pipeline.text.language import detect_language

SENTENCES = {
    "vi": "Ngư dân phấn khởi vì trúng đậm mùa cá đầu năm.",
    "en": "Fishermen are delighted with the first big catch of the year.",
    "fr": "Les pêcheurs se réjouissent de la première grande prise de l'année.",
    "de": "Die Fischer freuen sich über den ersten großen Fang des Jahres.",
    "es": "Los pescadores celebran la primera gran captura del año.",
    "ru": "Рыбаки довольны первым большим уловом года.",
    "zh": "渔民们对今年第一次大丰收感到高兴。",
    "ja": "漁師たちは今年最初の大漁を喜んでいる。",
    "ko": "어민들은 올해 첫 풍어에 기뻐하고 있다.",
    "th": "ชาวประมงดีใจกับการจับปลาครั้งใหญ่ครั้งแรกของปี",
    "lo": "ຊາວປະມົງດີໃຈກັບການຈັບປາຄັ້ງໃຫຍ່",
    "km": "អ្នកនេសាទរីករាយនឹងការនេសាទដំបូង",
}


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items())
def test_a_sentence_tells_its_language(code: str, sentence: str) -> None:
    assert detect_language("", sentence) == code


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("vi", "Giá nho tăng mạnh"),
        ("vi", "Ninh Thuan keu goi dau tu vao du lich"),
        ("vi", "NINH THUẬN ĐÓN DU KHÁCH"),
        ("en", "Ninh Thuận courts foreign investors for wind farms"),
        ("zh", "越南國會批准重啟核電"),
        ("ja", "用語：原発"),
        ("fr", "Le tourisme durable à Ninh Thuan"),
    ],
)
def test_a_title_is_enough(code: str, title: str) -> None:
    assert detect_language(title, "") == code


def test_without_letters_the_hint_decides() -> None:
    assert detect_language("", "12:30 !!!") == "und"
    assert detect_language("", "12:30 !!!", "vi") == "vi"
    assert detect_language("", "12:30 !!!", "no language at all") == "und"


def test_a_hint_never_overrules_the_text() -> None:
    assert detect_language("", SENTENCES["vi"], "en") == "vi"
    assert detect_language("", SENTENCES["ko"], "en") == "ko"
