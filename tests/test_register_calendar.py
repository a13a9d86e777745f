"""The register's calendar over HTTP: what each may see of it, by login and by a personal address, read back."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from diembao.jobs.people.tokens import hash_token
from pipeline.records.audit import AuditFilter
from storage.schema.accounts import calendar_tokens
from tests.support.desk import Made
from tests.support.desk_server import Desk, DeskClient, serve_desk, write_desk_home
from tests.support.register_office import AT, DAY, ZONE, RegisterOffice, fill, office_of

pytestmark = pytest.mark.few_on_postgresql

_MADE = Made(fill)
_WEEK = timedelta(days=7)


@dataclass
class Served:
    desk: Desk
    office: RegisterOffice

    def client(self, name: str) -> DeskClient:
        return self.desk.client(self.office.account(name))


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    address, keys = _MADE.copy(request, tmp_path)
    clock = tmp_path / "clock.json"
    clock.write_text(json.dumps({"now": AT.isoformat(), "steady": 0}), "utf-8")
    monkeypatch.setenv("DIEMBAO_CLOCK", str(clock))
    with serve_desk(write_desk_home(tmp_path / "home"), address) as desk:
        yield Served(desk, office_of(desk.storage, address, keys))


def read(client: Any, path: str = "/register/calendar.ics") -> dict[str, Any]:
    """Return the events of a calendar by UID, as another program reads them."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["cache-control"]
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n")), "lines are folded (RFC 5545, 3.1)"
    calendar = Calendar.from_ical(answer.content)
    assert str(calendar["version"]) == "2.0"
    events: list[Any] = calendar.walk("VEVENT")
    assert all(not event.errors and event["dtstamp"].dt == AT.replace(microsecond=0) for event in events)
    found = {str(event["uid"]): event for event in events}
    assert len(found) == len(events)
    return found


def matters_of(events: dict[str, Any]) -> dict[str, Any]:
    return {uid.split("-")[1]: event for uid, event in events.items() if uid.startswith("matter-")}


def test_a_unit_sees_its_own_terms_and_the_days_of_the_office(served: Served) -> None:
    office = served.office
    title = "Hồ chứa nước ở thôn " + "rất dài " * 20 + "; dấu, phẩy\r\nBEGIN:VEVENT"
    first = office.open(title, AT - _WEEK, "u1", due=DAY + timedelta(days=4))
    at = AT + timedelta(hours=5)
    office.open("Đột xuất", AT, "u3", taking_part=("u1",), is_unexpected=True, due=DAY, due_at=at)
    office.open("Của Sở số 2", AT - _WEEK, "u2", due=DAY)
    office.open("Không có hạn", AT - _WEEK, "u1")
    with served.client("an") as client:
        events = read(client)
    own = matters_of(events)
    assert set(own) == {"1", "2"}
    words = " ".join(title.split())
    assert str(own["1"]["summary"]) == f"Thời hạn: vấn đề số 1, {words} (Sở số 1)"
    assert (own["1"]["dtstart"].dt, own["1"]["dtend"].dt) == (date(2026, 12, 4), date(2026, 12, 5))
    assert own["1"]["dtstart"].params["value"] == "DATE"
    assert own["2"]["dtstart"].dt == at
    assert str(own["2"]["dtstart"].dt.tzinfo) == "UTC"
    assert str(own["1"]["url"]).endswith("/register/matter/1")
    others = {uid: event["dtstart"].dt for uid, event in events.items() if not uid.startswith("matter-")}
    months = [(2026, 10), (2026, 11), (2026, 12), *((2027, n) for n in range(1, 12))]
    assert {uid for uid in others if uid.startswith("information")} == {
        f"information-{year}-{month:02d}@diembao" for year, month in months
    }
    assert others["information-2027-02@diembao"] == date(2027, 2, 25)
    assert {uid: day for uid, day in others.items() if uid.startswith("conf")} == {
        f"conference-{year}-{month:02d}@diembao": date(year, month, 20)
        for year, month in ((2026, 12), (2027, 3), (2027, 6), (2027, 9))
    }
    assert {uid: day for uid, day in others.items() if uid.startswith("rep")} == {
        "report-2026@diembao": date(2026, 12, 19)
    }
    with served.client("bien") as client:
        assert set(matters_of(read(client))) == {"1", "2", "3"}
    with served.client("phan") as client:
        assert set(matters_of(read(client))) == {"1", "2", "3"}, "an analyst reads every matter"
    assert first.id == 1


