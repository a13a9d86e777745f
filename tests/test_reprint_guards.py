"""What looks like a reprint or a happening and is none: series, standing texts, page furniture, follow-ups."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.stories.fingerprints import compute_fingerprint
from pipeline.stories.similarity import Verdict, compare_fingerprints

T0 = datetime(2026, 11, 22, 1, tzinfo=UTC)
Text = tuple[str, str]


def judged(one: Text, other: Text, days: float = 0.2) -> Verdict:
    a, b = compute_fingerprint(*one, T0, "vi"), compute_fingerprint(*other, T0 + timedelta(days=days), "vi")
    found = compare_fingerprints(a, b)
    assert compare_fingerprints(b, a) == found, "the order of the two must not matter"
    return found


COLUMN = (
    "Bản tin Nhịp sống 18h điểm lại những câu chuyện được bạn đọc quan tâm nhất trong ngày, phát trên các nền tảng."
)
PRAWNS = "Nông dân xã Phước Dinh phấn khởi vì tôm thẻ chân trắng đạt 140.000 đồng một ký, cao nhất ba năm, ít dịch."


def test_a_standing_introduction_says_nothing_of_its_headlines() -> None:
    found = judged(
        ("Nhịp sống 18h: Xe khách lật trên đèo Ngoạn Mục | Giá tôm hùm rớt thảm", COLUMN),
        ("Nhịp sống 18h: Khai trương tuyến phà Bình Ba | Nghi phạm trộm trâu sa lưới", COLUMN),
        1,
    )
    assert found.reason.code == "standing_text"
    assert found.verdict == "different"


def test_one_summary_under_two_headlines_of_its_subject_is_a_reprint() -> None:
    found = judged(
        ("Tôm thẻ Phước Dinh lên giá cao nhất ba năm", PRAWNS), ("Nông dân phấn khởi vì tôm thẻ được giá", PRAWNS)
    )
    assert found.verdict == "dup"


@pytest.mark.parametrize("days", [1, 2])
def test_the_next_issue_of_a_round_up_is_another(days: int) -> None:
    def issue(day: int, headlines: str) -> Text:
        words = f"Mời quý vị đón xem chương trình Nhịp sống 18h ngày {day}.11.2026 với nhiều thông tin đáng chú ý."
        return f"Nhịp sống 18h: {headlines}", words

    found = judged(
        issue(22, "Xe khách lật trên đèo | Giá tôm hùm"), issue(22 + days, "Tuyến phà Bình Ba | Trộm trâu"), days
    )
    assert found.verdict == "different"


def test_the_same_headline_of_another_day_is_another_issue() -> None:
    text = "Các đội tiếp tục tranh tài với bốn cặp đấu ở cả nội dung nam và nữ tại nhà thi đấu tỉnh."
    found = judged(("Lịch bóng chuyền ngày 22-11", text), ("Lịch bóng chuyền ngày 23-11", text), 1)
    assert found.reason.code == "different_title_days"


def test_two_pages_of_one_site_share_furniture() -> None:
    furniture = (
        "Bạn đọc gửi phim về phim@bao.example hoặc đặt câu hỏi tại đây. Tải ứng dụng trên kho. Liên hệ tòa soạn, "
        "tầng 7 nhà "
        "Biển Xanh, số 12 đường Hải Thượng, phường Phan Rang, tỉnh Khánh Hòa. Giấy phép số 548 do Bộ Khoa học và "
        "Công nghệ "
        "cấp. Tổng biên tập chịu trách nhiệm nội dung. Toàn bộ bản quyền thuộc về tòa soạn. Trang nhất, mới nhất, "
        "xem nhiều."
    )
    found = judged(
        (
            "Đàn cừu tràn qua quốc lộ",
            f"Đàn cừu trăm con băng ngang quốc lộ 27 khiến ô tô dừng lại. Minh Hà {furniture}",
        ),
        ("Thợ gốm Bàu Trúc", f"Nghệ nhân nặn bình không cần bàn xoay ở làng gốm cổ. Thu Trang {furniture}"),
    )
    assert found.verdict == "different"
    assert found.reason.code == "page_furniture"


def test_the_next_bulletin_in_the_same_words() -> None:
    names = ["Sông Cái", "Sông Sắt", "Tân Giang", "Cho Mo", "Bà Râu", "Sông Trâu", "Trà Co", "Lanh Ra", "Nước Ngọt"]

    def bulletin(first: int) -> Text:
        rows = " ".join(
            f"Hồ {name} đang trữ {first + 7 * n},{n + 13} triệu mét khối nước, bằng {first + n}% dung tích thiết kế."
            for n, name in enumerate(names)
        )
        return "Mực nước các hồ chứa trong tỉnh", f"Công ty thủy lợi cho biết mực nước các hồ chứa hôm nay. {rows}"

    assert judged(bulletin(31), bulletin(52), 3).reason.code == "next_bulletin"


def test_two_feed_items_of_one_happening_that_share_half_their_words() -> None:
    one = (
        "Ông Lê Minh Tâm làm Chủ tịch Liên đoàn Lao động tỉnh",
        "Chiều 21/11, đại hội đã bầu ông Lê Minh Tâm giữ chức Chủ tịch Liên đoàn Lao động tỉnh Khánh Hòa nhiệm kỳ "
        "2026-2031.",
    )
    other = (
        "Liên đoàn Lao động Khánh Hòa có tân chủ tịch",
        "Ông Lê Minh Tâm, 48 tuổi, từng phụ trách công đoàn các khu công nghiệp, được đại hội bầu giữ chức Chủ "
        "tịch Liên đoàn "
        "Lao động tỉnh Khánh Hòa.",
    )
    assert judged(one, other).verdict == "same-event"


BACKGROUND = (
    "Theo cáo trạng, từ tháng 3/2024 đến tháng 8/2025, Trần Văn Kiên khi làm kế toán hợp tác xã muối Đầm Vua đã "
    "lập khống "
    "nhiều phiếu chi, chiếm đoạt tiền bán muối của hàng chục hộ diêm dân rồi tiêu xài và chơi cá độ bóng đá qua "
    "mạng. Khi bị "
    "hội đồng quản trị kiểm tra sổ sách, Kiên đốt một phần chứng từ và bỏ trốn vào Bình Phước, làm thuê ở một vườn "
    "tiêu cho "
    "đến khi bị bắt theo lệnh truy nã. Tại cơ quan điều tra, bị cáo khai nhận toàn bộ hành vi và cho rằng do túng "
    "quẫn. Gia "
    "đình bị cáo đã bán đất trả lại một phần. Đại diện hợp tác xã cho biết nhiều xã viên vay ngân hàng để giữ "
    "ruộng muối, đến "
    "nay chưa trả hết nợ và mong sớm nhận lại tiền để đầu tư bạt trải ruộng cho vụ mới."
)


def test_a_follow_up_that_copies_the_background_is_of_the_same_happening() -> None:
    asked = (
        "Đề nghị 10 năm tù với kế toán hợp tác xã muối",
        "Ngày 20/11, đại diện viện kiểm sát tại phiên tòa ở Phan Rang nêu quan điểm luận tội, cho rằng hành vi của "
        "bị cáo đặc "
        "biệt nghiêm trọng, xâm phạm tài sản của người nghèo nên cần mức án nghiêm khắc để răn đe và phòng ngừa "
        "chung trong "
        f"các hợp tác xã. {BACKGROUND}",
    )
    given = (
        "Kế toán hợp tác xã muối lĩnh 8 năm tù",
        "Sau giờ nghị án, hội đồng xét xử sáng 24/11 tuyên phạt Trần Văn Kiên thấp hơn đề nghị, vì bị cáo thành "
        "khẩn, có con "
        f"nhỏ và đã bồi thường; phần dân sự được tách ra giải quyết bằng vụ kiện khác nếu các hộ yêu cầu. {BACKGROUND}",
    )
    assert judged(asked, given, 4).verdict == "same-event"


def test_long_reports_under_one_headline_but_for_its_number() -> None:
    def report(stage: int) -> Text:
        parts = ("cầu vượt suối", "hầm chui", "kè chắn sóng", "nút giao", "trạm dừng", "đường gom")
        built = " ".join(f"Phần {part} dài {stage * 100 + n} mét đã thông xe." for n, part in enumerate(parts, stage))
        opening = f"Gói thầu số {stage} của tuyến đường ven biển được nhà thầu bàn giao cho chủ đầu tư."
        return f"Bàn giao gói thầu số {stage} đường ven biển Ninh Chữ", f"{opening} {BACKGROUND} {built}"

    assert judged(report(3), report(4), 1).verdict != "dup"
