"""Pages that are no articles, as servers send them with status 200 → what they are."""

from datetime import UTC, datetime

import pytest

from pipeline.extraction.extract import NoArticle, extract_page
from pipeline.records import Article, Entry, Reason

URL = "https://bao.example.vn/bai-viet-1.html"
NOW = datetime(2025, 11, 20, tzinfo=UTC)
LONG = "Buổi sáng ở cảng cá Đông Hải bắt đầu bằng tiếng máy tàu và mùi cá cơm vừa hấp trên những tấm phên tre dài. "


def kind(inner: str, head: str = "", url: str = URL) -> tuple[Reason, str]:
    found = extract_page(f"<html><head>{head}</head><body>{inner}</body></html>".encode(), url, fetched_at=NOW)
    return (found.reason, "") if isinstance(found, Article) else (found.reason, found.note)


@pytest.mark.parametrize(
    ("reason", "head", "inner"),
    [
        (Reason.CHALLENGE, "<title>Just a moment...</title>", "<div id='cf-chl-widget'></div><script>x</script>"),
        (Reason.CHALLENGE, "<title>Báo</title>", "<p>Checking your browser before accessing the site.</p>"),
        (Reason.CAPTCHA, "", "<script src='https://ct.captcha-delivery.example/c.js'></script><p>Please wait</p>"),
        (Reason.COOKIE_WALL, "<title>Before you continue</title>", "<p>We value your privacy. Accept all cookies?</p>"),
        (Reason.SOFT_404, "<title>404 - Báo Thử</title>", "<h1>Không tìm thấy trang</h1><p>Mời xem các tin khác.</p>"),
        (Reason.SOFT_404, "<title>Báo Thử</title>", "<p>Bài viết này không tồn tại hoặc đã bị xóa.</p>"),
        (Reason.LOGIN, "<title>Đăng nhập</title>", "<h1>Đăng nhập</h1><form><input type='password'></form>"),
        (Reason.PAYWALL, "<title>Bài</title>", "<h1>Bài</h1><p>Subscribe to continue reading.</p>"),
        (Reason.NEEDS_BROWSER, "<title>Bài</title>", "<div id='app'></div><script src='/a.js'></script>"),
        (Reason.NEEDS_BROWSER, "<title>Bài</title>", "<noscript>Vui lòng bật JavaScript để xem trang.</noscript>"),
        (Reason.CAPTCHA, "<title>Xác minh</title>", "<p>Tôi không phải là người máy</p><input name='ma'>"),
        (Reason.CAPTCHA, "<title>Báo</title>", "<div class='cf-turnstile' data-sitekey='x'></div><p>Một lát</p>"),
        (Reason.CHALLENGE, "<title>Access denied</title>", "<h1>Access denied</h1><p>Reference #18.1</p>"),
        (
            Reason.COOKIE_WALL,
            "<title>Báo</title>",
            "<p>Trước khi bạn tiếp tục, hãy chấp nhận cookie của chúng tôi.</p>",
        ),
        (Reason.SOFT_404, "<title>Báo Thử</title>", "<h1>Page not found</h1><p>The page is no longer available.</p>"),
        (Reason.NEEDS_BROWSER, "<title>Bài</title>", "<div id='__next'></div><script>1</script>"),
        (Reason.VIDEO, "<title>Clip</title>", "<h1>Clip</h1><iframe src='https://www.youtube.com/embed/x'></iframe>"),
        (Reason.VIDEO, "<meta property='og:type' content='video.other'>", "<h1>Clip</h1><div id='player'></div>"),
        (Reason.GALLERY, "<title>Chùm ảnh</title>", "<h1>Chùm ảnh</h1>" + "<img src='a.jpg'>" * 9),
        (Reason.VIDEO, "<title>Clip</title>", "<h1>Clip</h1><video src='a.mp4'></video>"),
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


@pytest.mark.parametrize(
    "path", ["/tag/cang-ca-12.html", "/tu-khoa/cang-ca", "/chu-de/dien-hat-nhan-4.htm", "/tim-kiem"]
)
def test_page_of_a_keyword(path: str) -> None:
    teasers = "".join(
        f"<li><h3><a href='/{n}'>Tin số {n} của chuyên mục kinh tế biển trong tuần này</a></h3><p>{LONG}</p></li>"
        for n in range(20)
    )
    page = f"<h1>cảng cá</h1><ul class='list'>{teasers}</ul>"
    assert kind(page, url=f"https://bao.example.vn{path}")[0] is Reason.TAG_PAGE
    assert kind(page, url="https://bao.example.vn/kinh-te")[0] is Reason.NOT_AN_ARTICLE


def test_login_that_a_page_was_led_to() -> None:
    page = "<h1>Tài khoản</h1><form action='/vao'><input type='text'><input type='password'></form>"
    assert kind(page, url="https://bao.example.vn/dang-nhap?ve=/bai-1.html")[0] is Reason.LOGIN


def whole(inner: str, head: str = "") -> Article:
    found = extract_page(f"<html><head>{head}</head><body>{inner}</body></html>".encode(), URL, fetched_at=NOW)
    assert isinstance(found, Article), found
    return found


def test_live_report_is_kept_and_marked() -> None:
    hours = "".join(
        f"<div class='item'><span class='gio'>{h}:15</span><p>{LONG}{h} giờ.</p></div>" for h in range(6, 12)
    )
    found = whole(f"<h1>Tàu cập cảng</h1><div class='tuong-thuat-truc-tiep'>{hours}</div>")
    assert (found.reason, found.text_from, LONG.strip() in found.text) == (Reason.LIVE_BLOG, "page", True)
    said = '<script type="application/ld+json">{"@type":"LiveBlogPosting","headline":"Tàu cập cảng"}</script>'
    text = "".join(f"<p>{LONG}{n}</p>" for n in range(9))
    assert whole(f"<h1>Tàu cập cảng</h1><article>{text}</article>", said).reason is Reason.LIVE_BLOG
    assert whole(f"<h1>Tàu cập cảng</h1><article>{text}</article>").reason is Reason.OK


def test_words_of_a_film_are_kept_and_marked() -> None:
    head = '<script type="application/ld+json">{"@type":"VideoObject","name":"Cảng cá lúc sáng sớm"}</script>'
    found = whole(
        f"<h1>Cảng cá lúc sáng sớm</h1><video src='a.mp4'></video><div><p>{LONG}</p><p>{LONG}2</p></div>", head
    )
    assert (found.reason, found.text_from) == (Reason.VIDEO, "page")
    brief = head.replace("VideoObject", "NewsArticle")
    text = f"<h1>Cảng cá</h1><article><p>{LONG}</p><video src='a.mp4'></video><p>{LONG}2</p></article>"
    assert whole(text, brief).reason is Reason.OK


def test_free_part_of_a_locked_article_is_kept_and_marked() -> None:
    locked = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
    found = whole(f"<h1>Cảng cá</h1><article><p>{LONG}</p><p>{LONG}2</p></article><p>Mua gói để đọc tiếp</p>", locked)
    assert (found.reason, found.text_from) == (Reason.PAYWALL, "page")


def test_every_reason_has_words() -> None:
    from analysis.documents.labels import labels
    from pipeline.i18n.language import LANGUAGES

    assert all(labels(language).of("reason", reason) for language in LANGUAGES for reason in Reason)


def test_article_that_speaks_of_such_things_is_an_article() -> None:
    text = "".join(f"<p>{LONG}{n}</p>" for n in range(9))
    assert kind(f"<h1>Lỗi 404 và chuyện làng báo</h1><article>{text}</article>", "<title>Lỗi 404</title>") == (
        Reason.OK,
        "",
    )


def test_brief_that_calls_itself_an_article_is_read() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Tin vắn"}</script>'
    inner = "<h1>Tin vắn</h1><article><p>Cầu Đạo Long thông xe sáng nay.</p></article>"
    found = extract_page(f"<html><head>{head}</head><body>{inner}</body></html>".encode(), URL, fetched_at=NOW)
    assert isinstance(found, Article)
    assert found.text == "Cầu Đạo Long thông xe sáng nay."


def test_feed_summary_stands_in_with_the_reason() -> None:
    entry = Entry(URL, title="Cầu Đạo Long thông xe", summary="Cầu mới dài 245 m nối hai bờ sông Dinh.")
    found = extract_page(b"<title>404</title><h1>Not found</h1>", URL, entry=entry, fetched_at=NOW)
    assert isinstance(found, Article)
    assert (found.reason, found.text_from, found.text) == (Reason.SOFT_404, "feed", entry.summary)
    assert isinstance(
        extract_page(b"<title>404</title><h1>Not found</h1>", URL, entry=Entry(URL), fetched_at=NOW), NoArticle
    )


def test_what_is_no_page() -> None:
    assert extract_page(b"%PDF-1.4", URL) == NoArticle(Reason.NOT_HTML, "PDF")
    assert extract_page(b"GIF89a", URL, content_type="image/gif") == NoArticle(Reason.NOT_HTML, "image/gif")
