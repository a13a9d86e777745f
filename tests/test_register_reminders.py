"""Reminders of the register, on both databases, on days that were chosen for it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from diembao.jobs.office.letter_parts import LetterText, Place
from diembao.jobs.office.letter_text import write_letter
from diembao.jobs.register_upkeep.reminders import remind, warn_of_clocks
from pipeline.records import Reason
from pipeline.register.rules import Reminders
from storage.database import open_database
from storage.schema.core import documents, fetches, items, versions
from tests.support.desk import Made, store_day, written
from tests.support.register_letters import moment, opened, subject, told
from tests.support.register_office import AT, DAY, ZONE, RegisterOffice, book, causes, fill, office_of

pytestmark = pytest.mark.few_on_postgresql

_MADE = Made(fill)
_WEEK = timedelta(days=7)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> RegisterOffice:
    address, keys = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return office_of(storage, address, keys)


def test_nothing_before_its_hour_and_nothing_twice(office: RegisterOffice) -> None:
    office.open("Một việc", AT - _WEEK, "u3", due=DAY)
    assert told(office, moment(DAY, time(7, 29))) == {}
    assert told(office, moment(DAY, time(7, 30))) == {"chi": subject(DAY, "1 sắp đến hạn")}
    assert told(office, moment(DAY, time(7, 40))) == {}
    assert told(office, moment(DAY, time(23, 59))) == {}
    nothing = office.storage.letters.counts()
    assert nothing == {"sent": 1}


def test_a_machine_that_was_off_tells_late_in_the_day_and_what_was_new_meanwhile(office: RegisterOffice) -> None:
    office.open("Cũ", moment(DAY, time(7)), "u3", due=DAY + timedelta(days=30))
    assert told(office, moment(DAY)) == {"chi": subject(DAY, "1 mới giao")}
    for days in (1, 2, 3):
        office.open(
            f"Giao ngày {days}", moment(DAY + timedelta(days=days), time(7)), "u3", due=DAY + timedelta(days=30)
        )
    later = DAY + timedelta(days=3)
    assert told(office, moment(later, time(22))) == {"chi": subject(later, "3 mới giao")}
    # What is given after the hour of a day is new on the next.
    office.open("Buổi tối", moment(later, time(21)), "u3", due=DAY + timedelta(days=30))
    friday = DAY + timedelta(days=4)
    assert told(office, moment(friday)) == {"chi": subject(friday, "1 mới giao")}


def test_what_is_new_is_told_until_a_letter_of_the_reader_went_out(office: RegisterOffice) -> None:
    """A letter that was given up told nothing; that others had theirs, or that one was begun, is each reader's own."""
    far = DAY + timedelta(days=60)
    office.open("Giao u3", AT - timedelta(hours=10), "u3", due=far)
    office.open("Giao u1", AT - timedelta(hours=10), "u1", due=far)
    assert remind(office.storage, book(), ZONE, AT) == 3
    names = {number: name for name, number in office.accounts.items()}
    for letter in office.storage.letters.of_cause(f"register {DAY.isoformat()}"):
        if letter.account is not None and names[letter.account] == "chi":
            office.storage.letters.give_up(letter.id, "late")
            continue
        assert office.storage.letters.begin(letter.id, "<x@y>", AT)
        if letter.account is not None and names[letter.account] == "an":
            office.storage.letters.end(letter.id, True)
    for days in (1, 2):
        office.open(f"Giao ngày {days}", AT + timedelta(days=days, hours=-1), "u1", due=far)
        day = DAY + timedelta(days=days)
        expected = {"an": "1 mới giao", "anh": "1 mới giao"} | ({"chi": "1 mới giao"} if days == 1 else {})
        assert told(office, moment(day)) == {name: subject(day, text) for name, text in expected.items()}


