"""After the answer, with a small press on 127.0.0.1: collected and processed on six days with a played clock."""

import json
from collections.abc import Iterator
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
from storage.database import Database, open_database
from tests.support.cli import run_diembao
from tests.support.desk import people
from tests.support.local_site import Page, Reply
from tests.support.moving_press import Listed, Outlet, Stage, Told, report, write_home

# Six rounds of collecting and processing on each database: 40 s on a machine of one's own.
pytestmark = [pytest.mark.timeout(600), pytest.mark.long(40)]

_RULES = load_register(None)
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
