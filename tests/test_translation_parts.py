"""What the guards of translations read: names, numbers with units, days, denials."""

import re
import time
from datetime import UTC, datetime

import pytest

from config.rulebook import load_rulebook
from pipeline.quantities.figures import figures_in_text, plain
from pipeline.quantities.stated import stated_quantities
from pipeline.records.translations import GlossaryTerm
from pipeline.translation.days import named_days
from pipeline.translation.guards import check_translation
from pipeline.translation.names import known_names
from pipeline.translation.negation import changed_denial
from tests.test_translation_guards import CASES, rules


def quantities(text: str, language: str) -> list[tuple[float, str]]:
    return [(f.values[0], f.units[0] if f.units else "") for f in figures_in_text(plain(text), language) if f.certain]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "1,234.5 million dollars and $2.4bn", [(1_234_500_000, "USD"), (2_400_000_000, "USD")]),
        ("vi", "1.234,5 tỷ đồng; 50 nghìn tỷ đồng", [(1_234_500_000_000, "đồng"), (50_000_000_000_000, "đồng")]),
        ("vi", "hai mươi lăm hộ, một năm rưỡi, 3 triệu rưỡi", [(25, ""), (1.5, "year"), (3_500_000, "")]),
        ("vi", "hai mươi năm qua, một trăm năm mươi ha", [(20, "year"), (150, "ha")]),
        ("zh", "3.2万亿越南盾，200万千瓦，十二个村", [(3.2e12, "đồng"), (2e6, "kW"), (12, "")]),
        ("zh", "二〇二五年，百分之三十", [(2025, "year"), (30, "%")]),
        ("ja", "３万５０００ドンと１７０㎥", [(35_000, "đồng"), (170, "m³")]),
        ("ko", "1조2000억 원, 2만 5천 명, 다섯 곳", [(1.2e12, "won"), (25_000, ""), (5, "")]),
        ("ru", "1 150,5 км и 4,2 трлн донгов, двадцать три семьи", [(1150.5, "km"), (4.2e12, "đồng"), (23, "")]),
        ("de", "dreihundertzwölf Hektar, 1,4 Mrd. Euro", [(312, "ha"), (1.4e9, "euro")]),
        ("fr", "quatre-vingt-douze pêcheurs, 3 750 mégawatts", [(92, ""), (3750, "MW")]),
        ("es", "treinta y seis turistas, mil millones de dólares", [(36, ""), (1e9, "USD")]),
        ("th", "๔๕,๐๐๐ ไร่ และ 2.5 ล้านบาท", [(45_000, "rai"), (2.5e6, "baht")]),
        ("lo", "820 ໂຕນ", [(820, "t")]),
        ("en", "CO2 emissions, a 5 m wall", [(5, "m")]),
        ("ja", "5～6億ドル", [(5, "USD"), (600_000_000, "USD")]),
    ],
)
def test_numbers_of_all_notations(language: str, text: str, expected: list[tuple[float, str]]) -> None:
    found = quantities(text, language)
    assert [unit for _, unit in found] == [unit for _, unit in expected]
    assert [value for value, _ in found] == pytest.approx([value for value, _ in expected])


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("vi", "ngày 14/9, 5 tháng 10 năm 2026, tháng Chạp", [(14, 9, 0), (5, 10, 2026), (0, 12, 0)]),
        ("vi", "tăng 1/3, quý 2/2027", []),
        ("en", "May 4, 2026 and 28 November; it may rain", [(4, 5, 2026), (28, 11, 0)]),
        ("de", "am 12. Januar, im März 2027", [(12, 1, 0), (0, 3, 2027)]),
        ("fr", "le 1er juillet 2026", [(1, 7, 2026)]),
        ("es", "el 22 de febrero de 2026", [(22, 2, 2026)]),
        ("ru", "5 октября, в декабре 2029 года", [(5, 10, 0), (0, 12, 2029)]),
        ("zh", "2026年3月8日，十二月三日", [(8, 3, 2026), (3, 12, 0)]),
        ("ko", "9월 14일", [(14, 9, 0)]),
        ("ja", "8月3日", [(3, 8, 0)]),
        ("th", "7 มิถุนายน 2569", [(7, 6, 2026)]),
        ("lo", "15 ມີນາ 2026", [(15, 3, 2026)]),
    ],
)
def test_days_of_ten_languages(language: str, text: str, expected: list[tuple[int, int, int]]) -> None:
    assert [day.meanings[0] for day in named_days(plain(text), language)] == expected


@pytest.mark.parametrize(
    ("language", "text", "source", "name"),
    [
        ("zh", "越南宁顺省", "宁顺省", "Ninh Thuận"),
        ("ja", "ニントゥアン省", "ニントゥアン省", "Ninh Thuận"),
        ("ko", "닌투언의 바람", "닌투언", "Ninh Thuận"),
        ("ru", "в Ниньтхуане", "Ниньтхуане", "Ninh Thuận"),
        ("fr", "À Phan Rang–Tháp Chàm", "Phan Rang–Tháp Chàm", "Phan Rang-Tháp Chàm"),
        ("ja", "ヴィンヒー湾の珊瑚", "ヴィンヒー湾", "Vĩnh Hy"),
        ("en", "The beach of Vinh Hy Bay", "Vinh Hy Bay", "Vĩnh Hy"),
        ("de", "in der Provinz Lam Dong", "Lam Dong", "Lâm Đồng"),
        ("ru", "провинция Кханьхоа", "Кханьхоа", "Khánh Hòa"),
    ],
)
def test_names_are_known_in_every_script(language: str, text: str, source: str, name: str) -> None:
    found = known_names(text, language, rules())
    assert source in [known.source for known in found]
    assert any(name in known.accepted for known in found)


