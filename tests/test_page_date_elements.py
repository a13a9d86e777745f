"""Labels, months, elements and attributes in which a page states its times, and those that state none."""

from datetime import datetime

import pytest

from pipeline.dates.zones import VIETNAM
from pipeline.metadata import page_dates
from pipeline.metadata.date_labels import publication_part
from tests.support.dated_pages import PROSE, TITLE, day_of, read


@pytest.mark.parametrize(
    ("text", "part", "is_update"),
    [
        ("Cập nhật lúc 30/11/2026 - Đăng lúc 28/11/2026", "Đăng lúc 28/11/2026", False),
        ("Đăng lúc 28/11/2026 - Cập nhật lúc 30/11/2026", "Đăng lúc 28/11/2026 - ", False),
        ("28/11/2026 (cập nhật 30/11/2026)", "28/11/2026 (", False),
        ("Last updated 30/11/2026, first published 28/11/2026", "first published 28/11/2026", False),
        ("更新 2026-11-30 | 发布 2026-11-28", "发布 2026-11-28", False),
        ("최종수정 2026.11.30 입력 2026.11.28", "입력 2026.11.28", False),
        ("Обновлено 30.11.2026, опубликовано 28.11.2026", "опубликовано 28.11.2026", False),
        ("Cập nhật lúc 30/11/2026", "Cập nhật lúc 30/11/2026", True),
        ("Updated: 30/11/2026", "Updated: 30/11/2026", True),
        # no label of a change: the text as it is, also with a name that looks like a label
        ("Hải Đăng - 28/11/2026", "Hải Đăng - 28/11/2026", False),
        ("Đăng lúc 28/11/2026", "Đăng lúc 28/11/2026", False),
        ("28/11/2026", "28/11/2026", False),
        ("Hải Đăng - Cập nhật 30/11/2026", "Hải Đăng - Cập nhật 30/11/2026", True),
    ],
)
def test_part_that_dates_the_publication(text: str, part: str, is_update: bool) -> None:
    assert publication_part(text) == (part, is_update)


@pytest.mark.parametrize(
    "byline",
    [
        "<p><b>Cập nhật lúc:</b> {late} - <b>Đăng lúc:</b> {own}</p>",
        "<p><span>Cập nhật lúc</span> <span>{late}</span> - <span>Đăng lúc</span> <span>{own}</span></p>",
        "<p>Cập nhật: <time datetime='{late_iso}'>30/11</time>, đăng: <time datetime='{own_iso}'>28/11</time></p>",
        "<p>Đăng lúc <time>{own}</time> | Cập nhật <time>{late}</time></p>",
        "<ul><li><i>Sửa lần cuối</i> <em>{late}</em></li><li><i>Xuất bản</i> <em>{own}</em></li></ul>",
        "<p>Updated <span>30 November 2026 09:00</span></p><p>Published <span>28 November 2026 15:07</span></p>",
        "<div><label>Ngày cập nhật</label><span>{late}</span><label>Ngày đăng</label><span>{own}</span></div>",
        "<p><small>更新 <b>2026-11-30 09:00</b></small> <small>发布 <b>2026-11-28 15:07</b></small></p>",
        "<p><time class='updated' datetime='2026-11-30T02:00:00Z'></time></p><p><time>{own}</time></p>",
    ],
)
def test_labels_and_dates_in_elements_of_their_own(byline: str) -> None:
    times = {"late": "30/11/2026 09:00", "own": "28/11/2026 15:07"}
    times |= {"late_iso": "2026-11-30T09:00:00+07:00", "own_iso": "2026-11-28T15:07:00+07:00"}
    found = read(f"<h1>{TITLE}</h1>{byline.format(**times)}{PROSE}", lang="vi")
    assert found.published == datetime(2026, 11, 28, 15, 7, tzinfo=VIETNAM)


def test_words_add_the_clock_to_the_mere_day_of_their_attribute() -> None:
    for element in (
        "<time datetime='2026-11-05'>05/11/2026 15:07</time>",
        "<time datetime='20261105T150700'>nay</time>",
    ):
        found = read(f"<h1>{TITLE}</h1>{element}{PROSE}", lang="vi")
        assert found.published == datetime(2026, 11, 5, 15, 7, tzinfo=VIETNAM)
        assert (found.precision, found.ambiguous) == ("time", False)


