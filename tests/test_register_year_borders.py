"""The six figures at the borders of a year, and what a matter opened again counts: each case worked out by hand."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from analysis.register.figures import register_figures
from analysis.register.yearly import yearly_figures
from diembao.jobs.register_papers.state import register_state
from pipeline.register.matters import ContactKind, Matter, PressContact
from storage.database import open_database
from tests.support.desk import Made
from tests.support.register_office import ZONE, RegisterOffice, book, fill, office_of

_MADE = Made(fill)
LONG_AFTER = datetime(2029, 1, 1, tzinfo=ZONE)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> RegisterOffice:
    address, keys = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return office_of(storage, address, keys)


def on(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime.combine(date(year, month, day), time(hour), ZONE)


def counted(office: RegisterOffice, year: int, moment: datetime = LONG_AFTER) -> Mapping[str, str]:
    state = register_state(office.storage, book(), ZONE, moment)
    return {one.id: str(one.count) for one in yearly_figures(state, year).figures}


def of_years(office: RegisterOffice, figure: str, *years: int) -> list[str]:
    """Return a figure of years; 0/0 too where nothing of a year is known."""
    return [counted(office, year)[figure].replace("None", "0/0") for year in years]


def answer(office: RegisterOffice, matter: Matter, at: datetime, number: str = "") -> Matter:
    return office.do(matter, "answer", at, answer_text="Đã trả lời", answer_number=number)


def contact(office: RegisterOffice, day: date, kind: ContactKind, matter: Matter | None, written: datetime) -> None:
    entry = PressContact(
        0, day, kind, None, "", "Về việc ấy", None if matter is None else matter.id, "", "", written, 1, ""
    )
    office.storage.register.save_contact(office.office, entry, written)


def test_an_answer_in_time_belongs_to_its_own_year_and_a_late_one_to_that_of_its_due_day(
    office: RegisterOffice,
) -> None:
    """Opened on 1 December 2025: year 2026 begins on 15 December 2025."""
    opened = on(2025, 12, 1)
    in_time = office.open("Trả lời đúng hạn 20/12", opened, "u1", due=date(2025, 12, 31))
    answer(office, in_time, on(2025, 12, 20))
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["0/0", "1/1", "0/0"]
    last_day = office.open("Trả lời ngày 14/12", opened, "u1", due=date(2025, 12, 14))
    answer(office, last_day, on(2025, 12, 14, 23))
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["1/1", "1/1", "0/0"]
    late = office.open("Đến hạn 14/12, trả lời 15/12", opened, "u1", due=date(2025, 12, 14))
    answer(office, late, on(2025, 12, 15, 0))
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["1/2", "1/1", "0/0"]
    late = office.open("Đến hạn 31/12/2025, trả lời 15/12/2026", opened, "u1", due=date(2025, 12, 31))
    answer(office, late, on(2026, 12, 15))
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["1/2", "1/2", "0/0"]
    office.open("Đến hạn 15/12, không trả lời", opened, "u1", due=date(2025, 12, 15))
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["1/2", "1/3", "0/0"]
    hours = office.open("Hạn theo giờ", on(2025, 12, 14), "u1", due=date(2025, 12, 15), due_at=on(2025, 12, 15, 0))
    answer(office, hours, on(2025, 12, 15, 0))
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["1/2", "2/4", "0/0"]
    dropped = office.open("Không cần", opened, "u1", due=date(2025, 12, 31))
    office.do(dropped, "drop", on(2026, 2, 1), "báo đã gỡ bài")
    office.open("Không có thời hạn", opened, "u1")
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["1/2", "2/4", "0/0"]


def test_a_term_that_is_over_only_after_the_moment_is_not_due_yet(office: RegisterOffice) -> None:
    office.open("Đến hạn 31/12", on(2025, 12, 1), "u1", due=date(2025, 12, 31))
    assert counted(office, 2026, on(2025, 12, 31, 23))["on_time"] == "0/0"
    assert counted(office, 2026, on(2026, 1, 1, 0))["on_time"] == "0/1"


def test_a_matter_is_due_in_one_year_whatever_is_set_later(office: RegisterOffice) -> None:
    moved = office.open("Quá hạn rồi mới lùi", on(2025, 11, 1), "u1", due=date(2025, 12, 1))
    office.do(moved, "set_due", on(2025, 12, 20), "xin lùi", due=date(2026, 3, 1))
    answer(office, moved, on(2026, 2, 1))
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["0/1", "0/0", "0/0"]
    back = office.open("Thời hạn đặt lùi về năm trước", on(2025, 12, 1), "u1", due=date(2026, 3, 1))
    office.do(back, "set_due", on(2025, 12, 20), "nhập sai", due=date(2025, 12, 5))
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["0/1", "0/1", "0/0"]
    returned = office.open("Trả lời, rồi bị trả lại sang năm", on(2025, 12, 1), "u1", due=date(2025, 12, 31))
    answer(office, returned, on(2025, 12, 10))
    office.do(returned, "return", on(2025, 12, 16), "thiếu số liệu")
    assert of_years(office, "on_time", 2025, 2026, 2027) == ["1/2", "0/1", "0/0"]


def test_requests_are_carried_over_until_they_are_answered(office: RegisterOffice) -> None:
    opened = on(2025, 12, 14, 23)
    waits = office.open("Trả lời năm 2027", opened, "u1")
    assert of_years(office, "answers", 2025, 2026, 2027, 2028) == ["0/1", "0/1", "0/1", "0/1"]
    answer(office, waits, on(2026, 12, 15, 0), "1/TL")
    assert of_years(office, "answers", 2025, 2026, 2027, 2028) == ["0/1", "0/1", "1/1", "0/0"]
    assert of_years(office, "written", 2025, 2026, 2027, 2028) == ["0/0", "0/0", "1/1", "0/0"]
    same_year = office.open("Mở 15/12/2025", on(2025, 12, 15, 0), "u1")
    answer(office, same_year, on(2026, 12, 14, 23))
    assert of_years(office, "answers", 2025, 2026, 2027, 2028) == ["0/1", "1/2", "1/1", "0/0"]
    assert of_years(office, "written", 2025, 2026, 2027, 2028) == ["0/0", "0/1", "1/1", "0/0"]
    dropped = office.open("Bỏ năm 2026", opened, "u1")
    office.do(dropped, "drop", on(2026, 2, 1), "báo đã gỡ bài")
    assert of_years(office, "answers", 2025, 2026, 2027, 2028) == ["0/2", "1/2", "1/1", "0/0"]
    office.do(dropped, "reopen", on(2026, 12, 20), "báo nêu lại")
    assert of_years(office, "answers", 2025, 2026, 2027, 2028) == ["0/2", "1/2", "1/2", "0/1"]
    returned = office.open("Trả lời 2025, bị trả lại 2026", opened, "u1")
    answer(office, returned, opened + timedelta(minutes=10))
    office.do(returned, "return", on(2026, 1, 5), "thiếu số liệu")
    answer(office, returned, on(2026, 1, 6))
    assert of_years(office, "answers", 2025, 2026, 2027, 2028) == ["1/3", "1/2", "1/2", "0/1"]


def test_what_is_said_after_a_year_changes_nothing_of_it(office: RegisterOffice) -> None:
    """An entry counts by its day, whenever it is typed: a day of the year counts, a day after it does not."""
    sudden = office.open("Đột xuất", on(2025, 12, 5), "u1", due=date(2025, 12, 6), is_unexpected=True)
    answered = office.open("Trả lời miệng", on(2025, 12, 5), "u1")
    answer(office, answered, on(2025, 12, 6))
    before = counted(office, 2025)
    assert (before["unexpected"], before["written"], before["information"]) == ("0/1", "0/1", "1")
    contact(office, date(2025, 12, 15), "spoken", sudden, on(2025, 12, 15))
    contact(office, date(2026, 9, 1), "written", answered, on(2026, 9, 1))
    answer(office, sudden, on(2025, 12, 15, 0))
    assert counted(office, 2025) == before
    contact(office, date(2025, 12, 14), "spoken", sudden, on(2026, 9, 1))
    contact(office, date(2025, 12, 14), "written", answered, on(2026, 9, 1))
    after = counted(office, 2025)
    assert (after["unexpected"], after["written"], after["information"]) == ("1/1", "1/1", "2")


def test_a_matter_answered_in_the_year_alone_makes_its_figures_known(office: RegisterOffice) -> None:
    matter = office.open("Mở 10/12/2025", on(2025, 12, 10), "u1", due=date(2025, 12, 31))
    answer(office, matter, on(2025, 12, 20), "1/TL")
    state = register_state(office.storage, book(), ZONE, LONG_AFTER)
    found = {one.id: (str(one.count), one.origin) for one in yearly_figures(state, 2026).figures}
    assert found == {
        "conferences": ("None", "unknown"),
        "information": ("1", "both"),
        "answers": ("1/1", "both"),
        "unexpected": ("0/0", "both"),
        "on_time": ("1/1", "register"),
        "written": ("1/1", "both"),
    }
    assert {one.origin for one in yearly_figures(state, 2027).figures} == {"unknown"}, "nothing was left for it"
    assert {one.origin for one in yearly_figures(state, 2030).figures} == {"unknown"}, "it has not begun"


def test_an_answer_with_which_a_matter_was_closed_stays_counted(office: RegisterOffice) -> None:
    """Answered in time by u1, closed, opened again and given to u2, which answers late, in the next year."""
    first, last = date(2025, 12, 15), date(2026, 12, 14)

    def by_unit() -> dict[str, tuple[int, int, int, int]]:
        found = register_figures(register_state(office.storage, book(), ZONE, LONG_AFTER), first, last)
        return {one.name: (one.answered, one.in_time, one.open, one.overdue) for one in found.units}

    matter = office.open("Trả lời đúng hạn rồi mở lại", on(2026, 3, 2), "u1", due=date(2026, 3, 20), is_unexpected=True)
    answer(office, matter, on(2026, 3, 10), "2/TL")
    office.do(matter, "close", on(2026, 3, 11), result="báo đã đăng")
    closed = counted(office, 2026)
    assert closed == {
        "conferences": "None",
        "information": "1",
        "answers": "1/1",
        "unexpected": "1/1",
        "on_time": "1/1",
        "written": "1/1",
    }
    matter = office.do(matter, "reopen", on(2026, 12, 1), "báo nêu lại", due=date(2026, 12, 5))
    assert counted(office, 2026) == closed
    office.do(matter, "assign", on(2026, 12, 2), unit=office.units["u2"])
    assert by_unit() == {"Sở số 1": (1, 1, 0, 0), "Sở số 2": (0, 0, 1, 1)}
    answer(office, matter, on(2027, 1, 10))
    assert counted(office, 2026) == closed
    assert of_years(office, "answers", 2027) == of_years(office, "on_time", 2027) == ["0/0"]
    office.do(matter, "return", on(2027, 1, 11), "thiếu số liệu")
    office.do(matter, "drop", on(2027, 1, 12), "không còn ai hỏi")
    assert counted(office, 2026) == closed
    assert counted(office, 2026, on(2026, 12, 3)) == closed
