"""Which day a page without a plain statement means: its address, other texts' dates, clocks, the outlet's own day."""

from datetime import date, datetime

import pytest

from pipeline.dates.parsing import moment_of_day
from pipeline.dates.url_dates import day_in_url
from pipeline.dates.zones import VIETNAM
from pipeline.extraction.extract import extract_page
from pipeline.metadata import page_dates
from pipeline.records import Article, Entry
from tests.support.dated_pages import NOW, PROSE, TITLE, day_of, read


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2026/11/28/cang-ca.html", "2026-11-28"),
        ("/2026/11/28", "2026-11-28"),
        ("/news/2026-11-28/cang-ca", "2026-11-28"),
        ("/news/2026-11-28-cang-ca", "2026-11-28"),
        ("/world/2026/nov/28/harbour", "2026-11-28"),
        ("/2026-11/28/c_112.htm", "2026-11-28"),
        ("/202611/28/content_1.html", "2026-11-28"),
        ("/202611/t20261128_77.html", "2026-11-28"),
        ("/20261128/cang-ca", "2026-11-28"),
        ("/2026/1/8/cang-ca", "2026-01-08"),
        # none: a month, a number of an article, an impossible day, a parameter, a year in a headline
        ("/2026/11/cang-ca", None),
        ("/cang-ca-20261128150741.html", None),
        ("/2026/13/28/a", None),
        ("/2026/02/31/a", None),
        ("/a?d=/2026/11/28/", None),
        ("/ke-hoach-2026-2030", None),
        ("/1234/11/28/", None),
        ("//[bad", None),
    ],
)
def test_day_in_an_address(path: str, day: str | None) -> None:
    assert day_in_url(path if path.startswith("//") else f"https://outlet.example{path}") == (
        date.fromisoformat(day) if day else None
    )


OTHERS = [
    "<div class='comments'><div class='comment-date'>29/11/2026 09:00</div><p>Hay quá.</p></div>",
    "<ol id='comment-list'><li><time datetime='2026-11-29T09:00:00+07:00'>1 ngày trước</time> Hay.</li></ol>",
    "<aside><span class='date'>29/11/2026 09:00</span> Thời tiết</aside>",
    "<div class='related-posts'><p class='date'>29/11/2026</p></div>",
    "<ul class='tin-lien-quan'><li><span class='date'>29/11/2026</span></li></ul>",
    "<ul><li><a href='/b'>Một bài báo khác của hôm qua</a> <span class='date'>29/11/2026</span></li></ul>",
    "<div><h3><a href='/b'>Một bài báo khác của hôm qua</a></h3><span class='date'>29/11/2026</span></div>",
    "<footer><p>29/11/2026 09:00</p></footer>",
    "<nav><span class='time'>29/11/2026 09:00</span></nav>",
    "<div class='sidebar'><time datetime='2026-11-29T09:00:00Z'></time></div>",
    "<div class='widget recent'><span>29.11.2026</span></div>",
]


