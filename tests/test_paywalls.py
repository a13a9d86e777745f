"""Paywall's own sentences → not in the text; news that speaks of subscriptions → whole."""

import json
from datetime import UTC, datetime

import pytest

from pipeline.extraction.extract import extract_page
from pipeline.extraction.paywalls import is_paywall_notice
from pipeline.records import Article, Entry, Reason, Selectors

URL = "https://baovidu.example.vn/kinh-te/nho-duoc-mua-5123.html"
NOW = datetime(2025, 11, 30, 12, tzinfo=UTC)
TITLE = "Nho Ba Mọi được mùa, thương lái vào tận vườn"
BODY = (
    "Sáng 28/11, thương lái Nha Trang vào tận vườn ở Phước Thuận mua nho đỏ với giá 45.000 đồng một ký.",
    "Ông Tám, trồng hai sào, cắt lứa đầu được 1,2 tấn và bán hết trước bữa trưa, nhiều hơn năm ngoái bốn tạ.",
)
NOTICES = [
    "Đăng ký để đọc tiếp",
    "Đăng nhập để đọc tiếp bài viết này.",
    "Vui lòng đăng nhập hoặc đăng ký để xem toàn bộ nội dung.",
    "Mua gói Ví Dụ Plus để đọc tiếp",
    "Để đọc tiếp, vui lòng đăng ký tài khoản.",
    "Nội dung dành riêng cho hội viên",
    "Bài viết dành cho độc giả trả phí",
    "Bạn còn 2 bài viết miễn phí trong tháng này",
    "Nâng cấp tài khoản để xem đầy đủ bài viết",
    "Subscribe to continue reading",
    "Subscribe to The Example Post to continue reading.",
    "Sign in to read the full story",
    "Create a free account to keep reading",
    "Already a subscriber? Log in",
    "This article is for subscribers only.",
    "You have reached your limit of free articles.",
    "To continue reading, please register or log in.",
    "Cet article est réservé aux abonnés",
    "Abonnez-vous pour lire la suite",
    "Il vous reste 74 % de cet article à lire.",
    "Mit einem Abo weiterlesen",
    "Nur für Abonnenten",
    "Suscríbete para seguir leyendo",
    "Contenuto riservato agli abbonati",
    "Чтобы читать дальше, оформите подписку",
    "登录后继续阅读全文",
    "続きを読むには会員登録が必要です",
    "구독하고 계속 읽기",
    "Diesen Artikel weiterlesen mit einem Abo",
    "Weiterlesen mit Probeabo",
    "Mit unserem Abo lesen Sie alle Artikel.",
    "기사 전문은 유료 회원만 볼 수 있습니다.",
    "이 기사는 구독자에게만 제공됩니다.",
    "Полный текст доступен только подписчикам.",
    "Материал доступен по подписке",
    "Статья доступна только для подписчиков.",
]


def read(inner: str, *, locked: bool = False, body: str = "", selectors: Selectors | None = None) -> Article:
    node = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2025-11-28T07:15:00+07:00"}
    node |= {"isAccessibleForFree": False} if locked else {}
    node |= {"articleBody": body} if body else {}
    head = f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'
    markup = f"<html lang='vi'><head><title>{TITLE}</title>{head}</head><body><h1>{TITLE}</h1>{inner}</body></html>"
    result = extract_page(markup.encode(), URL, fetched_at=NOW, selectors=selectors or Selectors())
    assert isinstance(result, Article), result
    return result


PARAGRAPHS = "".join(f"<p>{text}</p>" for text in BODY)


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("locked", [False, True])
def test_sentence_of_the_paywall_is_no_text(notice: str, locked: bool) -> None:
    for inner in (
        f"<article>{PARAGRAPHS}<p>{notice}</p></article>",
        f"<article>{PARAGRAPHS}<div class='x1'><p>{notice}</p></div></article>",
        f"<article><p>{BODY[0]}</p><p>{notice}</p><p>{BODY[1]}</p></article>",
        f"<article><p>{BODY[0]}</p><p>{BODY[1]} {notice}</p></article>",
    ):
        result = read(inner, locked=locked)
        assert result.text.splitlines() == list(BODY), inner
        assert not locked or result.reason is Reason.PAYWALL
    assert read(f"<article>{PARAGRAPHS}<p>{notice}</p></article>", locked=locked).reason is Reason.PAYWALL


@pytest.mark.parametrize("notice", NOTICES[:4])
def test_neither_by_selectors_nor_from_json_ld(notice: str) -> None:
    inner = f"<div class='noi-dung'>{PARAGRAPHS}<p>{notice}</p></div>"
    assert read(inner, selectors=Selectors(text=".noi-dung p")).text.splitlines() == list(BODY)
    assert read("<p>Mở đầu.</p>", body="\n".join((*BODY, notice))).text.splitlines() == list(BODY)


@pytest.mark.parametrize("notice", NOTICES)
def test_nor_in_the_words_of_the_feed(notice: str) -> None:
    entry = Entry(URL, title=TITLE, summary=f"{BODY[0]} {notice}")
    result = extract_page(b"<title>404</title><h1>Not found</h1>", URL, entry=entry, fetched_at=NOW)
    assert isinstance(result, Article)
    assert result.text == BODY[0]


NEWS = [
    "Das Museum in Phan Rang ist mit einem Abo der Verkehrsbetriebe und mit der Tageskarte zu besuchen.",
    "닌투언 수협 회원만 새 냉동창고를 이용할 수 있다고 조합장이 금요일 총회에서 밝혔다.",
    "Билеты на фестиваль доступны только для подписчиков спортивного клуба Фанранга, сообщил директор.",
    "Từ ngày 1/12, người dân Ninh Hải đăng nhập VNeID để xem đầy đủ lịch sử khám bệnh tại trạm y tế xã.",
    "Thư viện tỉnh mời bạn đọc đăng ký để đọc tiếp các số báo xuân đã số hóa từ năm 1975 đến nay.",
    "The Phan Rang library asks pupils to register to read its 4,000 Cham manuscripts on tablets from Monday.",
    "Nhà mạng tặng thuê bao ở Bác Ái 30 GB dữ liệu sau trận lũ quét cuối tuần qua tại Phước Bình.",
    "Tờ báo tỉnh từng in dòng chữ “Đăng ký để đọc tiếp” lên bìa số báo cá tháng tư khiến nhiều người gọi điện.",
    "Khán đài B dành cho hội viên câu lạc bộ Ninh Thuận, giá vé 50.000 đồng, mở bán sáng thứ năm ở sân Phan Rang.",
    "A court in Hanoi ruled that the newspaper may tell readers to subscribe to continue reading its court reports.",
    "The new planner will be available to premium subscribers only.",
    "Buổi tập thử chỉ dành cho hội viên.",
    "Vườn nho Ba Mọi mở tour miễn phí; khách còn hai bài học ngắn về ghép cành do ông chủ vườn đứng lớp.",
]


@pytest.mark.parametrize("sentence", NEWS)
def test_news_about_subscriptions_stays_whole(sentence: str) -> None:
    assert not is_paywall_notice(sentence)
    for inner in (
        f"<article>{PARAGRAPHS}<p>{sentence}</p></article>",
        f"<article><p>{BODY[0]}</p><p>{BODY[1]} {sentence}</p></article>",
    ):
        result = read(inner)
        assert sentence in result.text
        assert result.reason is Reason.OK
