"""After the answer: what became of reports and reprints, by hand-made histories and by a small press on 127.0.0.1."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from analysis.register.columns import MATTER_ARTICLES
from config.register.book import load_register_book
from config.register.register import load_register
from diembao.jobs.export import ExportRequest, export
from diembao.jobs.register.aftermath import aftermath, matter_article_rows, news_of_matters
from pipeline.records.audit import Actor
from pipeline.register.matters import Matter, NewMatter, StepRequest
from pipeline.register.passages import find_passage
from pipeline.register.reach import answer_reach
from pipeline.register.watch import (
    ArticleWatch,
    Look,
    TextVersion,
    WatchedArticle,
    changes_between,
    watch_article,
)
from storage.database import Database, open_database
from tests.support.cli import run_diembao
from tests.support.desk import people
from tests.support.local_site import Page, Reply
from tests.support.moving_press import Listed, Outlet, Stage, Told, report, write_home

# Six rounds of collecting and processing on each database: 40 s on a machine of one's own.
pytestmark = [pytest.mark.timeout(600), pytest.mark.long(40)]

_T = datetime(2026, 11, 20, tzinfo=UTC)
_PASSAGE = "xả thẳng ra đầm Nại hơn 500 mét khối nước mỗi ngày"
_OLD = f"Người dân nói cơ sở {_PASSAGE}. Họ mong được trả lời."
_NEW = "Người dân nói cơ sở có xả nước. Họ mong được trả lời."
_RULES = load_register(None)


def day(n: float) -> datetime:
    return _T + timedelta(days=n)


def article(*texts: tuple[float, str], looks: Sequence[tuple[float, str]] = (), first: float = -1) -> WatchedArticle:
    """Return an article with texts by day, and further looks by day; the answer is given on day 0."""
    versions = tuple(TextVersion(n, day(at), "Tựa", text) for n, (at, text) in enumerate(texts, 1))
    asked = tuple(Look(day(at), result) for at, result in looks)  # type: ignore[arg-type]
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
def test_taken_down_since_the_first_answer_that_says_so_and_back_again(result: str) -> None:
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


# The real path: a press on 127.0.0.1, collected and processed on six days by the command line with a played clock.

_COMMAND = Actor(None, "root", "", "command")
_DISPUTED = "chỉ số vượt ngưỡng cho phép nên xưởng bị đình chỉ ba tháng"
_GONE_PAGE = Reply(
    "<!doctype html><html><head><title>404 - Không tìm thấy trang</title></head><body><h1>Không tìm thấy trang</h1>"
    "<p>Bài viết bạn tìm không tồn tại hoặc đã bị xóa.</p></body></html>"
)
_DAYS = (0, 1, 2, 3, 20, 21)


def _edited(told: Told, n: int, old: str, new: str) -> Told:
    assert old in told.paragraphs[n]
    return replace(told, paragraphs=tuple(p.replace(old, new) if i == n else p for i, p in enumerate(told.paragraphs)))


def _press() -> tuple[Outlet, Outlet]:
    """Return two outlets: of the first all reports, of the second what reprints them."""
    a, b, c, d, e, f = (report(n) for n in (7, 5, 3, 8, 2, 9))
    fixed_a = _edited(a, 1, _DISPUTED, "các chỉ số nằm trong ngưỡng cho phép")
    fixed_b = _edited(b, 1, "mắc cạn hai lần trong tháng", "mắc cạn một lần trong năm")
    answer = Told(
        "Cơ quan chức năng trả lời về nước thải ở đầm Nại, Ninh Thuận",
        (
            "Sở Nông nghiệp và Môi trường vừa có văn bản trả lời các cơ quan báo chí về xưởng ở Ninh Thuận.",
            "Văn bản nêu kết quả quan trắc độc lập của hai phòng thí nghiệm và lịch công bố số liệu hằng tuần.",
            "Người dân có thể xem bảng kết quả tại trụ sở xã và gọi số điện thoại tiếp nhận thông tin.",
        ),
        published=(datetime.now(UTC) + timedelta(days=1)).isoformat(),
    )
    own = [("/a", a), ("/b", b), ("/c", c), ("/d", d), ("/e", e), ("/f", f)]
    stages: list[Stage] = []
    for number in range(len(_DAYS)):
        pages: dict[str, Page] = {path: told.page() for path, told in own}
        if number >= 2:
            pages |= {"/a": fixed_a.page(), "/b": fixed_b.page(), "/c": Reply(status=410), "/d": _GONE_PAGE}
        if number >= 5:
            pages["/b"] = b.page()
        stages.append(Stage(pages, [Listed(path, told) for path, told in own]))
    others: list[Stage] = []
    for number in range(len(_DAYS)):
        listed = [Listed("/lai-a", a)]
        listed += [Listed("/lai-e", e)] if number >= 2 else []
        listed += [Listed("/tra-loi", answer)] if number >= 1 else []
        others.append(Stage({one.path: one.told.page() for one in listed}, listed))
    return Outlet("goc", stages), Outlet("lai", others)


@dataclass(frozen=True)
class Watched:
    storage: Database
    began: datetime
    #: by path of the report
    matters: dict[str, Matter]
    keys: dict[str, str]
    #: paths asked for in the last round
    asked: list[str]

    def states(self, path: str, until: datetime | None = None) -> dict[str, str]:
        found = aftermath(self.storage, _RULES, self.matters[path], until)
        return {"/" + one.article.url.rpartition("/")[2]: one.state for one in found.reports}

    def at(self, n: float) -> datetime:
        return self.began + timedelta(days=n)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def press(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    address = f"sqlite:///{folder / 't.db'}"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")()
    outlets = _press()
    for outlet in outlets:
        outlet.site.__enter__()
    home = write_home(folder / "home", outlets)
    clock, began = folder / "clock.json", datetime.now(UTC)
    environment = {"DIEMBAO_CLOCK": str(clock), "DIEMBAO_DATABASE": address}
    matters: dict[str, Matter] = {}
    keys: dict[str, str] = {}
    for stage, days in enumerate(_DAYS):
        for outlet in outlets:
            outlet.show(stage)
            outlet.site.asked.clear()
        at = began + timedelta(days=days)
        clock.write_text(json.dumps({"now": at.isoformat(), "steady": stage * 60.0}))
        for command in ("collect", "process"):
            done = run_diembao(
                "--home", home.root, command, "--due" if command == "collect" else "--wait=0", env=environment
            )
            assert done.returncode in (0, 1), done.stderr
        if stage == 0:
            keys, matters = _open_matters(address, at)
    storage = open_database(address)
    keys |= {"/" + item.article.url.rpartition("/")[2]: item.key for item in storage.articles.items()}
    link = StepRequest("link", {"item": keys["/tra-loi"], "part": "answer"})
    storage.register.step(_COMMAND, matters["/a"].id, link, began + timedelta(days=2))
    asked = [path for outlet in outlets for path in outlet.site.asked]
    fresh = {path: storage.register.matter(matter.id) or matter for path, matter in matters.items()}
    yield Watched(storage, began, fresh, keys, asked)
    storage.close()
    for outlet in outlets:
        outlet.site.__exit__(None, None, None)


_PASSAGES = {
    "/a": _DISPUTED,
    "/b": "mắc cạn hai lần trong tháng",
    "/c": "",
    "/d": "",
    "/e": "nguyên nhân đang được điều tra",
}


def _open_matters(address: str, at: datetime) -> tuple[dict[str, str], dict[str, Matter]]:
    """Open a matter from each report but the last, and answer it an hour later; return keys and matters by path."""
    storage = open_database(address)
    people(storage)
    keys = {"/" + item.article.url.rpartition("/")[2]: item.key for item in storage.articles.items()}
    matters: dict[str, Matter] = {}
    for path, passage in _PASSAGES.items():
        new = NewMatter(f"Vấn đề {path}", "opinion", keys[path], scope="story", passage=passage, unit=1)
        matter = storage.register.open(_COMMAND, new, at)
        answer = StepRequest("answer", {"answer_text": "Đã kiểm tra"})
        answered = storage.register.step(_COMMAND, matter.id, answer, at + timedelta(hours=1))
        assert isinstance(answered, Matter)
        matters[path] = answered
    storage.close()
    return keys, matters


def test_a_corrected_report_and_its_reprint_that_never_is(press: Watched) -> None:
    assert press.states("/a") == {"/a": "corrected", "/lai-a": "unchanged"}
    found = aftermath(press.storage, _RULES, press.matters["/a"])
    corrected, reprint = found.reports
    # The correction lies between the look of the first day and that of the second.
    assert corrected.last is not None
    assert corrected.last.after == pytest.approx(press.at(1), abs=timedelta(minutes=9))
    assert corrected.last.at == pytest.approx(press.at(2), abs=timedelta(minutes=9))
    # The reprint was looked at to the end, and stands as it stood.
    assert reprint.looked_at == pytest.approx(press.at(21), abs=timedelta(minutes=9))
    done = ("corrected", "taken_down", "without")
    assert [one.article.key for one in found.reports if one.state not in done] == [press.keys["/lai-a"]]
    assert press.states("/a", press.at(1.5)) == {"/a": "unchanged", "/lai-a": "unchanged"}
    assert press.states("/a", press.at(0.5)) == {"/a": "not_asked", "/lai-a": "not_asked"}


def test_a_report_that_was_changed_back_on_a_day_on_which_only_the_register_looks(press: Watched) -> None:
    assert press.states("/b") == {"/b": "changed_back"}
    events = aftermath(press.storage, _RULES, press.matters["/b"]).reports[0].events
    assert [event.state for event in events] == ["unchanged", "corrected", "changed_back"]
    assert events[-1].at == pytest.approx(press.at(21), abs=timedelta(minutes=9))
    # On the last day pages of matters were asked for, and the one of no matter was not.
    assert {"/a", "/b", "/c", "/d", "/e", "/lai-a", "/lai-e"} <= set(press.asked)
    assert "/f" not in press.asked


def test_reports_taken_down_by_an_error_and_by_a_page_that_says_so(press: Watched) -> None:
    for path in ("/c", "/d"):
        (one,) = aftermath(press.storage, _RULES, press.matters[path]).reports
        assert one.state == "taken_down"
        assert one.entered_at == pytest.approx(press.at(2), abs=timedelta(minutes=9))
        assert one.last is not None
        assert one.last.after == pytest.approx(press.at(1), abs=timedelta(minutes=9))


def test_a_reprint_that_came_after_the_answer_still_spreads(press: Watched) -> None:
    assert press.states("/e") == {"/e": "unchanged", "/lai-e": "spreading"}


def test_what_changed_between_two_moments_is_told_once(press: Watched) -> None:
    def news(start: float, end: float) -> set[tuple[str, str]]:
        found = news_of_matters(press.storage, _RULES, press.at(start), press.at(end))
        return {("/" + one.article.url.rpartition("/")[2], event.state) for _, one, event in found}

    second = {
        ("/a", "corrected"),
        ("/b", "corrected"),
        ("/c", "taken_down"),
        ("/d", "taken_down"),
        ("/lai-e", "spreading"),
    }
    assert news(0.1, 1.5) == set()
    assert news(1.5, 2.5) == second
    assert news(2.5, 20.5) == set()
    assert news(20.5, 22) == {("/b", "changed_back")}


def test_how_far_the_answer_was_carried_and_the_rows_for_tables(press: Watched) -> None:
    reach = aftermath(press.storage, _RULES, press.matters["/a"]).reach
    assert (reach.report_outlets, reach.articles, reach.outlets, reach.abroad) == (2, 1, 1, 0)
    # Report 7 was published 27 hours before the beginning; the answer came an hour after it.
    assert reach.hours_to_answer == pytest.approx(28, abs=0.5)
    rows = list(matter_article_rows(press.storage, _RULES, [press.matters["/a"]]))
    assert [(row.part, row.is_linked, row.state) for row in rows] == [
        ("origin", True, "corrected"),
        ("origin", False, "unchanged"),
        ("answer", True, None),
    ]


def test_the_table_of_articles_is_exported_as_it_stood(press: Watched, tmp_path: Path) -> None:
    def states(as_of: datetime | None) -> dict[tuple[str, str], str]:
        request = ExportRequest("matter_articles", None, None, (), (), (), ZoneInfo("Asia/Ho_Chi_Minh"), as_of)
        export(press.storage, tmp_path / "t.csv", request, topic_labels={}, register=load_register_book(None))
        frame = pd.read_csv(tmp_path / "t.csv", keep_default_na=False)
        assert list(frame.columns) == [column.name for column in MATTER_ARTICLES]
        rows = frame.to_dict("records")
        return {("/" + row["url"].rpartition("/")[2], row["part"]): row["state"] for row in rows}

    now = states(None)
    assert (now["/a", "origin"], now["/b", "origin"], now["/lai-e", "origin"]) == (
        "corrected",
        "changed_back",
        "spreading",
    )
    assert now["/tra-loi", "answer"] == ""
    then = states(press.at(1.5))
    assert set(then.values()) == {"unchanged"}
    assert ("/lai-e", "origin") not in then
