"""What pages say of themselves, in JSON-LD, metadata and headings → title, authors, section, image, language."""

import json

import pytest

from pipeline.html import jsonld, parser
from pipeline.metadata import bylines, page_metadata

URL = "https://bao.example.vn/kinh-te/cang-ca-na-don-tau-lon-99.html"


def read(head: str = "", inner: str = "", *, lang: str = "", hint: str = "", url: str = URL) -> page_metadata.Metadata:
    tree = parser.parse_html(f"<html lang='{lang}'><head>{head}</head><body>{inner}</body></html>")
    assert tree is not None
    return page_metadata.read_metadata(tree, jsonld.jsonld_nodes(tree), page_metadata.meta_tags(tree), url, hint=hint)


def ld(*blocks: str) -> str:
    return "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)


def test_article_in_the_second_block_of_a_graph() -> None:
    about = read(
        ld(
            '{"@type":"WebSite","name":"Báo Thử"}',
            '{"@graph":[{"@type":"Person","@id":"#a","name":"Thu Hà"},'
            '{"@type":"NewsArticle","headline":"Cảng Cà Ná đón tàu lớn",'
            '"author":[{"@id":"#a"},{"@type":"Person","name":"Văn Nam"}],"articleSection":["Kinh tế","Cảng biển"],'
            '"datePublished":"2025-11-01","image":[{"url":"/anh.jpg"}]}]}',
        )
    )
    assert (about.title, about.authors, about.section) == ("Cảng Cà Ná đón tàu lớn", ("Thu Hà", "Văn Nam"), "Kinh tế")
    assert about.image == "https://bao.example.vn/anh.jpg"


def test_teasers_in_a_list_are_not_the_article() -> None:
    teaser = '{"@type":"NewsArticle","headline":"Bài khác"}'
    own = '{"@type":"NewsArticle","headline":"Bài này","datePublished":"2025-11-01","articleBody":"Nội dung."}'
    assert read(ld(f'{{"@type":"ItemList","itemListElement":[{teaser},{teaser}]}}', f"[{own}]")).title == "Bài này"


def test_json_that_is_nearly_json() -> None:
    for block in (
        '{"@type":"NewsArticle","headline":"A &quot;B&quot;",}',
        '<!-- {"@type":"NewsArticle","headline":"A &#34;B&#34;"} -->',
        '//<![CDATA[\n{"@type":"http://schema.org/NewsArticle","headline":"A \\"B\\""}\n//]]>',
        '{"@type":"NewsArticle","headline":"A \\"B\\"","description":"hai\ndòng"};',
    ):
        assert read(ld(block)).title == 'A "B"', block
    assert read(ld("{", "null", "[]", "[" * 5000), "<h1>Tên</h1>").title == "Tên"


def test_half_an_emoji_is_left_out() -> None:
    """Programs that cut a headline to a length leave one behind."""
    block = r'{"@type":"NewsArticle","headline":"Lễ hội \ud83c\udf89 Katê \ud83c","author":"An \uDC00"}'
    about = read(ld(block))
    assert (about.title, about.authors) == ("Lễ hội 🎉 Katê", ("An",))


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


def test_offices_of_the_outlet_are_no_authors() -> None:
    head = '<meta property="og:site_name" content="Báo điện tử VOV">'
    assert read(head, '<h1>A</h1><p class="author">Thu Hà/VOV-Miền Trung</p>').authors == ("Thu Hà",)


def test_of_several_titles_the_one_that_the_feed_gave() -> None:
    head = (
        ld('{"@type":"NewsArticle","headline":"Tên cho máy tìm kiếm"}')
        + '<meta property="og:title" content="Tên trên báo">'
    )
    assert read(head).title == "Tên cho máy tìm kiếm"
    assert read(head, hint="Tên trên báo ").title == "Tên trên báo"
    assert read(head, hint="Tên thứ ba").title == "Tên cho máy tìm kiếm"


