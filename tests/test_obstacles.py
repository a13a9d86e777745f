"""Short true news whose words sound like obstacles, and true obstacles that call themselves articles → which is "
"which."""

import json
from datetime import UTC, datetime

import pytest

from pipeline.extraction.extract import NoArticle, extract_page
from pipeline.records import Article, Entry, Reason

URL = "https://baovidu.example.vn/doi-song/tin-van-2811-5120.html"
NOW = datetime(2025, 11, 30, 12, tzinfo=UTC)
TIME = "2025-11-28T07:15:00+07:00"
OG = "<meta property='og:type' content='article'><meta property='og:site_name' content='Báo Ví Dụ'>"
OBSTACLES = {Reason.CAPTCHA, Reason.CHALLENGE, Reason.SOFT_404, Reason.LOGIN, Reason.COOKIE_WALL}


def page(
    title: str, *paragraphs: str, head: str = "", below: str = "", dated: bool = True, named: bool = True
) -> bytes:
    """Return a page of NewsArticle JSON-LD, unless neither `dated` nor `named`, with the paragraphs and a footer."""
    node = {"@type": "NewsArticle", "headline": title} | ({"datePublished": TIME} if dated else {})
    declared = f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>' if named else ""
    text = "".join(f"<p>{words}</p>" for words in paragraphs)
    return (
        f"<!DOCTYPE html><html lang='vi'><head><title>{title} - Báo Ví Dụ</title>{declared}{head}</head><body>"
        f"<header><a href='/'>Báo Ví Dụ</a></header><h1>{title}</h1><article>{text}</article>{below}"
        "<footer>© Báo Ví Dụ</footer></body></html>"
    ).encode()


def outcome(body: bytes, url: str = URL) -> tuple[Reason, str]:
    """Return the reason and the text; '' for a page that gives no article."""
    result = extract_page(body, url, fetched_at=NOW)
    return (result.reason, result.text) if isinstance(result, Article) else (result.reason, "")


