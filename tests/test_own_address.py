"""A link and the page it was redirected to: whether that is the link's article, and the address of the article."""

import pytest

from pipeline.extraction.extract import extract
from pipeline.extraction.own_address import leads_elsewhere, own_address
from pipeline.records import Article, Document, Entry, Reason
from tests.support.moving_press import ELSEWHERE, NEWEST, Told, report

SITE = "https://baothu.example"
LINK = f"{SITE}/bai-moi-1.html"
OWN = report(2)
ENTRY = Entry(LINK, OWN.title, OWN.paragraphs[0])
NOTICE = Told("Thông báo của tòa soạn", ELSEWHERE[1])


def read(url: str, told: Told, entry: Entry = ENTRY, reason: Reason = Reason.OK) -> Article:
    body = str(told.page().body).encode() if reason is Reason.OK else b""
    article = extract(Document(1, 1, "a", url, NEWEST, body, "text/html; charset=utf-8", entry, reason))
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize(
    "path",
    ["/", "/index.php", "/vi", "/thoi-su", "/tin-tuc/", "/404.html", "/loi.html", "/khong-tim-thay", "/tag/ninh-thuan",
     "/thong-bao-cua-toa-soan-gui-toi-ban-doc-4711.html"],
)  # fmt: skip
def test_the_feed_speaks_for_a_link_sent_elsewhere(path: str) -> None:
    article = read(SITE + path, NOTICE)
    assert (article.title, article.text, article.text_from) == (OWN.title, OWN.paragraphs[0], "feed")
    assert article.canonical == LINK
    assert article.reason in (Reason.SOFT_404, Reason.NOT_AN_ARTICLE)


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 6])
def test_another_article_about_the_province_is_not_the_links_own(n: int) -> None:
    assert leads_elsewhere(f"{SITE}/mot-bai-khac-cua-bao-{n}4711.html", ENTRY, report(n).title, report(n).paragraphs[0])


@pytest.mark.parametrize(
    ("url", "told", "canonical"),
    [
        (LINK, OWN, LINK),
        (f"{LINK}?ref=rss", OWN, f"{LINK}?ref=rss"),
        (f"{SITE}/chay-rung-khop-o-thuan-bac-4711.html", OWN, f"{SITE}/chay-rung-khop-o-thuan-bac-4711.html"),
        (f"{SITE}/bai-moi-2.html", OWN, f"{SITE}/bai-moi-2.html"),
        # The headline edited with the address: the summary still tells.
        (f"{SITE}/lua-lon-o-rung-khop-phia-bac-4711.html", Told("Lửa lớn ở rừng phía bắc", OWN.paragraphs), None),
        # The page of the article at an address that tells nothing: its headline does.
        (f"{SITE}/trang-chu", OWN, LINK),
        ("https://khac.example/chay-rung.html", OWN, "https://khac.example/chay-rung.html"),
    ],
)
def test_a_redirect_to_the_article_is_followed(url: str, told: Told, canonical: str | None) -> None:
    article = read(url, told)
    assert (article.text_from, article.title) == ("page", told.title)
    assert article.canonical == (canonical or url)


@pytest.mark.parametrize("path", ["/", "/loi.html", "/thong-bao-cua-toa-soan-gui-toi-ban-doc-4711.html"])
def test_a_failed_page_is_under_its_link(path: str) -> None:
    assert read(SITE + path, OWN, reason=Reason.NOT_FOUND).canonical == LINK


def test_a_search_gives_the_outlets_address() -> None:
    searched = Entry("https://tim.example/rss/abc", OWN.title, OWN.paragraphs[0])
    assert read(LINK, OWN, searched).canonical == LINK
    assert read(LINK, OWN, searched, Reason.FORBIDDEN).canonical == LINK


@pytest.mark.parametrize(
    ("stated", "url", "expected"),
    [
        (f"{SITE}/thoi-su", f"{SITE}/", LINK),
        (f"{SITE}/thoi-su", f"{SITE}/bai-moi-dai-hon-mot-chut-2.html", f"{SITE}/bai-moi-dai-hon-mot-chut-2.html"),
        (f"{SITE}/undefined", LINK, LINK),
        (f"{SITE}/bai-moi-1.html", f"{SITE}/amp/bai-moi-1.html", LINK),
        ("", f"{SITE}/404", LINK),
        ("", "file:///tmp/x.html", LINK),
    ],
)
def test_first_address_that_can_be_its_own(stated: str, url: str, expected: str) -> None:
    assert own_address(stated, url, LINK) == expected


def test_without_a_link_the_page_has_its_own_address() -> None:
    assert own_address("", "file:///tmp/x.html", "") == "file:///tmp/x.html"
    assert own_address(f"{SITE}/a", f"{SITE}/b", "") == f"{SITE}/a"
