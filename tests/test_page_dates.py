"""Ways in which pages state time → what is believed."""

from datetime import UTC, date, datetime

import pytest

from pipeline.dates.parsing import Moment, parse_machine_date, parse_text_dates
from pipeline.dates.zones import VIETNAM
from pipeline.html import jsonld, parser
from pipeline.metadata import page_dates, page_metadata

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
URL = "https://bao.example.vn/bai-1.html"


def read(inner: str, *, head: str = "", lang: str = "vi", title: str = "", url: str = URL) -> page_dates.PageDates:
    tree = parser.parse_html(f"<html lang='{lang}'><head>{head}</head><body>{inner}</body></html>")
    assert tree is not None
    own = jsonld.article_nodes(jsonld.jsonld_nodes(tree))
    return page_dates.choose_page_dates(
        tree, own, page_metadata.meta_tags(tree), url=url, language=lang, now=NOW, title=title
    )


def test_iso_day_and_month_are_never_swapped() -> None:
    day = (Moment(datetime(2025, 5, 4, tzinfo=VIETNAM), "day"),)
    assert parse_machine_date("2025-05-04", VIETNAM) == day
    assert parse_machine_date("2025-05-04", VIETNAM, language="en-US") == day
    assert parse_text_dates("2025-05-04", VIETNAM, month_first=True) == day
    found = read("<h1>A</h1>", head='<meta name="pubdate" content="2025-05-04">', lang="en-US")
    assert (found.published, found.ambiguous) == (datetime(2025, 5, 4, tzinfo=VIETNAM), False)


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
    "text",
    [
        *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "0", "0000000000", "1970-01-01T00:00:00Z"),
        *("9999999999999", "-62135596800", "2026-11-05T08:00:00+07:00", "Fri, 31 Dec 9999 23:59:59 -0000", "null"),
    ],
)
def test_nonsense_of_machines_is_no_date(text: str) -> None:
    found = read("<h1>A</h1>", head=f'<meta property="article:published_time" content="{text}">')
    assert found == page_dates.PageDates()


@pytest.mark.parametrize(
    ("lang", "inner"),
    [
        ("fr", "<h1>A</h1><p class='date'>18 novembre 2025</p>"),
        ("ja", "<h1>A</h1><p class='date'>2025年11月18日</p>"),
        ("en-US", "<h1>A</h1><time datetime='2025-11-18'>Nov 18</time>"),
        (
            "en",
            "<h1>A</h1><script type='application/ld+json'>"
            '{"@type":"NewsArticle","datePublished":"2025-11-18T00:00:00-05:00"}</script>',
        ),
        ("vi", "<h1>A</h1><p class='date'>18/11/2025</p>"),
    ],
)
def test_a_mere_day_is_marked_and_stays_that_day_in_the_province(lang: str, inner: str) -> None:
    found = read(inner, lang=lang, url="https://a.example.com/b")
    assert found.published is not None
    assert (found.published.astimezone(VIETNAM).date(), found.precision) == (date(2025, 11, 18), "day")


def test_time_ahead_that_is_marked_as_utc_is_the_outlets_clock() -> None:
    head = '<meta property="article:published_time" content="2025-11-20T18:30:00Z">'
    assert read("<h1>A</h1>", head=head).published == datetime(2025, 11, 20, 18, 30, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("words", "when", "ambiguous"),
    [
        ("04/03/2025 08:00", datetime(2025, 3, 4, 8, tzinfo=VIETNAM), True),
        ("Thứ Ba, 04/03/2025 08:00", datetime(2025, 3, 4, 8, tzinfo=VIETNAM), False),
        ("Thứ Năm, 04/03/2025 08:00", datetime(2025, 4, 3, 8, tzinfo=VIETNAM), False),
        ("14/03/2025 08:00", datetime(2025, 3, 14, 8, tzinfo=VIETNAM), False),
        ("04/04/2025 08:00", datetime(2025, 4, 4, 8, tzinfo=VIETNAM), False),
        ("4 tháng 3, 2025", datetime(2025, 3, 4, tzinfo=VIETNAM), False),
    ],
)
def test_day_and_month_that_may_be_either_are_flagged(words: str, when: datetime, ambiguous: bool) -> None:
    found = read(f"<h1>A</h1><p class='date'>{words}</p>")
    assert (found.published, found.ambiguous) == (when, ambiguous)


def test_another_reader_adds_the_time_or_decides() -> None:
    day = '<meta property="article:published_time" content="2025-11-18">'
    found = read("<h1>A</h1><p class='date'>18/11/2025 07:15</p>", head=day)
    assert (found.published, found.precision) == (datetime(2025, 11, 18, 7, 15, tzinfo=VIETNAM), "time")
    either = '<meta name="pubdate" content="04/03/2025 09:30">'
    found = read("<h1>A</h1><p class='date'>3 tháng 4, 2025</p>", head=either)
    assert (found.published, found.ambiguous) == (datetime(2025, 4, 3, 9, 30, tzinfo=VIETNAM), False)
    other = read("<h1>A</h1><p class='date'>17/11/2025 07:15</p>", head=day)
    assert (other.published, other.precision) == (datetime(2025, 11, 18, tzinfo=VIETNAM), "day")


