"""Lists and data tables in an article → lines of its text; lists of links, boxes and layout tables → none."""

from datetime import UTC, datetime

import pytest

from pipeline.extraction.extract import extract_page
from pipeline.records import Article

URL = "https://baovidu.example.vn/kinh-te/gia-nong-san-5121.html"
NOW = datetime(2025, 11, 30, 12, tzinfo=UTC)
TITLE = "Giá nông sản ở chợ Phan Rang tuần qua"
BODY = (
    "Sáng 28/11, chợ Phan Rang đông hơn thường lệ vì thương lái Nha Trang vào mua nho sớm trước mùa mưa.",
    "Theo ban quản lý chợ, giá các mặt hàng trong tuần qua biến động nhẹ, riêng tỏi tăng mạnh vì thiếu hàng.",
    "Chị Lan, bán nho ở cổng nam, cho biết khách hỏi mua nho đỏ nhiều hơn nho xanh dù giá gần gấp đôi.",
    "Ban quản lý nhắc các hộ niêm yết giá và không nâng giá trong dịp lễ hội nho đầu tháng mười hai tới.",
)
RELATED = (
    "<div class='box'><h3>Bài khác</h3><ul><li><a href='/1'>Mùa nho năm nay đến sớm hơn mọi năm</a></li></ul></div>"
)


def lines(extra: str, *, place: str = "middle", wrapper: str = "<article>%s</article>", below: str = "") -> list[str]:
    """Return the lines of an article's text that are not of `BODY`; `extra` stands within or behind its paragraphs."""
    paragraphs = [f"<p>{text}</p>" for text in BODY]
    inner = "".join([*paragraphs[:2], extra, *paragraphs[2:]] if place == "middle" else [*paragraphs, extra])
    body = f"<h1>{TITLE}</h1>{wrapper % inner}{below}"
    markup = f"<html lang='vi'><head><title>{TITLE}</title></head><body>{body}</body></html>"
    result = extract_page(markup.encode(), URL, fetched_at=NOW)
    assert isinstance(result, Article), result
    read = result.text.splitlines()
    assert [line for line in read if line in BODY] == list(BODY)
    return [line for line in read if line not in BODY]


LISTS = [
    ["Nho đỏ: 45.000 đồng/kg", "Nho xanh: 25.000 đồng/kg", "Tỏi: 120.000 đồng/kg"],
    ["Nho", "Táo", "Tỏi", "Hành tím"],
    ["27/11: 12 ca", "28/11: 9 ca", "29/11: 4 ca"],
    ["Phước Dinh 12 tàu", "Cà Ná 31 tàu"],
    ["0259 382 1111", "0259 382 2222"],
    ["Hồ Sông Sắt 69,3", "Hồ Tân Giang 13,4", "Hồ Sông Trâu 31,5", "Hồ Bà Râu 4,7"],
    ["Giải nhất: Thôn Hữu Đức", "Giải nhì: Thôn Bàu Trúc", "Giải ba: Thôn Mỹ Nghiệp"],
    ["Muối: 1.200 đồng", "Muối: 1.200 đồng", "Muối i-ốt: 4.000 đồng"],
    ["Xăng 92", "Dầu"],
]


@pytest.mark.parametrize("items", LISTS, ids=[items[0] for items in LISTS])
@pytest.mark.parametrize("tag", ["ul", "ol"])
@pytest.mark.parametrize("place", ["middle", "end"])
def test_short_items_of_a_list_are_lines(items: list[str], tag: str, place: str) -> None:
    listed = f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"
    assert lines(listed, place=place) == items
    assert lines(listed, place=place, wrapper="<div class='noi-dung'>%s</div>", below=RELATED) == items
    with_link = listed.replace("<li>", "<li><a href='/x'>»</a> ", 1)
    assert len(lines(with_link, place=place)) == len(items)


TABLES = [
    [["Mặt hàng", "Giá (đồng/kg)"], ["Nho đỏ", "45.000"], ["Tỏi", "120.000"]],
    [["Hồ", "Dung tích", "Mực nước"], ["Sông Sắt", "69,3", "170,2"], ["Tân Giang", "13,4", "104,1"]],
    [["Sân", "Tỷ số"], ["Phan Rang", "2-1"]],
    [["Giờ", "Chuyến", "Ga"], ["6:10", "SE4", "Tháp Chàm"], ["9:45", "SE6", "Cà Ná"], ["15:00", "SE8", "Tháp Chàm"]],
    [["Xã", "Số hộ nghèo"], ["Phước Hà", "404"], ["Phước Bình", "512"], ["Ma Nới", "398"]],
    [["Bình quân thu nhập của một hộ nông dân trồng nho", "9,4 triệu"], ["Của một hộ nuôi cừu", "7,1 triệu"]],
    [["A", "B"], ["1", "2"], ["3", "4"], ["5", "6"]],
    [["Tháng", "Mưa (mm)", "Nắng (giờ)"], ["10", "210", "160"], ["11", "188", "150"]],
]


def table(rows: list[list[str]], cell: str = "<td>%s</td>", attributes: str = "") -> str:
    inner = "".join(f"<tr>{''.join(cell % text for text in row)}</tr>" for row in rows)
    return f"<table {attributes}>{inner}</table>"