@pytest.mark.parametrize("other", OTHERS)
def test_date_of_another_text_gives_way_to_the_days_the_page_has(other: str) -> None:
    addressed = read(f"<h1>{TITLE}</h1>{other}{PROSE}", url="https://outlet.example/2026/11/21/a.html", lang="vi")
    assert (day_of(addressed), addressed.method, addressed.precision) == ("2026-11-21", "url", "day")
    late = read(f"<h1>{TITLE}</h1>{other}{PROSE}<p class='date'>21/11/2026 07:15</p>", lang="vi")
    assert late.published == datetime(2026, 11, 21, 7, 15, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "byline",
    [
        "<p class='date'>21/11/2026 07:15</p>",
        "<div class='content-sidebar-wrap'><p class='date'>21/11/2026 07:15</p></div>",
        "<ul class='meta'><li>Thu Hà</li><li>21/11/2026 07:15</li></ul>",
        "<div><a href='/tac-gia'>Thu Hà</a> <span>21/11/2026 07:15</span></div>",
        "<header class='entry-header'><time>21/11/2026 07:15</time></header>",
        "<article><time>21/11/2026 07:15</time><p>Lời.</p></article>",
        "<section>21/11/2026 07:15</section>",
        "<dl><dd>21/11/2026 07:15</dd></dl>",
    ],
)
def test_byline_of_the_article_is_none_of_another_text(byline: str) -> None:
    holder = byline.replace("content-sidebar-wrap'>", f"content-sidebar-wrap'><h1>{TITLE}</h1>")
    heading = "" if holder != byline else f"<h1>{TITLE}</h1>"
    found = read(f"{heading}{holder}{PROSE}", lang="vi")
    assert found.published == datetime(2026, 11, 21, 7, 15, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("byline", "day", "method"),
    [
        ("<p class='date'>28 November 2026</p>", "2026-11-28", "byline"),
        ("<p class='date'>29 November 2026</p>", "2026-11-29", "byline"),  # a day apart: filed in another zone
        ("<p class='date'>12 May 2024</p>", "2026-11-28", "url"),
        ("<p class='updated'>30 November 2026</p>", "2026-11-28", "url"),
        ("<p>Updated 30 November 2026 09:00</p>", "2026-11-28", "url"),
        ("<time class='updated' datetime='2026-11-30T09:00:00Z'></time>", "2026-11-28", "url"),
        ("<p class='date'>11/10/2026</p>", "2026-11-28", "url"),
        ("", "2026-11-28", "url"),
    ],
)
def test_day_in_the_address_beside_words(byline: str, day: str, method: str) -> None:
    found = read(f"<h1>{TITLE}</h1>{byline}{PROSE}", url="https://outlet.example/2026/11/28/a.html")
    assert (day_of(found), found.method) == (day, method)


def test_day_in_the_address_decides_between_two_orders() -> None:
    found = read(f"<h1>{TITLE}</h1><p class='date'>11/05/2026 08:30</p>", url="https://outlet.example/2026/11/05/a")
    assert (day_of(found), found.ambiguous) == ("2026-11-05", False)
    assert found.published is not None
    assert found.published.hour == 8
    canonical = "<link rel='canonical' href='https://outlet.example/2026/11/05/a'>"
    assert day_of(read(f"<h1>{TITLE}</h1>{PROSE}", head=canonical)) == "2026-11-05"


@pytest.mark.parametrize(
    "machine",
    ["2026-11-28T09:00:00+07:00", "2026-11-20T09:00:00Z", "2026-11-28"],
)
def test_machine_readable_day_comes_before_the_address(machine: str) -> None:
    head = f'<meta property="article:published_time" content="{machine}">'
    assert day_of(read(f"<h1>{TITLE}</h1>", head=head, url="https://outlet.example/2024/01/02/a")) == machine[:10]


@pytest.mark.parametrize(
    ("instant", "byline", "url", "country", "local"),
    [
        ("2026-11-28T03:30:00Z", "<p class='date'>27 November 2026</p>", "", "", "2026-11-27"),
        ("2026-11-28T03:30:00Z", "<p class='date'>27 November 2026 10:30 pm</p>", "", "", "2026-11-27T22:30:00-05:00"),
        ("2026-11-28T03:30:00Z", "", "/2026/11/27/a", "", "2026-11-27"),
        ("2026-11-28T20:30:00Z", "", "/2026/11/29/a", "", "2026-11-29"),
        ("2026-11-28T20:30:00Z", "<p class='date'>29 November 2026</p>", "", "", "2026-11-29"),
        ("2026-11-28T20:30:00+00:00", "", "", "JP", "2026-11-29T05:30:00+09:00"),
        ("2026-11-28T23:30:00Z", "", "", "VN", "2026-11-29T06:30:00+07:00"),
        ("2026-11-28T23:30:00Z", "", "", "DE", "2026-11-29T00:30:00+01:00"),
        ("2026-11-28T03:30:00Z", "", "", "US", "2026-11-27T22:30:00-05:00"),
        # nothing tells the zone, or the page agrees with UTC
        ("2026-11-28T23:30:00Z", "", "", "", "2026-11-28T23:30:00+00:00"),
        ("2026-11-28T23:30:00Z", "<p class='date'>28 November 2026</p>", "", "", "2026-11-28T23:30:00+00:00"),
        ("2026-11-28T23:30:00Z", "<p class='date'>12 May 2024</p>", "", "", "2026-11-28T23:30:00+00:00"),
        # a stated offset is the outlet's
        ("2026-11-28T23:30:00-05:00", "<p class='date'>29 November 2026</p>", "", "", "2026-11-28T23:30:00-05:00"),
    ],
)
def test_moment_in_utc_is_given_on_the_outlets_day(
    instant: str, byline: str, url: str, country: str, local: str
) -> None:
    head = f'<meta property="article:published_time" content="{instant}">'
    found = read(f"<h1>{TITLE}</h1>{byline}{PROSE}", head=head, url=f"https://outlet.example{url}", country=country)
    assert found.published == datetime.fromisoformat(instant)  # the moment itself never changes
    assert found.published is not None
    assert found.published.isoformat().startswith(local)