def test_json_ld_that_stands_alone_yields_to_the_address() -> None:
    shown = "Cảng Cà Ná đón tàu lớn đầu tiên"
    head = ld('{"@type":"NewsArticle","headline":"Bước ngoặt của một vùng biển"}')
    head += f'<meta property="og:title" content="{shown}"><title>{shown}</title>'
    assert read(head, f"<h1>{shown}</h1>").title == shown
    assert read(head, f"<h1>{shown}</h1>", url="https://x.example.vn/buoc-ngoat-cua-vung-bien-1.html").title.startswith(
        "Bước"
    )


def test_names_in_bylines() -> None:
    assert bylines.byline_names("By Jane Doe and John Roe") == ["Jane Doe", "John Roe"]
    assert bylines.byline_names("Bài và ảnh: Thu Hà - Văn Nam") == ["Thu Hà", "Văn Nam"]
    assert bylines.byline_names("Felix Muster und Jo Beispiel, dpa") == ["Felix Muster", "Jo Beispiel", "dpa"]
    assert bylines.byline_names("Ana Pérez (ap)") == ["Ana Pérez"]
    assert bylines.byline_names("https://www.facebook.com/bao") == []
    assert bylines.byline_names("toasoan@bao.example.vn") == []


def test_persons_at_the_foot() -> None:
    assert bylines.byline_at_end(["Thu Hà"]) == ("Thu Hà",)
    assert bylines.byline_at_end(["(Theo Nguyễn Văn Nam)"]) == ("Nguyễn Văn Nam",)
    assert bylines.byline_at_end(["Chia sẻ bài viết", "Ý kiến bạn đọc"]) == ()


def test_byline_on_the_page_beats_the_outlets_own_name() -> None:
    head = '<meta property="og:site_name" content="Báo Thử"><meta name="author" content="Báo Thử">'
    assert read(head, "<h1>A</h1><p class='tac-gia'>Nguyễn Thu Hà</p>").authors == ("Nguyễn Thu Hà",)
    assert read(head, "<h1>A</h1>").authors == ("Báo Thử",)


def test_section_from_the_trail() -> None:
    trail = "<ul class='breadcrumb'><li><a href='/'>Trang chủ</a></li><li><a href='/kinh-te'>Kinh tế</a></li></ul>"
    assert read("", trail).section == "Kinh tế"
    items = '[{"position":1,"item":{"name":"Trang chủ"}},{"position":2,"item":{"name":"Biển đảo"}}]'
    assert read(ld(f'{{"@type":"BreadcrumbList","itemListElement":{items}}}')).section == "Biển đảo"


def test_language_only_where_declared() -> None:
    assert read(lang="vi").language == "vi"
    assert read('<meta property="og:locale" content="fr_FR">').language == "fr-FR"
    assert read(ld('{"@type":"NewsArticle","inLanguage":"ja"}'), lang="en").language == "ja"
    assert read(lang="{{lang}}").language == ""


@pytest.mark.parametrize(
    "name",
    [
        *("Theo Burman", "Theo James Burman", "Di Nguyen", "Di Nguyen Thi Lan", "Tin Bùi", "Bài Trần", "Von Miller"),
        *("By Holm", "Par Lindqvist", "Av Levin", "Ảnh Nguyễn", "De Vries", "Nguyễn Theo", "Lars By", "Maria Di"),
        *("Theo van Doesburg", "von Trapp", "THEO BURMAN", "Nguyễn Tin", "Lê Bài", "Anna von Berg", "Por Chai"),
    ],
)
def test_given_name_that_is_also_a_word_of_bylines(name: str) -> None:
    node = json.dumps({"@type": "NewsArticle", "headline": "A", "author": {"name": name}}, ensure_ascii=False)
    assert read(ld(node)).authors == (name,)
    assert read(f'<meta name="author" content="{name}">').authors == (name,)
    assert read(ld(json.dumps({"@type": "NewsArticle", "author": [name, "Thu Hà"]}))).authors == (name, "Thu Hà")


