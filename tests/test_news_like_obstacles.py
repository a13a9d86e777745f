"""Short true news whose words sound like obstacles is an article, or is kept and marked with the doubt."""

import pytest

from pipeline.extraction.extract import extract_page
from pipeline.records import Article, Entry, Reason
from tests.support.short_pages import NOW, OBSTACLES, OG, URL, outcome, page

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