def test_the_clock_of_an_unexpected_matter_ends_with_the_day_that_was_typed(
    office: RegisterOffice, tmp_path: Path
) -> None:
    """Without an hour the local day's end holds, for letters to the office, status and alerts alike."""
    opened_at, until = AT - timedelta(days=3), date(2026, 12, 10)
    end = datetime.combine(until + timedelta(days=1), time(0), ZONE)
    due_at = AT - timedelta(days=2)
    matter = office.open("Đột xuất", opened_at, "u1", is_unexpected=True, due=due_at.date(), due_at=due_at)
    assert warn_of_clocks(office.storage, book(), ZONE, due_at + timedelta(minutes=1)) == 2
    office.do(matter, "set_due", AT - timedelta(hours=9), "cấp trên cho lùi", due=until)
    for at, letters, said in (
        (AT, 0, set()),
        (end - timedelta(hours=1), 2, set()),
        (end - timedelta(seconds=1), 0, set()),
        (end, 2, {"register:clock"}),
    ):
        assert warn_of_clocks(office.storage, book(), ZONE, at) == letters, at
        assert {one for one in causes(office, at) if one.startswith("register:clock")} == said, at
    waiting = office.storage.letters.waiting(end)
    place = Place("", until, ZONE)
    texts = [write_letter(office.storage, one, place, end - timedelta(hours=1), book) for one in waiting]
    subjects = {one.subject for one in texts if isinstance(one, LetterText)}
    assert subjects == {"Vấn đề số 1: cần thông tin cho báo chí trước 23:59 10/12"}
    # One that was answered and closed, and is opened again without a day, has no clock.
    office.do(matter, "answer", end, answer_text="x")
    office.do(matter, "close", end, result="báo đã đăng")
    office.do(matter, "reopen", end + timedelta(hours=1), "báo nêu lại")
    assert warn_of_clocks(office.storage, book(), ZONE, end + timedelta(days=9)) == 0
    assert "register:clock" not in causes(office, end + timedelta(days=9))


def test_days_off_bring_no_letter_and_the_day_after_brings_all(office: RegisterOffice) -> None:
    """Tết 2026 is off from Monday 16 to Friday 20 February; on Monday 23 people are told of all that came up."""
    friday = date(2026, 2, 13)
    office.open("Trước Tết", moment(friday, time(7)), "u3", due=date(2026, 2, 24))
    assert told(office, moment(friday)) == {"chi": subject(friday, "1 sắp đến hạn")}
    office.open("Mùng một", moment(date(2026, 2, 17)), "u3", due=date(2026, 4, 1))
    for days in range(1, 10):
        assert told(office, moment(friday + timedelta(days=days))) == {}, days
    monday = date(2026, 2, 23)
    assert told(office, moment(monday)) == {"chi": subject(monday, "1 sắp đến hạn, 1 mới giao")}
    # An office that wants letters on each day gets them; a Saturday is worked where the calendar says so.
    every_day = replace(book().rules, reminders=Reminders(working_days_only=False))
    sunday = date(2026, 3, 1)
    assert set(told(office, moment(sunday), replace(book(), rules=every_day))) == {"bien", "chi"}
    swapped = date(2026, 8, 22)
    assert swapped.weekday() == 5
    assert set(told(office, moment(swapped))) >= {"chi"}


def test_the_end_of_a_month_and_of_a_year_without_days_off(office: RegisterOffice) -> None:
    """holidays.toml has nothing of 2027: terms cannot be counted into it, but people are told all the same."""
    office.open("Cuối tháng", AT - _WEEK, "u3", due=date(2026, 12, 31))
    office.open("Năm sau", AT - _WEEK, "u3", due=date(2027, 1, 4))
    day = date(2026, 12, 29)
    assert told(office, moment(day)) == {"chi": subject(day, "1 sắp đến hạn")}
    day = date(2026, 12, 30)
    assert told(office, moment(day)) == {"chi": subject(day, "2 sắp đến hạn")}
    day = date(2027, 1, 4)
    assert told(office, moment(day)) == {
        "bien": subject(day, "1 quá hạn lâu"),
        "chi": subject(day, "1 quá hạn, 1 sắp đến hạn"),
    }
    assert told(office, moment(date(2027, 1, 3))) == {}, "a Sunday"


