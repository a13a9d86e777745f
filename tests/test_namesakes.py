"""Streets, people and houses elsewhere that bear our names are not our places; neither are words that hold them."""

from datetime import date

import pytest

from config.rulebook import load_rulebook
from pipeline.records import Text
from pipeline.tagging.mention_roles import mention_roles
from pipeline.tagging.places import find_places
from pipeline.tagging.tagger import tag
from pipeline.text.language import detect_language
from pipeline.text.normalize import strip_diacritics

RULES = load_rulebook()

NAMESAKES = [
    # streets and alleys
    "Khai trương spa tại 118 Ninh Thuận, quận Tân Phú.",
    "Lớp vẽ miễn phí mở ở 27B Phan Rang vào cuối tuần.",
    "Quán cà phê tại số 25 Phan Rang, phường 8, Đà Lạt khai trương sáng nay.",
    "Kẹt xe ở ngã tư Phan Rang - Trần Hưng Đạo giờ cao điểm.",
    "Xe container lật tại ngã ba Ninh Thuận - Nguyễn Súy.",
    "Vòng xoay Phan Rang – Xô Viết Nghệ Tĩnh kẹt cứng.",
    "Nhà hàng Phan Rang, phường Bến Nghé, TP.HCM bị phạt.",
    "Trường mầm non Ninh Thuận, phường 4, quận 8, TP.HCM tuyển giáo viên.",
    "Cháy nhà trên đường Phan Rang, thành phố Đà Lạt trong đêm.",
    "Ổ gà trên đường Phan Rang ở quận Thanh Khê, Đà Nẵng đã được vá.",
    "Kẹt xe kéo dài tại đường Ninh Thuận, quận Tân Phú.",
    "Căn nhà trong hẻm 14 Ninh Thuận bị trộm viếng hai lần.",
    "Người đàn ông sống ở hẻm 23/5 Phan Rang, TP.HCM bán vé số.",
    "Tiệm bánh nằm ở ngõ 7 Ninh Thuận, phường Hòa Cường, Đà Nẵng.",
    "Quán nhỏ tại số nhà 12 Phan Rang, Đà Lạt mở cửa từ 5 giờ.",
    "Khu phố này có giao lộ Ninh Thuận - Tân Sơn Nhì hay ngập.",
    "Tuyến đường Cà Ná ở phường 9, Vũng Tàu vừa được thảm nhựa.",
    "Đoạn đường mang tên Phan Rang ở Đà Nẵng dài 400 mét.",
    "Chị Mai bán hàng ở kiệt 45 Ninh Thuận, thành phố Huế.",
    "Công an phường bắt nhóm đánh bạc ở góc đường Phan Rang, quận 8.",
    "Các tuyến đường Ninh Thuận, Phú Xuân ở Đà Lạt sẽ được lát lại vỉa hè.",
    "Xe máy va chạm ở ngã ba đường Phan Rang - Bùi Thị Xuân, Đà Lạt.",
    "Tòa nhà ở 120 Ninh Thuận, TP Đà Nẵng bị cưỡng chế.",
    # people
    "Ông Nguyễn Ninh Thuận được bầu làm chủ tịch hội đồng quản trị.",
    "Bà Trần Thị Ninh Hải mở lớp dạy nấu ăn miễn phí.",
    "Bị cáo Lê Ninh Thuận lãnh án bảy năm tù.",
    "Anh Ninh Thuận, chủ vườn lan, cho biết hoa nở sớm.",
    "Ca sĩ Phạm Ninh Thuận ra mắt đĩa nhạc mới.",
    "Chị Đỗ Thị Phan Rang kể lại chuyến đi của gia đình.",
    "Cầu thủ Hoàng Văn Ninh Thuận ghi hai bàn cho đội khách.",
    "Bà Ninh Thuận là người sáng lập cửa hàng hoa này.",
    "Em Võ Ngọc Ninh Thuận giành giải nhất cuộc thi vẽ tranh.",
    # houses elsewhere
    "Quán bún Phan Rang ở Sài Gòn ngày nào cũng đông khách.",
    "Khách sạn Ninh Chữ (Đà Lạt) giảm giá phòng mùa thấp điểm.",
    "Nhà hàng Phan Rang, quận 1 bị phạt vì lấn vỉa hè.",
    "Trường Tiểu học Phan Rang, quận 8 tổ chức hội chợ sách.",
    "Giữa Đà Nẵng có quán cơm gà Phan Rang mở suốt đêm.",
    "Chuỗi quán bánh căn Phan Rang tại TP.HCM mở thêm chi nhánh.",
    "Tiệm cà phê Vĩnh Hy ở Hà Nội trang trí bằng lưới cá.",
    "Ở Vũng Tàu, khách sạn Ninh Chữ vừa đổi chủ.",
    "Bún sứa Ninh Chữ: quán ngon ở Quận 7 vừa mở lại.",
    "Phan Rang Hotel in Da Nang reopened on Monday.",
    # other languages
    "A house on Phan Rang street in Da Nang caught fire.",
    "The shop at 12 Ninh Thuan Street in Ho Chi Minh City sells tea.",
    "Un café de la rue Phan Rang à Da Nang attire les touristes.",
    "La boutique se trouve au 5, rue de Phan Rang, à Da Lat.",
    "El local está en la calle Phan Rang de Da Nang.",
    "Das Haus in der Phan-Rang-Straße in Da Nang wurde verkauft.",
    "越南岘港藩朗街一家餐馆开业。",
    "ベトナム・ダナンのファンラン通りに新しい店ができた。",
]
OURS = [
    ("Ngã ba Phan Rang - Đà Lạt hay xảy ra tai nạn.", "nt.dist.582"),
    ("Vòng xoay Phan Rang - cửa ngõ thành phố biển - được trồng hoa.", "nt.dist.582"),
    ("Nút giao Phan Rang trên cao tốc thông xe.", "nt.dist.582"),
    ("Lễ hội đường phố tại 21/8 Phan Rang thu hút du khách.", "nt.dist.582"),
    ("Khách sạn Ninh Chữ, phường Văn Hải, đón 500 khách.", "nt.lm.ninh_chu"),
    ("Xe tải đỗ trên đường Thống Nhất, TP Phan Rang – Tháp Chàm.", "nt.dist.582"),
    ("Lễ diễu hành trên đường 16/4 Phan Rang bắt đầu lúc 7 giờ.", "nt.dist.582"),
    ("Đường ven biển Ninh Thuận đẹp nhất vào mùa khô.", "nt.lm.duong_ven_bien"),
    ("Cao tốc Cam Lâm – Ninh Thuận thông xe một đoạn.", "nt.province"),
    ("Khu chợ đêm ở đường Yên Ninh (Phan Rang) hút khách.", "nt.dist.582"),
    ("Đoàn xe gặp mưa trên đường vào Phan Rang.", "nt.dist.582"),
    ("Người Ninh Thuận trồng nho từ nhiều đời nay.", "nt.province"),
    ("Ông Nguyễn Văn A, Ninh Thuận, trồng hai sào táo.", "nt.province"),
    ("Nhiều tuyến đường Phan Rang ngập sâu sau trận mưa.", "nt.dist.582"),
    ("Thành phố Phan Rang mở rộng chợ cá.", "nt.dist.582"),
    ("Đường phố Phan Rang rợp cờ hoa ngày lễ.", "nt.dist.582"),
    ("Trên đường Phan Rang đi Đà Lạt, xe khách hỏng phanh.", "nt.dist.582"),
    ("Trường THPT Phan Rang đón 400 học sinh lớp 10.", "nt.dist.582"),
    ("Khách sạn Ninh Chữ kín phòng dịp lễ.", "nt.lm.ninh_chu"),
    ("Khách sạn Sài Gòn - Ninh Chữ kín phòng dịp lễ.", "nt.lm.ninh_chu"),
    ("Công an Ninh Thuận bắt nhóm trộm xe máy.", "nt.province"),
    ("CÔNG AN NINH THUẬN BẮT NHÓM TRỘM XE MÁY.", "nt.province"),
    ("NINH THUẬN LỢI THẾ VỀ NẮNG VÀ GIÓ.", "nt.province"),
    ("ninh thuận khánh thành hồ chứa nước mới", "nt.province"),
    ("Ninh thuận đón du khách đầu năm.", "nt.province"),
    ("Anh nông dân Ninh Thuận trồng măng tây xanh.", "nt.province"),
    ("Các anh chị Ninh Thuận góp quỹ khuyến học.", "nt.province"),
    ("Trẻ em Ninh Thuận học bơi miễn phí.", "nt.province"),
    ("Chợ Nguyễn Trãi Phan Rang mở cửa lại.", "nt.dist.582"),
    ("Trung tâm tiếng Anh Phan Rang khai giảng lớp mới.", "nt.dist.582"),
    ("Nho Ninh Thuận có mặt ở chợ Bến Thành.", "nt.province"),
    ("Phân hiệu của trường tại Gia Lai và Ninh Thuận tuyển 200 sinh viên.", "nt.province"),
    ("Tai nạn gần ngã tư Văn Lâm, xã Phước Nam, Ninh Thuận.", "nt.lm.van_lam"),
    ("Chính phủ bàn về nhà máy điện hạt nhân Ninh Thuận 1.", "nt.lm.nt1"),
    ("Du khách thăm bẫy đá Pi Năng Tắc ở Ninh Thuận.", "nt.lm.bay_da"),
    ("Phan Rang street food is cheap and spicy.", "nt.dist.582"),
    ("A truck overturned on a Ninh Thuan road on Monday.", "nt.province"),
    ("Une rue de Phan Rang a été inondée.", "nt.dist.582"),
]
CUT = [
    "Lực lượng chức năng bảo đảm an ninh thuận lợi cho du khách.",
    "Giữ gìn an ninh thuận tiện cho người dân đi lễ.",
    "Tình hình an ninh thuận hòa trong suốt mùa lễ hội.",
    "BẢO ĐẢM AN NINH THUẬN LỢI CHO DU KHÁCH.",
    "GIỮ AN NINH THUẬN TIỆN CHO NGƯỜI DÂN",
    "bảo đảm an ninh thuận lợi cho du khách",
    "Bảo Đảm An Ninh Thuận Lợi Cho Du Khách",
    "công tác bảo vệ an ninh thuận theo quy định mới",
    "Bảo vệ an ninh thuận chiều với phát triển kinh tế.",
    "Nước sông ở vùng cà ná và phan rang là cách nói đùa của ông.",
]


