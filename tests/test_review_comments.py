"""Comments, assignments, the outbox of letters, drafts of digests and saved searches, on both databases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from diembao.jobs.review.assignments import assign, set_done
from diembao.jobs.review.comments import comment
from pipeline.records import SavedSearch
from pipeline.records.accounts import Assigned
from pipeline.records.audit import AuditFilter
from pipeline.records.reviews import DigestDraft, DraftClash, ReviewAct
from storage.database import Database, open_database
from storage.engine.errors import StorageError
from storage.maintenance.backup import backup
from storage.maintenance.checksum import checksum
from storage.maintenance.copying import copy
from storage.maintenance.integrity import check_integrity
from storage.reviews.comments import named_in
from storage.schema.accounts import accounts
from tests.support.desk import COMMAND, LAN, MINH, MORNING, Made, people, store_day, written

pytestmark = pytest.mark.few_on_postgresql

DAY = date(2026, 11, 22)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Desk:
    storage: Database
    address: str
    keys: Mapping[str, str]


def _make(storage: Database) -> Mapping[str, str]:
    wire = " ".join(f"hãngtin{n}" for n in range(90))
    made = [written("x"), written("y"), written("wire", text=wire, title="Tin của hãng")]
    keys = store_day(storage, [*made, written("reprint", text=wire, title="Tin của hãng", source="b", hours=2.9)])
    people(storage)
    return keys


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(_make)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, made: Made, tmp_path: Path) -> Iterator[Desk]:
    address, keys = made.copy(request, tmp_path)
    storage = open_database(address)
    yield Desk(storage, address, keys)
    storage.close()


def test_names_in_a_comment() -> None:
    said = "@Lan, @so-y-te: gửi a@b.vn và (@nguyen.an). @@x @ y, @Lan"
    assert named_in(said) == ["lan", "so-y-te", "nguyen.an"]


def test_those_named_in_a_comment_get_one_letter_each(desk: Desk) -> None:
    key = desk.keys["x"]
    result = comment(desk.storage, LAN, key, "Nhờ @so-y-te, @HOA và @minh xem; @lan ghi nhớ; @ai-do?", MORNING)
    assert result.unknown == ("ai-do",)
    named = {(one.kind, one.name) for one in result.comment.mentions}
    assert named == {("person", "hoa"), ("person", "minh"), ("person", "lan"), ("department", "Sở Y tế")}
    cause = f"comment {result.comment.id}"
    assert [letter.account for letter in desk.storage.letters.of_cause(cause)] == [2, 3, 4]
    (stored,) = desk.storage.reviews.comments([key])[key]
    assert stored == result.comment == desk.storage.reviews.comment_by_number(stored.id) and stored.who == "Lan"
    entry = desk.storage.audit.page(AuditFilter(), limit=1)[0]
    # The words can name people: they can be erased with the account of who wrote them.
    assert entry.action == "comment.written" and "Nhờ" not in str(entry.after) and "Nhờ" in str(entry.personal)
    for text in ("  ", "x" * 5000):
        with pytest.raises(StorageError):
            comment(desk.storage, LAN, key, text, MORNING)
    for actor, item in ((COMMAND, key), (LAN, "nowhere")):
        with pytest.raises(StorageError):
            comment(desk.storage, actor, item, "x", MORNING)


def test_who_cannot_sign_in_is_told_of_nothing(desk: Desk) -> None:
    with desk.storage.reviews._writing() as connection:
        connection.execute(update(accounts).where(accounts.c.name.in_(("hoa", "minh"))).values(disabled=1))
    result = comment(desk.storage, LAN, desk.keys["x"], "@so-y-te @minh", MORNING)
    assert result.unknown == ("minh",)
    assert [letter.account for letter in desk.storage.letters.waiting(MORNING)] == [4]


def test_a_letter_is_begun_once(desk: Desk) -> None:
    letters = desk.storage.letters
    comment(desk.storage, LAN, desk.keys["x"], "@minh @hoa @an", MORNING)
    first, second, third = letters.waiting(MORNING)
    assert letters.begin(first.id, "<1@example>", MORNING) and not letters.begin(first.id, "<2@example>", MORNING)
    letters.end(first.id, True)
    assert not letters.begin(first.id, "<3@example>", MORNING)
    assert letters.begin(second.id, "<4@example>", MORNING)
    assert [one.id for one in letters.waiting(MORNING)] == [third.id]
    assert [one.id for one in letters.unsure(MORNING + HOUR)] == [second.id]
    letters.end(second.id, False, note="450 try again", next_try=MORNING + HOUR)
    assert [one.id for one in letters.waiting(MORNING)] == [third.id]
    (again, _) = letters.waiting(MORNING + HOUR)
    assert (again.id, again.attempts, again.note, letters.unsure(MORNING + HOUR)) == (second.id, 1, "450 try again", [])
    letters.begin(third.id, "<5@example>", MORNING)
    letters.end(third.id, False, note="550 no such user", give_up=True)
    states = [letter.state for letter in letters.of_cause(first.cause)]
    assert states == ["sent", "waiting", "failed"]


def test_assignments(desk: Desk) -> None:
    x, wire, reprint = (desk.keys[name] for name in ("x", "wire", "reprint"))
    made = assign(desk.storage, LAN, x, 1, MORNING, due=DAY - timedelta(days=1), note="trả lời báo")
    assert (made.department_name, made.who, made.done_at) == ("Sở Y tế", "Lan", None)
    assert [letter.account for letter in desk.storage.letters.of_cause(f"assignment {made.id}")] == [3, 4]
    assign(desk.storage, LAN, wire, 1, MORNING, scope="story")
    (wire_story,) = desk.storage.reviews.stories([wire])
    assert desk.storage.reviews.assigned_to(1) == Assigned(frozenset({x, wire}), frozenset({wire_story}))
    assert desk.storage.reviews.assigned_to(2) == Assigned()
    assert desk.storage.reviews.is_assigned(1, reprint) and not desk.storage.reviews.is_assigned(2, reprint)
    assert [one.scope for one in desk.storage.reviews.assignments(keys=[reprint])] == ["story"]
    assert [one.item for one in desk.storage.reviews.assignments(department=1)] == [x, wire]
    done = set_done(desk.storage, MINH, made.id, True, MORNING + HOUR)
    assert (done.done_by, done.done_at) == ("Minh", MORNING + HOUR)
    assert [one.item for one in desk.storage.reviews.assignments(is_open=True)] == [wire]
    # The same once more sets the day anew and opens it; nobody gets a second letter.
    again = assign(desk.storage, MINH, x, 1, MORNING, due=DAY)
    assert (again.id, again.due, again.done_at) == (made.id, DAY, None)
    assert len(desk.storage.letters.of_cause(f"assignment {made.id}")) == 2
    actions = [row.action for row in desk.storage.audit.page(AuditFilter(), limit=10)]
    assert actions == ["assignment.made", "assignment.done", "assignment.made", "assignment.made"]
    for key, department in ((x, 99), ("nowhere", 1)):
        with pytest.raises(StorageError):
            assign(desk.storage, LAN, key, department, MORNING)
    with pytest.raises(StorageError):
        set_done(desk.storage, LAN, 99, True, MORNING)


def test_drafts(desk: Desk) -> None:
    drafts, x, y = desk.storage.drafts, desk.keys["x"], desk.keys["y"]
    assert drafts.draft(DAY) == DigestDraft(DAY)
    first = drafts.change(DAY, LAN, MORNING, expected=0, order=[x, y, x], lead=" Hôm nay yên ắng. ")
    assert isinstance(first, DigestDraft) and (first.order, first.lead, first.who) == (
        (x, y),
        "Hôm nay yên ắng.",
        "Lan",
    )
    clash = drafts.change(DAY, MINH, MORNING, expected=0, lead="Khác.")
    assert isinstance(clash, DraftClash) and (clash.theirs, clash.mine.lead) == (first, "Khác.")
    assert drafts.draft(DAY) == first
    second = drafts.change(DAY, MINH, MORNING, expected=1, left_out={y: "trùng tin"})
    assert isinstance(second, DigestDraft) and (second.version, second.lead, second.left_out) == (
        2,
        "Hôm nay yên ắng.",
        {y: "trùng tin"},
    )
    assert drafts.change(DAY, MINH, MORNING, expected=1, left_out={y: "trùng tin"}) == second
    assert [row.action for row in desk.storage.audit.page(AuditFilter(), limit=9)] == ["draft.changed"] * 2


def test_saved_searches_of_accounts(desk: Desk) -> None:
    search = desk.storage.search
    search.save(SavedSearch("điện", "điện gió", MORNING))
    search.save(SavedSearch("lũ", "lũ", MORNING, account=1, shared=False, follow=True))
    search.save(SavedSearch("chung", "muối", MORNING, account=1))
    assert [one.name for one in search.saved()] == ["chung", "lũ", "điện"]
    assert [one.name for one in search.saved(2)] == ["chung", "điện"]
    assert [(one.name, one.follow) for one in search.saved(1)] == [("chung", False), ("lũ", True), ("điện", False)]
    for name in ("lũ", "điện"):
        with pytest.raises(StorageError):
            search.save(SavedSearch(name, "x", MORNING, account=2))
        with pytest.raises(StorageError):
            search.forget(name, account=2)
    search.forget("lũ", account=1)
    search.forget("điện")
    assert [one.name for one in search.saved()] == ["chung"]


def test_the_tables_of_the_desk_are_checked_copied_and_saved(desk: Desk, tmp_path: Path) -> None:
    storage, key = desk.storage, desk.keys["x"]
    storage.reviews.act(LAN, ReviewAct("approve", (key,)), MORNING)
    storage.reviews.act(LAN, ReviewAct("merge", (key, desk.keys["y"]), "story"), MORNING)
    comment(storage, LAN, key, "@so-y-te", MORNING)
    assign(storage, LAN, key, 1, MORNING)
    storage.drafts.change(DAY, LAN, MORNING, lead="x")
    storage.reviews.hold(1, key, MORNING)
    assert check_integrity(desk.address) == []
    before = checksum(desk.address)
    storage.reviews.hold(2, key, MORNING)
    assert checksum(desk.address) == before  # who has what open is of the moment
    other = f"sqlite:///{tmp_path / 'copy.db'}"
    copy(desk.address, other, lambda *_: None)
    assert checksum(other) == before
    assert backup(desk.address, tmp_path / "saved.db", lambda *_: None) == before
    copied = open_database(other)
    copied.reviews.act(MINH, ReviewAct("star", (key,), "1"), MORNING)
    assert copied.audit.verify().is_sound
    copied.close()
    with storage.reviews._writing() as connection:
        connection.exec_driver_sql("UPDATE reviews SET reason = 'nonsense'")
    assert len(check_integrity(desk.address)) >= 1
