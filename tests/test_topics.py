"""Texts → their topics, with false friends kept out; all sentences are the project's own."""

import pytest

from config.rulebook import load_rulebook
from pipeline.records import Text
from pipeline.tagging.tagger import tag

RULES = load_rulebook()


def topics_of(title: str, text: str = "") -> set[str]:
    return {t.id for t in tag(Text("1", title, text), RULES).topics}


@pytest.mark.parametrize(
    ("topic", "title", "text"),
    [
        ("sea_islands", "Ngư dân vươn khơi bám biển ở Trường Sa", "Tàu cá được kiểm ngư hỗ trợ trên Biển Đông."),
        ("investment", "Tỉnh kêu gọi đầu tư vào khu công nghiệp", "Hội nghị xúc tiến đầu tư thu hút vốn FDI."),
        ("tourism", "Du khách đổ về bãi biển dịp lễ", "Khách sạn kín phòng, ngành du lịch phấn khởi."),
        ("energy", "Nhà máy điện gió hòa lưới", "Công suất 50 MW, phát điện lên lưới điện quốc gia."),
        ("agriculture_fisheries", "Nông dân thu hoạch nho", "Vườn nho được mùa, thương lái thu mua giá cao."),
        ("environment_climate", "Hạn hán kéo dài, hồ cạn nước", "Nắng hạn khiến người dân thiếu nước sinh hoạt."),
        ("culture_heritage", "Trùng tu tháp cổ", "Di tích quốc gia được trùng tu, hiện vật đưa vào bảo tàng."),
        ("foreign_affairs", "Bộ trưởng Ngoại giao hội đàm với đại sứ", "Hai nước tăng cường quan hệ song phương."),
        ("religion_ethnic", "Phật tử mừng lễ Phật đản", "Tăng ni, Phật tử về chùa làm lễ."),
        ("democracy_rights", "Cử tri đi bỏ phiếu sớm", "Cuộc bầu cử diễn ra đúng quy định, thùng phiếu niêm phong."),
        ("security_incidents", "Bắt nghi phạm cướp tiệm vàng", "Công an đã khởi tố bị can, thu giữ tang vật."),
        (
            "society_health_education",
            "Học sinh vùng cao nhận học bổng",
            "Trường tiểu học trao học bổng cho các em.",
        ),
        ("infrastructure_transport", "Thông xe cao tốc mới", "Tuyến cao tốc giảm ùn tắc trên quốc lộ 1."),
        ("politics_admin", "Quốc hội chất vấn bộ trưởng", "Tại kỳ họp, đại biểu Quốc hội chất vấn về ngân sách."),
        ("sport_entertainment", "Đội tuyển bóng đá vào chung kết", "Cầu thủ ghi bàn thắng, HLV hài lòng."),
        ("energy", "Vietnam revives nuclear power plant plan", "The power plant would add 2,000 MW of electricity."),
        ("tourism", "Plages et tourisme durable", "Les visiteurs et les hôtels profitent du tourisme."),
        ("energy", "核电站建设重启", "核电项目将提供电力。"),
        ("environment_climate", "Засуха и наводнения", "Из-за засухи опустели водохранилища, загрязнение растёт."),
    ],
)
def test_a_plain_case_is_filed(topic: str, title: str, text: str) -> None:
    assert topic in topics_of(title, text)


@pytest.mark.parametrize(
    ("topic", "title", "text"),
    [
        ("sea_islands", "Xe che biển số bị phạt", "Tài xế dán giấy lên biển số để né camera."),
        ("sea_islands", "Trận đấu đảo chiều phút cuối", "Tỷ số đảo ngược khiến cầu thủ vỡ òa."),
        ("sea_islands", "Biển người đổ ra phố mua sắm", "Phố xá đông nghịt."),
        ("energy", "Cuộc thi lan tỏa năng lượng tích cực", "Các bạn trẻ kể chuyện tử tế."),
        ("energy", "Rạp chiếu phim điện ảnh mới", "Khán giả mua vé bằng điện thoại."),
        ("foreign_affairs", "Ca sĩ làm đại sứ thương hiệu", "Hãng mỹ phẩm công bố gương mặt mới."),
        ("religion_ethnic", "Tín đồ thời trang săn hàng giảm giá", "Cửa hàng chật kín."),
        ("democracy_rights", "Võ sĩ tự do thắng nhanh", "Trận đấu kết thúc ở hiệp một."),
        ("tourism", "Sở Văn hóa, Thể thao và Du lịch có giám đốc mới", "Quyết định bổ nhiệm có hiệu lực từ hôm nay."),
        ("investment", "Đám cưới được đầu tư công phu", "Cô dâu chú rể chụp ảnh ở nhiều nơi."),
        ("culture_heritage", "Trộm xe ở Phan Rang - Tháp Chàm", "Công an TP Phan Rang - Tháp Chàm bắt nghi phạm."),
    ],
)
def test_a_false_friend_is_not(topic: str, title: str, text: str) -> None:
    assert topic not in topics_of(title, text)


def test_evidence_points_at_the_words() -> None:
    title, text = "Nhà máy điện gió hòa lưới", "Công suất 50 MW phát lên lưới điện quốc gia."
    for topic in tag(Text("1", title, text), RULES).topics:
        assert topic.evidence
        for e in topic.evidence:
            assert (title if e.where == "title" else text)[e.start : e.end] == e.words


def test_scores_fall_and_near_misses_stay_below() -> None:
    tags = tag(Text("1", "Thu hút đầu tư điện gió", "Nhà đầu tư muốn làm điện gió và du lịch ven biển."), RULES)
    scores = [t.score for t in (*tags.topics, *tags.near)]
    assert scores == sorted(scores, reverse=True)
    assert not {t.id for t in tags.topics} & {t.id for t in tags.near}


def test_without_diacritics_long_terms_still_speak() -> None:
    assert "energy" in topics_of("Nha may dien gio hoa luoi dien quoc gia", "Cong suat nha may dien gio tang gap doi.")


def test_no_term_is_a_topic_of_two_kinds() -> None:
    for topic in RULES.topics.topic:
        for terms in topic.terms.values():
            assert not set(terms.sure) & set(terms.not_in)
