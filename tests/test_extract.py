"""Pages as outlets make them, in our own words → what read_page finds in them."""

import json

import pytest
from lxml.html import HtmlElement

from pipeline.extraction import extractors
from pipeline.extraction.extract import article_to_json, extract_page
from pipeline.html import parser
from pipeline.records import Article, Entry, Reason, Selectors
from tests.support.outlet_pages import BODY, LEAD, NOW, TITLE, URL, article, page, paragraphs


def test_lead_outside_the_article_element_is_kept_once_and_first() -> None:
    found = article(
        page(
            f'<h1>{TITLE}</h1><div class="sidebar-1"><p class="sapo">{LEAD}</p>'
            f'<article class="fck">{paragraphs()}</article></div>',
            head=f'<meta name="description" content="{LEAD}">',
        )
    )
    assert found.lead == LEAD
    assert found.text.splitlines() == [LEAD, *BODY]


def test_caption_of_a_vietnamese_page_is_part_of_the_text() -> None:
    caption = "Tàu đáy kính rời bến Vĩnh Hy sáng 15/11. Ảnh: Thu Hà"
    figure = f"<figure><img src='a.jpg' alt=''><figcaption><p>{caption}</p></figcaption></figure>"
    found = article(page(f"<h1>{TITLE}</h1><article>{paragraphs(*BODY[:2])}{figure}{paragraphs(*BODY[2:])}</article>"))
    assert caption in found.text.splitlines()


def test_boxes_between_paragraphs_are_cut() -> None:
    related = (
        "<div class='box-tinlienquan'><h3>Tin liên quan</h3><ul>"
        "<li><a href='/1'>Cảng Cà Ná đón tàu hàng sáu vạn tấn</a></li>"
        "<li><a href='/2'>Mùa nho năm nay đến sớm hơn mọi năm ở Ninh Phước</a></li></ul></div>"
    )
    pointer = "<p>Xem thêm: <a href='/3'>Lễ hội Katê mở đầu ở tháp Po Klong Garai</a></p>"
    share = "<div class='share-bar'><span>Chia sẻ bài viết lên Facebook</span></div>"
    foot = "<p style='text-align:right'><strong>Thu Hà</strong></p>"
    found = article(
        page(
            f"<h1>{TITLE}</h1><div class='detail'>{share}{paragraphs(*BODY[:2])}{related}{paragraphs(BODY[2])}{pointer}"
            f"{paragraphs(*BODY[3:])}{foot}</div>"
        )
    )
    assert found.text.splitlines() == list(BODY)
    assert found.authors == ("Thu Hà",)


def test_menu_of_provinces_is_no_text() -> None:
    menu = "<div class='menu'>" + "".join(f"<a href='/{n}'>Ninh Thuận {n}</a> " for n in range(30)) + "</div>"
    found = article(page(f"{menu}<h1>{TITLE}</h1><div class='detail'>{paragraphs()}</div>{menu}"))
    assert "Ninh Thuận" not in found.text


def test_another_article_below_is_not_mixed_in() -> None:
    other = [
        f"Chuyện thứ {n} của bài khác: đội bóng tỉnh thắng trận thứ {n} liên tiếp trên sân nhà vào tối qua."
        for n in range(9)
    ]
    found = article(
        page(
            f"<main><article><h1>{TITLE}</h1><div class='body'>{paragraphs()}</div></article>"
            f"<article><h1>Đội bóng tỉnh thắng lớn</h1><div class='body'>{paragraphs(*other)}</div></article></main>"
        )
    )
    assert "đội bóng" not in found.text.casefold()
    assert set(BODY) <= set(found.text.splitlines())