def test_what_changes_keeps_its_uid_and_what_ends_is_cancelled(served: Served) -> None:
    office = served.office
    matter = office.open("Một việc", AT - _WEEK, "u1", due=DAY)
    old = office.open("Đã lâu", AT - timedelta(days=90), "u1", due=DAY - timedelta(days=70))
    with served.client("an") as client:
        before = read(client)
        (uid,) = (uid for uid in before if uid.startswith("matter-1-"))
        assert str(before[uid]["status"]) == "CONFIRMED"
        office.do(matter, "set_due", AT, "gia hạn", due=DAY + timedelta(days=3))
        moved = read(client)[uid]
        assert moved["dtstart"].dt == DAY + timedelta(days=3)
        assert moved["sequence"] > before[uid]["sequence"]
        office.do(matter, "answer", AT, answer_text="x")
        office.do(old, "answer", AT, answer_text="x")
        after = read(client)
        assert str(after[uid]["status"]) == "CANCELLED"
        assert after[uid]["sequence"] > moved["sequence"]
        assert list(matters_of(after)) == ["1"], "what ended long ago is gone"
        office.do(matter, "return", AT, "thiếu số liệu")
        assert str(read(client)[uid]["status"]) == "CONFIRMED"


def test_nobody_reads_it_without_signing_in_or_an_address(served: Served) -> None:
    with served.desk.client() as client:
        assert client.get("/register/calendar.ics").headers["location"].startswith("/sign-in")
        for token in ("x" * 43, "x" * 5000, "%00", "..%2F"):
            assert client.get(f"/register/calendar/{token}.ics").status_code == 404
    administrator = served.desk.account("administrator")
    with served.desk.client(administrator) as client:
        assert client.get("/register/calendar.ics").status_code == 403
        assert client.send_form("/profile/calendar").status_code == 403


def address_of(client: DeskClient) -> str:
    """Make a personal address; return its path."""
    answer = client.send_form("/profile/calendar")
    assert answer.status_code == 200
    found = re.search(r"https?://[^/<]+(/register/calendar/[\w-]{43}\.ics)", answer.text)
    assert found is not None
    return found.group(1)


def test_a_personal_address_shows_no_titles_and_ends_when_it_is_taken_back(served: Served) -> None:
    office = served.office
    office.open("Chuyện kín", AT - _WEEK, "u1", due=DAY)
    office.open("Của Sở số 2", AT - _WEEK, "u2", due=DAY)
    with served.client("an") as client, served.desk.client() as program:
        assert "Tạo địa chỉ" in client.get("/profile").text
        path = address_of(client)
        token = path.split("/")[-1].removesuffix(".ics")
        events = matters_of(read(program, path))
        assert {n: str(event["summary"]) for n, event in events.items()} == {"1": "Thời hạn: vấn đề số 1 (Sở số 1)"}
        assert "Chuyện" not in program.get(path).text
        profile = client.get("/profile").text
        assert "07:31 30/11/2026" in profile
        assert token not in profile, "it is shown once"
        with office.storage.accounts._reading() as connection:
            (row,) = connection.execute(select(calendar_tokens)).all()
        assert row.token_hash == hash_token(token)
        # Another address ends the first; taken back, none holds.
        second = address_of(client)
        assert program.get(path).status_code == 404
        assert program.get(second).status_code == 200
        assert client.send_form("/profile/calendar/end").headers["location"] == "/profile"
        assert program.get(second).status_code == 404
        entries = office.storage.audit.page(AuditFilter(action="account", who="an"))
        assert [one.action for one in reversed(entries) if "calendar" in one.action] == [
            "account.calendar_opened",
            "account.calendar_opened",
            "account.calendar_closed",
        ]
        assert token not in repr(entries)


def test_an_address_shows_what_its_person_may_see_at_that_moment(served: Served) -> None:
    office, accounts = served.office, served.office.storage.accounts
    office.open("Của Sở số 1", AT - _WEEK, "u1", due=DAY)
    office.open("Của Sở số 2", AT - _WEEK, "u2", due=DAY)
    served.desk.with_password("administrator")  # the last one who can sign in stays one
    number, who = office.accounts["an"], office.office
    with served.client("an") as client, served.desk.client() as program:
        path = address_of(client)
        accounts.change(number, who, AT, department=office.units["u2"], language="en")
        assert [str(event["summary"]) for event in matters_of(read(program, path)).values()] == [
            "Due: matter 2 (Sở số 2)"
        ]
        accounts.change(number, who, AT, role="administrator")
        assert program.get(path).status_code == 404, "may read no matters"
        accounts.change(number, who, AT, role="viewer")
        assert program.get(path).status_code == 200
        accounts.change(number, who, AT, disabled=True)
        assert program.get(path).status_code == 404
        accounts.change(number, who, AT, disabled=False)
        accounts.erase(number, who, AT)
        assert program.get(path).status_code == 404
    with office.storage.accounts._reading() as connection:
        assert connection.execute(select(calendar_tokens)).all() == []


def test_times_of_the_file_are_those_of_the_province(served: Served) -> None:
    """A clock that ends at 00:30 of the province lies on the day before in UTC; both name the same moment."""
    ends = datetime(2026, 12, 2, 0, 30, tzinfo=ZONE)
    served.office.open("Đột xuất", AT, "u1", is_unexpected=True, due=ends.date(), due_at=ends)
    with served.client("an") as client:
        (event,) = matters_of(read(client)).values()
    assert event["dtstart"].dt == ends
    assert event["dtstart"].to_ical() == b"20261201T173000Z"
