"""Steps of a matter on both databases: what may follow what, past moments, notes, the check."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.records.audit import AuditFilter
from pipeline.register.matters import Matter, MatterClash, StepKind, StepRequest
from pipeline.register.steps import StepRefused, fold, steps_before
from storage.database import Database, open_database
from storage.maintenance.integrity import check_integrity
from tests.support.desk import LAN, MINH, MORNING, Made, people, store_day, written
from tests.support.register_steps import do, fill, opened

pytestmark = pytest.mark.few_on_postgresql

_HEALTH, _TRADE = 1, 2
_MADE = Made(fill)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> "tuple[Database, Mapping[str, str]]":
    address, keys = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return storage, keys


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
    kind: StepKind, values: dict[str, object], text: str, tmp_path: Path, db: Database
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


@pytest.mark.one_in(3)
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
