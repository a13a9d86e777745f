"""What pages say of themselves in JSON-LD and metadata → the article, section, language; JSON that is nearly JSON."""

import json

import pytest

from tests.support.metadata_pages import ld, read


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


def test_json_ld_that_stands_alone_yields_to_the_headline_and_else_to_the_address() -> None:
    shown = "Cảng Cà Ná đón tàu lớn đầu tiên"
    head = ld('{"@type":"NewsArticle","headline":"Bước ngoặt của một vùng biển"}')
    head += "".join(f'<meta property="{name}" content="{shown}">' for name in ("og:title", "twitter:title"))
    head += f"<title>{shown}</title>"
    by_headline = "https://x.example.vn/buoc-ngoat-cua-vung-bien-1.html"
    assert read(head, f"<h1>{shown}</h1>", url=by_headline).title == shown
    assert read(head).title == shown
    assert read(head, url=by_headline).title.startswith("Bước")


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
