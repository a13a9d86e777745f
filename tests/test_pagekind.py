"""Pages that are no articles, as servers send them with status 200 → what they are."""

from datetime import UTC, datetime

import pytest

from pipeline.extract import Unread, read_page
from pipeline.records import Article, Entry, Reason

URL = "https://bao.example.vn/bai-viet-1.html"
NOW = datetime(2025, 11, 20, tzinfo=UTC)
LONG = "Buổi sáng ở cảng cá Đông Hải bắt đầu bằng tiếng máy tàu và mùi cá cơm vừa hấp trên những tấm phên tre dài. "


def kind(inner: str, head: str = "", url: str = URL) -> tuple[Reason, str]:
    found = read_page(f"<html><head>{head}</head><body>{inner}</body></html>".encode(), url, fetched_at=NOW)
    return (found.reason, "") if isinstance(found, Article) else (found.reason, found.note)


@pytest.mark.parametrize(
    ("reason", "head", "inner"),
    [
        (Reason.CHALLENGE, "<title>Just a moment...</title>", "<div id='cf-chl-widget'></div><script>x</script>"),
        (Reason.CHALLENGE, "<title>Báo</title>", "<p>Checking your browser before accessing the site.</p>"),
        (Reason.CHALLENGE, "", "<script src='https://ct.captcha-delivery.example/c.js'></script><p>Please wait</p>"),
        (Reason.CHALLENGE, "<title>Before you continue</title>", "<p>We value your privacy. Accept all cookies?</p>"),
        (Reason.SOFT_404, "<title>404 - Báo Thử</title>", "<h1>Không tìm thấy trang</h1><p>Mời xem các tin khác.</p>"),
        (Reason.SOFT_404, "<title>Báo Thử</title>", "<p>Bài viết này không tồn tại hoặc đã bị xóa.</p>"),
        (Reason.PAYWALL, "<title>Đăng nhập</title>", "<h1>Đăng nhập</h1><form><input type='password'></form>"),
        (Reason.PAYWALL, "<title>Bài</title>", "<h1>Bài</h1><p>Subscribe to continue reading.</p>"),
        (Reason.NEEDS_BROWSER, "<title>Bài</title>", "<div id='app'></div><script src='/a.js'></script>"),
        (Reason.NEEDS_BROWSER, "<title>Bài</title>", "<noscript>Vui lòng bật JavaScript để xem trang.</noscript>"),
        (Reason.NOT_AN_ARTICLE, "<title>Clip</title>", "<h1>Clip</h1><video src='a.mp4'></video>"),
        (Reason.NO_TEXT, "<title>Ảnh</title>", "<h1>Ảnh</h1><img src='a.jpg'>"),
    ],
)
def test_what_it_is(reason: Reason, head: str, inner: str) -> None:
    assert kind(inner, head)[0] is reason


def test_list_of_articles_is_none_even_if_it_says_so() -> None:
    teasers = "".join(
        f"<div><h3><a href='/{n}'>Tin số {n} của chuyên mục kinh tế biển trong tuần này</a></h3><p>{LONG}</p></div>"
        for n in range(40)
    )
    assert (
        kind(f"<div class='list'>{teasers}</div>", "<meta property='og:type' content='article'>")[0]
        is Reason.NOT_AN_ARTICLE
    )


def test_article_that_speaks_of_such_things_is_an_article() -> None:
    text = "".join(f"<p>{LONG}{n}</p>" for n in range(9))
    assert kind(f"<h1>Lỗi 404 và chuyện làng báo</h1><article>{text}</article>", "<title>Lỗi 404</title>") == (
        Reason.OK,
        "",
    )


def test_brief_that_calls_itself_an_article_is_read() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Tin vắn"}</script>'
    inner = "<h1>Tin vắn</h1><article><p>Cầu Đạo Long thông xe sáng nay.</p></article>"
    found = read_page(f"<html><head>{head}</head><body>{inner}</body></html>".encode(), URL, fetched_at=NOW)
    assert isinstance(found, Article)
    assert found.text == "Cầu Đạo Long thông xe sáng nay."


def test_feed_summary_stands_in_with_the_reason() -> None:
    entry = Entry(URL, title="Cầu Đạo Long thông xe", summary="Cầu mới dài 245 m nối hai bờ sông Dinh.")
    found = read_page(b"<title>404</title><h1>Not found</h1>", URL, entry=entry, fetched_at=NOW)
    assert isinstance(found, Article)
    assert (found.reason, found.text_from, found.text) == (Reason.SOFT_404, "feed", entry.summary)
    assert isinstance(read_page(b"<title>404</title><h1>Not found</h1>", URL, entry=Entry(URL), fetched_at=NOW), Unread)


def test_what_is_no_page() -> None:
    assert read_page(b"%PDF-1.4", URL) == Unread(Reason.NOT_HTML, "PDF")
    assert read_page(b"GIF89a", URL, content_type="image/gif") == Unread(Reason.NOT_HTML, "image/gif")
