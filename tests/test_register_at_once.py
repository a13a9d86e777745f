"""Matters opened by several at once, and who sees and writes what of them, on both databases."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from diembao.jobs.register.sight import add_note, allowed_steps, find_matter, read_notes, take_step, visible_matters
from pipeline.records.accounts import Account, Role
from pipeline.records.audit import Actor, AuditFilter
from pipeline.register.matters import (
    Matter,
    MatterClash,
    MatterFilter,
    NewMatter,
    PressContact,
    StepRequest,
    YearlyFigure,
)
from pipeline.register.steps import StepRefused
from storage.database import Database, open_database
from tests.support.desk import COMMAND, LAN, MINH, MORNING, Made
from tests.support.register_steps import fill, opened

pytestmark = pytest.mark.few_on_postgresql

_HEALTH, _TRADE = 1, 2
_MADE = Made(fill)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> "tuple[Database, Mapping[str, str]]":
    address, keys = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return storage, keys


def at_once(filled: Database, act: Callable[[Database], object], times: int = 4) -> list[object]:
    """Do the same several times at once, each on a database of its own; return what each returned, or its refusal."""
    start, address = Barrier(times), filled._engine.url.render_as_string(hide_password=False)

    def one(_: int) -> object:
        storage = open_database(address)
        try:
            start.wait()
            return act(storage)
        except StepRefused as error:
            return error
        finally:
            storage.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_a_form_sent_several_times_at_once_opens_one_matter(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    new = NewMatter("Hồ chứa ô nhiễm", "opinion", keys["x"])
    found = at_once(storage, lambda one: one.register.open(LAN, new, MORNING, seen=()))
    assert sum(isinstance(one, Matter) for one in found) == 1
    [made] = storage.register.matters()
    refused = next(one for one in found if isinstance(one, StepRefused))
    assert f"no. {made.id}" in str(refused)
    # Another person, another title or article, a person who has seen it, or a later time: another matter.
    for who, what, minutes, seen in (
        (MINH, new, 0.0, ()),
        (LAN, replace(new, title="Hồ chứa khác"), 0.0, ()),
        (LAN, replace(new, item=keys["y"]), 0.0, ()),
        (LAN, new, 0.5, (made.id,)),
        (LAN, new, 3.0, ()),
    ):
        storage.register.open(who, what, MORNING + timedelta(minutes=minutes), seen=seen)
    assert len(storage.register.matters()) == 6


def test_what_is_not_needed_is_written_down_once_and_whole(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    new = NewMatter("Tin vui", "other", keys["y"], "story")
    found = at_once(storage, lambda one: one.register.put_aside(LAN, new, "Tin vui", MORNING))
    assert sum(isinstance(one, Matter) for one in found) == 1
    [made] = storage.register.matters()
    assert (made.state, made.reason, made.version) == ("not_needed", "Tin vui", 2)
    assert all(f"no. {made.id}" in str(one) for one in found if isinstance(one, StepRefused))
    with pytest.raises(StepRefused):
        storage.register.put_aside(LAN, replace(new, item=keys["z"]), " ", MORNING)
    opened(storage, keys["x"])
    with pytest.raises(StepRefused):
        storage.register.put_aside(LAN, replace(new, item=keys["x"]), "Tin vui", MORNING)
    assert len(storage.register.matters()) == 2
    assert len(storage.register.all_steps()) == 3, "of what was refused nothing is left"
    assert len(storage.audit.page(AuditFilter(object_kind="matter"))) == 3


def test_an_entry_of_the_log_sent_several_times_is_written_once(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, _ = filled
    entry = PressContact(0, date(2026, 11, 22), "spoken", None, "Báo A", "Hồ chứa", None, "", "", MORNING, 0, "")
    found = at_once(storage, lambda one: one.register.save_contact(LAN, entry, MORNING))
    assert sum(isinstance(one, int) for one in found) == 1
    [first] = storage.register.contacts()
    changes: tuple[dict[str, Any], ...] = (
        {"day": date(2026, 11, 21)},
        {"kind": "written"},
        {"unit": _HEALTH},
        {"outlet": "Báo B"},
        {"subject": "Chợ"},
        {"document": "1/X"},
    )
    for more in changes:
        storage.register.save_contact(LAN, replace(entry, **more), MORNING)
    storage.register.save_contact(MINH, entry, MORNING)
    storage.register.save_contact(LAN, entry, MORNING + timedelta(minutes=10))
    assert len(storage.register.contacts()) == 9
    # What was taken back may be written again at once.
    storage.register.withdraw_contact(LAN, first.id, MORNING)
    again = storage.register.save_contact(LAN, entry, MORNING + timedelta(minutes=1))
    assert again > first.id


def test_each_unit_sees_its_own_matters_and_no_others(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled

    def account(name: str, role: Role, department: int | None) -> tuple[Account, Actor]:
        found = storage.accounts.account(4)
        assert found is not None
        made = replace(found, name=name, role=role, department=department)
        return made, Actor(made.id, made.name, "127.0.0.1", "desk")

    health, of_health = account("yte", "viewer", _HEALTH)
    trade, of_trade = account("thuong", "viewer", _TRADE)
    nobody, of_nobody = account("khach", "viewer", None)
    analyst, of_analyst = account("phan", "analyst", None)
    office, of_office = account("bao", "reviewer", None)
    assert "matter.work" in health.permissions
    own = opened(storage, keys["x"], unit=_HEALTH)
    both = opened(storage, keys["y"], unit=_TRADE, taking_part=(_HEALTH,))
    storage.register.add_note(LAN, own.id, "Chỉ nội bộ", MORNING)
    seen = {one.name: [m.id for m in visible_matters(storage, one)] for one in (health, trade, nobody, analyst, office)}
    every = [both.id, own.id]
    assert seen == {"yte": every, "thuong": [both.id], "khach": [], "phan": every, "bao": every}
    # an article comes along with its matter, and goes with it
    assert storage.reviews.assigned_to(_HEALTH).items == {keys["x"], keys["y"]}
    assert storage.reviews.assigned_to(_TRADE).items == {keys["y"]}
    assert storage.reviews.is_assigned(_TRADE, keys["y"])
    assert not storage.reviews.is_assigned(_TRADE, keys["x"])
    assert find_matter(storage, of_trade, trade, own.id, MORNING) is None
    assert find_matter(storage, of_nobody, nobody, own.id, MORNING) is None
    assert find_matter(storage, of_health, health, own.id, MORNING) == own
    assert read_notes(storage, of_analyst, analyst, own, MORNING) is None
    assert read_notes(storage, of_trade, trade, own, MORNING) is None
    assert [one.text for one in read_notes(storage, of_health, health, own, MORNING) or ()] == ["Chỉ nội bộ"]
    with pytest.raises(StepRefused):
        add_note(storage, of_trade, trade, own, "x", MORNING)
    refused = storage.audit.page(AuditFilter(action="matter.refused"))
    assert [(one.name, one.object_id, one.after) for one in reversed(refused)] == [
        ("thuong", str(own.id), {"part": "matter"}),
        ("khach", str(own.id), {"part": "matter"}),
        ("phan", str(own.id), {"part": "notes"}),
        ("thuong", str(own.id), {"part": "notes"}),
        ("thuong", str(own.id), {"part": "notes"}),
    ]
    assert allowed_steps(health, own) == ("begin", "answer", "link")
    assert allowed_steps(trade, own) == allowed_steps(analyst, own) == ()
    assert "assign" in allowed_steps(office, own)
    assert "transfer" not in allowed_steps(office, own)
    for who, actor in ((health, of_health), (trade, of_trade), (analyst, of_analyst)):
        with pytest.raises(StepRefused):
            take_step(storage, actor, who, own, StepRequest("drop", {}, "không"), MORNING)
    assert not isinstance(take_step(storage, of_health, health, own, StepRequest("begin"), MORNING), MatterClash)
    assert of_office.account == office.id


def test_articles_that_are_one_take_their_matters_along(filled: "tuple[Database, Mapping[str, str]]") -> None:
    from storage.articles.joined_reviews import move_reviews

    storage, keys = filled
    matter = opened(storage, keys["x"])
    storage.register.clarify(LAN, keys["x"], "Cần làm rõ số liệu", MORNING)
    with storage.reviews._writing() as connection:
        move_reviews(connection, keys["z"], [keys["x"]])
    assert [link.item for link in storage.register.links(matter.id)] == [keys["z"]]
    assert [one.text for one in storage.register.clarifications([keys["z"]])] == ["Cần làm rõ số liệu"]


def test_what_only_a_person_may_write_no_command_writes(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    contact = PressContact(0, date(2026, 11, 22), "spoken", None, "Báo A", "Hồ chứa", None, "", "", MORNING, 0, "")
    figure = YearlyFigure(2026, "conferences", 4, None, "Sổ", MORNING, 0, "")
    for write in (
        lambda: storage.register.clarify(COMMAND, keys["x"], "rõ", MORNING),
        lambda: storage.register.save_contact(COMMAND, contact, MORNING),
        lambda: storage.register.save_figure(COMMAND, figure, MORNING),
        lambda: storage.register.save_contact(LAN, replace(contact, kind="refusal"), MORNING),
        lambda: storage.register.save_contact(LAN, replace(contact, refusal="secret"), MORNING),
        lambda: storage.register.save_figure(LAN, replace(figure, total=3), MORNING),
        lambda: storage.register.save_figure(LAN, replace(figure, source=" "), MORNING),
    ):
        with pytest.raises(StepRefused):
            write()
    number = storage.register.save_contact(LAN, replace(contact, kind="refusal", refusal="secret"), MORNING)
    later = MORNING + timedelta(days=1)
    storage.register.withdraw_contact(LAN, number, later)
    assert storage.register.contacts() == []
    assert [one.refusal for one in storage.register.contacts(as_of=later)] == ["secret"]
    storage.register.save_figure(LAN, figure, MORNING)
    storage.register.save_figure(MINH, replace(figure, value=5), later)
    assert [(one.value, one.who) for one in storage.register.figures(2026).values()] == [(5, "Minh")]


def test_a_list_is_found_by_its_filters(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    first = opened(storage, keys["x"], due=date(2026, 11, 21), unit=_HEALTH)
    second = opened(storage, keys["y"], due=date(2026, 11, 30), kind="information", title="Cung cấp thông tin 100%")

    def found(**wanted: Any) -> list[int]:
        return [one.id for one in storage.register.matters(MatterFilter(**wanted))]

    assert found() == [second.id, first.id]
    assert found(states=("assigned",)) == [first.id]
    assert found(due_before=date(2026, 11, 22)) == [first.id]
    assert found(kind="information") == found(text="100%") == [second.id]
    assert found(in_charge=_HEALTH) == found(units=(_HEALTH,)) == [first.id]
    assert found(units=()) == []
    assert storage.register.count(MatterFilter(states=("new",))) == 1
    assert {link.matter for link in storage.register.links_of_articles([keys["x"]])} == {first.id}
