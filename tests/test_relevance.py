"""Where a text is set → main, mention or no, and a reason that a person understands."""

from datetime import date

import pytest

from config.rulebook import load_rulebook
from pipeline.tagging.mention_roles import mention_roles
from pipeline.tagging.places import find_places
from pipeline.tagging.reason_text import relevance_reason_text
from pipeline.tagging.relevance import RelevanceVerdict, judge_relevance
from pipeline.text.language import detect_language

RULES = load_rulebook()
FILLER = " Cuộc họp kéo dài cả buổi sáng với nhiều ý kiến khác nhau về kế hoạch trong quý tới." * 12


def judged(title: str, text: str, day: str | None = "2019-05-02") -> RelevanceVerdict:
    language = detect_language(title, text)
    moment = date.fromisoformat(day) if day else None
    return judge_relevance(find_places(title, text, language, moment, None, RULES), language, RULES)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Ninh Thuận khánh thành hồ chứa nước", "Sáng 5/3, UBND tỉnh Ninh Thuận khánh thành hồ chứa tại huyện Bác Ái."),
        (
            "Cháy kho hàng trong đêm",
            "Đám cháy ở phường Đạo Long, TP Phan Rang - Tháp Chàm (Ninh Thuận) lúc 2 giờ.",
        ),
        ("New wind farm opens", "The plant in Ninh Thuan will feed 200 MW into the grid, the province said."),
        ("原発計画が再開", "ベトナム政府はニントゥアン省の原発計画を再開する。"),
    ],
)
def test_a_story_of_the_province_is_main(title: str, text: str) -> None:
    assert judged(title, text).relevance == "main"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Quốc hội thảo luận ngân sách", "Đại biểu Trần Văn B (Ninh Thuận) cho rằng cần tiết kiệm chi." + FILLER),
        ("Công nhân xa quê đón Tết", FILLER + " Chị Lan, quê Ninh Thuận, năm nay không về."),
        ("Ngân hàng mở rộng mạng lưới", FILLER + " Chi nhánh mới đặt tại Hậu Giang, Ninh Thuận, Lạng Sơn và Lào Cai."),
        (
            "Bình Định thông xe tuyến ven biển",
            "Tuyến đường qua Bình Định." + FILLER + " Xe từ Ninh Thuận ra có lợi.",
        ),
    ],
)
def test_a_word_in_passing_is_a_mention(title: str, text: str) -> None:
    assert judged(title, text).relevance == "mention"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Tin bão trên Biển Đông", "Vùng biển từ Ninh Thuận đến Cà Mau có gió mạnh cấp 6, giật cấp 8."),
        ("Lũ lớn ở Bình Thuận", "Nước dâng nhanh tại Hàm Thuận Nam và Tuy Phong."),
        ("Khai mạc lễ hội ở Ninh Bình", "Hàng nghìn người dự lễ tại cố đô."),
        ("", ""),
    ],
)
def test_other_places_and_ranges_are_no(title: str, text: str) -> None:
    assert judged(title, text).relevance == "no"


def test_after_the_merger_the_new_province_alone_is_not_us() -> None:
    assert judged("Khánh Hòa mở tuyến xe buýt", "Tuyến chạy từ Nha Trang đi Cam Ranh.", "2026-01-05").relevance == "no"
    here = judged("Khánh Hòa xây trường mới", "Trường đặt tại xã Phước Hữu, tỉnh Khánh Hòa.", "2026-01-05")
    assert here.relevance == "main"


@pytest.mark.parametrize("day", ["2019-05-02", "2026-01-05", None])
def test_the_reason_is_a_sentence_with_the_words_found(day: str | None) -> None:
    found = judged("Hạn hán ở Ninh Thuận", "Nhiều hồ ở Ninh Thuận cạn nước.", day)
    sentence = relevance_reason_text(found.reason, "vi")
    assert "“Ninh Thuận”" in sentence and sentence.endswith(".")
    assert relevance_reason_text(judged("Giá vàng", "Giá vàng tăng.", day).reason, "vi").endswith(".")


def test_the_score_agrees_with_the_grade() -> None:
    main = judged("Ninh Thuận đón khách", "Du khách đến Ninh Thuận tăng gấp đôi.")
    no = judged("Giá vàng", "Giá vàng tăng.")
    assert 0.75 <= main.score <= 1
    assert no.score < 0.5


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("Vùng biển Ninh Thuận - Cà Mau có dông.", "range"),
        ("Mưa ở Phú Yên, Khánh Hòa, Ninh Thuận và Bình Thuận.", "list"),
        ("Đại biểu Lê Văn C (Ninh Thuận) phát biểu.", "aside"),
        ("Chị Hoa quê ở Ninh Thuận.", "aside"),
        ("Lũ quét ở Ninh Thuận gây thiệt hại.", "plain"),
    ],
)
def test_the_role_of_a_mention(sentence: str, role: str) -> None:
    found = find_places("", sentence, "vi", None, None, RULES)
    said = dict(zip((m.place.id for m in found.mentions), mention_roles(found, RULES), strict=True))
    assert said["nt.province"] == role
