"""True obstacles that call themselves articles stay obstacles, whatever their templates declare."""

import pytest

from pipeline.extraction.extract import NoArticle, extract_page
from pipeline.records import Article, Entry, Reason
from tests.support.short_pages import NOW, OG, TIME, URL, outcome, page


@pytest.mark.parametrize(
    "notice",
    [
        "Vui lòng xác nhận bạn không phải là người máy để tiếp tục truy cập trang web của chúng tôi.",
        "Bài viết bạn yêu cầu không tồn tại hoặc đã bị gỡ. Mời bạn quay lại trang chủ Báo Ví Dụ sau 5 giây.",
        "Chúng tôi và 842 đối tác sử dụng cookie để phân tích dữ liệu. Nhấn đồng ý để chấp nhận cookie và tiếp tục.",
        "You are being asked to verify you are human. Ray ID 8f2ab. Please enable cookies and continue.",
    ],
)
def test_notice_below_the_headline_of_an_article_is_no_article(notice: str) -> None:
    assert outcome(page("Nho Ninh Thuận được giá", notice))[1] == ""


LD_ERROR = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"%s","datePublished":"%s"}</script>'
FAKES = [
    (
        Reason.SOFT_404,
        "Không tìm thấy trang",
        "<p>Bài viết này không tồn tại hoặc đã bị xóa. Mời bạn xem các tin khác.</p>",
    ),
    (Reason.SOFT_404, "404", "<p>Xin lỗi, trang bạn tìm không tồn tại. Vui lòng kiểm tra lại đường dẫn.</p>"),
    (Reason.SOFT_404, "Page not found", "<p>Sorry, the page you are looking for is no longer available.</p>"),
    (Reason.SOFT_404, "Lỗi 404 - Báo Ví Dụ", "<p>Nội dung bạn yêu cầu không tìm thấy. Quay lại trang chủ.</p>"),
    (Reason.SOFT_404, "Báo Ví Dụ", "<p>Bài viết không tồn tại hoặc đã bị gỡ. Bạn có thể tìm kiếm ở ô bên trên.</p>"),
    (Reason.SOFT_404, "Seite nicht gefunden", "<p>Die Seite wurde nicht gefunden. Bitte prüfen Sie die Adresse.</p>"),
    (Reason.SOFT_404, "Page introuvable", "<p>La page que vous cherchez n'existe pas ou a été déplacée.</p>"),
    (Reason.SOFT_404, "页面不存在", "<p>您访问的页面不存在或已被删除,请返回首页。</p>"),
    (Reason.CHALLENGE, "Just a moment...", "<p>Checking your browser before accessing baovidu.example.vn.</p>"),
    (Reason.CHALLENGE, "Access denied", "<p>You don't have permission to access this server. Reference #18.4f1b.</p>"),
    (Reason.CHALLENGE, "Báo Ví Dụ", "<p>Our systems have detected unusual traffic from your computer network.</p>"),
    (Reason.CAPTCHA, "Xác minh", "<form><p>Vui lòng nhập mã xác nhận để tiếp tục truy cập</p><input name='m'></form>"),
    (Reason.CAPTCHA, "Báo Ví Dụ", "<div class='h-captcha'></div><p>Please complete the captcha to continue.</p>"),
    (
        Reason.COOKIE_WALL,
        "Before you continue",
        "<p>We value your privacy. We and our partners use cookies to store data on your device and to show "
        "personalised "
        "ads and content. You can accept all cookies or manage your settings at any time.</p><button>Accept</button>",
    ),
    (Reason.COOKIE_WALL, "Trước khi bạn tiếp tục", "<p>Trang web sử dụng cookie. Bạn có chấp nhận cookie không?</p>"),
    (
        Reason.COOKIE_WALL,
        "Baovidu – Vorschaltseite",
        "<p>Mit Werbung weiterlesen? Wir und unsere Partner nutzen Cookies. Datenschutzeinstellungen können Sie "
        "jederzeit "
        "ändern oder alle akzeptieren.</p><button>Alle akzeptieren</button>",
    ),
    (
        Reason.CHALLENGE,
        "baovidu.example.vn",
        "<h2>Verifying you are human. This may take a few seconds.</h2><p>baovidu.example.vn needs to review the "
        "security "
        "of your connection before proceeding.</p><p>Ray ID: 7f2c4b11aa09</p><p>Performance and security by "
        "Flarewall</p>",
    ),
    (
        Reason.SOFT_404,
        "Rất tiếc, bài viết không tồn tại",
        "<p>Bài viết bạn đang tìm có thể đã bị xóa, đổi tên hoặc tạm thời không truy cập được. Vui lòng quay về "
        "trang chủ, "
        "dùng ô tìm kiếm hoặc liên hệ tòa soạn qua số 0259 382 0000.</p>",
    ),
    (
        Reason.SOFT_404,
        "Oops! That page can’t be found",
        "<p>It looks like nothing was found at this location. Maybe try a search? The content is no longer "
        "available.</p>",
    ),
    (
        Reason.LOGIN,
        "Đăng nhập",
        "<form><p>Đăng nhập tài khoản của bạn để tiếp tục</p><input type='text'><input type='password'></form>",
    ),
]


@pytest.mark.parametrize(("reason", "title", "inner"), FAKES, ids=[f"{r}-{t[:14]}" for r, t, _ in FAKES])
@pytest.mark.parametrize("template", ["none", "og", "json-ld"])
def test_true_obstacle_stays_one_whatever_its_template_declares(
    reason: Reason, title: str, inner: str, template: str
) -> None:
    head = {"none": "", "og": OG, "json-ld": OG + LD_ERROR % (title, TIME)}[template]
    body = f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1><div>{inner}</div></body></html>"
    assert outcome(body.encode()) == (reason, "")


def test_error_page_with_the_news_of_the_day_below_is_none() -> None:
    teasers = "".join(
        f"<div class='tin'><a href='/{n}'>Nông dân Phước Hữu thu hoạch măng tây vụ thứ {n} trong năm</a></div>"
        for n in range(6)
    )
    inner = f"<h1>Không tìm thấy trang</h1><div>{teasers}</div>"
    body = f"<html><head><title>404</title>{OG}</head><body>{inner}</body></html>"
    assert isinstance(extract_page(body.encode(), URL, fetched_at=NOW), NoArticle)


def test_summary_of_the_feed_still_stands_in_for_an_obstacle() -> None:
    entry = Entry(URL, title="Cầu Đạo Long thông xe", summary="Cầu mới dài 245 m nối hai bờ sông Dinh.")
    body = f"<html><head><title>Page not found</title>{OG}</head><body><h1>Page not found</h1></body></html>".encode()
    result = extract_page(body, URL, entry=entry, fetched_at=NOW)
    assert isinstance(result, Article)
    assert (result.reason, result.text_from) == (Reason.SOFT_404, "feed")