def test_look_alikes_and_vietnamese_texts_have_no_known_names() -> None:
    assert known_names("平顺省和宁顺路", "zh", rules()) == ()
    assert known_names("tỉnh Ninh Thuận", "vi", rules()) == ()


def test_a_term_of_the_glossary_outranks_the_gazetteer() -> None:
    term = GlossaryTerm(
        "ja", "ニントゥアン第1原発", "Nhà máy ĐHN Ninh Thuận 1", "lan", datetime(2026, 1, 1, tzinfo=UTC)
    )
    other = GlossaryTerm("ko", "ベトナム", "Việt Nam", "lan", datetime(2026, 1, 1, tzinfo=UTC))
    names = known_names("ベトナムのニントゥアン第1原発", "ja", rules(), (term, other))
    assert [(name.source, name.accepted) for name in names] == [("ニントゥアン第1原発", ("Nhà máy ĐHN Ninh Thuận 1",))]


def test_nearly_every_changed_digit_is_noticed() -> None:
    """Numbers of right translations, each with its first or last digit changed: what is left are free conversions."""
    tried, shown = 0, []
    for case in CASES:
        if case.code:
            continue
        names = known_names(case.original, case.language, rules())
        for match in re.finditer(r"\d(?:[\d.,]*\d)?", case.translated):
            number = match[0]
            changed = {f"{int(number[0]) % 9 + 1}{number[1:]}", f"{number[:-1]}{(int(number[-1]) + 1) % 10}"}
            for other in changed - {number}:
                text = case.translated[: match.start()] + other + case.translated[match.end() :]
                tried += 1
                if check_translation(case.original, text, case.language, names=names, rules=rules()) is None:
                    shown.append(f"line {case.line}: {number} → {other}")
    assert tried > 500
    assert len(shown) <= 0.02 * tried, shown


def test_most_dropped_denials_are_noticed() -> None:
    """Right translations without one of their denials; where a text denies twice, the other may stand for it."""
    tried, shown = 0, []
    for case in CASES:
        for match in re.finditer(r"(?<!\w)(?:không|chưa|chẳng) ", "" if case.code else case.translated):
            text = case.translated[: match.start()] + case.translated[match.end() :]
            tried += 1
            if check_translation(case.original, text, case.language) is None:
                shown.append(f"line {case.line}")
    assert tried > 40
    assert len(shown) <= 0.2 * tried, shown


@pytest.mark.parametrize(
    ("language", "original", "translated", "code"),
    [
        ("ja", "公表しなければならない。", "Phải công bố.", ""),
        ("en", "It is not only salt.", "Đó không chỉ là muối.", ""),
        ("fr", "Personne n'a été blessé.", "Không ai bị thương.", ""),
        ("ru", "Никто не пострадал.", "Không ai bị thương.", ""),
        ("es", "No hay ningún herido.", "Không ai bị thương.", ""),
        ("de", "Niemand wurde verletzt.", "Có người bị thương.", "negation_lost"),
        ("de", "Jeder wurde verletzt.", "Không ai bị thương.", "negation_added"),
        ("en", "The air is clean.", "Không khí trong lành.", ""),
        ("sv", "Ingen skadades.", "Có người bị thương.", ""),
    ],
)
def test_denials(language: str, original: str, translated: str, code: str) -> None:
    assert changed_denial(original, translated, language) == code


def test_an_unknown_language_is_checked_for_what_needs_no_words() -> None:
    original = "Ninh Thuan har 22 solkraftverk."
    assert load_rulebook(None) is not None
    names = known_names(original, "sv", rules())
    right, wrong = "Ninh Thuận có 22 nhà máy điện mặt trời.", "Ninh Thuận có 24 nhà máy điện mặt trời."
    assert check_translation(original, right, "sv", names=names, rules=rules()) is None
    reason = check_translation(original, wrong, "sv", names=names, rules=rules())
    assert reason is not None
    assert reason.code == "numbers"


@pytest.mark.parametrize(
    "unit", ["1 ", "1.", "9" * 400 + " ", "không ", "a b ", "천만", "(宁", "có ", "two hai ", "一", "５"]
)
def test_odd_texts_neither_raise_nor_take_long(unit: str) -> None:
    original = unit * (2000 // len(unit))
    for language in ("en", "zh", "ko", "vi", "xx", ""):
        started = time.process_time()
        known_names(original, language, rules())
        check_translation(original, f"Ninh Thuận {original}", language, rules=rules())
        stated_quantities(original, language, "SG")
        assert time.process_time() - started < 5