NEWS = [
    (
        "404 hộ nghèo ở Phước Hà nhận bò giống",
        "Sáng 28/11, xã Phước Hà trao bò giống cho 404 hộ nghèo. Mỗi hộ nhận một con bò cái sinh sản và được cán bộ "
        "thú y "
        "tiêm phòng tại chuồng. Đợt trao tiếp theo dự kiến vào tháng hai.",
    ),
    (
        "Đoàn kiểm tra không tìm thấy nội dung vi phạm tại lễ hội",
        "Đoàn liên ngành cho biết không tìm thấy nội dung vi phạm trong các tiết mục của lễ hội nho. Ban tổ chức "
        "được nhắc "
        "giảm âm lượng sau 22 giờ và dọn rác quanh sân khấu Mười Sáu Tháng Tư.",
    ),
    (
        "Trang bán vé tàu bỏ captcha từ tháng mười hai",
        "Ga Tháp Chàm cho biết khách mua vé qua mạng không còn phải gõ captcha. Thay vào đó hành khách nhận mã qua "
        "tin nhắn. "
        "Tuần qua nhà ga bán được 2.300 vé, nhiều nhất là chặng đi Sài Gòn.",
    ),
    (
        "Thư viện tỉnh hướng dẫn bạn đọc chấp nhận cookie an toàn",
        "Lớp học cuối tuần của thư viện dạy người lớn tuổi khi nào nên chấp nhận cookie và khi nào nên xóa. Bốn mươi "
        "cụ ở "
        "phường Đạo Long đến nghe, nhiều cụ mang theo điện thoại của cháu.",
    ),
    (
        "Black box of sunken trawler not found off Ca Na",
        "Divers searched the wreck near Ca Na for a third day on Friday and the recorder was not found. The coast "
        "guard will "
        "bring a sonar boat from Cam Ranh on Monday, the harbour master told fishermen.",
    ),
    (
        "Airport adds security check lanes before Tet",
        "Cam Ranh airport will open four more security check lanes from January. Passengers from Phan Rang should "
        "arrive two "
        "hours early, the operator said, because the road past Binh Ba is being repaired.",
    ),
    (
        "Unusual traffic jams Phan Rang bridge after market fire",
        "Police blamed unusual traffic on Dao Long bridge on lorries that left the burned market. Two lanes were "
        "closed until "
        "noon. Nobody was hurt, and vendors expect to reopen forty stalls by Sunday.",
    ),
    (
        "Reporters' access denied at salt works hearing",
        "Three reporters said access denied signs met them at the salt works hearing in Tri Hai. The commune later "
        "apologised "
        "and published the minutes, which list eleven complaints about dust.",
    ),
    (
        "Page not found: Cham manuscript still lacks its last leaf",
        "Restorers in Phan Rang finished a Cham manuscript of 212 leaves this week. The last page was not found in "
        "any of the "
        "three family chests, so the museum will show the book with an empty mount.",
    ),
    (
        "Đăng nhập VNeID để nhận tiền hỗ trợ hạn hán",
        "Từ đầu tháng mười hai, nông dân Bác Ái đăng nhập VNeID tại nhà văn hóa thôn để nhận hỗ trợ hạn hán. Xã cử "
        "sáu đoàn "
        "viên trực giúp các hộ người Raglai chưa quen điện thoại thông minh.",
    ),
    (
        "Verify you are human, bank tells elderly clients",
        "A bank in Ninh Phuoc phoned 600 elderly clients after a fake website asked them to verify you are human and "
        "then "
        "emptied eleven accounts. Losses reached 1.2 billion dong, police said.",
    ),
    (
        "Hồ Sông Trâu bảo trì cửa xả, cắt nước ba ngày",
        "Công ty thủy lợi bảo trì cửa xả hồ Sông Trâu từ thứ hai. Kênh nhánh Thuận Bắc ngừng nước ba ngày; sau 5 giờ "
        "sáng thứ "
        "năm nước trở lại. Bà con được nhắc trữ nước cho đàn dê, cừu.",
    ),
    (
        "Ngư dân tìm lại được ghe, bài viết trên mạng đã bị gỡ",
        "Ông Năm Hiền tìm lại chiếc ghe trôi ở mũi Dinh sáng 28/11. Bài viết vu cho hàng xóm lấy ghe đã bị gỡ ngay "
        "trong buổi "
        "trưa, và hai nhà bắt tay nhau ở trụ sở thôn Sơn Hải.",
    ),
    (
        "Thi làm thơ: các em nhập mã bảo mật trên phiếu",
        "Hội thi thơ thiếu nhi tỉnh nhận 812 bài. Để chấm kín, các em nhập mã bảo mật trên phiếu thay cho tên. Giải "
        "nhất là "
        "bài thơ về đồng cừu An Hòa của một học sinh lớp năm ở Xuân Hải.",
    ),
    (
        "Are you a robot? Quán cà phê có rô bốt bưng bê",
        "Quán cà phê trên đường Thống Nhất dùng rô bốt bưng bê, trên lưng ghi câu are you a robot. Chủ quán nói "
        "khách trẻ thích "
        "chụp ảnh, còn khách già vẫn gọi cô Lụa bưng ly sữa đá.",
    ),
    (
        "Just a moment of rain ends salt harvest",
        "Just a moment of rain on Thursday night dissolved 300 tonnes of salt at Phuong Cuu. Farmers had covered "
        "only a third "
        "of the pans. The price at the gate rose by 200 dong a kilo the next morning.",
    ),
]


@pytest.mark.parametrize(("title", "text"), NEWS, ids=[title[:24] for title, _ in NEWS])
def test_short_news_with_words_of_obstacles_is_an_article(title: str, text: str) -> None:
    assert outcome(page(title, text, head=OG)) == (Reason.OK, text)


