"""Section pages without a selector: articles by the shape of their addresses; and plain lists of addresses."""

import pytest

from crawlers.parsing.sandbox import FeedResponse, parse_response
from crawlers.parsing.section_pages import parse_section_page, parse_url_list
from pipeline.records import Feed, Reason, Source
from tests.support.local_site import LocalSite, Reply, crawled

PAGE = "https://baothu.example/kinh-te"
HEADLINES = [
    "Khởi công dự án điện gió ven biển trong sáng nay",
    "Người trồng nho được mùa nhưng giá giảm mạnh",
    "Tàu cá gặp nạn, năm ngư dân được cứu kịp thời",
    "Cảng biển đón chuyến hàng đầu tiên của năm mới",
]


def page(links: dict[str, str]) -> bytes:
    return "".join(f'<a href="{url}">{title}</a>' for url, title in links.items()).encode()


def paths(body: bytes) -> list[str]:
    return [entry.url.removeprefix("https://baothu.example") for entry in parse_section_page(body, url=PAGE).entries]


MENU = {"/kinh-te": "Kinh tế", "/the-thao": "Thể thao", "/van-hoa": "Văn hóa", "/lien-he": "Liên hệ", "/": "Trang chủ"}


@pytest.mark.parametrize(
    "form",
    [
        "/Default.aspx?sname=tin&id={n}",
        "/tin/{n}.htm",
        "/portal/Pages/x{n}.aspx",
        "/bai-viet/du-an-{n}",
        "/2026/{n}/a.html",
    ],
)
def test_shapes_under_which_the_headlines_stand_are_learned(form: str) -> None:
    """None of these addresses looks like an article's by itself: no long number, no headline in words."""
    articles = {form.format(n=10 + n): title for n, title in enumerate(HEADLINES)}
    assert paths(page(MENU | articles)) == list(articles)


def test_a_menu_with_numbers_is_no_list_of_articles() -> None:
    menu = {f"/chu-de/{100000 + n}": title for n, title in enumerate(["Biển đảo", "Năng lượng", "Du lịch", "Thể thao"])}
    articles = {f"/du-an-ven-bien-cua-tinh-{n}.html": title for n, title in enumerate(HEADLINES)}
    assert paths(page(menu | articles)) == list(articles)


def test_headlines_in_scripts_without_blanks() -> None:
    headlines = [
        "越南宁顺省风电项目今日正式开工建设",
        "宁顺省葡萄丰收但价格大幅下跌引关注",
        "ニントゥアン省で原発計画が再始動へ",
    ]
    articles = {f"/a/{n}": title for n, title in enumerate(headlines)}
    assert paths(page({"/x/1": "经济", "/x/2": "体育", "/x/3": "文化"} | articles)) == list(articles)


def test_a_few_links_are_judged_by_their_addresses() -> None:
    few = {"/mot-bai-bao-rat-hay-123456.html": "Một bài", "/gioi-thieu": "Giới thiệu"}
    assert paths(page(few)) == ["/mot-bai-bao-rat-hay-123456.html"]
    assert parse_section_page(page(MENU), url=PAGE).reason is Reason.NOT_A_FEED


# lists


def test_a_text_of_addresses() -> None:
    body = "\ufeff# bài cần xem\nhttps://a.example/x?b=1  Cà Ná hôm nay\n\nhttps://b.example/y\nkhông phải\n//c.vn/\n"
    found = parse_url_list(body.encode(), url=PAGE)
    assert [(e.url, e.title) for e in found.entries] == [
        ("https://a.example/x?b=1", "Cà Ná hôm nay"),
        ("https://b.example/y", ""),
    ]
    assert found.invalid == 2


def test_a_page_of_addresses() -> None:
    found = parse_url_list(
        b'<p><a href="https://a.example/x">A</a> <a href="/y">B</a><a href="mailto:z">C</a></p>', url=PAGE
    )
    assert [e.url for e in found.entries] == ["https://a.example/x", "https://baothu.example/y"]
    assert found.invalid == 1


@pytest.mark.parametrize(("body", "reason"), [(b" \n", Reason.EMPTY), (b"# x\n", Reason.NOT_A_FEED)])
def test_lists_of_nothing(body: bytes, reason: Reason) -> None:
    assert parse_url_list(body, url=PAGE).reason is reason


def test_long_lists_are_cut_and_say_so() -> None:
    body = "\n".join(f"https://a.example/{n}" for n in range(30)).encode()
    found = parse_response(FeedResponse("list", body, PAGE, "text/plain", None, None, 10))
    assert (len(found.entries), found.note) == (10, "30 addresses, the first 10 taken")


def test_a_list_is_crawled_like_any_feed() -> None:
    with LocalSite({"/a.html": Reply("<p>A</p>")}) as outlet, LocalSite({}) as site:
        site.pages["/list.txt"] = Reply(f"{outlet.home}a.html  Bài A\n{outlet.home}b.html\n", "text/plain")
        source = Source("l", "L", site.home, (Feed(f"{site.home}list.txt", "list"),))
        poll, *pages = crawled(source, pages=True, allow_private=[outlet.home.split("/")[2]])
    assert [entry["title"] for entry in poll["entries"]] == ["Bài A", ""]
    assert {row["page"].rsplit("/", 1)[1]: row["reason"] for row in pages} == {"a.html": "ok", "b.html": "not_found"}
