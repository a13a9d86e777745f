"""A page as an outlet makes it, in our own words, and the article that reading finds in it."""

from datetime import UTC, datetime
from typing import Any

from pipeline.extraction.extract import extract_page
from pipeline.records import Article

URL = "https://bao.example.vn/thoi-su/vinh-hy-don-khach-tro-lai-4711.html"
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
TITLE = "Vĩnh Hy đón khách trở lại sau mùa biển động"
LEAD = "Những chuyến tàu đáy kính đầu tiên rời bến Vĩnh Hy sáng thứ bảy, mở lại mùa du lịch của cả làng chài."
BODY = (
    "Từ bốn giờ sáng, ông Ba Tuấn đã ra bến lau lại từng tấm kính dưới đáy tàu. Ba tháng qua con tàu nằm yên.",
    "Theo ban quản lý vịnh, trong ngày đầu có hơn ba trăm lượt khách xuống bến, phần lớn từ Đà Lạt và Nha Trang.",
    "Xã Vĩnh Hải vừa lắp thêm phao chỉ luồng, cắm biển cấm neo trên rạn san hô và cử người trực ở hai đầu vịnh.",
    "Các hộ nuôi hàu cũng dọn bớt bè để trả lại mặt nước cho tàu khách, đổi lại họ được bán hàng ngay trên bến.",
    "Chính quyền địa phương cho biết mùa này sẽ giới hạn số tàu ra vịnh mỗi giờ để rạn san hô có thời gian hồi phục.",
)


def page(inner: str, *, head: str = "", lang: str = "vi") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{TITLE} | Báo Thử</title>{head}</head>'
        f"<body><header><a href='/'>Báo Thử</a></header>{inner}<footer>© Báo Thử</footer></body></html>"
    ).encode()


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts or BODY)


def article(body: bytes, **more: Any) -> Article:
    found = extract_page(body, URL, fetched_at=NOW, **more)
    assert isinstance(found, Article), found
    return found
