"""Steps of a matter on both databases: what may follow what, past moments, two people at once, who sees what."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from diembao.jobs.register.sight import (
    add_note,
    allowed_steps,
    find_matter,
    read_notes,
    take_step,
    visible_matters,
)
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
from pipeline.register.steps import StepRefused, fold, steps_before
from storage.database import Database, open_database
from storage.maintenance.integrity import check_integrity
from tests.support.desk import COMMAND, LAN, MINH, MORNING, Made, people, store_day, written

pytestmark = pytest.mark.few_on_postgresql

_HEALTH, _TRADE = 1, 2


def _fill(storage: Database) -> Mapping[str, str]:
    keys = store_day(storage, [written(name) for name in ("x", "y", "z")])
    people(storage)
    return keys


_MADE = Made(_fill)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> "tuple[Database, Mapping[str, str]]":
    address, keys = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return storage, keys


def opened(storage: Database, item: str, **more: object) -> Matter:
    new = NewMatter("Người dân phản ánh hồ chứa ô nhiễm", "opinion", item)
    return storage.register.open(LAN, replace(new, **more), MORNING)  # type: ignore[arg-type]


def do(storage: Database, number: int, kind: str, minutes: int, text: str = "", **values: object) -> Matter:
    request = StepRequest(kind, values, text)  # type: ignore[arg-type]
    result = storage.register.step(LAN, number, request, MORNING + timedelta(minutes=minutes))
    assert isinstance(result, Matter)
    return result


def test_a_matter_goes_its_way_and_every_step_has_its_name_and_time(
    filled: "tuple[Database, Mapping[str, str]]",
) -> None:
    storage, keys = filled
    matter = opened(storage, keys["x"], due=date(2026, 12, 11), passage="nước đổi màu")
    assert (matter.state, matter.version, matter.due) == ("new", 1, date(2026, 12, 11))
    do(storage, matter.id, "assign", 10, unit=_HEALTH, taking_part=(_TRADE, _HEALTH))
    do(storage, matter.id, "begin", 20)
    do(
        storage,
        matter.id,
        "answer",
        30,
        answer_text="Đã kiểm tra",
        answer_number="12/SYT",
        answer_day=date(2026, 11, 22),
    )
    do(storage, matter.id, "return", 40, "thiếu số liệu")
    do(storage, matter.id, "answer", 50, answer_text="Đã kiểm tra, kết quả đạt", answer_number="14/SYT")
    do(storage, matter.id, "link", 55, item=keys["y"], part="answer")
    closed = do(storage, matter.id, "close", 60, result="Báo A đã đăng")
    assert closed.state == "closed"
    assert closed.closed_at == MORNING + timedelta(minutes=60)
    assert (closed.unit, closed.taking_part) == (_HEALTH, (_TRADE,))
    assert (closed.answer_number, closed.answer_day) == ("14/SYT", None)
    steps = storage.register.steps(matter.id)
    assert [step.kind for step in steps] == [
        "open",
        "assign",
        "begin",
        "answer",
        "return",
        "answer",
        "link",
        "close",
    ]
    assert {step.who for step in steps} == {"Lan"}
    assert fold(steps)[matter.id] == closed == storage.register.matter(matter.id)
    assert [(link.item, link.part) for link in storage.register.links(matter.id)] == [
        (keys["x"], "origin"),
        (keys["y"], "answer"),
    ]
    entries = storage.audit.page(AuditFilter(object_kind="matter", object_id=str(matter.id)))
    assert [one.action for one in reversed(entries)] == [f"matter.{step.kind}" for step in steps]
    assert storage.audit.verify().is_sound


def test_a_past_moment_stays_as_it_was(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    matter = opened(storage, keys["x"])
    do(storage, matter.id, "assign", 10, unit=_HEALTH)
    then = MORNING + timedelta(minutes=15)

    def stood(moment: datetime) -> list[Matter]:
        return list(fold(steps_before(storage.register.all_steps(), moment)).values())

    before = stood(then)
    assert [(one.state, one.unit) for one in before] == [("assigned", _HEALTH)]
    do(storage, matter.id, "drop", 20, "báo đã gỡ bài")
    opened(storage, keys["y"])
    storage.register.step(LAN, matter.id, StepRequest("reopen", {}, "chưa gỡ"), MORNING + timedelta(minutes=5))
    assert stood(then)[:1] == before, "also after a clock that was set back"
    assert stood(MORNING) == []


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        ("begin", {}, ""),
        ("answer", {"answer_text": "x"}, ""),
        ("close", {"result": "x"}, ""),
        ("return", {}, "x"),
        ("reopen", {}, "x"),
        ("assign", {}, ""),
        ("assign", {"unit": 99}, ""),
        ("assign", {"unit": _HEALTH, "taking_part": (99,)}, ""),
        ("drop", {}, " "),
        ("drop", {"joined_to": 99}, "x"),
        ("drop", {"joined_to": 1}, "x"),
        ("set_due", {"due": date(2027, 1, 1)}, ""),
        ("set_due", {}, "x"),
        ("edit", {"title": " "}, ""),
        ("link", {"item": "nobody", "part": "again"}, ""),
        ("unlink", {"link": 1}, ""),
    ],
)
def test_a_step_that_the_rules_do_not_allow_changes_nothing(
    kind: str, values: dict[str, object], text: str, tmp_path: Path, db: Database
) -> None:
    people(db)
    keys = store_day(db, [written("x")])
    matter = opened(db, keys["x"])
    with pytest.raises(StepRefused):
        do(db, matter.id, kind, 1, text, **values)
    assert db.register.matter(matter.id) == matter
    assert len(db.register.steps(matter.id)) == 1
    assert len(db.register.links(matter.id)) == 1


def test_nothing_is_closed_without_a_result_and_nothing_answered_without_an_answer(
    filled: "tuple[Database, Mapping[str, str]]",
) -> None:
    storage, keys = filled
    matter = opened(storage, keys["x"], unit=_HEALTH)
    with pytest.raises(StepRefused, match="answered"):
        do(storage, matter.id, "answer", 1, answer_text="  ")
    do(storage, matter.id, "answer", 2, answer_address="https://soyte.example/tra-loi")
    with pytest.raises(StepRefused, match="press"):
        do(storage, matter.id, "close", 3, result=" ")


def test_a_step_on_what_another_changed_since_is_refused_with_what_was_done(
    filled: "tuple[Database, Mapping[str, str]]",
) -> None:
    storage, keys = filled
    matter = opened(storage, keys["x"])
    at = MORNING + timedelta(minutes=1)
    storage.register.step(MINH, matter.id, StepRequest("assign", {"unit": _TRADE}, expected=1), at)
    clash = storage.register.step(LAN, matter.id, StepRequest("assign", {"unit": _HEALTH}, expected=1), at)
    assert isinstance(clash, MatterClash)
    assert [(step.kind, step.who) for step in clash.since] == [("assign", "Minh")]
    assert storage.register.matter(matter.id) == clash.theirs


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
    for more in (
        {"day": date(2026, 11, 21)},
        {"kind": "written"},
        {"unit": _HEALTH},
        {"outlet": "Báo B"},
        {"subject": "Chợ"},
        {"document": "1/X"},
    ):
        storage.register.save_contact(LAN, replace(entry, **more), MORNING)  # type: ignore[arg-type]
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


def test_notes_are_erased_when_their_matter_is_long_over(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    ended, going = opened(storage, keys["x"], unit=_HEALTH), opened(storage, keys["y"])
    for one in (ended, going):
        storage.register.add_note(LAN, one.id, "Nội bộ", MORNING)
    do(storage, ended.id, "answer", 5, answer_text="x")
    do(storage, ended.id, "close", 6, result="x")
    assert storage.register.erase_notes(MORNING, MORNING) == 0
    assert storage.register.erase_notes(MORNING + timedelta(days=1), MORNING + timedelta(days=400)) == 1
    assert [one.text for one in storage.register.notes(ended.id)] == [None]
    assert [one.text for one in storage.register.notes(going.id)] == ["Nội bộ"]


def test_opening_again_keeps_when_it_was_settled_and_sets_or_clears_the_term(
    filled: "tuple[Database, Mapping[str, str]]",
) -> None:
    storage, keys = filled
    matter = opened(storage, keys["x"], unit=_HEALTH, due=date(2026, 11, 20), due_at=MORNING + timedelta(hours=1))
    do(storage, matter.id, "answer", 5, answer_text="x")
    do(storage, matter.id, "return", 6, "thiếu số liệu")
    answered = do(storage, matter.id, "answer", 7, answer_text="y")
    assert answered.settled_at is None, "it is settled when it is closed"
    first = MORNING + timedelta(minutes=7)
    assert do(storage, matter.id, "close", 8, result="báo đã đăng").settled_at == first
    again = do(storage, matter.id, "reopen", 9, "báo nêu lại")
    assert (again.answered_at, again.settled_at, again.due, again.due_at) == (None, first, None, None)
    do(storage, matter.id, "answer", 10, answer_text="z")
    closed = do(storage, matter.id, "close", 11, result="báo đã đăng")
    assert (closed.answered_at, closed.settled_at) == (MORNING + timedelta(minutes=10), first)
    until = MORNING + timedelta(days=9)
    again = do(storage, matter.id, "reopen", 12, "báo nêu lại", due=until.date(), due_at=until)
    assert (again.due, again.due_at, again.settled_at) == (until.date(), until, first)
    do(storage, matter.id, "drop", 13, "không còn ai hỏi")
    again = do(storage, matter.id, "reopen", 14, "báo nêu lại", due=date(2026, 12, 1))
    assert (again.state, again.due, again.due_at) == ("assigned", date(2026, 12, 1), None)
    assert storage.register.matter(matter.id) == again == fold(storage.register.steps(matter.id))[matter.id]


def test_notes_of_a_dropped_matter_stay_as_long_after_the_last_drop(
    filled: "tuple[Database, Mapping[str, str]]",
) -> None:
    """A matter may be opened long before it is dropped, and be dropped, opened again and dropped again."""
    storage, keys = filled
    late, twice, again = (opened(storage, keys[name]) for name in ("x", "y", "z"))
    for one in (late, twice, again):
        storage.register.add_note(LAN, one.id, "Nội bộ", MORNING)
    year = 366 * 24 * 60
    do(storage, late.id, "drop", year, "báo đã gỡ bài")
    for one in (twice, again):
        do(storage, one.id, "drop", 10, "báo đã gỡ bài")
        do(storage, one.id, "reopen", 20, "báo nêu lại")
    do(storage, twice.id, "drop", year, "báo đã gỡ bài")
    dropped = MORNING + timedelta(minutes=year)
    for before in (MORNING + timedelta(days=30), dropped):
        assert storage.register.count_old_notes(before) == (0, 0)
        assert storage.register.erase_notes(before, dropped + timedelta(days=1)) == 0
    after = dropped + timedelta(seconds=1)
    assert storage.register.count_old_notes(after) == (2, 2 * len("Nội bộ"))
    assert storage.register.erase_notes(after, dropped + timedelta(days=400)) == 2
    texts = [storage.register.notes(one.id)[0].text for one in (late, twice, again)]
    assert texts == [None, None, "Nội bộ"], "what was opened again is not over"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE matters SET state = 'closed'", "matters 1"),
        ("UPDATE matters SET due = '2026-13-01'", "matters 1"),
        ("UPDATE matters SET title = 'khác'", "matters 1"),
        ("UPDATE matter_steps SET kind = 'opens' WHERE id = 1", "matter_steps 1"),
        ("DELETE FROM matter_steps WHERE id = 2", "matters 1"),
        ("DELETE FROM matter_units", "matters 1"),
    ],
)
def test_the_check_tells_a_matter_that_is_not_what_its_steps_made(
    statement: str, named: str, db: Database, address: str
) -> None:
    people(db)
    keys = store_day(db, [written("x")])
    matter = opened(db, keys["x"], due=date(2026, 12, 1))
    do(db, matter.id, "assign", 1, unit=_HEALTH, taking_part=(_TRADE,))
    assert check_integrity(address) == []
    with db.register._writing() as connection:
        connection.execute(text(statement))
    problems = check_integrity(address)
    assert any(f"row {named}:" in str(one) for one in problems), problems


def test_a_list_is_found_by_its_filters(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    first = opened(storage, keys["x"], due=date(2026, 11, 21), unit=_HEALTH)
    second = opened(storage, keys["y"], due=date(2026, 11, 30), kind="information", title="Cung cấp thông tin 100%")

    def found(**wanted: object) -> list[int]:
        return [one.id for one in storage.register.matters(MatterFilter(**wanted))]  # type: ignore[arg-type]

    assert found() == [second.id, first.id]
    assert found(states=("assigned",)) == [first.id]
    assert found(due_before=date(2026, 11, 22)) == [first.id]
    assert found(kind="information") == found(text="100%") == [second.id]
    assert found(in_charge=_HEALTH) == found(units=(_HEALTH,)) == [first.id]
    assert found(units=()) == []
    assert storage.register.count(MatterFilter(states=("new",))) == 1
    assert {link.matter for link in storage.register.links_of_articles([keys["x"]])} == {first.id}
