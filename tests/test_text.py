"""Strings of every kind → clean text with stable offsets."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tagging.zones import zones
from pipeline.text.normalize import lacks_diacritics, match_key, normalise, strip_diacritics, with_stripped
from pipeline.text.segmentation import is_word


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ninh Thuâ\u0323n", "Ninh Thuận"),
        ("Ninh\u00a0Thuận", "Ninh Thuận"),
        ("\ufeffNinh Thu\u00adận\u200b", "Ninh Thuận"),
        (bytes.fromhex("4e696e6820546875e2f26e").decode("cp1258"), "Ninh Thuận"),
        ("Ðông Hải", "Đông Hải"),
        ("TØnh Ninh ThuËn kªu gäi ®Çu t\xad vµo du lÞch", "Tỉnh Ninh Thuận kêu gọi đầu tư vào du lịch"),
        ("Tænh Ninh Thuaän keâu goïi ñaàu tö vaøo du lòch", "Tỉnh Ninh Thuận kêu gọi đầu tư vào du lịch"),
        ("Nịnh Thuậп", "Nịnh Thuậп"),  # a Cyrillic letter without a Latin twin stays
        ("Phan Rаng", "Phan Rang"),  # a Cyrillic а among Latin letters
        ("АЭС «Ниньтхуан-1»", "АЭС «Ниньтхуан-1»"),
        ("Œuvre d'été à Noël, naïveté", "Œuvre d'été à Noël, naïveté"),
        ("Müller fährt über größere Straßen", "Müller fährt über größere Straßen"),
        ("El niño pequeño añade sueños", "El niño pequeño añade sueños"),
    ],
)
def test_text_becomes_clean(written: str, meant: str) -> None:
    assert normalise(written) == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("thuỷ", "thủy"),
        ("khoẻ", "khỏe"),
        ("uý", "úy"),
        ("Khánh HOÀ", "khánh hòa"),
        ("–", "-"),
        ("“", '"'),
    ],
)
def test_two_ways_of_writing_have_one_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


def test_a_tone_mark_inside_a_closed_rhyme_stays() -> None:
    assert match_key("toán hoàn") == "toán hoàn"


@given(st.text())
def test_keys_keep_the_length(text: str) -> None:
    clean = normalise(text)
    assert unicodedata.is_normalized("NFC", clean)
    assert len(match_key(clean)) == len(clean) == len(strip_diacritics(clean))


@given(st.text(alphabet=st.characters(codec=None, categories=["Cs", "Cc", "Lu", "So"])))
def test_no_string_is_too_odd(text: str) -> None:
    normalise(text).encode("utf-8")


def test_diacritics_are_taken_off() -> None:
    assert strip_diacritics("Đông Hải, thuỷ điện ưỡn ẹo") == "Dong Hai, thuy dien uon eo"
    assert lacks_diacritics("khong dau") and not lacks_diacritics("không dấu")
    assert with_stripped("vùng biển").search("tren vung bien")


@pytest.mark.parametrize(
    ("sentence", "syllable", "expected"),
    [
        ("Ngư dân ra đảo Phú Quý câu mực.", "đảo", True),
        ("Tình thế bị đảo ngược vào phút cuối.", "đảo", False),
        ("Công an kiểm tra biển số xe vi phạm.", "số", True),
    ],
)
def test_a_syllable_is_judged_in_its_sentence(sentence: str, syllable: str, expected: bool) -> None:
    at = sentence.index(syllable)
    assert is_word(sentence, at, at + len(syllable)) is expected


def test_related_links_and_menus_are_skipped() -> None:
    body = (
        "Đoạn một nói về thời sự trong ngày.\nXem thêm: bài khác\n"
        + "Nội dung chính của bài.\n" * 4
        + "Tin liên quan\nBài cũ"
    )
    _, text = zones("Tiêu đề", body, lambda line: [])
    assert text.is_skipped(body.index("bài khác"))
    assert text.is_skipped(body.index("Bài cũ"))
    assert not text.is_skipped(body.index("Nội dung"))


def test_the_lead_is_the_first_paragraph() -> None:
    _, text = zones("T", "Đoạn mở đầu dài hơn bốn mươi ký tự để tính là một đoạn.\nĐoạn hai.", lambda line: [])
    assert text.text[: text.lead_end].endswith("một đoạn.")


@pytest.mark.parametrize("name", ["Hoà Bình", "Khánh Hoà", "Toà án", "Thuý Kiều"])
def test_a_short_name_with_its_tone_on_the_last_vowel_stays(name: str) -> None:
    assert normalise(name) == name