def test_change_is_taken_where_nothing_else_is_stated() -> None:
    found = read(f"<h1>{TITLE}</h1><p>Cập nhật lúc 28/11/2026 15:07</p>{PROSE}", lang="vi")
    assert found.published == datetime(2026, 11, 28, 15, 7, tzinfo=VIETNAM)


@pytest.mark.parametrize("words", ["04 Th11, 2026", "9 Th8", "05 Th12, 2025", "Th3 2, 2026", "Tháng Năm 4, 2026"])
def test_vietnamese_months_are_not_ambiguous(words: str) -> None:
    found = read(f"<h1>{TITLE}</h1><span class='date'>{words}</span>{PROSE}", lang="vi")
    assert (found.precision, found.ambiguous) == ("day", False)


def test_badge_with_day_and_month_apart() -> None:
    badge = "<div class='badge'><span class='day'>09</span><br><span class='month'>Th8</span></div>"
    assert day_of(read(f"<h1>{TITLE}</h1>{badge}{PROSE}", lang="vi")) == "2026-08-09"


@pytest.mark.parametrize("words", ["Th8", "Quốc lộ 9 Th", "9 Thg", "39 Th8", "9 Th13", "Tháng 8", "ngày 9"])
def test_no_day_of_a_month_without_a_year(words: str) -> None:
    assert read(f"<h1>{TITLE}</h1><span>{words}</span>{PROSE}", lang="vi") == page_dates.PageDates()


@pytest.mark.parametrize(
    "name",
    ["href", "src", "alt", "data-id", "data-phone", "style", "data-expires", "data-event-start", "data-server-time"],
)
def test_numbers_in_other_attributes_are_no_times(name: str) -> None:
    value = "1795853261" if name in ("data-id", "data-phone") else "2026-11-28T15:07:00Z"
    assert read(f"<h1>{TITLE}</h1><span {name}='{value}'>x</span>{PROSE}").method != "time"


@pytest.mark.parametrize(
    "element",
    [
        "<time datetime='28/11/2026 15:07'></time>",
        "<time datetime='Sat, 28 Nov 2026 15:07:00 +0700'>hôm kia</time>",
        "<time datetime='1795853220'>2 ngày trước</time>",
        "<span data-timestamp='1795853220'>2 ngày trước</span>",
        "<span data-time='1795853220000'>2 ngày trước</span>",
        "<span class='date' content='2026-11-28T15:07:00+07:00'>28/11</span>",
        "<data value='2026-11-28T15:07:00+07:00'>28/11</data>",
        "<time datetime='2026-11-28 15:07:00'>28/11</time>",
        "<local-time datetime='2026-11-28T08:07:00Z'></local-time>",
        "<b title='2026-11-28T15:07:00'>2 ngày trước</b>",
        "<time datetime='28-11-2026'>15:07 28/11/2026</time>",
    ],
)
def test_machine_readable_times_of_elements(element: str) -> None:
    found = read(f"<h1>{TITLE}</h1><p>{element}</p>{PROSE}", lang="vi")
    assert found.published == datetime(2026, 11, 28, 15, 7, tzinfo=VIETNAM)
    assert found.precision == "time"


@pytest.mark.parametrize(
    "element",
    [
        "<input value='2026-11-28T15:07:00Z'>",
        "<img alt='x' data-date='2026-11-28T15:07:00Z'>",
        "<time itemprop='startDate' datetime='2026-11-28T15:07:00Z'></time>",
        "<time itemprop='endDate' datetime='2026-11-28T15:07:00Z'></time>",
        "<div data-countdown='2026-11-28T15:07:00Z'></div>",
        "<div data-current-time='2026-11-28T15:07:00Z'></div>",
        "<div data-valid-until='2026-11-28T15:07:00Z'></div>",
        "<aside><time datetime='2026-11-28T15:07:00Z'></time></aside>",
    ],
)
def test_times_of_other_things_are_not_the_articles(element: str) -> None:
    own = "<p class='date'>21/11/2026 07:15</p>"
    found = read(f"<h1>{TITLE}</h1><div>{element}</div>{own}{PROSE}", lang="vi")
    assert found.published == datetime(2026, 11, 21, 7, 15, tzinfo=VIETNAM)
