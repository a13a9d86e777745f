"""Ways in which pages state time → what is believed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline import dates, jsonld, markup, metadata
from pipeline.moments import VIETNAM, from_machine, from_text, plausible, zone_of

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
URL = "https://bao.example.vn/bai-1.html"


def read(inner: str, *, head: str = "", lang: str = "vi", title: str = "", url: str = URL) -> dates.Dates:
    tree = markup.parse(f"<html lang='{lang}'><head>{head}</head><body>{inner}</body></html>")
    assert tree is not None
    own = jsonld.articles(jsonld.nodes(tree))
    return dates.read(tree, own, metadata.metas(tree), url=url, language=lang, now=NOW, title=title)


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("17/08/2022 19:44 GMT+7", "2022-08-17T19:44:00+07:00"),
        ("09:07, 18/07/2022", "2022-07-18T09:07:00+07:00"),
        ("06/10/2023 | 23:03 GMT+7", "2023-10-06T23:03:00+07:00"),
        ("26/02/2024 lúc 21:46 (GMT+7)", "2024-02-26T21:46:00+07:00"),
        ("Thứ Ba, 14/02/2017, 20:41:53", "2017-02-14T20:41:53+07:00"),
        ("Chủ Nhật, ngày 02 tháng 11 năm 2025, 08:15", "2025-11-02T08:15:00+07:00"),
        ("14 giờ 30 phút, ngày 5/11/2025", "2025-11-05T14:30:00+07:00"),
        ("08h15 ngày 05/11/2025", "2025-11-05T08:15:00+07:00"),
        ("5/11/2025 2:30 CH", "2025-11-05T14:30:00+07:00"),
        ("Thu Hà - 21:29, 16/10/2020", "2020-10-16T21:29:00+07:00"),
        ("[Đăng ngày 05/02/2021]", "2021-02-05T00:00:00+07:00"),
        ("Việt Nam16/03/2024", "2024-03-16T00:00:00+07:00"),
        ("10/25/2025 07:00", "2025-10-25T07:00:00+07:00"),
        ("2025/11/05 14:30", "2025-11-05T14:30:00+07:00"),
        ("5/11/2025 22:10 (GMT-3)", "2025-11-05T22:10:00-03:00"),
        ("2025年11月5日 14:30", "2025-11-05T14:30:00+07:00"),
    ],
)
def test_words(words: str, iso: str) -> None:
    when = from_text(words, VIETNAM)
    assert when is not None
    assert when.isoformat() == iso


@pytest.mark.parametrize("words", ["Chiều 18-10", "31/02/2025", "trang 12/2024", "tỉ số 3-2", "1.500 MW", "", "19:44"])
def test_no_date(words: str) -> None:
    assert from_text(words, VIETNAM) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-11-05", "2025-11-05T00:00:00+07:00"),
        ("2025-11-05T14:30", "2025-11-05T14:30:00+07:00"),
        ("2025-11-05T07:30:00Z", "2025-11-05T07:30:00+00:00"),
        ("2025-11-05T14:30:00 +0700", "2025-11-05T14:30:00+07:00"),
        ("2025-11-05 14:30:00.1234567+07:00", "2025-11-05T14:30:00.123456+07:00"),
        ("20251105T143000", "2025-11-05T14:30:00+07:00"),
        ("Wed, 05 Nov 2025 14:30:00 +0700", "2025-11-05T14:30:00+07:00"),
        ("Fri Apr 28 19:20:36 CEST 2023", "2023-04-28T19:20:36+02:00"),
        ("1762327800", "2025-11-05T07:30:00+00:00"),
        ("1762327800000", "2025-11-05T07:30:00+00:00"),
    ],
)
def test_machine_times(text: str, iso: str) -> None:
    when = from_machine(text, VIETNAM)
    assert when is not None
    assert when.isoformat() == iso


def test_iso_day_and_month_are_never_swapped() -> None:
    assert from_machine("2025-05-04", VIETNAM) == datetime(2025, 5, 4, tzinfo=VIETNAM)
    assert from_text("2025-05-04", VIETNAM, month_first=True) == datetime(2025, 5, 4, tzinfo=VIETNAM)


def test_day_first_except_on_american_pages() -> None:
    inner = "<h1>A</h1><p class='date'>04/11/2025 08:00</p>"
    assert read(inner).published == datetime(2025, 11, 4, 8, tzinfo=VIETNAM)
    american = read(inner, lang="en-US", url="https://news.example.com/a")
    assert american.published == datetime(2025, 4, 11, 8, tzinfo=UTC)


def test_order_that_would_lie_in_the_future_is_not_taken() -> None:
    found = read("<h1>A</h1><p class='date'>11/12/2025 08:00</p>")
    assert found.published is not None
    assert (found.published.month, found.published.day) == (11, 12)


@pytest.mark.parametrize(
    "when", [datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC), NOW + timedelta(days=2), None]
)
def test_implausible(when: datetime | None) -> None:
    assert plausible(when, NOW) is None


def test_zone_by_language_then_by_address() -> None:
    assert zone_of("vi", "https://a.example.com/") == ZoneInfo("Asia/Ho_Chi_Minh")
    assert zone_of("", URL) == ZoneInfo("Asia/Ho_Chi_Minh")
    assert zone_of("ko-KR", "https://a.example.com/") == ZoneInfo("Asia/Seoul")
    assert zone_of("fr", "https://a.example.com/") is UTC


def test_machine_readable_time_comes_before_words_and_modified_apart() -> None:
    found = read(
        "<h1>A</h1><p>18/11/2025 07:00</p>",
        head='<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"@type":["NewsArticle"],'
        '"datePublished":"2025-11-19T06:30:00+07:00","dateModified":"2025-11-19T09:00:00+07:00"}]}</script>',
    )
    assert (found.published, found.origin, found.reader) == (
        datetime(2025, 11, 18, 23, 30, tzinfo=UTC),
        "page",
        "json-ld",
    )
    assert found.modified == datetime(2025, 11, 19, 2, tzinfo=UTC)


def test_nonsense_in_metadata_gives_way_to_the_byline() -> None:
    head = '<meta property="article:published_time" content="0001-01-01T00:00:00">'
    found = read("<h1>A</h1><span class='date'>18/11/2025 07:00</span>", head=head)
    assert (found.published, found.origin) == (datetime(2025, 11, 18, 7, tzinfo=VIETNAM), "text")


def test_clock_in_the_header_is_no_publication_date() -> None:
    clock = "<div class='header'><span id='clock'>Thứ Năm, ngày 20 tháng 11 năm 2025, 09:25:27</span></div>"
    body = "<div class='detail'><div class='meta'>Thu Hà - 21:29, 16/10/2025</div><p>Bài viết.</p></div>"
    for heading in ("<h1>Tên bài</h1>", "<h2>Tên bài</h2>"):
        found = read(clock + heading + body, title="Tên bài")
        assert found.published == datetime(2025, 10, 16, 21, 29, tzinfo=VIETNAM)


def test_date_inside_a_sentence_is_not_the_byline() -> None:
    sentence = "<p>Trước đó, ngày 12/5/2024, đoàn kiểm tra đã đến làm việc với ban quản lý cảng cá.</p>"
    found = read(f"<h1>Tên bài</h1>{sentence}<p class='time'>18/11/2025 07:00</p>")
    assert found.published == datetime(2025, 11, 18, 7, tzinfo=VIETNAM)


def test_undated_page_stays_undated() -> None:
    assert read("<h1>Tên bài</h1><p>Không có ngày tháng nào ở đây.</p>") == dates.Dates()
