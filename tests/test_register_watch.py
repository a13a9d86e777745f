"""After the answer: what became of reports and reprints, by hand-made histories."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.register.register import load_register
from pipeline.register.passages import find_passage
from pipeline.register.reach import answer_reach
from pipeline.register.watch import (
    ArticleWatch,
    Look,
    LookResult,
    TextVersion,
    WatchedArticle,
    changes_between,
    watch_article,
)

_T = datetime(2026, 11, 20, tzinfo=UTC)
_PASSAGE = "xả thẳng ra đầm Nại hơn 500 mét khối nước mỗi ngày"
_OLD = f"Người dân nói cơ sở {_PASSAGE}. Họ mong được trả lời."
_NEW = "Người dân nói cơ sở có xả nước. Họ mong được trả lời."
_RULES = load_register(None)


def day(n: float) -> datetime:
    return _T + timedelta(days=n)


def article(
    *texts: tuple[float, str], looks: Sequence[tuple[float, LookResult]] = (), first: float = -1
) -> WatchedArticle:
    """Return an article with texts by day, and further looks by day; the answer is given on day 0."""
    versions = tuple(TextVersion(n, day(at), "Tựa", text) for n, (at, text) in enumerate(texts, 1))
    asked = tuple(Look(day(at), result) for at, result in looks)
    return WatchedArticle("k", "u", "Tựa", "a", "A", "VN", "origin", True, day(first), None, False, versions, asked)


def watched(one: WatchedArticle, passage: str = _PASSAGE, until: datetime | None = None) -> ArticleWatch:
    return watch_article(one, _T, passage, _RULES.watch.correction, until)


def told(one: WatchedArticle, passage: str = _PASSAGE) -> list[tuple[str, float]]:
    return [(e.state, (e.at - _T) / timedelta(days=1)) for e in watched(one, passage).events]


def test_a_page_that_was_not_asked_for_since_says_so_with_its_last_look() -> None:
    found = watched(article((-1, _OLD), looks=[(-0.5, "page")]))
    assert (found.state, found.events, found.looked_at) == ("not_asked", (), day(-0.5))


@pytest.mark.parametrize("passage", [_PASSAGE, ""])
def test_unchanged_stands_since_it_was_first_read(passage: str) -> None:
    found = watched(article((-1, _OLD), looks=[(1, "page"), (2, "page")]), passage)
    assert (found.state, found.entered_at, found.looked_at) == ("unchanged", day(-1), day(2))


def test_disputed_words_that_went_are_a_correction_between_two_looks() -> None:
    found = watched(article((-1, _OLD), (2, _NEW), looks=[(1, "page"), (3, "page")]))
    assert found.state == "corrected"
    assert found.last is not None
    assert (found.last.after, found.last.at, found.last.version, found.last.passage) == (day(1), day(2), 2, "absent")


def test_a_notice_of_correction_is_one_though_the_words_stand_and_an_old_notice_is_none() -> None:
    noted = watched(article((-1, _OLD), (2, f"{_OLD} Tòa soạn xin đính chính con số trên.")))
    assert noted.state == "corrected"
    assert noted.last is not None
    assert noted.last.notices == ("đính chính",)
    before = article((-1, f"{_OLD} Đính chính bài trước."), (2, f"{_OLD} Đính chính bài trước. Thêm một câu."))
    assert told(before)[-1] == ("changed", 2)


def test_words_put_back_are_changed_back_and_every_step_is_told() -> None:
    one = article((-1, _OLD), (2, _NEW), (5, f"{_OLD} Bổ sung."), looks=[(1, "page")])
    assert told(one) == [("unchanged", -1), ("corrected", 2), ("changed_back", 5)]
    assert told(one, "") == [("unchanged", -1), ("changed", 2), ("changed", 5)]
    same = article((-1, _OLD), (2, _NEW), (5, _OLD))
    assert told(same, "")[-1] == ("changed_back", 5)


def test_corrected_before_the_answer_keeps_its_time_and_may_be_changed_back() -> None:
    one = article((-3, _OLD), (-1, _NEW), looks=[(1, "page")])
    assert told(one) == [("corrected", -1)]
    assert told(article((-3, _OLD), (-1, _NEW), (2, _OLD)))[-1] == ("changed_back", 2)


def test_another_text_in_which_the_words_stand_or_are_reworded_is_changed() -> None:
    more = watched(article((-1, _OLD), (2, f"{_OLD} Sở đã kiểm tra.")))
    assert more.last is not None
    assert (more.state, more.last.passage) == ("changed", "stands")
    number = watched(article((-1, _OLD), (2, _OLD.replace("500", "50"))))
    assert number.last is not None
    assert (number.state, number.last.passage) == ("changed", "reworded")


def test_furniture_case_and_quotes_are_no_change() -> None:
    other = _OLD.upper().replace(".", " .") + " «»"
    assert told(article((-1, _OLD), (2, other))) == [("unchanged", -1)]


@pytest.mark.parametrize("result", ["gone", "says_gone"])
def test_taken_down_since_the_first_answer_that_says_so_and_back_again(result: LookResult) -> None:
    one = article((-1, _OLD), looks=[(1, "page"), (2, result), (3, result)])
    assert told(one) == [("unchanged", -1), ("taken_down", 2)]
    back = replace(one, looks=(*one.looks, Look(day(4), "page")))
    assert told(back)[-1] == ("changed_back", 4)
    gone_before = article((-2, _OLD), looks=[(-1, result), (1, result)])
    assert told(gone_before) == [("taken_down", -1)]


def test_a_reprint_after_the_answer_spreads_until_it_is_corrected() -> None:
    one = article((3, _OLD), looks=[(4, "page")], first=3)
    assert told(one) == [("spreading", 3)]
    assert told(one, "") == [("spreading", 3)]
    edited = article((3, _OLD), (4, f"{_OLD} Thêm."), first=3)
    assert told(edited) == [("spreading", 3)]
    assert told(article((3, _OLD), (5, _NEW), first=3))[-1] == ("corrected", 5)
    clean = watched(article((3, _NEW), first=3))
    assert (clean.state, clean.is_told, clean.has_never_had_passage) == ("without", False, True)


def test_the_summary_of_a_feed_is_no_earlier_text_of_its_page() -> None:
    one = article((-2, "Tóm tắt ngắn"), (-1, _OLD), looks=[(1, "page")])
    summary = replace(one.versions[0], is_partial=True)
    assert told(replace(one, versions=(summary, one.versions[1]))) == [("unchanged", -1)]
    late = replace(article((-2, "Tóm tắt"), (2, _OLD)), versions=(summary, replace(one.versions[1], at=day(2))))
    assert told(late) == [("unchanged", 2)]


def test_changes_are_told_once_by_the_time_at_which_they_became_known() -> None:
    # Fetched on day 2, read on day 3: whoever asked on day 2.5 did not know of it, and asks again from there on.
    one = article((-1, _OLD), (2, _NEW))
    slow = replace(one, versions=(one.versions[0], replace(one.versions[1], known_at=day(3))))
    found = watched(slow)
    assert changes_between([found], day(0), day(2.5)) == []
    assert [(key, event.state) for key, event in changes_between([found], day(2.5), day(4))] == [("k", "corrected")]
    assert changes_between([found], day(4), day(9)) == []
    assert watched(slow, until=day(2.5)).state == "not_asked"
    assert watched(slow, until=day(3)).state == "corrected"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("… XẢ THẲNG ra «đầm Nại» hơn 500 mét khối\nnước mỗi ngày!", "stands"),
        ("xả thẳng ra đầm Nại hơn 50 mét khối nước mỗi ngày", "reworded"),
        ("xả thẳng ra đầm Nại khoảng hơn 500 mét khối nước mỗi ngày", "reworded"),
        ("xa thang ra dam Nai hon 500 met khoi nuoc moi ngay", "absent"),
        ("không xả nước ra đầm Nại", "absent"),
        ("", "absent"),
    ],
)
def test_passages(text: str, state: str) -> None:
    assert find_passage(_PASSAGE, text) == state


def test_passages_with_gaps_and_short_ones() -> None:
    assert find_passage("xả thẳng … mỗi ngày", _OLD) == "stands"
    assert find_passage("xả thẳng […] mỗi ngày".replace("[…]", "[...]"), _OLD) == "stands"
    assert find_passage("xả thẳng … hằng tuần", _OLD) == "absent"
    assert find_passage("đầm Nai", _OLD) == "absent"
    assert find_passage("", _OLD) == find_passage("…", _OLD) == "absent"


def test_reach_counts_outlets_and_hours_from_the_first_report() -> None:
    origin = replace(article((-2, _OLD)), published=day(-2), is_timed=True)
    reprint = replace(origin, key="r", source_id="b", published=day(-1), first_seen=day(-1))
    answer = replace(origin, key="x", part="answer", source_id="c", published=day(1), country="GB")
    later = replace(answer, key="y", source_id="d", published=day(3), country="VN")
    reach = answer_reach([origin, reprint, answer, later], _T)
    assert (reach.report_articles, reach.report_outlets) == (2, 2)
    assert (reach.articles, reach.outlets, reach.abroad, reach.first_day) == (2, 2, 1, 1)
    assert (reach.hours_to_answer, reach.hours_to_carried) == (48.0, 72.0)
    # A day without an hour is no time to count hours from: then first sight is.
    vague = replace(origin, is_timed=False, first_seen=day(-1.5))
    assert answer_reach([vague], _T).hours_to_answer == 36.0
    none = answer_reach([origin], None)
    assert (none.hours_to_answer, none.hours_to_carried, none.first_day) == (None, None, 0)