ABOUT_OBSTACLES = [
    (
        "Xác minh bạn là con người: trò lừa mới ở Ninh Thuận",
        "Công an Ninh Thuận cảnh báo trang giả Cloudflare yêu cầu xác minh bạn là con người để cài mã độc; 7 người đã "
        "mất tiền.",
    ),
    (
        "Yêu cầu nhập mã xác nhận: chiêu chiếm tài khoản ở Phan Rang",
        "Công an Phan Rang cảnh báo tin nhắn yêu cầu nhập mã xác nhận để nhận quà; khi đăng nhập vào trang này, tài "
        "khoản của bạn đã bị chiếm đoạt.",
    ),
    (
        "Trang thông tin của xã không truy cập được: Phước Dinh xin lỗi",
        "Trang thông tin điện tử xã Phước Dinh không tìm thấy nội dung do hệ thống đang bảo trì; xã xin lỗi và mời "
        "người dân truy cập lại sau.",
    ),
    (
        "Chấp nhận cookie: bạn đọc Ninh Thuận cần biết",
        "Chuyên gia Chamaléa Tâm khuyên khi truy cập website, bạn đọc không nên chấp nhận cookie của bên thứ ba; hãy "
        "kiểm tra chính sách quyền riêng tư.",
    ),
    (
        "Đăng nhập cổng dịch vụ công: người dùng Bác Ái được hướng dẫn",
        "Tổ công nghệ số Bác Ái hướng dẫn người dùng đăng nhập cổng dịch vụ công, nhập mã xác nhận, kiểm tra dữ liệu "
        "cá nhân và đổi mật khẩu, hết lỗi trang không tìm thấy.",
    ),
    (
        "Thư viện mời bạn đọc xác nhận không phải người máy",
        "Trang mới của thư viện yêu cầu bạn đọc xác nhận không phải người máy khi đăng ký tài khoản miễn phí; hệ thống "
        "cần cụ già Raglai, trẻ em nhập mã.",
    ),
]


@pytest.mark.parametrize(("title", "text"), ABOUT_OBSTACLES, ids=[title[:24] for title, _ in ABOUT_OBSTACLES])
def test_news_of_an_obstacle_in_the_words_of_obstacles_is_kept_and_marked(title: str, text: str) -> None:
    reason, stored = outcome(page(title, text))
    assert stored == text
    assert reason in {Reason.OK, *OBSTACLES}


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


@pytest.mark.parametrize(("title", "text"), NEWS, ids=[title[:24] for title, _ in NEWS])
def test_neither_forms_nor_widgets_beside_the_news_change_that(title: str, text: str) -> None:
    below = (
        "<div class='comments'><form action='/binh-luan'><div class='g-recaptcha' data-sitekey='k'></div>"
        "<input name='ten'></form></div><div class='modal'><form><input type='password'></form></div>"
        "<div class='cookie-bar'>Trang này sử dụng cookie. <a href='/rieng-tu'>Privacy settings</a></div>"
    )
    reason, read = outcome(page(title, text, head=OG, below=below))
    assert reason is Reason.OK
    assert text in read


@pytest.mark.parametrize(("title", "text"), NEWS[::2], ids=[title[:24] for title, _ in NEWS[::2]])
def test_undated_or_undeclared_news_is_kept_at_least(title: str, text: str) -> None:
    """It is doubtful where its words stand in the article itself: it is stored, and marked with the doubt."""
    for body in (page(title, text, head=OG, dated=False), page(title, text, dated=False, named=False)):
        result = extract_page(body, URL, fetched_at=NOW)
        assert isinstance(result, Article), (body, result)
        assert result.text_from == "page"
        assert result.reason in {Reason.OK, *OBSTACLES}
        assert text in result.text


def test_doubt_is_marked_with_its_reason() -> None:
    title, text = NEWS[4]
    assert outcome(page(title, text, head=OG, dated=False)) == (Reason.SOFT_404, text)
    title, text = NEWS[5]
    assert outcome(page(title, text, head=OG, dated=False)) == (Reason.CHALLENGE, text)


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


