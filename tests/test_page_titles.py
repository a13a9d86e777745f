"""What pages give as their title, in metadata and headings → the headline, whole and without the outlet's name."""

import json

import pytest

from tests.support.metadata_pages import ld, read


def test_site_name_is_cut_off_the_title() -> None:
    site = '<meta property="og:site_name" content="Báo Thử">'
    assert (
        read(f"{site}<title>Cảng Cà Ná đón tàu lớn | Kinh tế | Báo Thử</title>").title
        == "Cảng Cà Ná đón tàu lớn | Kinh tế"
    )
    whole = "<title>Cảng Cà Ná đón tàu sáu vạn tấn - Báo Thử</title>"
    assert read(whole, "<h1>Cảng Cà Ná đón tàu sáu vạn tấn</h1>").title == "Cảng Cà Ná đón tàu sáu vạn tấn"
    assert read("<title>Phan Rang - Tháp Chàm trước mùa hội</title>").title == "Phan Rang - Tháp Chàm trước mùa hội"


def test_lone_heading_of_the_site_is_no_title() -> None:
    head = "<title>Cảng Cà Ná đón tàu lớn - Báo Thử</title>"
    assert read(head, "<h1>Báo Thử</h1><h1>Cảng Cà Ná đón tàu lớn</h1>").title == "Cảng Cà Ná đón tàu lớn"


def test_heading_for_search_engines_is_not_the_headline() -> None:
    head = (
        ld('{"@type":"NewsArticle","headline":"Cảng Cà Ná tàu lớn hàng hóa","datePublished":"2025-11-01"}')
        + '<meta property="og:title" content="Con tàu lớn nhất từng vào Cà Ná">'
    )
    inner = '<h1 class="seotitle">Cảng Cà Ná tàu lớn hàng hóa</h1><p>Con tàu lớn nhất từng vào Cà Ná</p>'
    assert read(head, inner).title == "Con tàu lớn nhất từng vào Cà Ná"
    assert read(head, inner.replace("seotitle", "ten")).title == "Cảng Cà Ná tàu lớn hàng hóa"


def test_headline_of_a_portal_that_titles_every_page_alike() -> None:
    head = "<title>Cổng thông tin xã</title>"
    inner = (
        '<td class="menu">Tin</td><div class="tieude"><b>Lịch cắt điện tuần này tại xã Ninh Hải</b></div><p>Lời.</p>'
    )
    assert read(head, inner).title == "Lịch cắt điện tuần này tại xã Ninh Hải"
    assert read(head, "<p>Lời.</p>").title == "Cổng thông tin xã"


def test_of_several_titles_the_one_that_the_feed_gave() -> None:
    head = (
        ld('{"@type":"NewsArticle","headline":"Tên cho máy tìm kiếm"}')
        + '<meta property="og:title" content="Tên trên báo">'
    )
    assert read(head).title == "Tên cho máy tìm kiếm"
    assert read(head, hint="Tên trên báo ").title == "Tên trên báo"
    assert read(head, hint="Tên thứ ba").title == "Tên cho máy tìm kiếm"


WHOLE = "Cảng Cà Ná đón con tàu lớn nhất từ trước đến nay vào sáng thứ bảy"
CUTS = [
    "Cảng Cà Ná đón con tàu lớn nhất từ...",
    "Cảng Cà Ná đón con tàu lớn nhất từ ...",
    "Cảng Cà Ná đón con tàu lớn nhất từ…",
    "Cảng Cà Ná đón con tàu lớn nhất từ […]",
    "Cảng Cà Ná đón con tàu lớn nhất từ [...]",
    "Cảng Cà Ná đón con tàu lớn nhất từ trư...",
    "Cảng Cà Ná đón con tàu lớn nhất từ trư",
    "Cảng Cà Ná đón con tàu lớn nhất từ. . .",
    "Cảng Cà Ná đón con tàu lớn nhất từ… - Báo Ví Dụ",
    "Cảng Cà Ná đón con tàu lớn nhất từ... | Báo Ví Dụ",
]


@pytest.mark.parametrize("cut", CUTS)
def test_cut_title_yields_to_the_full_headline(cut: str) -> None:
    site = '<meta property="og:site_name" content="Báo Ví Dụ">'
    og = f'{site}<meta property="og:title" content="{cut}">'
    assert read(og, f"<h1>{WHOLE}</h1>").title == WHOLE
    assert read(f"{og}<title>{WHOLE} - Báo Ví Dụ</title>").title == WHOLE
    assert read(og + ld(json.dumps({"@type": "NewsArticle", "headline": WHOLE}, ensure_ascii=False))).title == WHOLE
    assert read(site + ld(json.dumps({"@type": "NewsArticle", "headline": cut})), f"<h1>{WHOLE}</h1>").title == WHOLE
    assert read(og, hint=WHOLE).title == WHOLE
    assert read(og, f"<h1>{WHOLE}</h1>", hint=cut).title == WHOLE