def places_in(sentence: str) -> set[str]:
    found = find_places("", sentence, detect_language("", sentence), date(2024, 5, 2), "", RULES)
    kept = [m for m, role in zip(found.mentions, mention_roles(found, RULES), strict=True) if role != "range"]
    return {m.place.id for m in kept} if any(m.strong for m in kept) else set()


@pytest.mark.parametrize("sentence", NAMESAKES)
def test_what_bears_our_name_elsewhere_is_no_mention(sentence: str) -> None:
    assert places_in(sentence) == set()


@pytest.mark.parametrize(("sentence", "place"), OURS)
def test_our_places_stay(sentence: str, place: str) -> None:
    assert place in places_in(sentence)


@pytest.mark.parametrize("sentence", CUT)
def test_words_that_hold_a_name_are_no_mention(sentence: str) -> None:
    assert places_in(sentence) == set()
    assert tag(Text("1", sentence, strip_diacritics(sentence), "vi"), RULES).relevance == "no"


def test_a_street_elsewhere_does_not_hide_the_province() -> None:
    text = "Cháy ở đường Phan Rang, Đà Lạt. Cùng ngày, tỉnh Ninh Thuận họp về phòng cháy."
    assert places_in(text) == {"nt.province"}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Cháy chung cư Ninh Thuận, Đà Nẵng", "Ngọn lửa bùng lên ở chung cư Ninh Thuận lúc 2 giờ sáng."),
        ("Bé trai rơi ở chung cư Ninh Thuận", "Chung cư Ninh Thuận ở Hải Phòng không có lưới an toàn."),
        ("Quán cơm gà Phan Rang đông khách", "Quán cơm gà Phan Rang ở Thủ Đức bán 300 suất mỗi ngày."),
        ("Nhà hàng Phan Rang tái phạm", "Nhà hàng Phan Rang, phường Bến Nghé, TP.HCM lại bị phạt."),
    ],
)
def test_a_house_that_is_put_elsewhere_once_is_elsewhere_wherever_it_is_named(title: str, text: str) -> None:
    assert tag(Text("1", title, text, "vi"), RULES).relevance == "no"


def test_another_house_of_that_name_stays_ours() -> None:
    text = "Quán cơm gà Phan Rang ở Thủ Đức là chi nhánh. Khách sạn Phan Rang bên biển Bình Sơn vẫn đông."
    assert places_in(text)