@pytest.mark.parametrize("name", ["Theo Burman", "Di Nguyen", "Tin Bùi", "Bài Trần", "Von Miller"])
def test_given_name_in_a_visible_byline(name: str) -> None:
    assert bylines.byline_names(name) == [name]
    assert bylines.byline_names(f"By {name} and Jane Doe") == [name, "Jane Doe"]
    assert read("", f"<h1>A</h1><p class='author'>{name}</p>").authors == (name,)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("by jane.doe", ["jane.doe"]),
        ("BY JANE DOE", ["JANE DOE"]),
        ("By Madonna", ["Madonna"]),
        ("By Nguyen Van Nam", ["Nguyen Van Nam"]),
        ("Von Anna Schmidt", ["Anna Schmidt"]),
        ("Von: Anna", ["Anna"]),
        ("Par Nguyen Van Hai", ["Nguyen Van Hai"]),
        ("Di Marco Rossi", ["Marco Rossi"]),
        ("Theo Nguyễn Văn Nam", ["Nguyễn Văn Nam"]),
        ("Theo: Burman", ["Burman"]),
        ("Theo Reuters", ["Reuters"]),
        ("Theo TTXVN", ["TTXVN"]),
        ("Theo VnExpress", ["VnExpress"]),
        ("Theo Financial Times", ["Financial Times"]),
        ("Theo Tuổi Trẻ", ["Tuổi Trẻ"]),
        ("Tin Minh Trân", ["Minh Trân"]),
        ("Tin, ảnh: Minh Trân", ["Minh Trân"]),
        ("Bài và ảnh: Thu Hà - Văn Nam", ["Thu Hà", "Văn Nam"]),
        ("Tác giả Minh Trân", ["Minh Trân"]),
        ("toasoan@baovidu.online (Minh Trân)", ["Minh Trân"]),
        ("Minh Trân <minhtran@baovidu.example>", ["Minh Trân"]),
        ("minhtran@baovidu.example", []),
    ],
)
def test_words_of_bylines_that_are_no_names(byline: str, names: list[str]) -> None:
    assert bylines.byline_names(byline) == names


ARTICLE = '{"@type":"NewsArticle","headline":"Muối Cà Ná được mùa","author":{"name":"Minh Trân"}}'


@pytest.mark.parametrize(
    "block",
    [
        f"/* schema */ {ARTICLE}",
        f'/* {{ "old": 1 }} */\n{ARTICLE}',
        f"// made by the newsroom's program\n{ARTICLE}",
        f"<!-- schema of the article -->\n{ARTICLE}",
        f"<!-- {ARTICLE} -->",
        f"<!--\n{ARTICLE}\n//-->",
        f"/*<![CDATA[*/\n{ARTICLE}\n/*]]>*/",
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"<![CDATA[{ARTICLE}]]>",
        f"// <![CDATA[ {ARTICLE} // ]]>",
        f"{ARTICLE};",
        f"{ARTICLE} ; ",
        f"/* a */ {ARTICLE}; // b",
        f"var schema = {ARTICLE};",
        f"\ufeff{ARTICLE}",
        ARTICLE.replace('"}}', '",},}'),
        ARTICLE.replace('"author"', '/* who */ "author"'),
        ARTICLE.replace('"author"', '\n // who\n "author"'),
        f'{{"@type":"WebSite","name":"Báo Ví Dụ"}};\n{ARTICLE}',
        f"[{ARTICLE},]",
    ],
)
def test_json_with_something_around_or_inside(block: str) -> None:
    about = read(ld(block))
    assert (about.title, about.authors) == ("Muối Cà Ná được mùa", ("Minh Trân",))


def test_strings_of_json_are_not_mended() -> None:
    title = "Sửa , } và /* cả */ https://baovidu.example/a // hay ;"
    block = json.dumps({"@type": "NewsArticle", "headline": title}, ensure_ascii=False)
    assert read(ld(block)).title == title
    assert read(ld(f"/* x */ {block[:-1]},}};")).title == title


@pytest.mark.parametrize("block", ["/* nothing */", "var x = 1;", "{broken", '{"a": [}', "// {", "<!-- -->", "[1, 2]"])
def test_blocks_without_json_give_nothing(block: str) -> None:
    assert read(ld(block, ARTICLE)).title == "Muối Cà Ná được mùa"


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
    assert read(f'<meta property="og:title" content="{og}">', f"<h1>{h1}</h1>").title == og


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