@pytest.mark.parametrize("rows", TABLES, ids=[rows[0][0] for rows in TABLES])
@pytest.mark.parametrize("place", ["middle", "end"])
def test_rows_of_a_data_table_are_lines(rows: list[list[str]], place: str) -> None:
    wanted = [" | ".join(row) for row in rows]
    assert lines(table(rows), place=place) == wanted
    assert lines(table(rows, "<td><p>%s</p></td>", "border='1'"), place=place) == wanted
    figure = f"<figure class='wp-block-table'>{table(rows, '<td><span>%s</span></td>')}</figure>"
    assert lines(figure, place=place) == wanted
    scroll = f"<div class='table-responsive'><div>{table(rows)}</div></div>"
    assert lines(scroll, place=place, wrapper="<div class='noi-dung'>%s</div>", below=RELATED) == wanted


def test_heading_of_a_table_at_the_end_and_a_caption_stay_with_it() -> None:
    rows = table(TABLES[0]).replace("<table >", "<table><caption>Giá ngày 28/11</caption>")
    assert lines(f"<h3>Bảng giá</h3>{rows}", place="end") == [
        *("Bảng giá", "Giá ngày 28/11", "Mặt hàng | Giá (đồng/kg)", "Nho đỏ | 45.000", "Tỏi | 120.000")
    ]


def test_definitions_and_nested_lists() -> None:
    assert lines("<dl><dt>Nho đỏ</dt><dd>45.000 đồng</dd><dt>Tỏi</dt><dd>120.000 đồng</dd></dl>", place="end") == [
        *("Nho đỏ", "45.000 đồng", "Tỏi", "120.000 đồng")
    ]
    nested = "<ul><li>Trái cây<ul><li>Nho</li><li>Táo</li></ul></li><li>Rau<ul><li>Tỏi</li></ul></li></ul>"
    assert lines(nested, place="end") == ["Trái cây", "Nho", "Táo", "Rau", "Tỏi"]


LINK = "<li><a href='/bai-%d'>%s</a></li>"
FOREIGN = [
    "<ul>" + LINK % (1, "Giá tỏi tăng mạnh ở Ninh Hải") + LINK % (2, "Nho Ba Mọi được mùa") + "</ul>",
    "<ul><li><a href='/tag/nho'>nho</a></li><li><a href='/tag/toi'>tỏi</a></li></ul>",
    "<ul class='related-news'><li>Giá tỏi tăng mạnh</li><li>Nho được mùa</li></ul>",
    "<ul class='share'><li>Facebook</li><li>Zalo</li></ul>",
    "<div class='tin-lien-quan'><ul><li>Giá tỏi tăng mạnh</li><li>Nho được mùa</li></ul></div>",
    "<aside><table><tr><td>Vàng</td><td>148</td></tr><tr><td>USD</td><td>26.380</td></tr></table></aside>",
    "<table><tr><td><a href='/1'>Giá tỏi tăng mạnh</a></td><td><a href='/2'>Nho được mùa</a></td></tr>"
    "<tr><td><a href='/3'>Táo mất giá</a></td><td><a href='/4'>Hành tím xuất khẩu</a></td></tr></table>",
    "<table role='presentation'><tr><td>Trang</td><td>Mục</td></tr><tr><td>A</td><td>B</td></tr></table>",
    "<table><tr><td><form><input name='q'></form>Tìm</td><td>bài</td></tr><tr><td>Từ</td><td>ngày</td></tr></table>",
    "<nav><ul><li>Kinh tế</li><li>Xã hội</li></ul></nav>",
    "<ul style='display:none'><li>Kinh tế</li><li>Xã hội</li></ul>",
]


@pytest.mark.parametrize("extra", FOREIGN)
@pytest.mark.parametrize("place", ["middle", "end"])
def test_lists_of_links_boxes_and_layout_tables_are_no_text(extra: str, place: str) -> None:
    assert lines(extra, place=place) == []


def test_list_of_another_part_of_the_page_is_no_text() -> None:
    below = "<div class='kho'><h3>Chuyên mục</h3><ul><li>Kinh tế</li><li>Xã hội</li></ul></div>"
    assert lines("", wrapper="<div class='noi-dung'>%s</div>", below=below) == []


def test_article_in_a_layout_table_is_read_as_before() -> None:
    wrapper = "<table><tr><td width='150'><a href='/'>Trang nhất</a></td><td>%s</td></tr></table>"
    assert lines("", wrapper=wrapper) == []
    assert lines(table(TABLES[0]), wrapper=wrapper) == [" | ".join(row) for row in TABLES[0]]


def test_signature_below_a_list_is_found() -> None:
    listed = "<ul><li>Nho đỏ: 45.000 đồng</li><li>Tỏi: 120.000 đồng</li></ul>"
    inner = (
        "".join(f"<p>{text}</p>" for text in BODY) + listed + "<p style='text-align:right'><strong>Thu Hà</strong></p>"
    )
    markup = (
        f"<html lang='vi'><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div>{inner}</div></body></html>"
    )
    result = extract_page(markup.encode(), URL, fetched_at=NOW)
    assert isinstance(result, Article)
    assert result.authors == ("Thu Hà",)
    assert result.text.splitlines()[-2:] == ["Nho đỏ: 45.000 đồng", "Tỏi: 120.000 đồng"]