@pytest.mark.parametrize(
    ("og", "h1"),
    [
        ("Chuyện làng muối Phương Cựu...", "Chuyện làng muối Phương Cựu..."),
        ("Rồi biển lặng…", "Rồi biển lặng…"),
        ("Chờ... và chờ", "Chờ... và chờ"),
        ("Gió...", "Gió về trên đồi cát Nam Cương"),
        ("Cảng Cà Ná đón tàu lớn", "Cảng Cà Ná đón tàu lớn, giá cá giảm"),
        ("宁顺省盐田今年喜获丰收", "宁顺省盐田今年喜获丰收盐农增收"),
        ("Nho Ninh Phước được giá...", "Táo Ninh Phước mất mùa sau mưa"),
    ],
)
def test_headline_that_only_looks_cut_stays(og: str, h1: str) -> None:
    stated = f'<meta property="og:title" content="{og}">' + ld(json.dumps({"@type": "NewsArticle", "headline": og}))
    assert read(stated, f"<h1>{h1}</h1>").title == og


ENDS = [
    "Điện gió nối dài từ Bình Thuận đến Ninh Thuận",
    "Cao tốc Cam Lâm – Vĩnh Hảo qua Ninh Thuận",
    "Nho và cừu - đặc sản Ninh Thuận",
    "Muối Cà Ná: Niềm tự hào của Ninh Thuận",
    "Du lịch biển - cơ hội mới cho Ninh Thuận",
    "Ninh Thuận - Ninh Thuận ngày ấy và bây giờ",
    "Lễ hội Katê | Sắc màu Ninh Thuận",
    "Kinh tế biển : chiến lược của Ninh Thuận",
    "Hành trình 500 km Đà Lạt - Ninh Thuận",
    "Xe khách Sài Gòn – Ninh Thuận",
]


@pytest.mark.parametrize("title", ENDS)
@pytest.mark.parametrize("site", ["Ninh Thuận", "Báo Ninh Thuận", "Báo Ninh Thuận Online", "Đài PTTH Ninh Thuận"])
def test_headline_keeps_the_name_of_the_province_at_an_outlet_of_that_name(title: str, site: str) -> None:
    named = f'<meta property="og:site_name" content="{site}">'
    og = f'{named}<meta property="og:title" content="{title}">'
    assert read(og, f"<h1>{title}</h1>").title == title
    assert read(f"{named}<title>{title} - {site}</title>", f"<h1>{title}</h1>").title == title
    assert read(f"{named}<title>{site} | {title}</title>", f"<h1>{title}</h1>").title == title
    assert read(og, hint=title).title == title
    if site != "Ninh Thuận" or "- Ninh Thuận" not in title.replace("–", "-"):
        # 'Đà Lạt - Ninh Thuận' alone at the outlet 'Ninh Thuận' may be headline and outlet.
        assert read(og).title == title
    assert read(f"{named}<title>{title} - {site}</title>").title == title


