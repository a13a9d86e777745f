"""Page structures of the Vietnamese press, with our own words in them → the words, whole and alone."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipeline.extraction.extract import extract_page
from pipeline.records import Article

PAGES = Path(__file__).parent / "data" / "pages"
NOW = datetime(2025, 11, 21, 3, tzinfo=UTC)
WHEN = datetime(2025, 11, 19, 7, 45, tzinfo=timezone(timedelta(hours=7)))
TITLE = "Vĩnh Hy đón khách trở lại sau mùa biển động"
LEAD = "Những chuyến tàu đáy kính đầu tiên rời bến Vĩnh Hy sáng thứ bảy, mở lại mùa du lịch của cả làng chài."
CAPTION = "Tàu đáy kính rời bến Vĩnh Hy sáng 15/11. Ảnh: Thu Hà"
BODY = (
    "Từ bốn giờ sáng, ông Ba Tuấn đã ra bến lau lại từng tấm kính dưới đáy tàu. Ba tháng qua con tàu nằm yên.",
    "Theo ban quản lý vịnh, trong ngày đầu có hơn ba trăm lượt khách xuống bến, phần lớn từ Đà Lạt và Nha Trang.",
    "Xã Vĩnh Hải vừa lắp thêm phao chỉ luồng, cắm biển cấm neo trên rạn san hô và cử người trực ở hai đầu vịnh.",
    "Các hộ nuôi hàu cũng dọn bớt bè để trả lại mặt nước cho tàu khách, đổi lại họ được bán hàng ngay trên bến.",
    "Chính quyền địa phương cho biết mùa này sẽ giới hạn số tàu ra vịnh mỗi giờ để rạn san hô có thời gian hồi phục.",
)
TEMPLATES = sorted(PAGES.glob("*.html"))


def fill(template: str) -> str:
    words = {"TITLE": TITLE, "LEAD": LEAD, "CAPTION": CAPTION, "AUTHOR": "Nguyễn Thu Hà", "SITE": "Báo Thử"}
    words |= {"ISO": WHEN.isoformat(), "SHORT": "19/11/2025 07:45", "LONG": "Thứ Tư, ngày 19 tháng 11 năm 2025, 07:45"}
    words |= {f"P{n}": text for n, text in enumerate(BODY, 1)}
    return re.sub(r"\[\[(\w+)\]\]", lambda match: words[match[1]], template)


def read(markup: str) -> Article:
    found = extract_page(markup.encode(), "https://bao.example.vn/du-lich/vinh-hy-4711.html", fetched_at=NOW)
    assert isinstance(found, Article), found
    return found


def expected(template: str) -> str:
    words = {"LEAD": LEAD, "CAPTION": CAPTION} | {f"P{n}": text for n, text in enumerate(BODY, 1)}
    body = template[template.index("<body") :]
    return "\n".join(words[name] for name in re.findall(r"\[\[(\w+)\]\]", body) if name in words)


def f1(gold: str, found: str) -> float:
    one, other = (Counter(zip(*(w[n:] for n in range(4)), strict=False)) for w in (gold.split(), found.split()))
    same = (one & other).total()
    return 2 * same / (one.total() + other.total()) if same else 0.0


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_everything_is_read(path: Path) -> None:
    template = path.read_text("utf-8")
    found = read(fill(template))
    assert f1(expected(template), found.text) >= 0.99, found.text
    assert found.title == TITLE
    assert found.lead == LEAD
    assert found.text.count(LEAD) == 1
    assert found.authors == ("Nguyễn Thu Hà",)
    assert found.published == WHEN


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_hangs_on_a_class_name(path: Path) -> None:
    template = path.read_text("utf-8")
    for number, name in enumerate(sorted(set(re.findall(r'class="([^"]+)"', template)))):
        found = read(fill(template.replace(f'class="{name}"', f'class="moi-{number}"')))
        assert f1(expected(template), found.text) >= 0.93, (name, found.text)
