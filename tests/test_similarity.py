"""Two articles: a reprint, two reports of one happening, or neither; our own words and, where they are, real ones."""

import json
import random
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from diembao.evaluation.pairs import evaluate_pairs, judge_pairs
from pipeline.dates.days_in_text import days_apart, days_in_text
from pipeline.stories.fingerprints import compute_fingerprint, dump, load
from pipeline.stories.similarity import Verdict, compare_fingerprints
from pipeline.stories.term_weights import count_terms

REAL = Path(__file__).parent.parent / ".." / "shared" / "real" / "pairs.dev.jsonl"
T0 = datetime(2026, 11, 22, 1, tzinfo=UTC)
WIRE = (
    "Sáng 21/11, tại xã Cà Ná, lực lượng biên phòng đưa tàu cá NT-90417 cùng 14 ngư dân vào bờ an toàn sau 36 giờ trôi "
    "dạt. Tàu do ông Trương Văn Lượm làm thuyền trưởng bị gãy chân vịt khi cách mũi Dinh 27,5 hải lý về phía đông.\n"
    "Theo Đồn biên phòng Cà Ná, nhận tin lúc 5 giờ 40, đơn vị cử tàu BP-31-15 vượt sóng cấp 6 ra lai dắt. Đến 17 giờ "
    "cùng ngày hai tàu gặp nhau, ngư dân được chăm sóc y tế và ăn cháo nóng ngay trên boong.\n"
    "Ông Lượm cho biết tàu rời cảng Mỹ Tân từ đầu tháng, đã khai thác được 4,2 tấn cá nục khi máy hỏng. Địa phương hỗ "
    "trợ mỗi gia đình 3.500.000 đồng và nhắc chủ tàu kiểm tra thiết bị giám sát hành trình trước mỗi chuyến biển."
)
FOLLOW_UP = (
    "Chủ tàu cá NT-90417 Trương Văn Lượm hôm nay 23/11 bắt tay sửa chân vịt tại cảng Mỹ Tân, hai ngày sau khi 14 ngư "
    "dân được biên phòng Cà Ná kéo về. Chi phí ước 180 triệu đồng, quỹ hỗ trợ ngư dân cho vay một nửa.\n"
    "Nhiều thuyền viên nói sẽ theo tàu trở lại ngư trường sau rằm, dù gia đình còn lo lắng chuyện gãy chân vịt ngoài "
    "mũi Dinh vừa qua."
)
OTHER = (
    "Nông dân thôn Thái An xã Vĩnh Hải phấn khởi vì nho ba màu đầu vụ bán được 95.000 đồng một ký, cao hơn năm trước "
    "gần gấp rưỡi. Hợp tác xã cho biết thương lái từ Đà Lạt xuống tận vườn đặt cọc, du khách vào hái nho dịp cuối tuần "
    "cũng đông, có ngày trên 600 lượt người."
)
ENGLISH = (
    "Fourteen fishermen of the boat NT-90417 were brought ashore at Ca Na on Nov. 21 after drifting for 36 hours. The "
    "skipper, Truong Van Luom, said the propeller broke 27.5 nautical miles off Mui Dinh, with 4.2 tonnes of fish "
    "aboard. Border guards reached them at 17:00 in heavy seas, and each family was given 3,500,000 dong."
)


def judged(one: tuple[str, str], other: tuple[str, str], days: float = 0.2) -> Verdict:
    a, b = compute_fingerprint(*one, T0), compute_fingerprint(*other, T0 + timedelta(days=days))
    found = compare_fingerprints(a, b)
    assert compare_fingerprints(b, a) == found, "the order of the two must not matter"
    return found


def test_reprints() -> None:
    title = "Đưa 14 ngư dân gặp nạn ngoài mũi Dinh vào bờ"
    paragraphs = WIRE.split("\n")
    cut = "\n".join(paragraphs[:2])
    boxed = f"(Báo Biển) - {paragraphs[0]}\nXem thêm: Giá cá nục tăng mạnh\n{paragraphs[1]}\n{paragraphs[2]}\nTheo A"
    turned = "\n".join([paragraphs[0], paragraphs[2], paragraphs[1]])
    for text in (WIRE, cut, boxed, turned, WIRE.upper()):
        found = judged((title, WIRE), ("Tàu hỏng máy, biên phòng Cà Ná cứu ngư dân", text))
        assert found.verdict == "dup", found
        assert found.score > 0.5


def test_a_follow_up_is_of_the_same_event() -> None:
    found = judged(("Đưa 14 ngư dân gặp nạn ngoài mũi Dinh vào bờ", WIRE), ("Sửa tàu cá gãy chân vịt", FOLLOW_UP), 2)
    assert found.verdict == "same-event", found


def test_others_are_different() -> None:
    found = judged(("Đưa 14 ngư dân gặp nạn vào bờ", WIRE), ("Nho ba màu Thái An được giá", OTHER))
    assert found.verdict == "different"
    assert judged(("Đưa 14 ngư dân vào bờ", WIRE), ("Sửa tàu cá gãy chân vịt", FOLLOW_UP), 40).verdict == "different"