@pytest.mark.parametrize(
    "clock",
    [
        "<div class='header-content'><span class='date'>{when}</span></div>",
        "<header><span>{when}</span></header>",
        "<div id='topbar'><time>{when}</time></div>",
        "<div class='current-date'>{when}</div>",
    ],
)
def test_date_in_the_head_of_a_page_is_a_clock_only_on_the_day_of_fetching(clock: str) -> None:
    article = read(clock.replace("{when}", "Thứ Bảy, 21/11/2026, 07:15") + f"<h1>{TITLE}</h1>{PROSE}", lang="vi")
    assert article.published == datetime(2026, 11, 21, 7, 15, tzinfo=VIETNAM)
    today = read(clock.replace("{when}", "Thứ Hai, 30/11/2026, 07:15") + f"<h1>{TITLE}</h1>{PROSE}", lang="vi")
    assert today == page_dates.PageDates()


def test_date_that_stands_in_the_foot_too_is_the_pages_own() -> None:
    clock = "<span class='site-date'>November 30, 2026</span>"
    page = (
        f"<h1>Báo Thử</h1>{clock}<h2>{TITLE}</h2><p class='posted'>November 21, 2026</p>{PROSE}<footer>{clock}</footer>"
    )
    assert day_of(read(page)) == "2026-11-21"


def test_another_statement_of_the_moment_tells_the_zone() -> None:
    head = '<meta property="article:published_time" content="2026-11-28T03:30:00Z">'
    local = "<time itemprop='datePublished' datetime='2026-11-27T22:30:00-05:00'></time>"
    found = read(f"<h1>{TITLE}</h1>{local}{PROSE}", head=head)
    assert found.published is not None
    assert found.published.isoformat() == "2026-11-27T22:30:00-05:00"
    other = local.replace("22:30", "20:00")
    assert day_of(read(f"<h1>{TITLE}</h1>{other}{PROSE}", head=head)) == "2026-11-28"


def test_country_of_the_source_reaches_the_article() -> None:
    text = "".join(
        f"<p>Đoạn {n} kể về bến cảng và những con tàu, đủ dài để là một đoạn văn của bài.</p>" for n in "abcdef"
    )
    byline = "<p class='date'>28 November 2026 15:07 CST</p>"
    page = f"<html lang='en'><body><article><h1>{TITLE}</h1>{byline}{text}</article></body></html>"
    url = "https://outlet.example/a.html"
    for country, expected in (("CN", "2026-11-28T15:07:00+08:00"), ("US", "2026-11-28T15:07:00-06:00")):
        article = extract_page(page.encode(), url, entry=Entry(url, TITLE), fetched_at=NOW, country=country)
        assert isinstance(article, Article)
        assert article.published == datetime.fromisoformat(expected)
    naive = page.replace(" CST", "")
    article = extract_page(naive.encode(), url, entry=Entry(url, TITLE), fetched_at=NOW, country="KR")
    assert isinstance(article, Article)
    assert article.published == datetime.fromisoformat("2026-11-28T15:07:00+09:00")


def test_mere_day_is_the_stated_one_wherever_the_outlet_is() -> None:
    for country in ("US", "JP", "DE", "VN"):
        found = read(f"<h1>{TITLE}</h1><p class='date'>28 November 2026</p>", country=country)
        assert (found.published, found.precision) == (moment_of_day(date(2026, 11, 28)).when, "day")
