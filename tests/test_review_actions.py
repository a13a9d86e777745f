"""Acts at the desk on both databases: each kind, its undoing, its clash, bulk, what is stored together with it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select

from diembao.jobs.decide import decide, labelled_rows, merge, split
from pipeline.records.audit import Actor, AuditFilter
from pipeline.records.reviews import ActResult, Clash, ReviewAct, ReviewKind
from storage.database import open_database
from storage.engine.errors import StorageError
from storage.reviews.log import UNDOABLE
from storage.schema.stories import story_rulings
from tests.support.desk import COMMAND, LAN, MINH, MORNING, Made
from tests.support.reviewed_day import Desk, counts, store_articles

pytestmark = pytest.mark.few_on_postgresql

_ALL = AuditFilter()


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(store_articles)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, made: Made, tmp_path: Path) -> Iterator[Desk]:
    address, keys = made.copy(request, tmp_path)
    storage = open_database(address)
    yield Desk(storage, address, keys)
    storage.close()


#: kind, value → what the article holds afterwards: (state, star), (relevance, topics, tone)
_KINDS = {
    ("approve", ""): (("approved", False), ("main", ["energy"], "neutral")),
    ("approve", "mention"): (("approved", False), ("mention", ["energy"], "neutral")),
    ("reject", "not_ours"): (("rejected", False), ("no", ["energy"], "neutral")),
    ("reject", "passing"): (("rejected", False), ("mention", ["energy"], "neutral")),
    ("reject", "repeated"): (("rejected", False), ("main", ["energy"], "neutral")),
    ("star", "1"): (("new", True), ("main", ["energy"], "neutral")),
    ("topics", "tourism energy"): (("new", False), ("main", ["tourism", "energy"], "neutral")),
    ("topics", ""): (("new", False), ("main", [], "neutral")),
    ("tone", "negative"): (("new", False), ("main", ["energy"], "negative")),
    ("grade", "mention"): (("new", False), ("mention", ["energy"], "neutral")),
    ("reviewed", ""): (("reviewed", False), ("main", ["energy"], "neutral")),
}


def test_every_kind_is_done_recorded_and_undone(desk: Desk) -> None:
    plain = ("new", False), ("main", ["energy"], "neutral")
    version = 0
    for (kind, value), expected in _KINDS.items():
        done = desk.act(LAN, kind, "x", value=value, expected={desk.keys["x"]: version})  # type: ignore[arg-type]
        review = desk.review("x")
        assert ((review.state, review.star), desk.values("x")) == expected, (kind, value)
        assert (review.version, review.who) == (version + 1, "Lan")
        last = desk.storage.audit.page(_ALL, limit=1)[0]
        assert (last.action, last.object_kind, last.object_id) == (f"review.{kind}", "item", desk.keys["x"])
        after: Any = last.after
        assert after["value"] == value and desk.keys["x"] in after["items"]
        undone = desk.storage.reviews.undo(LAN, MORNING)
        assert isinstance(undone, ActResult) and undone.undone and undone.action == done.action
        review = desk.review("x")
        assert ((review.state, review.star), desk.values("x")) == plain, (kind, value)
        version = review.version
    assert desk.storage.reviews.undo(LAN, MORNING) is None
    assert desk.storage.articles.decisions() == {}
    assert desk.storage.audit.page(_ALL, limit=1)[0].action == "review.undo"
    assert desk.storage.audit.verify().is_sound


def test_an_undoing_brings_back_what_another_had_decided_before(desk: Desk) -> None:
    desk.act(MINH, "tone", "x", value="positive")
    desk.act(MINH, "approve", "x", note="đúng")
    desk.act(LAN, "tone", "x", value="negative")
    desk.act(LAN, "reject", "x", value="old")
    for _ in range(2):
        assert isinstance(desk.storage.reviews.undo(LAN, MORNING), ActResult)
    review = desk.review("x")
    assert (review.state, review.who, review.note, desk.values("x")[2]) == ("approved", "Minh", "đúng", "positive")


def test_a_clash_says_both_values_and_stores_nothing(desk: Desk) -> None:
    key = desk.keys["x"]
    cases: list[tuple[ReviewKind, str, str, str, str]] = [
        ("approve", "", "state", "rejected", "approved"),
        ("reject", "minor", "state", "rejected", "rejected"),
        ("star", "1", "star", "", "1"),
        ("topics", "tourism", "topics", "energy", "tourism"),
        ("tone", "positive", "tone", "neutral", "positive"),
        ("grade", "main", "relevance", "no", "main"),
    ]
    desk.act(MINH, "reject", "x", value="not_ours")
    before = counts(desk)
    for kind, value, field, theirs, mine in cases:
        clash = desk.try_act(LAN, kind, "x", value=value, expected={key: 0})
        assert isinstance(clash, Clash)
        (one,) = clash.items
        assert (one.item, one.title, one.field, one.their_value, one.my_value) == (key, "Bài x", field, theirs, mine)
        assert (one.theirs.who, one.theirs.at, one.theirs.reason, one.their_kind) == (
            "Minh",
            MORNING,
            "not_ours",
            "reject",
        )
    for kind in ("merge", "split"):
        names = ("x", "y") if kind == "merge" else ("x",)
        clash = desk.try_act(LAN, kind, *names, value="story", expected={key: 0})
        assert isinstance(clash, Clash) and clash.items[0].field == "story"
    assert counts(desk) == before


def test_the_same_act_of_the_same_account_once_more_is_no_clash(desk: Desk) -> None:
    key = desk.keys["x"]
    first = desk.act(LAN, "reject", "x", value="old", expected={key: 0})
    again = desk.act(LAN, "reject", "x", value="old", expected={key: 0})
    assert (again.action, again.versions) == (0, first.versions)
    assert isinstance(desk.try_act(MINH, "reject", "x", value="old", expected={key: 0}), Clash)
    # Another act of the same person from a page that is out of date is one.
    assert isinstance(desk.try_act(LAN, "approve", "x", expected={key: 0}), Clash)


def test_undoing_what_another_changed_since_is_a_clash(desk: Desk) -> None:
    done = desk.act(LAN, "approve", "x", "y")
    desk.act(MINH, "tone", "y", value="negative")
    before = counts(desk)
    clash = desk.storage.reviews.undo(LAN, MORNING)
    assert isinstance(clash, Clash) and clash.action == done.action
    assert [(one.item, one.their_kind, one.theirs.who) for one in clash.items] == [(desk.keys["y"], "tone", "Minh")]
    assert counts(desk) == before and desk.review("x").state == "approved"
    # What was taken back stands in nobody's way.
    assert isinstance(desk.storage.reviews.undo(MINH, MORNING), ActResult)
    assert isinstance(desk.storage.reviews.undo(LAN, MORNING), ActResult)
    assert desk.review("x").state == desk.review("y").state == "new"


def test_bulk_acts_are_one_act(desk: Desk) -> None:
    keys = [desk.keys[name] for name in ("x", "y", "z", "wire")]
    desk.act(MINH, "reject", "y", value="minor")
    marked = desk.act(LAN, "reviewed", "x", "y", "z", "wire", expected=dict.fromkeys(keys, 0))
    assert marked.skipped == (desk.keys["y"],) and set(marked.versions) == set(keys) - {desk.keys["y"]}
    assert [desk.review(name).state for name in ("x", "y", "z", "wire")] == ["reviewed", "rejected", *["reviewed"] * 2]
    entry = desk.storage.audit.page(_ALL, limit=1)[0]
    assert (entry.action, entry.object_kind) == ("review.reviewed", "act")
    # Other kinds are done as a whole or not at all.
    assert isinstance(desk.try_act(LAN, "approve", "x", "y", expected={keys[0]: 1, keys[1]: 0}), Clash)
    assert desk.review("x").state == "reviewed"
    assert isinstance(desk.storage.reviews.undo(LAN, MORNING), ActResult)
    assert [desk.review(name).state for name in ("x", "y", "z", "wire")] == ["new", "rejected", "new", "new"]


def test_only_the_last_acts_of_the_account_itself_can_be_undone(desk: Desk) -> None:
    first = desk.act(LAN, "star", "x", value="1")
    other = desk.act(MINH, "star", "y", value="1")
    assert desk.storage.reviews.undo(LAN, MORNING, other.action) is None
    for n in range(UNDOABLE):
        desk.act(LAN, "star", "z", value="1" if n % 2 == 0 else "")
    assert desk.storage.reviews.undo(LAN, MORNING, first.action) is None
    assert len(desk.storage.reviews.past_acts(account=1)) == UNDOABLE
    assert desk.storage.reviews.undo(COMMAND, MORNING) is None


def test_merge_and_split_are_undone_with_the_names_of_the_groups(desk: Desk) -> None:
    before = desk.groups()
    assert before["wire"] == before["reprint"] and before["x"] != before["y"]
    merged = desk.act(LAN, "merge", "x", "reprint", value="story")
    after = desk.groups()
    assert after["x"] == after["wire"] == after["reprint"] and merged.groups == (after["x"][0],)
    separated = desk.act(LAN, "split", "reprint", value="story")
    assert desk.groups()["reprint"][0] != desk.groups()["wire"][0] and len(separated.groups) == 2
    events = desk.act(LAN, "merge", "y", "z", value="event")
    assert desk.groups()["y"][1] == desk.groups()["z"][1] and desk.groups()["y"][0] != desk.groups()["z"][0]
    for done, expected in ((events, None), (separated, after), (merged, before)):
        undone = desk.storage.reviews.undo(LAN, MORNING)
        assert isinstance(undone, ActResult) and undone.action == done.action
        assert expected is None or desk.groups() == expected
    with desk.storage.reviews._reading() as connection:
        assert connection.execute(select(func.count()).select_from(story_rulings)).scalar_one() == 0
    assert desk.storage.stories.rebuild(MORNING) == 0


def test_a_merge_that_another_went_on_with_is_not_undone(desk: Desk) -> None:
    desk.act(LAN, "merge", "x", "wire", value="story")
    # `reprint` was moved with its story, though it was not named.
    desk.act(MINH, "split", "reprint", value="story")
    before = desk.groups()
    clash = desk.storage.reviews.undo(LAN, MORNING)
    assert isinstance(clash, Clash) and clash.items and desk.groups() == before


def test_what_cannot_be_done_is_said(desk: Desk) -> None:
    refused: list[tuple[ReviewKind, tuple[str, ...], str]] = [
        ("reject", (desk.keys["x"],), "whatever"),
        ("reject", (desk.keys["x"],), "other"),
        ("approve", (), ""),
        ("approve", ("nowhere",), ""),
        ("approve", (desk.keys["x"],), "great"),
        ("tone", (desk.keys["x"],), "sad"),
        ("merge", (desk.keys["x"],), "story"),
        ("merge", (desk.keys["x"], desk.keys["y"]), "world"),
        ("split", (desk.keys["x"],), "story"),
    ]
    before = counts(desk)
    for kind, keys, value in refused:
        with pytest.raises(StorageError):
            desk.storage.reviews.act(LAN, ReviewAct(kind, keys, value), MORNING)
    assert counts(desk) == before


def test_an_article_judged_not_relevant_is_taken_in(desk: Desk) -> None:
    desk.act(LAN, "approve", "n")
    assert desk.values("n")[0] == "main"
    desk.storage.reviews.undo(LAN, MORNING)
    desk.act(LAN, "reject", "n", value="not_ours")
    assert desk.values("n")[0] == "no"
    labels = {row["id"]: row["decision"] for row in labelled_rows(desk.storage)}
    assert labels == {desk.keys["n"]: {"relevance": "no"}}


def test_rejected_articles_are_in_no_digest(desk: Desk) -> None:
    def titles() -> set[str]:
        day = timedelta(days=1)
        found = desk.storage.articles.digest_items(MORNING - day, MORNING, MORNING - 3 * day)
        return {item.article.title for item in found}

    everything = titles()
    desk.act(LAN, "reject", "x", value="minor")
    assert titles() == everything - {"Bài x"}
    desk.storage.reviews.undo(LAN, MORNING)
    assert titles() == everything


def test_commands_go_the_same_way(desk: Desk) -> None:
    decide(
        desk.storage, desk.keys["x"], {"tone": "negative", "topics": None}, who="an", at=MORNING, acts=[("star", "1")]
    )
    review = desk.review("x")
    assert (review.star, review.version, review.who, desk.values("x")[2]) == (True, 2, "an", "negative")
    assert isinstance(desk.try_act(LAN, "approve", "x", expected={desk.keys["x"]: 0}), Clash)
    name = merge(desk.storage, "story", [desk.keys["x"], desk.keys["y"]], who="an", at=MORNING, note="một vụ")
    with pytest.raises(StorageError):
        split(desk.storage, "story", name, [desk.keys["z"]], who="an", at=MORNING)
    split(desk.storage, "story", name, [desk.keys["y"]], who="an", at=MORNING)
    entries = desk.storage.audit.page(_ALL, limit=10)
    assert [entry.action for entry in entries] == ["review.split", "review.merge", "review.star", "review.tone"]
    assert {(entry.way, entry.name, entry.account) for entry in entries} == {("command", "an", None)}


def test_a_failed_act_leaves_nothing_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = counts(desk)

    def broken(*_: object) -> None:
        raise StorageError("full", "full")

    monkeypatch.setattr("storage.reviews.acts.append", broken)
    for kind, names, value in (("approve", ("x",), ""), ("merge", ("x", "y"), "story")):
        with pytest.raises(StorageError):
            desk.act(LAN, kind, *names, value=value)  # type: ignore[arg-type]
    assert counts(desk) == before


def test_writers_side_by_side_lose_and_double_nothing(desk: Desk) -> None:
    answers: list[ActResult | Clash] = []

    def work(actor: Actor) -> None:
        storage = open_database(desk.address)
        try:
            for name in ("x", "y", "z", "wire", "reprint"):
                wanted = ReviewAct("approve", (desk.keys[name],), expected={desk.keys[name]: 0})
                answers.append(storage.reviews.act(actor, wanted, MORNING))
        finally:
            storage.close()

    threads = [Thread(target=work, args=[actor]) for actor in (LAN, MINH) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [answer for answer in answers if isinstance(answer, ActResult) and answer.action]
    assert len(answers) == 30 and len(done) == 5
    assert {desk.review(name).version for name in ("x", "y", "z", "wire", "reprint")} == {1}
    assert desk.storage.audit.verify().is_sound and desk.storage.audit.head().seq == 5
