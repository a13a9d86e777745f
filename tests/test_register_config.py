"""holidays.toml, register.toml, units.toml: what they may hold, what they mean, and what config check says of them."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from config.faults.errors import ConfigError
from config.load import packaged
from config.register.holiday_draft import FIRST_YEAR, LAST_YEAR, draft_text, holiday_draft
from config.register.holidays import holiday_doubts, load_calendar, load_holidays
from config.register.register import load_register
from config.register.units import load_units
from pipeline.i18n.language import use_language
from pipeline.register.deadlines import Term
from pipeline.register.rules import YearCalendar
from pipeline.register.units import Units
from tests.support.cli import run_inside
from tests.support.clocks import clock_at
from tests.support.faulty_configuration import HOLIDAYS, REGISTER, UNITS

LOADERS = {"holidays.toml": load_holidays, "register.toml": load_register, "units.toml": load_units}


def load(folder: Path, name: str, text: str) -> object:
    (folder / name).write_text(text, "utf-8")
    return LOADERS[name](folder)


def faults_of(folder: Path, name: str, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, name, text)
    return [str(fault).removeprefix(f"{folder / name}:") for fault in caught.value.faults]


# -- holidays.toml


def test_the_packaged_years_have_the_days_that_were_announced() -> None:
    years = load_holidays(None)
    assert list(years) == [2025, 2026]
    assert {d for year in years.values() for d in year.exceptions().working} == {
        date(2025, 4, 26),
        date(2026, 1, 10),
        date(2026, 8, 22),
    }
    assert all(occasion.source for year in years.values() for occasion in year.off)


def test_the_packaged_years_have_every_day_that_the_law_gives() -> None:
    """Against the library `holidays`, which counts Tết by the lunar calendar; the rest is announced year by year."""
    for number, year in load_holidays(None).items():
        by_law = holiday_draft(number).exceptions().off
        assert by_law <= year.exceptions().off
    extra = {
        day
        for n, year in load_holidays(None).items()
        for day in year.exceptions().off - holiday_draft(n).exceptions().off
    }
    swapped_or_new = {date(2025, 5, 2), date(2026, 1, 2), date(2026, 8, 31), date(2026, 11, 24)}
    assert extra == swapped_or_new


def test_what_is_not_certain_is_marked() -> None:
    """In front of its occasion."""
    text = packaged("holidays.toml")
    for name in ("Ngày Văn hóa Việt Nam", "Tết Nguyên đán Bính Ngọ"):
        before = text.partition(f'name = "{name}"')[0].rpartition("\n\n")[2]
        assert "unverified" in before, name


def test_faults_of_holidays(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "holidays.toml", HOLIDAYS) == [
        "7: year[0].off[0].source: is empty",
        "5: year[0].off[0].days: 2026-01-01 stands here twice",
        "5: year[0].off[0].days: 2025-12-31 is no day of 2026",
        "6: year[0].off[0].working: 2026-01-05 is no Saturday or Sunday: it is worked anyway",
        "8: year[0].off[1]: needs days or working",
        "12: year[1].year: 2026 is used twice",
        "15: year[2].year: no year of this century: 206",
    ]


def test_a_day_off_that_is_no_date_is_named(tmp_path: Path) -> None:
    text = '[[year]]\nyear = 2026\n[[year.off]]\nname = "A"\nsource = "x"\ndays = ["Tết"]\n'
    assert faults_of(tmp_path, "holidays.toml", text)[0] == (
        "6: year[0].off[0].days[0]: a date as YYYY-MM-DD is needed, found 'Tết'"
    )


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2024, 6, 1), [2024]),
        (date(2025, 12, 31), []),
        (date(2026, 9, 30), []),
        (date(2026, 10, 1), [2027]),
        (date(2026, 12, 31), [2027]),
        (date(2027, 1, 1), [2027]),
        (date(2027, 10, 1), [2027, 2028]),
    ],
)
def test_years_without_days_off_are_a_doubt(tmp_path: Path, today: date, years: list[int]) -> None:
    (tmp_path / "holidays.toml").write_text(packaged("holidays.toml"), "utf-8")
    doubts = holiday_doubts(tmp_path, today)
    assert [f"no days off of {year}" for year in years] == [str(d.message).partition(":")[0] for d in doubts]
    assert all(d.file == str(tmp_path / "holidays.toml") for d in doubts)


def test_config_check_warns_and_the_draft_is_the_way_out(tmp_path: Path) -> None:
    assert run_inside("--home", tmp_path, "init").returncode == 0
    settings = tmp_path / "config" / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace('contact = ""', 'contact = "a@bao.example"'), "utf-8")
    # 17:00 UTC on 30 September is 1 October in the province.
    new_day = datetime(2026, 9, 30, 17, tzinfo=UTC)
    for moment, warns in ((new_day - timedelta(minutes=1), False), (new_day, True)):
        clock = clock_at(tmp_path, moment)
        checked = run_inside("--home", tmp_path, "--lang", "en", "config", "check", DIEMBAO_CLOCK=clock)
        assert checked.returncode == 0
        assert ("holidays.toml: no days off of 2027" in checked.stderr) == warns
    draft = run_inside("--home", tmp_path, "register", "holidays", "--year", "2027", "--draft")
    assert draft.returncode == 0
    holidays = tmp_path / "config" / "holidays.toml"
    holidays.write_text(f"{holidays.read_text('utf-8')}\n{draft.stdout}", "utf-8")
    checked = run_inside("--home", tmp_path, "config", "check", DIEMBAO_CLOCK=clock)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert load_calendar(holidays.parent).add(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_the_draft_says_what_it_does_not_know() -> None:
    with use_language("en"):
        assert draft_text(2027).startswith("# A draft: the days off of 2027 that the law gives")
        assert "Swapped working days" in draft_text(2027).partition("[[year]]")[0]
    with use_language("vi"):
        text = draft_text(2027)
    assert text.startswith("# Bản nháp: các ngày nghỉ của năm 2027 theo luật")
    days = holiday_draft(2027).exceptions().off
    assert {date(2027, 2, 5), date(2027, 2, 8), date(2027, 9, 2)} <= days  # Tết's eve, its third day, National Day
    assert all(day.weekday() < 5 for day in days)


@pytest.mark.parametrize("year", [FIRST_YEAR, 2028, 2033, LAST_YEAR])
def test_a_draft_is_a_valid_year(tmp_path: Path, year: int) -> None:
    (tmp_path / "holidays.toml").write_text(draft_text(year), "utf-8")
    [(number, read)] = load_holidays(tmp_path).items()
    assert number == year
    assert read.exceptions() == holiday_draft(year).exceptions()
    assert len(read.exceptions().off) >= 7


def test_the_days_of_a_year_are_printed(tmp_path: Path) -> None:
    shown = run_inside("--home", tmp_path, "--lang", "en", "register", "holidays", "--year", "2026")
    assert "Tết Dương lịch: 01/01/2026, 02/01/2026; worked in return: 10/01/2026 (12729/VPCP-KGVX" in shown.stdout
    told = run_inside("--home", tmp_path, "--json", "register", "holidays", "--year", "2026")
    [first, *_] = json.loads(told.stdout)
    assert (first["days"], first["working"]) == (["2026-01-01", "2026-01-02"], ["2026-01-10"])
    none = run_inside("--home", tmp_path, "--lang", "en", "register", "holidays", "--year", "2029")
    assert none.returncode == 2
    assert "holidays.toml has no days off of 2029" in none.stderr
    drafted = run_inside("--home", tmp_path, "--json", "register", "holidays", "--year", "2029", "--draft")
    assert "[[year.off]]" in json.loads(drafted.stdout)["draft"]


# -- register.toml


def test_the_packaged_kinds_and_their_terms() -> None:
    kinds = load_register(None).kinds
    assert {name: kind.term for name, kind in kinds.items()} == {
        "opinion": Term(15, "working_days"),
        "press_request": Term(30, "days"),
        "complaint": Term(5, "working_days"),
        "correction": Term(7, "days"),
        "information": None,
        "other": None,
    }
    assert [name for name, kind in kinds.items() if kind.analogy] == ["correction"]
    assert kinds["complaint"].counts_from == "conclusion"
    assert not any(kind.sure for kind in kinds.values()), "no term was read in the official text"
    assert kinds["opinion"].name.in_language("vi").startswith("Trả lời ý kiến")


def test_the_other_tables_of_the_packaged_rules() -> None:
    rules = load_register(None)
    assert rules.terms.end_on_working_day
    assert (rules.unexpected.hours, rules.lists.weekday, rules.lists.time) == (24, 3, time(15, 0))
    assert rules.calendar.report_window(2026) == (date(2025, 12, 15), date(2026, 12, 14))
    assert rules.calendar.report_due(2026) == date(2026, 12, 20)
    assert [len(reason.basis) > 0 for reason in rules.refusals.values()] == [True] * 4


def test_a_report_year_ends_on_14_december() -> None:
    calendar = YearCalendar()
    assert calendar.report_year(date(2026, 12, 14)) == 2026
    assert calendar.report_year(date(2026, 12, 15)) == 2027
    by_year = YearCalendar(report_from="01-01")
    assert by_year.report_window(2026) == (date(2026, 1, 1), date(2026, 12, 31))
    assert by_year.report_year(date(2026, 12, 31)) == 2026
    day = date(2023, 12, 1)
    for own in (calendar, by_year, YearCalendar(report_from="02-29"), YearCalendar(report_from="03-01")):
        for n in range(1200):
            first, last = own.report_window(own.report_year(day + timedelta(n)))
            assert first <= day + timedelta(n) <= last, own


def test_days_of_the_calendar_stay_within_their_months() -> None:
    calendar = YearCalendar(information_day=31, conference_months=(12, 2), conference_day=30)
    assert [calendar.information_on(2026, month).day for month in (1, 2, 4)] == [31, 28, 30]
    assert calendar.conferences(2028) == (date(2028, 2, 29), date(2028, 12, 30))


def test_faults_of_rules(tmp_path: Path) -> None:
    found = faults_of(tmp_path, "register.toml", REGISTER)
    assert sorted(found) == sorted(
        [
            "5: kind[0].counts_from: one of 'receipt', 'conclusion' is needed, found 'birth'",
            "8: kind[1].name.fr: unknown key; known are en, vi",
            "13: kind[2].term.unit: one of 'working_days', 'days', 'hours' is needed, found 'weeks'",
            "2: kind[0].id: small letters, digits and '_' only, found 'A b'",
            "3: kind[0].name: is empty",
            "4: kind[0].term: a number from 1 to 366 is needed, found 0",
            "1: kind[0]: a term needs its basis: document and article",
            "9: kind[1].term: a number from 1 to 250 is needed, found 400",
            "6: kind[1]: a term needs its basis: document and article",
            "11: kind[2].id: 'a' is used twice",
            "10: kind[2]: a term needs its basis: document and article",
            "15: kind[3].id: 'a' is used twice",
            "19: unexpected.hours: a number from 1 to 744 is needed, found 0",
            "22: reminders.soon_working_days: a number from 0 to 60 is needed, found -1",
            "21: reminders.at: not a time of day as HH:MM: '7:30'",
            "24: calendar.information_day: a number from 1 to 31 is needed, found 32",
            "25: calendar.conference_months: different months from 1 to 12 are needed, found [3, 3, 13]",
            "26: calendar.report_before: no day of a year as MM-DD: '02-30'",
            "27: calendar.report_from: no day of a year as MM-DD: '15/12'",
            "29: lists.weekly_day: one of 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday' "
            "is needed, found 'someday'",
            "30: lists.weekly_at: not a time of day as HH:MM: '24:00'",
            "34: refusal[0].basis: is empty",
        ]
    )


def test_a_register_without_kinds_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "register.toml", "kind = []\n") == ["1: kind: is empty"]
    assert [fault.strip() for fault in faults_of(tmp_path, "register.toml", "")] == ["kind: is missing"]


# -- units.toml

RESTRUCTURED = """
[[unit]]
handle = "so-tttt"
names = [{ name = "Sở Thông tin", until = 2025-02-28 }]
until = 2025-02-28
successor = "so-vh"
[[unit]]
handle = "so-dl"
until = 2025-02-28
successor = "so-vh"
[[unit]]
handle = "so-vh"
names = [
    { name = "Sở Văn hóa Ninh Thuận", since = 2020-01-01, until = 2025-06-30 },
    { name = "Sở Văn hóa Khánh Hòa", since = 2025-07-01 },
]
until = 2026-08-31
successor = "so-moi"
head = "lan"
[[unit]]
handle = "so-moi"
names = [{ name = "Sở Mới", since = 2026-09-01 }]
[[unit]]
handle = "ban-cu"
until = 2025-12-31
[[spokesperson]]
unit = "so-vh"
name = "Lan"
phone = "0259 1"
until = 2025-12-31
[[spokesperson]]
unit = "so-vh"
name = "Minh"
phone = "0259 2"
private = false
since = 2025-12-01
"""


@pytest.fixture
def units(tmp_path: Path) -> Units:
    (tmp_path / "units.toml").write_text(RESTRUCTURED, "utf-8")
    return load_units(tmp_path)


def test_the_packaged_units_are_none() -> None:
    packaged = load_units(None)
    assert (packaged.unit, packaged.spokesperson) == ((), ())


def test_the_packaged_head_of_documents_changes_with_the_merger_of_the_province() -> None:
    before, after = (load_units(None).office_at(day) for day in (date(2025, 6, 30), date(2025, 7, 1)))
    assert before is not None
    assert (before.parent_agency, before.place, after) == ("UBND tỉnh Ninh Thuận", "Ninh Thuận", None)


def test_the_examples_of_the_packaged_units_are_valid(tmp_path: Path) -> None:
    """They are comments: a person takes the marks away."""
    lines = [line.removeprefix("#").removeprefix(" ") for line in packaged("units.toml").splitlines()]
    text = "\n".join(line for line in lines if line.startswith(("[", "]", "    {")) or " = " in line.partition(":")[0])
    units = load(tmp_path, "units.toml", text)
    assert isinstance(units, Units)
    assert [unit.handle for unit in units.unit] == ["so-a", "so-b"]
    assert units.spokesperson[0].public_phone == "0259 3800 000"


def test_names_by_date(units: Units) -> None:
    assert units.name_at("so-vh", date(2025, 6, 30)) == "Sở Văn hóa Ninh Thuận"
    assert units.name_at("so-vh", date(2025, 7, 1)) == "Sở Văn hóa Khánh Hòa"
    assert units.name_at("so-vh", date(2019, 12, 31)) is None
    assert units.name_at("so-tttt", date(2025, 3, 1)) is None
    assert units.name_at("so-dl", date(2025, 1, 1)) is None
    assert units.name_at("not-there", date(2025, 1, 1)) is None


def test_successors(units: Units) -> None:
    assert units.successor_chain("so-tttt") == ("so-vh", "so-moi")
    assert units.successor_chain("so-moi") == units.successor_chain("not-there") == ()
    assert units.successor_chain("so-dl")[-1] == "so-moi"
    for day, unit in (
        (date(2025, 2, 28), "so-tttt"),
        (date(2025, 3, 1), "so-vh"),
        (date(2026, 8, 31), "so-vh"),
        (date(2026, 9, 1), "so-moi"),
    ):
        assert units.unit_at("so-tttt", day) == unit
    assert units.unit_at("ban-cu", date(2026, 1, 1)) is None
    assert units.unit_at("not-there", date(2026, 1, 1)) == "not-there"
    assert [unit.handle for unit in units.units_at(date(2025, 2, 28))] == ["so-tttt", "so-dl", "so-vh", "ban-cu"]
    assert [unit.handle for unit in units.units_at(date(2026, 9, 1))] == ["so-moi"]


def test_spokespersons(units: Units) -> None:
    first = units.spokesperson_at("so-vh", date(2025, 12, 31))
    assert first is not None
    assert (first.name, first.public_phone) == ("Lan", "")
    assert [person.name for person in units.spokespersons_at("so-vh", date(2025, 12, 31))] == ["Lan", "Minh"]
    later = units.spokesperson_at("so-vh", date(2026, 1, 1))
    assert later is not None
    assert (later.name, later.public_phone) == ("Minh", "0259 2")
    assert units.spokesperson_at("so-moi", date(2026, 9, 1)) is None


def test_faults_of_units(tmp_path: Path) -> None:
    found = faults_of(tmp_path, "units.toml", UNITS)
    assert sorted(found) == sorted(
        [
            "2: unit[0].handle: small letters, digits, '.', '_' and '-' only, found 'Sở A'",
            "4: unit[0].head: small letters, digits, '.', '_' and '-' only, found 'x y'",
            "3: unit[0].names: is empty",
            "3: unit[0].names: is later than its 'until'",
            "3: unit[0].names: 'B' holds on days on which another name holds",
            "7: unit[1].names: 'C' holds on days on which another name holds",
            "8: unit[1].successor: needs 'until', the last day of the unit before it",
            "12: unit[2].successor: leads back to the unit itself",
            "16: unit[3].successor: leads back to the unit itself",
            "18: unit[4].handle: 'b' is used twice",
            "20: unit[4].successor: no [[unit]] has the handle 'nowhere'",
            "22: spokesperson[0].unit: no [[unit]] has the handle 'nowhere'",
            "23: spokesperson[0].name: is empty",
            "24: spokesperson[0].mail: no e-mail address: 'nobody'",
            "25: spokesperson[0].since: is later than its 'until'",
        ]
    )


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_circles_of_successors_are_found(tmp_path: Path, length: int) -> None:
    text = "".join(
        f'[[unit]]\nhandle = "u{n}"\nuntil = 2026-01-01\nsuccessor = "u{(n + 1) % length}"\n' for n in range(length)
    )
    entry = '[[unit]]\nhandle = "before"\nuntil = 2026-01-01\nsuccessor = "u0"\n'
    found = faults_of(tmp_path, "units.toml", text + entry)
    assert len(found) == length
    assert all("leads back to the unit itself" in fault for fault in found)
