"""Transfers, notes and what status says of the register, on both databases, on days that were chosen for it."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.schedule import load_schedule
from diembao.jobs.office.letter_parts import LetterText, Place, Unsent
from diembao.jobs.office.letter_text import write_letter
from diembao.jobs.register_upkeep.health import register_causes
from diembao.jobs.register_upkeep.transfers import transfer_matters
from diembao.jobs.register_upkeep.upkeep import keep_up
from diembao.jobs.retention import apply_retention
from diembao.service.alerting import examine_rules
from diembao.service.status import service_status
from diembao.system.home import Home
from pipeline.records.audit import AuditFilter
from pipeline.register.steps import fold
from pipeline.register.units import Unit, Units
from storage.database import open_database
from tests.support.cli import json_lines, run_inside
from tests.support.desk import Made
from tests.support.register_letters import moment, subject, told
from tests.support.register_office import AT, DAY, ZONE, RegisterOffice, book, causes, fill, merged, office_of

pytestmark = pytest.mark.few_on_postgresql

_MADE = Made(fill)
_WEEK = timedelta(days=7)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> RegisterOffice:
    address, keys = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return office_of(storage, address, keys)


def test_matters_of_a_unit_that_ended_go_over_once_in_every_state(office: RegisterOffice) -> None:
    until = DAY - timedelta(days=1)
    units = merged(until, "u1", "u2")
    states = {"assigned": office.open("Mới giao", AT - _WEEK, "u1", due=DAY)}
    states["answered"] = office.do(office.open("Đã trả lời", AT - _WEEK, "u1"), "answer", AT - _WEEK, answer_text="x")
    closed = office.do(office.open("Đã đóng", AT - _WEEK, "u1"), "answer", AT - _WEEK, answer_text="x")
    states["closed"] = office.do(closed, "close", AT - _WEEK, result="đã đăng")
    states["not_needed"] = office.do(office.open("Bỏ", AT - _WEEK, "u1"), "drop", AT - _WEEK, "không cần")
    part = office.open("Phối hợp", AT - 2 * _WEEK, "u3", taking_part=("u1", "u2", "u4"))
    other = office.open("Của đơn vị khác", AT - 2 * _WEEK, "u4")
    # A unit that takes part and is disabled holds nothing up.
    office.storage.accounts.change_department(office.units["u4"], office.office, AT, disabled=True)
    rules = book(units)
    assert transfer_matters(office.storage, rules, until, AT) == 0, "it works on its last day"
    assert transfer_matters(office.storage, rules, DAY, AT) == 5
    assert transfer_matters(office.storage, rules, DAY, AT) == 0
    for state, before in states.items():
        after = office.storage.register.matter(before.id)
        assert after is not None
        assert (after.state, after.unit, after.version) == (state, office.units["u2"], before.version + 1)
        step = office.storage.register.steps(before.id)[-1]
        assert (step.kind, step.account, step.who) == ("transfer", None, "")
        assert step.text == "Tên cũ kết thúc ngày 29/11/2026; Tên sau tiếp nhận công việc."
    after = office.storage.register.matter(part.id)
    assert after is not None
    assert (after.unit, set(after.taking_part)) == (office.units["u3"], {office.units["u2"], office.units["u4"]})
    assert office.storage.register.matter(other.id) == other
    entries = office.storage.audit.page(AuditFilter(action="matter.transfer"))
    assert {entry.way for entry in entries} == {"machine"}
    assert len(entries) == 5
    # The people of the unit that took over are told, and those of the one that ended no longer.
    assert told(office, moment(DAY, time(7, 45)), rules) == {"binh": subject(DAY, "1 sắp đến hạn")}
    later = office.open("Chuyển sau giờ nhắc", AT - 2 * _WEEK, "u1", due=DAY + timedelta(days=30))
    assert transfer_matters(office.storage, rules, DAY, moment(DAY, time(8))) == 1
    tuesday = DAY + timedelta(days=1)
    assert told(office, moment(tuesday), rules) == {"binh": subject(tuesday, "1 quá hạn, 1 mới giao")}
    assert later.is_open


def test_a_chain_of_units_leads_to_the_one_that_exists(office: RegisterOffice) -> None:
    matter = office.open("Một việc", AT - _WEEK, "u1")
    units = Units(
        (
            Unit("u1", until=DAY - timedelta(days=200), successor="u2"),
            Unit("u2", until=DAY - timedelta(days=100), successor="u3"),
            Unit("u3"),
        )
    )
    assert transfer_matters(office.storage, book(units), DAY, AT) == 1
    found = office.storage.register.matter(matter.id)
    assert found is not None
    assert found.unit == office.units["u3"]


def test_what_keeps_the_register_from_its_work_is_said(office: RegisterOffice, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    run_inside("--home", home.root, "init")
    assert causes(office, folder=home.config) == set(), "nothing of an office that keeps no register"
    office.open("Một việc", AT - _WEEK, "u1", due=DAY, taking_part=("u6",))
    office.open("Đột xuất", AT - timedelta(hours=30), is_unexpected=True)
    (home.config / "units.toml").write_text(
        '[[unit]]\nhandle = "u1"\nuntil = 2026-11-01\nsuccessor = "u9"\n[[unit]]\nhandle = "u9"\n'
        '[[unit]]\nhandle = "u3"\nhead = "ai-do"\n[[unit]]\nhandle = "u5"\nuntil = 2026-11-01\n',
        "utf-8",
    )
    office.open("Của u3", AT - _WEEK, "u3")
    office.open("Của u5", AT - _WEEK, "u5")
    expected = {
        "register:clock",
        "register:holidays 2027",
        "register:unit u9",
        "register:ended u1",
        "register:ended u5",
        "register:unreachable u6",
        "register:head u3",
    }
    assert causes(office, folder=home.config) == expected
    without = [job for job in load_schedule(None) if job.name != "register"]
    found = dict(register_causes(office.storage, home.config, without, AT, ZONE))
    assert set(found) == expected | {"register:job"}
    status = service_status(office.storage, home, without, office.address, AT, ZONE)
    assert {text.replace("\n", " ") for text in found.values()} <= set(status.troubles)
    for name in ("bien", "lan"):
        office.storage.accounts.change(office.accounts[name], office.office, AT, mail="")
    assert causes(office, folder=home.config) == expected | {"register:office"}
    # Nothing was handed over silently to nobody.
    assert transfer_matters(office.storage, book(replace(book().units, unit=())), DAY, AT) == 0
    (home.config / "units.toml").write_text("[[unit]]\n", "utf-8")
    assert causes(office, folder=home.config) == {"register:config"}


def test_alerts_tell_of_the_register_once_a_day(office: RegisterOffice, tmp_path: Path) -> None:
    from config.settings import load_settings

    home = Home(tmp_path / "home")
    run_inside("--home", home.root, "init")
    office.open("Đột xuất", AT - timedelta(hours=30), "u1", is_unexpected=True)
    settings = load_settings(home.config)

    def raised(at: datetime) -> list[str]:
        alerts = examine_rules(office.storage, home, at, settings, lambda: pytest.fail("no rule needs the rulebook"))
        return [alert.cause for alert in alerts if alert.cause.startswith("register:clock")]

    assert raised(AT) == ["register:clock"]
    assert raised(AT + timedelta(minutes=5)) == []
    assert raised(AT + timedelta(days=1)) == ["register:clock"]


def test_notes_go_after_their_time_and_not_by_a_clock_that_is_ahead(office: RegisterOffice, tmp_path: Path) -> None:
    from config.settings import load_settings

    storage, home = office.storage, Home(tmp_path / "home")
    home.root.mkdir(exist_ok=True)
    matter = office.open("Một việc", AT, "u1")
    for name in ("một", "hai"):
        storage.register.add_note(office.office, matter.id, name, AT)
    office.do(matter, "answer", AT, answer_text="x")
    office.do(matter, "close", AT + timedelta(hours=1), result="đã đăng")
    later, rules, settings = AT + timedelta(days=731), book(), load_settings(None)

    def notes() -> list[str | None]:
        return [note.text for note in storage.register.notes(matter.id)]

    assert keep_up(storage, rules, settings, later).notes == 0, "nothing was collected since: the clock may be ahead"
    for day in range(732):
        storage.service.begin_run("collect", AT + timedelta(days=day))
    assert keep_up(storage, rules, settings, AT + timedelta(days=729)).notes == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diembao.jobs.retention.now", lambda: later)
        shown: Any = {"delete": False, "vacuum": False, "notes_days": 730, "progress": lambda *_: None}
        result = apply_retention(storage, home, settings.retention, **shown)
    assert next((one.rows, one.bytes) for one in result.expired if one.kind == "matter_notes") == (2, 6)
    assert notes() == ["một", "hai"]
    never = replace(rules, rules=replace(rules.rules, retention=replace(rules.rules.retention, notes_days=0)))
    assert keep_up(storage, never, settings, later).notes == 0
    assert keep_up(storage, rules, settings, later).notes == 2
    assert notes() == [None, None]
    assert keep_up(storage, rules, settings, later).notes == 0


def test_the_command_does_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    run_inside("--home", home, "init")
    ended = run_inside("--home", home, "--json", "register", "upkeep")
    assert json_lines(ended.stdout) == [{"transferred": 0, "reminders": 0, "clocks": 0, "notes": 0}]
    (home / "config" / "units.toml").write_text("[[unit]]\n", "utf-8")
    from config.faults.errors import ConfigError

    with pytest.raises(ConfigError):
        run_inside("--home", home, "register", "upkeep")


def test_an_erased_person_is_named_nowhere(office: RegisterOffice, tmp_path: Path) -> None:
    """Steps, notes, clarifications, contacts and figures keep the number of an account, and not its name."""
    storage = office.storage
    full = "Nguyễn Thị Độc Nhất"
    storage.accounts.change(office.accounts["an"], office.office, AT, full_name=full)
    person = replace(office.office, account=office.accounts["an"], name="an")
    matter = office.open("Một việc", AT, "u1", due=DAY)
    storage.register.add_note(person, matter.id, "đang làm", AT)
    storage.register.clarify(person, office.items[0], "số liệu", AT)
    from pipeline.register.matters import PressContact, StepRequest, YearlyFigure

    storage.register.step(person, matter.id, StepRequest("begin"), AT)
    contact = PressContact(0, DAY, "written", office.units["u1"], "Báo A", "trả lời", matter.id, "", "", AT, 0, "")
    storage.register.save_contact(person, contact, AT)
    storage.register.save_figure(person, YearlyFigure(2026, "conferences", 1, None, "sổ", AT, 0, ""), AT)

    def said() -> str:
        register = storage.register
        parts: list[object] = [register.steps(matter.id), register.notes(matter.id), register.contacts()]
        parts += [register.clarifications(office.items), register.figures(2026), register.all_steps()]
        parts += [register.matters(), fold(register.all_steps())]
        return repr(parts)

    assert said().count(full) >= 6
    storage.accounts.erase(office.accounts["an"], office.office, AT)
    assert full not in said()
    assert "'an'" not in said()
    assert isinstance(write_letter_of(office), Unsent)


def write_letter_of(office: RegisterOffice) -> LetterText | Unsent:
    """Return what a letter says that was made for the erased account before it was erased."""
    office.storage.letters.tell(f"register {DAY}", [office.accounts["an"]], (), AT)
    (letter,) = office.storage.letters.waiting(AT)
    return write_letter(office.storage, letter, Place("", DAY, ZONE), AT, book)