@pytest.mark.parametrize(
    ("title", "site"),
    [
        ("Cảng Cà Ná đón tàu lớn - Báo Ninh Thuận", "Báo Ninh Thuận"),
        ("Cảng Cà Ná đón tàu lớn | Ninh Thuận", "Báo Ninh Thuận"),
        ("Cảng Cà Ná đón tàu lớn - Ninh Thuận", "Ninh Thuận"),
        ("Cảng Cà Ná đón tàu lớn - Báo Ninh Thuận Online", "Báo Ninh Thuận"),
        ("Cảng Cà Ná đón tàu lớn -- Báo Ninh Thuận", "Báo Ninh Thuận điện tử"),
        ("Báo Ninh Thuận | Cảng Cà Ná đón tàu lớn", "Báo Ninh Thuận"),
        ("Báo Ninh Thuận - Cảng Cà Ná đón tàu lớn", "Báo Ninh Thuận"),
        ("Cảng Cà Ná đón tàu lớn - VnViDu", "VnViDu - Đọc báo, tin tức online"),
        ("Cảng Cà Ná đón tàu lớn » Ví Dụ", "Báo Ví Dụ"),
        ("Cảng Cà Ná đón tàu lớn - baovidu.vn", "Baovidu"),
    ],
)
def test_name_of_the_outlet_is_cut_off(title: str, site: str) -> None:
    named = f'<meta property="og:site_name" content="{site}">'
    assert read(f"{named}<title>{title}</title>").title == "Cảng Cà Ná đón tàu lớn"
    assert read(f'{named}<meta property="og:title" content="{title}">').title == "Cảng Cà Ná đón tàu lớn"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("C&amp;amp;A mở cửa hàng thứ hai ở Phan Rang", "C&A mở cửa hàng thứ hai ở Phan Rang"),
        ("Cà Ná &amp;#8211; biển xanh gọi mời du khách", "Cà Ná – biển xanh gọi mời du khách"),
        ("Nói &amp;quot;không&amp;quot; với rác nhựa ở Vĩnh Hy", 'Nói "không" với rác nhựa ở Vĩnh Hy'),
        ("Ninh Ch&amp;#x1EEF; vào mùa gió, khách tìm về biển", "Ninh Chữ vào mùa gió, khách tìm về biển"),
        ("Đường ven biển&amp;nbsp;Ninh Thuận thông xe", "Đường ven biển Ninh Thuận thông xe"),
        # no reference, or one that the reader is meant to see
        ("AT&amp;T và R&amp;D: bài học cho Ninh Thuận", "AT&T và R&D: bài học cho Ninh Thuận"),
        ("Hỏi &amp; đáp; về nho Ninh Thuận cuối năm", "Hỏi & đáp; về nho Ninh Thuận cuối năm"),
    ],
)
@pytest.mark.parametrize("place", ["og", "title", "h1"])
def test_title_that_a_system_escaped_twice_is_plain(written: str, title: str, place: str) -> None:
    head, inner = {
        "og": (f'<meta property="og:title" content="{written.replace(chr(34), "&quot;")}">', ""),
        "title": (f"<title>{written}</title>", ""),
        "h1": ("", f"<h1>{written}</h1>"),
    }[place]
    assert read(head, inner).title == title


HEADLINE = "Cảng Cà Ná đón con tàu lớn nhất từ trước đến nay"
SEARCHED = "Cảng Cà Ná 2025: giờ tàu, giá vé, hình ảnh"


def og(title: str) -> str:
    return f'<meta property="og:title" content="{title}">'


def test_headline_that_readers_see_comes_before_one_title_for_machines() -> None:
    assert read(og(SEARCHED), f"<h1>{HEADLINE}</h1>").title == HEADLINE
    stated = ld(json.dumps({"@type": "NewsArticle", "headline": SEARCHED}))
    assert read(stated, f"<h1>{HEADLINE}</h1>").title == HEADLINE
    assert read(stated + og(HEADLINE), f"<h1>{HEADLINE}</h1>").title == HEADLINE
    assert read(stated + og(SEARCHED), f"<h1>{HEADLINE}</h1>").title == SEARCHED


def test_short_heading_that_no_title_knows_is_a_section() -> None:
    assert read(og(HEADLINE), "<h1>Kinh tế</h1>").title == HEADLINE
    assert read(og(HEADLINE), f"<h1>Kinh tế</h1><h1>{HEADLINE}</h1>").title == HEADLINE


def test_kicker_within_the_headline_is_left_out() -> None:
    marked = f'<h1><span class="kicker">Kinh tế biển</span>{HEADLINE}</h1>'
    assert read("", marked).title == HEADLINE
    assert read(og(HEADLINE), f"<h1>Kinh tế biển: {HEADLINE}</h1>").title == HEADLINE
    assert read("", '<h1>Cảng Cà Ná<br>đón con tàu<span class="b">lớn nhất</span></h1>').title == (
        "Cảng Cà Ná đón con tàu lớn nhất"
    )


def test_lower_heading_is_the_headline_where_a_title_says_the_same() -> None:
    page = f"<h1><a href='/'>Báo Thử</a></h1><h2>Bài khác hôm nay của báo</h2><h2>{HEADLINE}</h2>"
    assert read(f"<title>{HEADLINE} | Báo Thử</title>", page).title == HEADLINE
    assert read(og(f"{HEADLINE} - Báo Thử"), page).title == HEADLINE


def test_name_of_the_host_or_the_application_is_cut_off() -> None:
    url = "https://www.baovidu.vn/kinh-te/cang-ca-na-99.html"
    assert read(f"<title>{HEADLINE} - BaoViDu</title>", url=url).title == HEADLINE
    named = '<meta name="application-name" content="Nhật báo Thử">'
    assert read(f"{named}<title>{HEADLINE} - Nhật báo Thử</title>").title == HEADLINE