PLAIN = [
    ("en", "My week on the salt pans", "I spent seven days raking salt with the Tran family. My back hurts, my boots "
     "are "
     "white, and I have never slept better. On Saturday the foreman let me drive the old pump, which promptly died.",
     "Cookie settings"),
    ("de", "Radtour durch das Weinland", "Am Sonntag fuhren wir mit dem Rad von Retz nach Znaim. Der Wind stand "
     "gegen uns, "
     "die Reben waren schon rot, und in Hnanice gab es Gulasch. Nächstes Jahr nehmen wir die Kinder mit.",
     "Datenschutzeinstellungen"),
    ("fr", "Une matinée au marché de Brive", "Les premiers cèpes sont arrivés ce matin sous la halle. Jeanne, qui "
     "vend ici "
     "depuis trente ans, les cède à vingt euros le kilo et promet mieux pour samedi si la pluie revient.",
     "Gérer les cookies"),
    ("en", "Choir practice moves to Thursday", "From next week the village choir meets on Thursday evenings in the old "
     "school. Bring a torch, the lane lamp is broken again. Mrs Hale still looks for two tenors and a pianist.",
     "Accept cookies"),
    ("vi", "Nhật ký một chuyến đi Hòn Đỏ", "Tôi đến Hòn Đỏ lúc nước rút, rạn san hô hóa thạch lộ ra như mái ngói cũ. "
     "Anh "
     "chài chỉ chỗ nhặt ốc, rồi nướng ngay trên bãi. Chiều, gió thổi mạnh, cả bọn ngồi nép vào vách đá.",
     "Chính sách cookie"),
    ("en", "Frost took the early plums", "Two nights of frost in April took nearly all the early plums in our "
     "orchard. The "
     "late ones hold. We will sell jam instead of fruit this summer, and the pigs get what fell.",
     "We value your privacy"),
    ("de", "Der Dorfladen schließt", "Nach 61 Jahren schließt Frau Krämer ihren Laden in Oberwang. Brot gibt es "
     "künftig vom "
     "Wagen, dienstags und freitags. Die Glocke über der Tür will sie behalten.", "Cookie settings"),
    ("en", "How the ferry got its bell", "The bell came from a lightship that broke up in 1911. My grandfather "
     "bought it for "
     "a crate of herring and hung it on the ferry, where it still rings in fog.", "Consent preferences"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "title", "text", "foot"), PLAIN, ids=[title[:20] for _, title, _, _ in PLAIN])
def test_plain_old_page_with_a_notice_in_its_footer_is_an_article(
    language: str, title: str, text: str, foot: str
) -> None:
    body = (
        f"<html lang='{language}'><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p>"
        f"<div class='foot'><a href='/c'>{foot}</a></div></body></html>"
    )
    assert outcome(body.encode(), "http://blog.example.org/2009/05/eintrag.html") == (Reason.OK, text)


BRIEFS = [
    ("Cầu Đạo Long thông xe", "Cầu mới dài 245 m nối hai bờ sông Dinh thông xe sáng nay."),
    ("Ferry back in service", "The Hale ferry sails again from Monday, the harbour office said."),
    ("Bäckerei öffnet wieder", "Am Samstag öffnet die Bäckerei Huber nach dem Umbau wieder ihre Türen."),
    ("Le pont rouvre lundi", "Le pont de la Corrèze rouvre lundi matin après six mois de travaux."),
    ("Lễ hội nho dời ngày", "Lễ hội nho Ba Mọi dời sang ngày 6/12 vì mưa."),
    ("Museum gets a roof", "Volunteers finished the roof of the salt museum on Sunday."),
    ("Tìm được hai trẻ lạc", "Hai trẻ lạc trên núi Chúa được tìm thấy, sức khỏe ổn định."),
    ("New bell for St Anne", "St Anne has a new bell, cast in Innsbruck and paid for by jam sales."),
]


