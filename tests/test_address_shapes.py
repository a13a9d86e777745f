"""What the shape of an address tells: whether an article can have it, its loose form, the number of its article."""

import pytest

from pipeline.text.address_shapes import article_number, could_be_article, is_page, loose_form

HOST = "https://baothu.example"
PAGE = "/thoi-su/nang-han-keo-dai-o-phuoc-dinh-248151.html"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/thoi-su", PAGE),
        ("/thoi-su/", PAGE),
        ("/thoi-su.html", PAGE),
        ("/kinh-te", PAGE),
        ("/chinh-tri-xa-hoi", "/bai-1.html"),
        ("/tin-tuc/ninh-thuan", PAGE),
        ("/su-kien-2026", PAGE),
        ("/thoi-su.html", "/bai-1.html"),
        ("/tin-tuc", "/tin-tuc/mua-lon.html"),
        ("/undefined", PAGE),
        ("/undefined.html", PAGE),
        ("/null", "/bai"),
        ("/tin/NaN", PAGE),
        ("/[object%20Object]", PAGE),
        ("/{{post.slug}}", "/bai"),
        ("/%7Bslug%7D", PAGE),
        ("/index.php?nv=news", PAGE),
        ("/index.php", "/index.php/bai-1"),
        ("/?lang=vi", PAGE),
        ("/", PAGE),
        ("/vi", PAGE),
        ("/trang-chu.html", PAGE),
        ("/404", PAGE),
        ("/404.html", "/bai"),
        ("/loi.html", "/bai"),
        ("/khong-tim-thay.html", PAGE),
        ("/tag/ninh-thuan-248151.html", PAGE),
        ("/tim-kiem/nang-han-keo-dai-o-phuoc-dinh", PAGE),
        ("/category/mot-chuyen-muc-rat-dai-ten", PAGE),
        ("/tin", "/tin.php?id=12"),
    ],
)
def test_address_that_is_not_the_articles_own(address: str, page: str) -> None:
    assert not could_be_article(HOST + address, HOST + page, "Nắng hạn kéo dài ở Phước Dinh")


@pytest.mark.parametrize(
    ("address", "page", "title"),
    [
        (PAGE, PAGE, ""),
        (PAGE, "/amp" + PAGE, ""),
        (PAGE, "/print/248151", ""),
        (PAGE, "/index.php?id=248151", ""),
        ("/nang-han-keo-dai-o-phuoc-dinh", "/?p=248151", ""),
        ("/?p=248151", "/bai-1.html", ""),
        ("/index.php?id=12", "/bai-1.html", ""),
        ("/doc.aspx?newsid=7", PAGE, ""),
        ("/nang-han-phuoc-dinh", "/bai/248151", "Nắng hạn ở Phước Dinh chưa dứt"),
        ("/lua-nho", "/bai/248151", "Lúa nho"),
        ("/x", "/y", ""),
        ("/bai-1", "/bai-1/", ""),
        ("/bai-2.html", "/bai-1.html", ""),
        ("/thoi-su", "/thoi-su?ref=rss", ""),
        ("/2026/11/29/mua-lon", "/2026/11/29/mua-lon/", ""),
        ("/kinh-te/nang-han-keo-dai-o-phuoc-dinh-248151.html", PAGE, ""),
    ],
)
def test_address_that_can_be_the_articles_own(address: str, page: str, title: str) -> None:
    assert could_be_article(HOST + address, HOST + page, title)


@pytest.mark.parametrize(
    "variant",
    [
        "http://baothu.example/tin/bai-1",
        "https://www.baothu.example/tin/bai-1",
        "https://m.baothu.example/tin/bai-1",
        "https://baothu.example/tin/bai-1/",
        "https://baothu.example/tin/bai-1?ref=trang-nhat",
        "https://baothu.example/tin/bai-1?source=fb&share=1",
        "https://baothu.example/tin/bai-1/amp",
        "https://baothu.example/amp/tin/bai-1",
        "https://baothu.example/tin/bai-1#binh-luan",
        "https://baothu.example/tin/bai-1?outputType=amp",
    ],
)
def test_variants_of_one_address(variant: str) -> None:
    assert loose_form(variant) == "baothu.example/tin/bai-1"


@pytest.mark.parametrize(
    "other",
    [
        "https://baothu.example/tin/bai-2",
        "https://baothu.example/tin/bai-1.html",
        "https://baothu.example/tin/bai-1?id=2",
        "https://baothu.example/tin/bai-1?page=2",
        "https://khac.example/tin/bai-1",
        "https://baothu.example/bai-1",
        "https://tin.baothu.example/tin/bai-1",
        "https://baothu.example/Tin/bai-1",
    ],
)
def test_other_addresses(other: str) -> None:
    assert loose_form(other) != "baothu.example/tin/bai-1"


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (PAGE, "248151"),
        ("/nang-han-post248151.html", "248151"),
        ("/nang-han-20261129083012345.htm", "20261129083012345"),
        ("/d/248151/nang-han", ""),
        ("/nang-han-20261129.html", ""),
        ("/nang-han-29112026.html", ""),
        ("/nang-han-2026.html", ""),
        ("/", ""),
        ("/nang-han-kien-nghi", ""),
    ],
)
def test_number_of_an_article(address: str, number: str) -> None:
    assert article_number(HOST + address) == number


@pytest.mark.parametrize("address", ["/", "/index.html", "/undefined", "/404", "/vi", "/?lang=vi"])
def test_what_is_no_page(address: str) -> None:
    assert not is_page(HOST + address)


@pytest.mark.parametrize("address", ["/thoi-su", "/x", "/index.php?id=5", PAGE])
def test_what_may_be_a_page(address: str) -> None:
    assert is_page(HOST + address)


@pytest.mark.parametrize(
    "query",
    ["id=512&cat=2", "cat=2&id=512", "cat=2&ref=rss&id=512", "&id=512&&cat=2", "utm=x&id=512&cat=2"],
)
def test_order_of_parameters_makes_no_other_address(query: str) -> None:
    assert loose_form(f"https://baothu.example/tin.php?{query}") == "baothu.example/tin.php?cat=2&id=512"


def test_other_values_of_parameters_make_another_address() -> None:
    forms = {loose_form(f"https://baothu.example/tin.php?{q}") for q in ("id=512&cat=2", "id=2&cat=512", "id=512")}
    assert len(forms) == 3
