"""Mail of the register over a real mail server, on both databases: to each what is its own, once, whatever breaks."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from diembao.jobs.review.comments import comment
from tests.support.cli import json_lines, run_inside
from tests.support.desk import Made
from tests.support.letter_office import Office
from tests.support.register_office import (
    AT,
    DAY,
    HEADS,
    STAFF,
    ZONE,
    RegisterOffice,
    fill,
    mail_office,
    many_matters,
)

pytestmark = pytest.mark.few_on_postgresql

_MADE = Made(fill)
#: Head of a list in a letter → what the list is.
_HEADS = {
    "Quá hạn lâu, báo người đứng đầu đơn vị và văn phòng:": "escalated",
    "Quá hạn:": "overdue",
    "Sắp đến hạn:": "soon",
    "Mới giao cho đơn vị:": "given",
    "Quá hạn hoặc sắp đến hạn, chưa có đơn vị chủ trì:": "unassigned",
}
_Lists = dict[str, list[int]]


@pytest.fixture(params=["sqlite", "postgresql"])
def offices(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Office, RegisterOffice]]:
    with mail_office(request, _MADE, tmp_path, monkeypatch) as found:
        yield found


def lists_of(letter: EmailMessage) -> _Lists:
    """Return the numbers of matters that a letter names, by the head under which they stand."""
    found: _Lists = {}
    head = ""
    for line in letter.get_content().splitlines():
        head = _HEADS.get(line, head)
        if number := re.match(r"- Vấn đề số (\d+): ", line):
            found.setdefault(head, []).append(int(number.group(1)))
    return {name: sorted(numbers) for name, numbers in found.items()}


def weekdays_after(day: date, due: date) -> int:
    """Return the days from Monday to Friday after a day up to another; no day off lies in the days of these tests."""
    return sum((day + timedelta(days=n)).weekday() < 5 for n in range(1, (due - day).days + 1))


def expected(told: list[dict[str, Any]], day: date, last: date) -> Mapping[str, _Lists]:
    """Compute from what was done who is to be told what on a day; on `last` they were told before."""
    found: dict[str, _Lists] = {}

    def put(reader: str, name: str, number: int) -> None:
        found.setdefault(reader, {}).setdefault(name, []).append(number)

    begins = AT.replace(minute=30) + timedelta(days=(last - DAY).days)
    ends = AT.replace(minute=30) + timedelta(days=(day - DAY).days)
    readers = [(name, handle) for name, (role, handle) in STAFF.items() if handle and role != "analyst"]
    readers.append(("u5", "u5"))
    for one in told:
        if not one["open"]:
            continue
        due, unit = one["due"], one["unit"]
        over = due is not None and due < day
        soon = due is not None and day <= due and weekdays_after(day, due) <= 3
        long_over = due is not None and (day - due).days >= 3
        if not unit and (over or soon):
            put("bien", "unassigned", one["number"])
        elif long_over:
            put("bien", "escalated", one["number"])
        for name, handle in readers:
            if handle != unit and handle not in one["taking"]:
                continue
            if long_over and unit == handle and HEADS.get(handle) == name:
                put(name, "escalated", one["number"])
            elif over or soon:
                put(name, "overdue" if over else "soon", one["number"])
            elif begins <= one["since"][handle] < ends:
                put(name, "given", one["number"])
    return {name: {k: sorted(v) for k, v in lists.items()} for name, lists in found.items()}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_reader_is_told_what_is_its_own_and_nobody_else(
    offices: tuple[Office, RegisterOffice], seed: int
) -> None:
    office, register = offices
    told = many_matters(register, 30, seed)
    assert run_inside("--home", office.home.root, "register", "upkeep").returncode == 0
    result = office.send()
    assert (result.refused, result.dropped, result.problem) == ([], {}, "")
    assert {name: lists_of(letter) for name, letter in office.post.taken} == expected(
        told, DAY, DAY - timedelta(days=7)
    )
    assert len(office.post.taken) == len({name for name, _ in office.post.taken}) > 4
    assert {"lan", "phan"}.isdisjoint(name for name, _ in office.post.taken), "neither has matters of a unit"
    # The same day brings nothing more, the next day what is then due, and new only what is new since.
    assert (
        json_lines(run_inside("--home", office.home.root, "--json", "register", "upkeep").stdout)[0]["reminders"] == 0
    )
    assert office.send().sent == 0
    office.post.taken.clear()
    office.at(AT + timedelta(days=1))
    assert run_inside("--home", office.home.root, "register", "upkeep").returncode == 0
    office.send()
    tomorrow = expected(told, DAY + timedelta(days=1), DAY)
    assert {name: lists_of(letter) for name, letter in office.post.taken} == tomorrow


def test_a_letter_has_titles_and_links_and_no_more(offices: tuple[Office, RegisterOffice]) -> None:
    office, register = offices
    matter = register.open("Hồ chứa\r\nBcc: x@example.vn", AT - timedelta(days=2), "u1", due=DAY - timedelta(days=5))
    register.do(matter, "edit", AT - timedelta(days=1), passage="nước đổi màu")
    register.storage.register.add_note(register.office, matter.id, "ghi chú kín", AT - timedelta(days=1))
    run_inside("--home", office.home.root, "register", "upkeep")
    office.send()
    letters = dict(office.post.taken)
    assert set(letters) == {"an", "anh", "bien"}
    text = letters["anh"].get_content()
    assert letters["anh"]["Subject"] == "Sổ theo dõi ngày 30/11: 1 quá hạn"
    assert text.splitlines()[:6] == [
        "Vấn đề báo chí nêu, gửi Sở số 1:",
        "",
        "Quá hạn:",
        "- Vấn đề số 1: Hồ chứa Bcc: x@example.vn",
        "  thời hạn 25/11/2026, quá 5 ngày",
        "  http://127.0.0.1:8322/register/matter/1",
    ]
    assert letters["an"]["Subject"] == letters["bien"]["Subject"] == "Sổ theo dõi ngày 30/11: 1 quá hạn lâu"
    assert "Sở số 1; thời hạn" in letters["bien"].get_content()
    assert not any(word in text for word in ("ghi chú", "nước", "từ1"))


def test_a_fault_of_the_registers_files_keeps_back_its_letters_alone(offices: tuple[Office, RegisterOffice]) -> None:
    office, register = offices
    many_matters(register, 30, 1)
    run_inside("--home", office.home.root, "register", "upkeep")
    waits = office.storage.letters.counts()["waiting"]
    text = "@anh: xem giúp"
    comment(office.storage, register.office, register.items[0], text, AT)
    rules = office.home.config / "register.toml"
    sound = rules.read_text("utf-8")
    rules.write_text(sound.replace("hours = 24", 'hours = "một ngày"'), "utf-8")
    result = office.send()
    assert (result.sent, office.told(), result.waiting) == (1, ["anh"], waits)
    assert "register.toml" in result.problem
    assert not result.is_well
    rules.write_text(sound, "utf-8")
    assert (office.send().sent, office.send().waiting) == (waits, 0)


def test_a_mailbox_is_written_to_where_nobody_of_the_unit_can_be(offices: tuple[Office, RegisterOffice]) -> None:
    office, register = offices
    accounts = register.storage.accounts
    accounts.change_department(register.units["u4"], register.office, AT, mail="u4@example.vn")
    register.open("Một việc", AT - timedelta(days=1), "u4", taking_part=("u5", "u6"), due=DAY)
    run_inside("--home", office.home.root, "register", "upkeep")
    assert office.send().sent == 2
    assert office.told() == ["dung", "u5"], "the people of u4, not its mailbox; u6 has nobody"
    accounts.change(register.accounts["dung"], register.office, AT, disabled=True)
    office.at(AT + timedelta(days=1))
    office.post.refuse = {"u5@example.vn": "451 later"}
    run_inside("--home", office.home.root, "register", "upkeep")
    ended = run_inside("--home", office.home.root, "--json", "letters")
    assert list(json_lines(ended.stdout)[0]["refused"]) == ["u5@example.vn (register 2026-12-01)"]
    office.post.refuse = {}
    office.at(AT + timedelta(days=1, minutes=6))
    office.send()
    assert office.told() == ["dung", "u4", "u5", "u5"]


def test_clocks_are_told_to_the_office_at_once_also_on_a_sunday(offices: tuple[Office, RegisterOffice]) -> None:
    office, register = offices
    sunday = AT - timedelta(days=1)
    ends = sunday + timedelta(hours=10)
    matter = register.open("Cháy chợ", sunday, "u1", is_unexpected=True, due=ends.astimezone(ZONE).date(), due_at=ends)
    sent = []
    for hours in (1, 5.9, 6.1, 7, 10.1, 11, 30):
        office.at(sunday + timedelta(hours=hours))
        run_inside("--home", office.home.root, "register", "upkeep")
        office.send()
        sent += [(hours, name, letter["Subject"]) for name, letter in office.post.taken]
        office.post.taken.clear()
    soon = "Vấn đề số 1: cần thông tin cho báo chí trước 17:31 29/11"
    over = "Vấn đề số 1: đã hết giờ thông tin cho báo chí lúc 17:31 29/11"
    clocks = [one for one in sent if not one[2].startswith("Sổ theo dõi")]
    assert sorted(clocks) == [(6.1, "bien", soon), (6.1, "lan", soon), (10.1, "bien", over), (10.1, "lan", over)]
    assert sorted(set(sent) - set(clocks)) == [
        (30, "an", "Sổ theo dõi ngày 30/11: 1 quá hạn"),
        (30, "anh", "Sổ theo dõi ngày 30/11: 1 quá hạn"),
    ]
    # An answer that comes before the letter makes it needless.
    other = register.open("Lũ", AT, "u1", is_unexpected=True, due=DAY, due_at=AT + timedelta(hours=2))
    office.at(AT + timedelta(minutes=1))
    assert json_lines(run_inside("--home", office.home.root, "--json", "register", "upkeep").stdout)[0]["clocks"] == 2
    register.do(other, "answer", AT + timedelta(minutes=2), answer_text="Đã thông tin")
    assert office.send().dropped == {"done": 2}
    assert matter.is_open
