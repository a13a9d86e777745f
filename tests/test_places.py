"""Names in sentences → the places they mean; every sentence is the project's own."""

from datetime import date
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from pipeline.tagging.mention_roles import mention_roles
from pipeline.tagging.places import find_places
from pipeline.text.language import detect_language

CASES = Path(__file__).parent / "data" / "place_cases.tsv"
RULES = load_rulebook()


def places_in(sentence: str, day: str = "2019-05-02", url: str = "") -> set[str]:
    found = find_places("", sentence, detect_language("", sentence), date.fromisoformat(day), url, RULES)
    kept = [m for m, role in zip(found.mentions, mention_roles(found, RULES), strict=True) if role != "range"]
    return {m.place.id for m in kept} if any(m.strong for m in kept) else set()


def cases() -> list[tuple[str, set[str], str]]:
    rows = [line.split("\t") for line in CASES.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(day, set(ids.split()), sentence) for day, ids, sentence in rows]


def test_the_table_is_found_precisely_and_wholly() -> None:
    right = false = missed = 0
    wrong = []
    for day, expected, sentence in cases():
        found = places_in(sentence, day)
        # A place of the same name and spot (Cà Ná the commune, Cà Ná the coast) is the same answer.
        alike = {RULES_BY_ID[i] for i in found}
        wanted = {RULES_BY_ID[i] for i in expected}
        right += len(alike & wanted)
        false += len(alike - wanted)
        missed += len(wanted - alike)
        if alike != wanted:
            wrong.append(f"{sentence} | {sorted(wanted)} | {sorted(alike)}")
    assert len(cases()) >= 300
    assert right / (right + false) >= 0.98, "\n".join(wrong)
    assert right / (right + missed) >= 0.96, "\n".join(wrong)


RULES_BY_ID = {p.id: p.name.removeprefix("Vườn quốc gia ") for p in RULES.places.place} | {"nt.province": "Ninh Thuận"}


@pytest.mark.parametrize(
    "written",
    [
        "Ninh Thuận",
        "NINH THUẬN",
        "Ninh Thuâ\u0323n",
        "Ninh\u00a0Thuận",
        "Ninh Thu\u00adận",
        "Ninh-Thuận",
        "Ninh \u200bThuận",
    ],
)
def test_the_province_is_found_however_it_is_written(written: str) -> None:
    assert places_in(f"Sáng nay {written} có mưa nhỏ ở vùng núi.") == {"nt.province"}


def test_offsets_are_those_of_the_normalised_text() -> None:
    found = find_places("", "\u200bTại\u00a0Ninh Thuâ\u0323n hôm nay", "vi", None, None, RULES)
    mention = found.mentions[0]
    assert found.text.text[mention.start : mention.end] == "Ninh Thuận"


def test_a_unit_is_resolved_by_the_date() -> None:
    assert places_in("Họp tại phường Đô Vinh sáng nay.", "2019-05-02") == {"nt.old.22738"}
    assert places_in("Họp tại phường Đô Vinh sáng nay.", "2025-09-01") == {"nt.new.22738"}


def test_its_own_press_needs_no_province_beside_a_commune() -> None:
    sentence = "Bà con xã Phước Hải thu hoạch hành tím."
    assert places_in(sentence) == set()
    assert places_in(sentence, url="https://baoninhthuan.com.vn/news/1") == {"nt.old.22894"}


def test_a_menu_of_provinces_is_no_mention() -> None:
    menu = "An Giang | Bình Dương | Bình Thuận | Cà Mau | Ninh Bình | Ninh Thuận | Phú Thọ | Quảng Nam | Tây Ninh"
    assert places_in(f"Thị trường gạo đi ngang.\n{menu}\nGiá gạo ổn định.") == set()


def test_related_links_are_no_mention() -> None:
    text = "Giá vàng trong nước tăng nhẹ phiên sáng nay, theo ghi nhận.\n" * 3
    assert places_in(text + "Tin liên quan\nNinh Thuận đón du khách đầu năm") == set()
    assert places_in(text + "Xem thêm: Ninh Thuận đón du khách đầu năm") == set()


def test_a_lottery_list_is_no_mention() -> None:
    assert places_in("Kết quả xổ số miền Trung hôm nay: Gia Lai 123456, Ninh Thuận 654321.") == set()
