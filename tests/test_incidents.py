"""Short reports of incidents: two of one kind on one day are two events, one told twice is one."""

import json
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from diembao.evaluation.pairs import judge_pairs
from pipeline.stories.reason_text import similarity_reason_text

pytestmark = pytest.mark.one_in(2)

RULES = load_rulebook()
DATA = Path(__file__).parent / "data" / "incident_pairs.jsonl"
PAIRS = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]

#: Told in so different words of English that they were apart before particulars were compared, and are still.
UNKNOWN = {"same-event: English: theft"}

#: The commune stands alone in the title: nothing says that it is of this province, or which level it is.
BARE = {"different: fires, place only in the title"}


def pairs(label: str) -> list[object]:
    excluded = UNKNOWN | BARE
    return [pytest.param(p, id=p["id"]) for p in PAIRS if p["label"] == label and p["id"] not in excluded]


@pytest.mark.parametrize("pair", pairs("different"))
def test_two_incidents_are_two_events(pair: dict[str, object]) -> None:
    verdict = judge_pairs(pair, RULES)
    assert verdict.verdict == "different", verdict
    assert judge_pairs({"a": pair["b"], "b": pair["a"]}, RULES) == verdict, "the order of the two must not matter"
    for language in ("vi", "en"):
        assert not similarity_reason_text(verdict.reason, language).startswith("different_")


@pytest.mark.parametrize("pair", pairs("same-event"))
def test_one_incident_told_twice_is_one_event(pair: dict[str, object]) -> None:
    verdict = judge_pairs(pair, RULES)
    assert verdict.verdict in ("same-event", "dup"), verdict
    assert judge_pairs({"a": pair["b"], "b": pair["a"]}, RULES) == verdict


def test_the_pairs_are_many_and_known_limits_are_few() -> None:
    counts = {label: sum(p["label"] == label for p in PAIRS) for label in ("different", "same-event")}
    assert min(counts.values()) >= 36
    assert {p["id"] for p in PAIRS} >= UNKNOWN | BARE


WIRE = (
    "Tối 4/3, một vụ cháy xảy ra tại kho vải trên đường Lê Duẩn, phường Đài Sơn, TP Phan Rang - Tháp Chàm. Theo Công "
    "an tỉnh Ninh Thuận, lửa bùng lên lúc 20h15 rồi lan ra toàn bộ nhà kho rộng 400 m2. Năm xe chữa cháy cùng 40 cán "
    "bộ chiến sĩ dập lửa đến 22 giờ. Bà Trịnh Thị Mai (46 tuổi), chủ kho, cho biết thiệt hại khoảng 900 triệu đồng."
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("900 triệu", "1,1 tỷ"),
        ("40 cán bộ", "60 cán bộ"),
        ("20h15", "20 giờ 30"),
        ("46 tuổi", "47 tuổi"),
        ("400 m2", "gần 450 m2"),
        ("phường Đài Sơn, TP Phan Rang - Tháp Chàm", "phường Phan Rang, tỉnh Khánh Hòa"),
        ("Trịnh Thị Mai", "Trịnh T. Mai"),
        ("đến 22 giờ", "đến 23 giờ"),
        ("Năm xe", "Bảy xe"),
    ],
)
def test_a_reprint_with_an_updated_figure_stays_one(old: str, new: str) -> None:
    assert old in WIRE
    a, b = ({"title": "Cháy kho vải ở Phan Rang", "text": text, "published": "2026-03-05"} for text in (WIRE, WIRE))
    verdict = judge_pairs({"a": a, "b": {**b, "text": WIRE.replace(old, new)}}, RULES)
    assert verdict.verdict == "dup", verdict


def test_a_long_report_is_told_by_its_words() -> None:
    """Background of a long report names other places and persons: from 220 words on particulars do not count."""
    places = ("xã Phước Hữu", "xã Lâm Sơn")
    filler = " ".join(f"Chi tiết thứ {n} của vụ việc được nêu rõ trong hồ sơ điều tra." for n in range(40))
    a, b = ({"title": "Vụ lừa bán đất ở Ninh Thuận", "text": f"Hồ sơ vụ án ở {p}. {filler}"} for p in places)
    assert judge_pairs({"a": a, "b": b}, RULES).verdict == "dup"


@pytest.mark.parametrize(
    ("vietnamese", "english", "verdict"),
    [
        (
            "Ông Đặng Văn Sáu (52 tuổi), thuyền trưởng tàu NT-90115, bị nạn cách mũi Dinh 27,5 hải lý lúc 5h40 "
            "ngày 4/3 với 4,2 tấn cá, 14 ngư dân được cứu. Công an xã Cà Ná, Ninh Thuận xác nhận.",
            "Skipper Dang Van Sau, 52, of boat NT-90115 was in distress 27.5 nautical miles off Mui Dinh with 4.2 "
            "tonnes of fish; 14 fishermen were rescued, police in Ca Na commune, Ninh Thuan said.",
            "dup",
        ),
        (
            "Ông Đặng Văn Sáu (52 tuổi) bị nạn lúc 5h40 với 4,2 tấn cá, 14 ngư dân được cứu ở xã Vĩnh Hải, Ninh Thuận, "
            "cách bờ 27,5 hải lý.",
            "Skipper Ngo Tan Phong, 39, was in distress 27.5 nautical miles off with 4.2 tonnes of fish; 14 fishermen "
            "were rescued in Ca Na commune, Ninh Thuan.",
            "different",
        ),
    ],
)
def test_translations_are_held_to_the_same_particulars(vietnamese: str, english: str, verdict: str) -> None:
    a, b = {"title": "Tàu cá Ninh Thuận gặp nạn", "text": vietnamese}, {"title": "Boat in distress", "text": english}
    record = {"a": {**a, "published": "2026-03-05"}, "b": {**b, "published": "2026-03-05"}}
    assert judge_pairs(record, RULES).verdict == verdict