def test_only_what_a_reader_may_see_when_it_is_sent(office: RegisterOffice) -> None:
    """Between making and sending one person changes the unit, one is disabled, one loses the role, one matter ends."""
    accounts, who = office.storage.accounts, office.office
    office.open("Của Sở số 2", AT - _WEEK, "u2", due=DAY - timedelta(days=1))
    office.open("Của Sở số 3", AT - _WEEK, "u3", due=DAY)
    ended = office.open("Của Sở số 4", AT - _WEEK, "u4", due=DAY)
    office.open("Quá hạn lâu", AT - 2 * _WEEK, "u1", due=DAY - timedelta(days=4))
    assert remind(office.storage, book(), ZONE, AT) == 6
    accounts.change(office.accounts["binh"], who, AT, department=office.units["u3"])
    accounts.change(office.accounts["chi"], who, AT, disabled=True)
    accounts.change(office.accounts["bien"], who, AT, role="analyst")
    accounts.change(office.accounts["anh"], who, AT, mail="khong phai dia chi")
    office.do(ended, "answer", AT, answer_text="Đã trả lời")
    assert opened(office, AT, book()) == {
        "an": subject(DAY, "1 quá hạn lâu"),
        "anh": "no_address",
        "bien": "done",
        "binh": subject(DAY, "1 sắp đến hạn"),
        "chi": "disabled",
        "dung": "done",
    }
    # The next day goes by what they are then; whoever heads u2 by units.toml and left it is told nothing of it.
    tuesday = DAY + timedelta(days=3)
    assert told(office, moment(tuesday)) == {
        "an": subject(tuesday, "1 quá hạn lâu"),
        "binh": subject(tuesday, "1 quá hạn"),
    }


def test_what_was_made_for_another_day_is_not_sent(office: RegisterOffice) -> None:
    office.open("Một việc", AT - _WEEK, "u3", due=DAY)
    assert remind(office.storage, book(), ZONE, AT) == 1
    assert opened(office, AT + timedelta(days=1), book()) == {"chi": "late"}


def test_the_office_is_told_of_what_no_unit_has(office: RegisterOffice) -> None:
    office.open("Chưa giao", AT - _WEEK, due=DAY + timedelta(days=1))
    office.open("Chưa giao, còn lâu", AT - _WEEK, due=DAY + timedelta(days=20))
    assert told(office, AT) == {"bien": subject(DAY, "1 chưa có đơn vị chủ trì")}


def texts(office: RegisterOffice, at: datetime) -> dict[str, list[str]]:
    """Let the reminders of a moment be made; return subject and lines of the letters by reader; settle them."""
    remind(office.storage, book(), ZONE, at)
    names, said = {number: name for name, number in office.accounts.items()}, {}
    handles = {number: handle for handle, number in office.units.items()}
    for letter in office.storage.letters.waiting(at):
        place = Place("http://desk.example", at.astimezone(ZONE).date(), ZONE)
        text = write_letter(office.storage, letter, place, at, book)
        office.storage.letters.begin(letter.id, "<x@y>", at)
        office.storage.letters.end(letter.id, True)
        assert isinstance(text, LetterText)
        reader = names[letter.account] if letter.account is not None else f"mailbox {handles[letter.department or 0]}"
        said[reader] = [text.subject, *text.text.splitlines()]
    return said


