"""The plan of a year: plan.toml, sheets that become it, and what was published about its activities."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.register.plan_columns import PLAN, plan_cells
from analysis.tables.writers import write_csv
from config.faults.errors import ConfigError
from config.register.plan import load_plan
from config.register.plan_sheet import SheetError
from config.register.topic_names import topic_doubts
from config.rulebook import load_rulebook
from diembao.jobs.register.plan_progress import PlanExists, import_plan, plan_progress
from pipeline.i18n.language import use_language
from pipeline.records import Entry, Poll, Reason, TopicFound
from pipeline.register.plan import Activity, Plan, Published, change_in_percent, count_activity, count_topics
from storage.database import Database, open_database
from tests.support.cli import json_lines, run_inside
from tests.support.desk import MORNING, Made, store_day, written

pytestmark = pytest.mark.few_on_postgresql

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_ACTIVITY = Activity("kh-01", "Quảng bá du lịch biển", 2026, topics=("tourism",))


def _ago(day: date) -> float:
    """Return the hours from noon of a local day to MORNING."""
    return (MORNING - datetime(day.year, day.month, day.day, 5, tzinfo=UTC)) / timedelta(hours=1)


def _fill(storage: Database) -> Mapping[str, str]:
    tourism, sport = (TopicFound("tourism", 0.9, ()),), (TopicFound("sport_entertainment", 0.9, ()),)
    kite = "Giải lướt ván diều ở Mỹ Hòa. " + " ".join(f"sóng{n}" for n in range(60))
    made = [
        ("q1", date(2026, 2, 10), "a", tourism, ""),
        ("q2", date(2026, 4, 1), "c", tourism, ""),
        ("kite", date(2026, 6, 30), "a", tourism, kite),
        ("kite2", date(2026, 7, 1), "c", sport, kite.replace("sóng", "gió")),
        ("before", date(2025, 5, 1), "a", tourism, ""),
        ("before2", date(2025, 12, 24), "a", tourism, ""),
    ]
    keys = store_day(
        storage,
        [
            written(name, source=source, hours=_ago(day), topics=topics, text=text)
            for name, day, source, topics, text in made
        ]
        + [written("named", hours=_ago(date(2026, 3, 3)), topics=tourism, relevance="mention")],
    )
    # A year before only one of the three sources was read.
    at = datetime(2025, 3, 1, tzinfo=UTC)
    run = storage.service.begin_run("collect", at)
    storage.crawl.save_poll(
        run, Poll("a", "http://a.example/rss", at, Reason.OK, entries=(Entry("http://a.example/x"),)), recheck_all=False
    )
    return keys


_MADE = Made(_fill)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    address, _ = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return storage


def test_articles_count_by_quarter_at_home_and_abroad(filled: Database, tmp_path: Path) -> None:
    kite = Activity("kh-02", "Lướt ván diều", 2026, words=("lướt ván diều",), quarters=(2,), audience="home")
    both = replace(kite, id="kh-03", topics=("tourism",), quarters=())
    progress = plan_progress(filled, Plan((_ACTIVITY, kite, both)), 2026, date(2026, 11, 22), _ZONE)
    counts = {
        row.activity.id: {n: (one.home, one.abroad) for n, one in row.quarters.items() if one.all}
        for row in progress.activities
        if row.activity
    }
    # What only mentions the province, or belongs to another year, does not count.
    assert counts == {"kh-01": {1: (1, 0), 2: (1, 1)}, "kh-02": {2: (1, 0)}, "kh-03": {2: (1, 0)}}
    (topic,) = progress.topics
    assert (topic.topic, topic.year.home, topic.year.abroad) == ("tourism", 2, 1)
    # The same days a year before: not the article of Christmas.
    assert topic.before is not None
    assert (topic.before.home, topic.before.abroad) == (1, 0)
    assert progress.is_series_broken
    assert (progress.sources_added, progress.sources_gone) == (("c",), ())
    with (tmp_path / "plan.csv").open("w", encoding="utf-8", newline="") as stream:
        write_csv(PLAN, plan_cells(progress, {"tourism": "Du lịch"}), stream)
    frame = pd.read_csv(tmp_path / "plan.csv")
    own = frame[frame["id"] == "kh-01"]
    assert (own["home"].sum(), own["abroad"].sum()) == (2, 1)
    assert len(frame) == 4 * 4


def test_a_year_to_come_and_a_year_without_one_before(filled: Database) -> None:
    coming = plan_progress(filled, Plan((replace(_ACTIVITY, year=2027),)), 2027, date(2026, 11, 22), _ZONE)
    assert coming.activities[0].year.all == 0
    first = plan_progress(filled, Plan((replace(_ACTIVITY, year=2025),)), 2025, date(2026, 11, 22), _ZONE)
    assert (first.is_compared, first.is_series_broken, first.topics[0].before) == (False, False, None)
    assert first.topics[0].year.home == 2


@given(st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.booleans(), st.booleans())))
def test_the_quarters_of_every_row_sum_to_its_year(made: list[tuple[date, bool, bool]]) -> None:
    articles = [Published(day, frozenset({"tourism"} if of_topic else ()), abroad) for day, of_topic, abroad in made]
    row = count_activity(_ACTIVITY, articles)
    of_year = [a for a in articles if a.day.year == 2026 and a.topics]
    assert sum(one.all for one in row.quarters.values()) == row.year.all == len(of_year)
    assert row.year.abroad == sum(a.is_abroad for a in of_year)
    (topic,) = count_topics(("tourism",), of_year, of_year[:1])
    assert topic.year.all == len(of_year)
    assert topic.before is not None
    assert topic.before.all == len(of_year[:1])


@pytest.mark.parametrize(
    ("now", "before", "change"), [(120, 100, 20.0), (119, 100, 19.0), (0, 5, -100.0), (3, 0, None), (3, None, None)]
)
def test_change_in_percent(now: int, before: int | None, change: float | None) -> None:
    assert change_in_percent(now, before) == change


def test_days_of_an_activity() -> None:
    spring = replace(_ACTIVITY, since=date(2026, 2, 1), until=date(2026, 4, 30))
    assert [spring.holds_on(date(2026, m, 1)) for m in (1, 2, 4, 5)] == [False, True, True, False]
    assert [replace(_ACTIVITY, quarters=(4,)).holds_on(date(y, 10, 1)) for y in (2025, 2026)] == [False, True]


# plan.toml

_TOML = """[[activity]]
id = "kh-01"
title = "Quảng bá"
year = 2026
topics = ["tourism"]
"""


def test_the_packaged_plan_is_empty_and_its_example_is_a_plan(tmp_path: Path) -> None:
    from config.load import resolve

    assert load_plan(None).activity == ()
    _, text = resolve(None, "plan.toml")
    lines = [line.removeprefix("# ") for line in text.splitlines() if line.startswith(("# [[", "# ")) and " = " in line]
    (tmp_path / "plan.toml").write_text("[[activity]]\n" + "\n".join(lines), "utf-8")
    (activity,) = load_plan(tmp_path).activity
    assert (activity.id, activity.quarters, activity.audience) == ("kh-01", (2, 3), "abroad")


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("quarters = [5]", "activity[0].quarters"),
        ("quarters = [1]\nsince = 2026-01-01", "activity[0].quarters"),
        ("since = 2026-05-01\nuntil = 2026-04-01", "activity[0].since"),
        ("until = 2027-01-01", "activity[0].until"),
        ('audience = "world"', "activity[0].audience"),
        ("[[activity]]\n" + _TOML.partition("\n")[2], "activity[1].id"),
        ('[[activity]]\nid = "b"\ntitle = "B"\nyear = 2026', "activity[1]"),
    ],
)
def test_faults_of_plan_toml_are_told_with_their_place(tmp_path: Path, more: str, key: str) -> None:
    (tmp_path / "plan.toml").write_text(f"{_TOML}{more}\n", "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_plan(tmp_path)
    assert f"{key}: " in str(raised.value)


def test_topics_that_topics_toml_does_not_have_are_a_doubt(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(_TOML.replace("tourism", "turism"), "utf-8")
    known = {topic.id for topic in load_rulebook(None).topics.topic}
    (doubt,) = topic_doubts(tmp_path, known)
    assert (doubt.line, doubt.key) == (5, "activity[0].topics")
    assert topic_doubts(tmp_path, known | {"turism"}) == ()


# sheets

_SHEET = (
    "KẾ HOẠCH TRUYỀN THÔNG NĂM 2026;;;;;;\n"
    "Mã;Hoạt động;Chủ đề;Từ khóa;Đơn vị chủ trì;Quý;Đối tượng\n"
    "1;Quảng bá du lịch biển;Du lịch;lướt ván diều, du lịch biển;So A;II, III;Nước ngoài\n"
    "HĐ-2;Tuyên truyền biển đảo;sea_islands;;;Cả năm;\n"
    ";;;;;;\n"
    "3;Lễ hội nho;;lễ hội nho;;Quý 2;trong nước\n"
)


def test_a_sheet_in_vietnamese_becomes_plan_toml_once(tmp_path: Path) -> None:
    sheet = tmp_path / "kế hoạch.csv"
    sheet.write_text("\ufeff" + _SHEET, "utf-8")
    plan = import_plan(tmp_path / "config", sheet, load_rulebook(None), 2026, replace=False)
    assert [(a.id, a.topics, a.words, a.unit, a.quarters, a.audience) for a in plan.activity] == [
        ("kh-01", ("tourism",), ("lướt ván diều", "du lịch biển"), "so-a", (2, 3), "abroad"),
        ("hd-2", ("sea_islands",), (), "", (), "both"),
        ("kh-03", (), ("lễ hội nho",), "", (2,), "home"),
    ]
    assert load_plan(tmp_path / "config") == plan
    with pytest.raises(PlanExists):
        import_plan(tmp_path / "config", sheet, load_rulebook(None), 2026, replace=False)
    assert import_plan(tmp_path / "config", sheet, load_rulebook(None), 2025, replace=True).years == (2025,)


def test_a_workbook_with_days_becomes_the_same_plan(tmp_path: Path) -> None:
    rows = {
        "id": ["a", "b"],
        "Activity": ["Grapes", "Festival"],
        "Year": [2026, 2026],
        "Topics": ["tourism", None],
        "Keywords": [None, "lễ hội nho"],
        "From": [datetime(2026, 2, 1), "01/06/2026"],  # noqa: DTZ001 - a workbook's days have no zone
        "To": [datetime(2026, 3, 31), "30/6/2026"],  # noqa: DTZ001
    }
    pd.DataFrame(rows).to_excel(tmp_path / "plan.xlsx", index=False)
    plan = import_plan(tmp_path / "config", tmp_path / "plan.xlsx", load_rulebook(None), None, replace=False)
    assert [(a.id, a.since, a.until) for a in plan.activity] == [
        ("a", date(2026, 2, 1), date(2026, 3, 31)),
        ("b", date(2026, 6, 1), date(2026, 6, 30)),
    ]


def test_every_fault_of_a_sheet_is_told_with_its_line_and_nothing_is_written(tmp_path: Path) -> None:
    bad = (
        "Hoạt động,Năm,Chủ đề,Quý,Từ ngày,Đối tượng\n"
        ",2026,Du lịch,I,,\n"
        "Lễ hội,hai không,Không có,5,31/02/2026,mọi nơi\n"
        "Không đếm được,2026,,,,\n"
    )
    (tmp_path / "x.csv").write_text(bad, "utf-8")
    with pytest.raises(SheetError) as raised:
        import_plan(tmp_path / "config", tmp_path / "x.csv", load_rulebook(None), None, replace=False)
    assert [fault.line for fault in raised.value.faults] == [2, 3, 3, 3, 3, 3, 3, 4]
    with use_language("vi"):
        assert raised.value.explanation().startswith("dòng 2: hoạt động cần có tên\ndòng 3: ")
    assert not (tmp_path / "config" / "plan.toml").exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.csv", b""),
        ("x.csv", "Tên hàng;Giá\nNho;3".encode()),
        ("x.csv", "Hoạt động;Quý\n".encode()),
        ("x.csv", "Hoạt động;Quý\n".encode("utf-16")),
        ("x.xlsx", b"PK\x03\x04 no workbook"),
        ("x.ods", b""),
    ],
)
def test_what_is_no_plan_is_refused_in_words(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SheetError) as raised:
        import_plan(tmp_path / "config", tmp_path / name, load_rulebook(None), 2026, replace=False)
    assert raised.value.explanation()


def test_a_sheet_that_makes_no_valid_plan_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(_SHEET, "utf-8")
    old = import_plan(tmp_path / "config", tmp_path / "good.csv", load_rulebook(None), 2026, replace=False)
    (tmp_path / "twice.csv").write_text("Mã,Hoạt động,Từ khóa\na,A,x\na,B,y\n", "utf-8")
    with pytest.raises(ConfigError):
        import_plan(tmp_path / "config", tmp_path / "twice.csv", load_rulebook(None), 2026, replace=True)
    assert load_plan(tmp_path / "config") == old


def test_by_command(tmp_path: Path) -> None:
    home, sheet = tmp_path / "home", tmp_path / "plan.csv"
    sheet.write_text(_SHEET, "utf-8")
    assert run_inside("--home", home, "init").returncode == 0
    assert run_inside("--home", home, "register", "plan", "show").returncode == 2
    done = run_inside("--home", home, "register", "plan", "import", sheet, "--year", "2026")
    assert done.returncode == 0, done.stderr
    again = run_inside("--home", home, "register", "plan", "import", sheet, "--year", "2026")
    assert again.returncode == 2
    assert "--replace" in again.stderr
    shown = run_inside("--home", home, "--json", "register", "plan", "show", "--year", "2026")
    rows = json_lines(shown.stdout)
    assert shown.returncode == 0, shown.stderr
    assert [len(table) for table in rows] == [4 * 5]  # three activities and two topics in four quarters
    assert run_inside("--home", home, "register", "plan", "show", "--csv", tmp_path / "out.csv").returncode == 0
    assert len(pd.read_csv(tmp_path / "out.csv")) == 4 * 5