def test_machine_readable_time_comes_before_words_and_modified_apart() -> None:
    found = read(
        "<h1>A</h1><p>18/11/2025 07:00</p>",
        head='<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"@type":["NewsArticle"],'
        '"datePublished":"2025-11-19T06:30:00+07:00","dateModified":"2025-11-19T09:00:00+07:00"}]}</script>',
    )
    assert (found.published, found.origin, found.method) == (
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


def test_neither_a_clock_nor_a_year_is_a_date() -> None:
    clock = "<table><tr><td><font color='#fff'>Thứ Năm, ngày 20 tháng 11 năm 2025</font></td></tr></table>"
    foot = "<p class='foot'>© 2025 Báo Thử</p>"
    body = "<div class='detail'><b>Tên bài</b><p>Một đoạn văn không có ngày tháng nào cả.</p></div>"
    assert read(clock + body + foot, title="Tên bài") == page_dates.PageDates()
    assert (
        read("<div class='today'>Hôm nay: 20/11/2025</div><h1>Tên bài</h1><p>Lời.</p>" + foot) == page_dates.PageDates()
    )
    dated = body.replace("</b>", "</b><div class='ngay'><i>Đăng Thứ Ba, 18/11/2025, 18:02</i></div>")
    assert read(clock + dated + foot, title="Tên bài").published == datetime(2025, 11, 18, 18, 2, tzinfo=VIETNAM)


def test_new_year_is_a_date_where_the_page_writes_it() -> None:
    wish = "Lời chúc đầu năm của tòa soạn gửi bạn đọc gần xa, viết ngày 01/01/2025, xin gửi tới mọi nhà trong tỉnh."
    found = read(f"<h1>A</h1><p>{wish}</p>")
    assert (found.published, found.precision) == (datetime(2025, 1, 1, tzinfo=VIETNAM), "day")


def test_logo_as_first_heading_does_not_make_the_clock_a_byline() -> None:
    page = (
        "<h1>Báo Thử</h1><div>Thứ Năm, 20/11/2025 09:00</div><h1>Tên bài</h1><span class='date'>18/11/2025 07:00</span>"
    )
    assert read(page, title="Tên bài").published == datetime(2025, 11, 18, 7, tzinfo=VIETNAM)


def test_date_inside_a_sentence_is_not_the_byline() -> None:
    sentence = "<p>Trước đó, ngày 12/5/2024, đoàn kiểm tra đã đến làm việc với ban quản lý cảng cá.</p>"
    found = read(f"<h1>Tên bài</h1>{sentence}<p class='time'>18/11/2025 07:00</p>")
    assert found.published == datetime(2025, 11, 18, 7, tzinfo=VIETNAM)


def test_undated_page_stays_undated() -> None:
    assert read("<h1>Tên bài</h1><p>Không có ngày tháng nào ở đây.</p>") == page_dates.PageDates()


@pytest.mark.parametrize(
    ("country", "stated", "iso"),
    [
        # numbers, as some systems write them
        ("VN", "1793866020", "2026-11-05T15:07:00+07:00"),
        ("VN", "1793866020000", "2026-11-05T15:07:00+07:00"),
        ("KR", "1793866020.5", "2026-11-05T17:07:00+09:00"),
        # the form of a program that nobody told its language, wherever the outlet is
        ("VN", '"11/5/2026 3:07:00 PM"', "2026-11-05T15:07:00+07:00"),
        ("KR", '"11/5/2026 3:07:00 PM"', "2026-11-05T15:07:00+09:00"),
        ("FR", '"4/12/2026 9:30:00 AM"', "2026-04-12T09:30:00+02:00"),
        # neighbours: a country that writes so itself, and forms of the outlet's own
        ("AU", '"5/11/2026 3:07:00 PM"', "2026-11-05T15:07:00+11:00"),
        ("VN", '"05/11/2026 3:07:00 CH"', "2026-11-05T15:07:00+07:00"),
        ("VN", '"05/11/2026 15:07:00"', "2026-11-05T15:07:00+07:00"),
        ("VN", "true", ""),
    ],
)
def test_times_as_programs_write_them_into_json_ld(country: str, stated: str, iso: str) -> None:
    markup = f'<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":{stated}}}</script><p>x</p>'
    tree = parser.parse_html(markup)
    assert tree is not None
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    dates = page_dates.choose_page_dates(
        tree,
        jsonld.article_nodes(jsonld.jsonld_nodes(tree)),
        {},
        url="https://outlet.example/x.html",
        language="",
        now=now,
        source=page_dates.SourceHints(country=country),
    )
    assert dates.published == (datetime.fromisoformat(iso) if iso else None)