@pytest.mark.parametrize(("title", "text"), BRIEFS, ids=[title for title, _ in BRIEFS])
def test_dated_brief_with_a_headline_needs_no_metadata(title: str, text: str) -> None:
    body = (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<time datetime='2025-11-28T07:15:00+07:00' "
        f"itemprop='datePublished'>28/11</time><div><p>{text}</p></div></body></html>"
    )
    assert outcome(body.encode(), "http://blog.example.org/tin/9.html") == (Reason.OK, text)


UNDATED = [
    "The bell came from a lightship that broke up in 1911; my grandfather bought it for a crate of herring.",
    "Der Wind stand gegen uns, die Reben waren rot, und in Hnanice gab es Gulasch mit sechs Knödeln.",
    "Jeanne vend ses premiers cèpes vingt euros le kilo et promet mieux pour samedi si la pluie revient.",
    "Chiều, gió thổi mạnh, cả bọn ngồi nép vào vách đá ăn ốc nướng rồi ngủ luôn trên bãi cát Hòn Đỏ.",
]


@pytest.mark.parametrize("sentence", UNDATED)
@pytest.mark.parametrize("inner", ["<p>%s</p>", "<blockquote>%s</blockquote>", "<div>%s</div>", "<b>x</b><p>%s"])
def test_undated_sentence_below_a_headline_is_an_article(sentence: str, inner: str) -> None:
    body = (
        f"<html><head><title>Harbour bell tale</title></head><body><h1>Harbour bell tale</h1>{inner % sentence}</body>"
    )
    reason, text = outcome(body.encode(), "http://blog.example.org/2009/05/eintrag.html")
    assert reason is Reason.OK
    assert sentence in text


def test_sentence_below_a_film_or_pictures_is_kept_and_marked() -> None:
    for reason, media in ((Reason.VIDEO, "<video src='a.mp4'></video>"), (Reason.GALLERY, "<img src='a.jpg'>" * 7)):
        inner = f"<h1>Chuyện Hòn Đỏ</h1>{media}<p>{UNDATED[3]}</p>"
        body = f"<html><head><title>Chuyện Hòn Đỏ</title></head><body>{inner}</body></html>"
        assert outcome(body.encode()) == (reason, UNDATED[3])


def test_headline_that_the_feed_announced_settles_a_doubt_and_another_one_does_not() -> None:
    title, text = NEWS[4]
    body = page(title, text, head=OG, dated=False)
    summary = "Tóm tắt của nguồn tin về việc này."

    def read(announced: str) -> tuple[Reason, str]:
        result = extract_page(body, URL, entry=Entry(URL, title=announced, summary=summary), fetched_at=NOW)
        assert isinstance(result, Article)
        return result.reason, result.text

    assert read(title) == (Reason.OK, text)
    assert read("Black box of the sunken trawler still not found") == (Reason.OK, text)
    assert read("Giá nho Ba Mọi tăng trước Tết") == (Reason.SOFT_404, summary)


def test_undated_scrap_without_metadata_is_none() -> None:
    body = b"<html><head><title>Salt</title></head><body><h1>Salt</h1><p>Loading the reader for you.</p></body></html>"
    assert outcome(body) == (Reason.NO_TEXT, "")


def test_summary_of_the_feed_still_stands_in_for_an_obstacle() -> None:
    entry = Entry(URL, title="Cầu Đạo Long thông xe", summary="Cầu mới dài 245 m nối hai bờ sông Dinh.")
    body = f"<html><head><title>Page not found</title>{OG}</head><body><h1>Page not found</h1></body></html>".encode()
    result = extract_page(body, URL, entry=entry, fetched_at=NOW)
    assert isinstance(result, Article)
    assert (result.reason, result.text_from) == (Reason.SOFT_404, "feed")