def test_what_became_known_after_an_answer_is_told_once_to_the_unit_in_charge_and_the_office(
    office: RegisterOffice,
) -> None:
    """A report is taken down, a reprint comes: the office is told where, the unit what it may see."""
    storage, report = office.storage, office.items[0]
    reprint = store_day(storage, [written("y")])["y"]
    with storage.register._writing() as connection:
        connection.execute(update(items).where(items.c.key.in_((report, reprint))).values(story="s"))
        late = AT - timedelta(days=2)  # the reprint is from another outlet, and was first seen and read then
        page = select(items.c.candidate_id).where(items.c.key == reprint).scalar_subquery()
        change = {"first_seen": late, "source_id": "b"}
        connection.execute(update(items).where(items.c.key == reprint).values(**change))
        connection.execute(update(versions).where(versions.c.item_key == reprint).values(fetched_at=late))
        for table, column in ((fetches, "at"), (documents, "fetched_at"), (documents, "examined_at")):
            connection.execute(update(table).where(table.c.candidate_id == page).values({column: late}))
    own = office.open("Hồ đổi màu", AT - _WEEK, "u1", taking_part=("u3",), due=DAY)
    office.do(own, "answer", AT - timedelta(days=4), answer_number="1/SYT")
    mailbox = office.open("Rác chưa thu", AT - _WEEK, "u5", due=DAY)
    mailbox = office.do(mailbox, "answer", AT - timedelta(days=4), answer_number="2/UB")
    office.do(mailbox, "close", AT - timedelta(days=3), result="đã đăng")
    office.open("Chưa trả lời", AT - _WEEK, "u2", due=DAY + timedelta(days=60))
    office.asked_for(report, AT - timedelta(days=1), Reason.GONE)
    counts = "1 có tin sau khi trả lời"
    found = texts(office, AT)
    assert {reader: lines[0] for reader, lines in found.items()} == {
        "bien": subject(DAY, "2 có tin sau khi trả lời"),
        "an": subject(DAY, counts),
        "anh": subject(DAY, counts),
        "binh": subject(DAY, "1 mới giao"),
        "mailbox u5": subject(DAY, counts),
    }
    when, seen = "(07:31 29/11/2026)", "(07:31 28/11/2026)"
    head = ["Sau khi trả lời:", f"- Vấn đề số {own.id}: Hồ đổi màu"]
    lines = found["bien"]
    begin = lines.index(head[0])
    assert lines[begin : begin + 6] == [
        *head,
        "  Sở số 1",
        f"  Báo B (đăng lại): vẫn đang lan {seen}",
        f"  Báo A: đã gỡ {when}",
        f"  http://desk.example/register/matter/{own.id}",
    ]
    lines = found["an"]
    begin = lines.index(head[0])
    assert lines[begin : begin + 5] == [
        *head,
        f"  Báo A: đã gỡ {when}",
        "  1 bài đăng lại: vẫn đang lan",
        f"  http://desk.example/register/matter/{own.id}",
    ]
    assert "Báo B" not in "".join(lines)
    assert f"- Vấn đề số {mailbox.id}: Rác chưa thu" in found["mailbox u5"]
    # Told once; what comes after the hour is told on the next day; long after the answer nothing is.
    tuesday = DAY + timedelta(days=1)
    office.asked_for(report, moment(DAY, time(9)), Reason.NOT_MODIFIED)
    assert {reader: lines[0] for reader, lines in texts(office, moment(tuesday)).items()} == {
        "bien": subject(tuesday, "2 có tin sau khi trả lời"),
        "an": subject(tuesday, counts),
        "anh": subject(tuesday, counts),
        "mailbox u5": subject(tuesday, counts),
    }
    assert texts(office, moment(DAY + timedelta(days=2))) == {}
    late_day = DAY + timedelta(days=40)
    office.asked_for(report, moment(late_day, time(3)), Reason.GONE)
    assert texts(office, moment(late_day)) == {}


def test_whoever_may_not_read_a_matter_any_more_is_not_told_what_came_after_its_answer(office: RegisterOffice) -> None:
    matter = office.open("Hồ đổi màu", AT - _WEEK, "u1")
    office.do(matter, "answer", AT - timedelta(days=4), answer_number="1/SYT")
    office.asked_for(office.items[0], AT - timedelta(days=1), Reason.GONE)
    assert remind(office.storage, book(), ZONE, AT) == 3
    office.storage.accounts.change(office.accounts["an"], office.office, AT, department=office.units["u2"])
    office.storage.accounts.change(office.accounts["bien"], office.office, AT, role="auditor")
    counts = "1 có tin sau khi trả lời"
    assert opened(office, AT, book()) == {"an": "done", "anh": subject(DAY, counts), "bien": "done"}
