"""A title that says where a thing happened makes the text one about the province; a name in passing does not."""

import pytest

from config.rulebook import load_rulebook
from pipeline.explain import explain
from pipeline.records import Text
from pipeline.tagging.relevance import TITLE_CHANCE
from pipeline.tagging.tagger import tag

RULES = load_rulebook()
#: A text that says nothing more of the place
BODY = "Sự việc được người dân phát hiện lúc 5 giờ sáng. Lực lượng chức năng đã có mặt. " * 12


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Ghe câu mực chìm ngoài khơi Cà Ná, ba người bám phao", BODY),
        ("Bắt hai người trộm dây cáp ở Thuận Nam", BODY + "Vụ trộm xảy ra ở xã Thuận Nam, tỉnh Khánh Hòa."),
        ("Điện hạt nhân Ninh Thuận 1: thêm ba mũi khoan", BODY),
        ("Người trông hải đăng ở Mũi Dinh kể chuyện đêm", BODY),
        ("Học sinh bán trú Bác Ái Tây có thêm chăn ấm", BODY),
        ("Khu lưu trú Ninh Chữ đóng cửa sửa chữa", BODY),
        ("Rùa biển đẻ trứng ở xã Phước Dinh, tỉnh Khánh Hòa", BODY),
        ("CA NO MAC CAN O VINH HY", "Ca nô mắc cạn ở vịnh Vĩnh Hy. " + BODY),
        ("Boat sinks off Ca Na, Ninh Thuan", "The crew held on to a buoy until dawn. " * 12),
        ("В Ниньтхуане затонула лодка", "Команда держалась за буй до рассвета. " * 12),
    ],
)
def test_a_title_that_places_a_text_makes_it_ours(title: str, body: str) -> None:
    assert tag(Text("a", title, body), RULES).relevance == "main"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Chợ phiên Quy Nhơn bán tỏi Phan Rang", BODY),
        ("Chàng trai quê Ninh Thuận mở quán ở Đà Nẵng", BODY),
        ("Bão vào Khánh Hòa, Ninh Thuận, Bình Thuận, Lâm Đồng", BODY),
        ("Xe khách Ninh Thuận - Đắk Lắk lật ở đèo", BODY),
        ("Mưa lớn ở miền Trung", BODY + "Ninh Thuận có mưa."),
        (
            "Chưa thấy dịch ở Ninh Thuận",
            "Dịch lan ở Đồng Nai, Bình Dương, Tây Ninh, Long An, Cà Mau và An Giang. " + BODY,
        ),
    ],
)
def test_a_title_that_names_it_in_passing_does_not(title: str, body: str) -> None:
    assert tag(Text("a", title, body), RULES).relevance == "mention"


def test_the_account_shows_what_the_title_adds() -> None:
    text = Text("a", "Ghe câu mực chìm ngoài khơi Cà Ná, ba người bám phao", BODY)
    account = explain(text, RULES)
    added = {feature: effect for feature, _, effect in account.grade}
    assert added["title_places_it"] > 0
    assert account.tags.relevance_score == pytest.approx(0.5 + TITLE_CHANCE / 2)
    many = explain(Text("a", "Cà Ná vào mùa muối", "Diêm dân Cà Ná, Ninh Thuận ra đồng. " * 9), RULES)
    assert "title_places_it" not in {feature for feature, _, _ in many.grade}
