"""Dates of feeds, sitemaps and searches → moments, by the outlet's country and by the other dates of the feed."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from crawlers.parsing.feed_fields import DateCustom, parse_date
from crawlers.parsing.feeds import parse_feed
from crawlers.parsing.sandbox import FeedResponse, parse_response
from crawlers.parsing.search_results import parse_search_results
from crawlers.parsing.sitemaps import parse_sitemap
from pipeline.dates.day_order import decide_month_first
from pipeline.dates.parsing import moment_of_day
from pipeline.records import Feed, Source
from tests.support.local_site import LocalSite, Reply, crawled

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
URL = "https://outlet.example/rss"


def feed_of(*dates: str, language: str = "") -> bytes:
    items = "".join(f"<item><link>/bai-{n}</link><pubDate>{when}</pubDate></item>" for n, when in enumerate(dates))
    tongue = f"<language>{language}</language>" if language else ""
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{tongue}{items}</channel></rss>'.encode()


def days_of(*dates: str, country: str = "VN", language: str = "") -> list[str]:
    entries = parse_feed(feed_of(*dates), url=URL, now=NOW, country=country, language=language).entries
    return [entry.published.date().isoformat() if entry.published else "-" for entry in entries]


@pytest.mark.parametrize(
    ("country", "dates", "days"),
    [
        # a number above 12 in one date decides for all
        ("VN", ("11/28/2026 08:00", "11/05/2026 08:00"), ["2026-11-28", "2026-11-05"]),
        ("US", ("28/11/2026 08:00", "05/11/2026 08:00"), ["2026-11-28", "2026-11-05"]),
        ("GB", ("10/31/2026", "11/02/2026"), ["2026-10-31", "2026-11-02"]),
        # an order that would lie in the future is excluded for all
        ("VN", ("11/12/2026 08:00", "05/11/2026 08:00"), ["2026-11-12", "2026-05-11"]),
        ("US", ("12/11/2026 08:00", "05/11/2026 08:00"), ["2026-11-12", "2026-11-05"]),
        # days of one week are close together in one order only
        ("DE", ("11/05/2026", "11/04/2026", "11/03/2026"), ["2026-11-05", "2026-11-04", "2026-11-03"]),
        ("US", ("05/11/2026", "04/11/2026", "03/11/2026"), ["2026-11-05", "2026-11-04", "2026-11-03"]),
        ("KR", ("11/06/2026 1:00 PM", "11/05/2026 2:00 PM", "11/04/2026"), ["2026-11-06", "2026-11-05", "2026-11-04"]),
        # nothing decides: the outlet's custom
        ("VN", ("05/11/2026", "04/10/2026"), ["2026-11-05", "2026-10-04"]),
        ("US", ("11/05/2026", "10/04/2026"), ["2026-11-05", "2026-10-04"]),
        ("VN", ("05/11/2026",), ["2026-11-05"]),
        # each order is excluded by some date: the custom, and per date what is possible
        ("VN", ("28/11/2026", "11/27/2026", "05/11/2026"), ["2026-11-28", "2026-11-27", "2026-11-05"]),
        # a monthly of a day-first country, on the first of each month, is none of the first days of January
        ("FR", ("01/11/2026", "01/10/2026", "01/09/2026", "01/08/2026"), ["2026-11-01", "2026-10-01", "2026-09-01"]),
        # the year in front leaves nothing to decide
        ("US", ("2026/05/11", "2026/11/28"), ["2026-05-11", "2026-11-28"]),
    ],
)
def test_order_of_day_and_month_is_that_of_the_feed(country: str, dates: tuple[str, ...], days: list[str]) -> None:
    assert days_of(*dates, country=country, language="en" if country == "US" else "")[: len(days)] == days


def test_template_language_of_a_feed_does_not_make_it_american() -> None:
    [entry] = parse_feed(feed_of("05/11/2026 08:00", language="en-US"), url=URL, now=NOW, country="VN").entries
    assert entry.published == datetime.fromisoformat("2026-11-05T08:00:00+07:00")


def test_a_far_order_is_not_taken_for_the_sake_of_closeness() -> None:
    dates = ("01/07/2026", "01/06/2026", "01/05/2026")
    assert decide_month_first(dates, date(2026, 7, 2), default=False) is False
    assert decide_month_first((), date(2026, 7, 2), default=True) is True


@pytest.mark.parametrize(
    ("country", "language", "text", "expected"),
    [
        ("CN", "zh", "2026-11-28 15:07:41", "2026-11-28T15:07:41+08:00"),
        ("KR", "en", "2026-11-28T15:07:41", "2026-11-28T15:07:41+09:00"),
        ("DE", "de", "2026-11-28T15:07:41", "2026-11-28T15:07:41+01:00"),
        ("VN", "zh", "2026-11-28T15:07:41", "2026-11-28T15:07:41+07:00"),
        ("JP", "en", "1795853261", "2026-11-28T08:07:41+00:00"),
        ("", "ko", "2026-11-28T15:07:41", "2026-11-28T15:07:41+09:00"),
        ("CN", "zh", "2026/11/28 下午3:07", "2026-11-28T15:07:00+08:00"),
        ("CN", "zh", "2026-11-28 15:07 CST", "2026-11-28T15:07:00+08:00"),
    ],
)
def test_sitemaps_and_json_feeds_follow_the_country(country: str, language: str, text: str, expected: str) -> None:
    when = datetime.fromisoformat(expected)
    news = f"<news><publication_date>{text}</publication_date><title>A</title></news>"
    sitemap = f"<urlset><url><loc>https://outlet.example/a</loc>{news}</url></urlset>".encode()
    [entry] = parse_sitemap(sitemap, url=URL, now=NOW, country=country, language=language).entries
    assert entry.published == when
    item = {"url": "/a", "date_published": int(text) if text.isdigit() else text}
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}).encode()
    [entry] = parse_feed(body, url=URL, now=NOW, country=country, language=language).entries
    assert entry.published == when


def test_search_of_others_outlets_gives_the_day_alone_where_no_zone_is_stated() -> None:
    body = feed_of("2026-11-28 15:07:41", "Sat, 28 Nov 2026 15:07:41 GMT")
    naive, aware = parse_search_results(body, url="https://search.example/rss", now=NOW).entries
    assert naive.published == moment_of_day(date(2026, 11, 28)).when
    assert aware.published == datetime(2026, 11, 28, 15, 7, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "url", "expected"),
    [
        ("CN", "https://outlet.example/f", "+08:00"),
        ("VN", "https://outlet.example/f", "+07:00"),
        ("", "https://outlet.example.cn/f", "+08:00"),
        ("", "https://outlet.example.jp/f", "+09:00"),
        ("ZZ", "https://outlet.example/f", None),
        ("UN", "https://outlet.example/f", None),
    ],
)
def test_response_carries_the_country(country: str, url: str, expected: str | None) -> None:
    body = feed_of("2026-01-28 15:07:41")
    parsed = parse_response(FeedResponse("feed", body, url, "text/xml", None, None, 10, country))
    [entry] = parsed.entries
    if expected is None:
        assert entry.published == moment_of_day(date(2026, 1, 28)).when
    else:
        assert entry.published == datetime.fromisoformat(f"2026-01-28T15:07:41{expected}")


def test_crawl_reads_each_feed_by_its_outlets_country() -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y/%m/%d")
    rss = Reply(feed_of(f"{yesterday} 15:07:41").decode(), "application/rss+xml")
    with LocalSite({"/vi.rss": rss, "/cn.rss": rss, "/kr.rss": rss}) as site:
        sources = [
            Source(id=name, name=name, home=site.home, feeds=(Feed(f"{site.home}{name}.rss"),), country=country)
            for name, country in (("vi", "VN"), ("cn", "CN"), ("kr", "KR"))
        ]
        host = site.home.removeprefix("http://").rstrip("/")
        polls = crawled(*sources, allow_private=[host])
    times = {poll["source_id"]: datetime.fromisoformat(poll["entries"][0]["published"]) for poll in polls}
    day = yesterday.replace("/", "-")
    assert times == {
        name: datetime.fromisoformat(f"{day}T15:07:41{offset}")
        for name, offset in (("vi", "+07:00"), ("cn", "+08:00"), ("kr", "+09:00"))
    }


def test_midnight_with_a_zone_stays_that_moment() -> None:
    assert parse_date("Sat, 28 Nov 2026 00:00:00 +0000", None, NOW) == datetime(2026, 11, 28, tzinfo=UTC)
    naive = parse_date("2026-11-28 00:00:00", None, NOW, country="CN")
    assert naive == moment_of_day(date(2026, 11, 28)).when  # systems without a clock write it


def test_part_of_a_date_is_not_filled_up() -> None:
    custom = DateCustom(NOW)
    for text, parsed in (("2004-07", (2004, 7, 1, 0, 0, 0)), ("2004", (2004, 1, 1, 0, 0, 0))):
        assert custom.parse(text, parsed) is None
    assert custom.parse("2004-július-13T9:15-05:00", (2004, 7, 13, 14, 15, 0)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "28/11/2026 15:07" + " " * 100_000 + "x",
        "28/11/2026" + ", " * 50_000 + "x",
        "2026-11-28 15:07" + " " * 100_000 + "x",
        "Sat, 28 Nov 2026" + "\t" * 100_000,
        "1" * 100_000,
        "28/" * 50_000,
        "tháng " * 20_000,
        "下午" * 50_000,
    ],
)
def test_hostile_dates_take_no_time(text: str) -> None:
    assert parse_date(text, None, NOW) in (None, *(parse_date(day, None, NOW) for day in _HOSTILE_DAYS))


_HOSTILE_DAYS = ("28/11/2026", "28/11/2026 15:07")