def test_canonical_is_believed_only_within_its_site_and_never_to_the_front_page() -> None:
    def canonical(link: str) -> str:
        head = f'<link rel="canonical" href="{link}">'
        return article(page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>", head=head)).canonical

    assert canonical("https://www.example.vn/bai-4711.html?utm_source=x") == "https://www.example.vn/bai-4711.html"
    assert canonical("/bai-4711.html") == "https://bao.example.vn/bai-4711.html"
    for link in ("https://bao.example.vn/", "https://khac.example.com/bai.html", "javascript:void(0)", "//[bad"):
        assert canonical(link) == URL


def test_file_without_an_address_is_read_too() -> None:
    body = page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>")
    found = extract_page(body, "file:///tmp/bai.html", fetched_at=NOW)
    assert isinstance(found, Article)
    assert found.canonical == "file:///tmp/bai.html"


def test_paywall_keeps_the_free_part_and_says_so() -> None:
    body = page(
        f"<h1>{TITLE}</h1><article>{paragraphs(*BODY[:2])}<p>Đăng nhập để đọc tiếp bài viết này.</p></article>",
        head='<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>',
    )
    found = article(body)
    assert (found.reason, found.text_from) == (Reason.PAYWALL, "page")
    assert BODY[0] in found.text


def test_page_without_text_gives_the_feeds_own_words_and_why() -> None:
    entry = Entry(URL, title=TITLE, summary=LEAD, published=NOW, authors=("Thu Hà",), language="vi")
    shell = page('<div id="root"></div><script src="a.js"></script><noscript>You need to enable JavaScript</noscript>')
    found = article(shell, entry=entry)
    assert (found.text_from, found.reason, found.text, found.title) == ("feed", Reason.NEEDS_BROWSER, LEAD, TITLE)
    assert (found.published, found.published_from) == (NOW, "feed")


def test_entry_fills_only_what_the_page_lacks() -> None:
    entry = Entry(URL, title="Tên khác hẳn trong nguồn tin", summary=LEAD, published=NOW, authors=("Ban biên tập",))
    found = article(page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>"), entry=entry)
    assert (found.title, found.authors, found.published, found.published_from) == (
        TITLE,
        ("Ban biên tập",),
        NOW,
        "feed",
    )


def test_article_built_by_scripts_is_read_from_their_data() -> None:
    inner = "".join(f"<p>{text}</p>" for text in BODY)
    data = json.dumps({"props": {"article": {"title": TITLE, "content": inner}}})
    found = article(page(f'<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{data}</script>'))
    assert found.text.splitlines() == list(BODY)
    assert found.parts["text"] == "scripts"


def test_selectors_come_first_and_fall_back_where_they_find_nothing() -> None:
    body = page(
        f"<div class='x1'>{TITLE} (bản in)</div><h1>{TITLE}</h1><div class='x2'>{LEAD}</div>"
        f"<div class='x3'>{paragraphs()}</div>"
        "<div class='x4'>Bài và ảnh: Thu Hà - Văn Nam</div><span class='x5'>19/11/2025 07:45</span>"
        "<p class='x6'>Du lịch</p>"
    )
    chosen = Selectors(title=".x1", lead=".x2", text=".x3 p", authors=".x4", published=".x5", section=".x6")
    found = article(body, selectors=chosen)
    assert found.title == f"{TITLE} (bản in)"
    assert found.text.splitlines() == [LEAD, *BODY]
    assert (found.authors, found.section, found.lead) == (("Thu Hà", "Văn Nam"), "Du lịch", LEAD)
    assert found.published is not None
    assert found.published.isoformat() == "2025-11-19T07:45:00+07:00"
    assert found.parts["text"] == "selector"
    lost = article(body, selectors=Selectors(text=".renamed p"))
    assert set(BODY) <= set(lost.text.splitlines())
    assert lost.parts["text"] != "selector"


def test_parts_to_drop_are_seen_by_no_reader() -> None:
    notice = (
        "<div class='note'><p>Bạn đọc gửi thư về toà soạn theo địa chỉ ở cuối trang, xin cảm ơn mọi góp ý.</p></div>"
    )
    body = page(f"<h1>{TITLE}</h1><article>{paragraphs(*BODY[:3])}{notice}{paragraphs(*BODY[3:])}</article>")
    assert "toà soạn" not in article(body, selectors=Selectors(drop=(".note",))).text


def test_bad_selector_is_named() -> None:
    with pytest.raises(ValueError, match=r"p\[\["):
        extract_page(page(paragraphs()), URL, selectors=Selectors(text="p[["))


def test_reader_that_fails_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_tree: object) -> str:
        raise RecursionError

    monkeypatch.setitem(extractors.EXTRACTORS, "trafilatura", broken)
    found = article(page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>"))
    assert found.text.splitlines() == list(BODY)


def test_json_for_people_and_programs() -> None:
    found = article(page(f"<h1>{TITLE}</h1><article>{paragraphs()}</article>"))
    row = article_to_json(found)
    assert list(row) == [
        *("url", "canonical", "title", "lead", "text", "authors", "section", "published", "published_from"),
        *("language", "image"),
    ]
    assert row["published"] is None


@pytest.mark.parametrize(
    ("second", "asked"), [("một hai ba bốn năm", ["a", "b"]), ("sáu bảy tám", ["a", "b", "c"]), ("", ["a", "b", "c"])]
)
def test_a_third_reader_is_asked_where_two_do_not_agree(
    second: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def reader(name: str, text: str) -> extractors.Extractor:
        def read(_: HtmlElement) -> str:
            seen.append(name)
            return text

        return read

    texts = {"a": "một hai ba bốn năm", "b": second, "c": "một hai ba"}
    monkeypatch.setattr(extractors, "EXTRACTORS", {name: reader(name, text) for name, text in texts.items()})
    tree = parser.parse_html("<p>x</p>")
    assert tree is not None
    assert list(extractors.run_extractors(tree)) == [name for name in asked if texts[name]]
    assert seen == asked