def test_a_translation_is_the_same_report() -> None:
    found = judged(("Đưa 14 ngư dân vào bờ", WIRE), ("Fishermen towed to safety off Ca Na", ENGLISH))
    assert found.verdict == "dup"
    assert found.reason.code == "translation"
    assert judged(("Nho ba màu Thái An", OTHER), ("Fishermen towed to safety", ENGLISH)).verdict == "different"


def test_the_next_bulletin_is_another() -> None:
    def bulletin(day: int, seed: int) -> tuple[str, str]:
        draw = random.Random(seed)
        rows = (f"hồ {name} đạt {draw.randint(101, 999)},{draw.randint(11, 99)} triệu mét khối" for name in LAKES)
        return (
            f"Mực nước các hồ chứa ngày {day}/11",
            f"Bản tin ngày {day}/11 của công ty thủy lợi cho biết " + ", ".join(rows),
        )

    assert judged(bulletin(20, 1), bulletin(21, 2), 1).verdict == "different"
    assert judged(bulletin(20, 1), bulletin(20, 1), 0.1).verdict == "dup"


LAKES = ["Sông Cái", "Sông Sắt", "Tân Giang", "Cho Mo", "Bà Râu", "Sông Trâu", "Trà Co", "Lanh Ra", "Nước Ngọt"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Kết quả ngày 22/6", [(22, 6)]),
        ("Sáng 10-2, công ty", [(10, 2)]),
        ("thắng 3-1, tỷ số 2-0 và giá 3.5 triệu", []),
        ("ngày 5 tháng 9 năm 2026", [(5, 9)]),
        ("on Nov. 21 and 3rd March", [(21, 11), (3, 3)]),
        ("11月21日", [(21, 11)]),
        ("ngày 31/2 không có", []),
        ("24/7", []),
    ],
)
def test_days(text: str, days: list[tuple[int, int]]) -> None:
    assert list(days_in_text(text)) == [datetime(2024, m, d, tzinfo=UTC).timetuple().tm_yday for d, m in days]


def test_days_apart_over_the_year() -> None:
    assert days_apart(366, 1) == 1
    assert days_apart(10, 200) == 176


@pytest.mark.parametrize("title", ["Tin", "", "宁顺核电站", "Ninh Thuận"])
@pytest.mark.parametrize("text", [WIRE, "", "x", "宁顺核电站" * 30, "\x00\ud800", "1/1 " * 50])
def test_a_sketch_is_read_as_it_was_written(title: str, text: str) -> None:
    drawn = compute_fingerprint(title, text, T0)
    read = load(dump(drawn))
    assert read is not None
    assert dump(read) == dump(drawn)
    assert compare_fingerprints(read, drawn) == compare_fingerprints(drawn, drawn)
    assert load(b"\x01" * 512) is None


def test_frequencies_take_the_corpus_in_which_a_term_is_most_common() -> None:
    first = [f"từ riêng{n} chung" for n in range(20)]
    assert count_terms(first, ["tỉnh nhà"] * 10) != count_terms(first)
    assert count_terms(first, ["tỉnh nhà"] * 3) == count_terms(first), "what three texts hold is chance"


def test_the_command_prints_what_the_store_decides(diembao: "Callable[..., subprocess.CompletedProcess[str]]") -> None:
    rows = [
        {"id": "p1", "a": {"title": "Đưa ngư dân vào bờ", "text": WIRE}, "b": {"title": "Cứu ngư dân", "text": WIRE}},
        {"id": "p2", "a": {"title": "x"}},
        {"id": "p3", "a": {"title": "Nho", "text": OTHER, "published": "2026-11"}, "b": {"title": "Tàu", "text": WIRE}},
    ]
    told = diembao("--lang", "en", "pairs", "-", input="\n".join(json.dumps(r) for r in rows))
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(r["id"], r["verdict"]) for r in lines] == [("p1", "dup"), ("p3", "different")]
    assert told.returncode == 1
    assert "-:2: 'a': 'text' is missing" in told.stderr


def test_evaluation_counts_both_questions() -> None:
    same = {"title": "Đưa ngư dân vào bờ", "text": WIRE}
    other = {"title": "Nho ba màu", "text": OTHER}
    report = evaluate_pairs(
        [
            {"id": 1, "label": "dup", "a": same, "b": same},
            {"id": 2, "label": "same-event-different-article", "a": same, "b": other},
            {"id": 3, "label": "different", "a": same, "b": other},
        ],
        load_rulebook(),
    )
    assert report.dup.f1 == 1
    assert (report.same.right, report.same.false, report.same.missed) == (1, 0, 1)
    assert [m.id for m in report.mistakes] == ["2"]
    with pytest.raises(ValueError, match="pair 9: 'label'"):
        evaluate_pairs([{"id": 9, "label": "maybe", "a": same, "b": other}], load_rulebook())
    with pytest.raises(ValueError, match="not a JSON object"):
        judge_pairs([], load_rulebook())


@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL} is not there")
def test_real_pairs() -> None:
    report = evaluate_pairs((json.loads(line) for line in REAL.read_text("utf-8").splitlines()), load_rulebook())
    assert report.dup.f1 >= 0.95
    assert report.same.f1 >= 0.96
