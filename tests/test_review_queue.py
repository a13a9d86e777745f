"""The queue of the desk on both databases: what is in it, in which order, filters, progress, the sample, the card."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.review.cards import CardPiece, card
from diembao.jobs.review.model import QueueFilters
from diembao.jobs.review.queue import queue, sample
from pipeline.records import PlaceFound, TopicFound, VerdictReason
from pipeline.records.audit import Actor
from pipeline.records.reviews import ReviewAct, ReviewKind
from storage.database import Database, open_database
from tests.support.desk import LAN, MINH, MORNING, Made, mark, people, store_day, written

pytestmark = pytest.mark.few_on_postgresql

SETTINGS = load_settings(None)
RULES = load_rulebook(None)
DAY = date(2026, 11, 22)
SAID = "Mưa lớn ở Ninh Thuận khiến nông dân lo lắng. " + " ".join(f"từ{n}" for n in range(60))


@dataclass(frozen=True)
class Desk:
    storage: Database
    address: str
    keys: Mapping[str, str]

    def titles(self, **wanted: object) -> list[str]:
        found = queue(self.storage, SETTINGS, RULES, **({"day": DAY, "at": MORNING} | wanted))  # type: ignore[arg-type]
        return [row.title.removeprefix("Bài ") for row in found.rows]

    def act(self, actor: Actor, kind: ReviewKind, *names: str, value: str = "", minutes: float = 0.0) -> None:
        wanted = ReviewAct(kind, tuple(self.keys[name] for name in names), value)
        self.storage.reviews.act(actor, wanted, MORNING + timedelta(minutes=minutes))


def _make(storage: Database) -> Mapping[str, str]:
    energy, floods = (TopicFound("energy", 0.8, ()),), "Lũ cuốn trôi một ngôi nhà, 3 người chết, 2 người mất tích. "
    words = " ".join(f"lũtừ{n}" for n in range(60))
    wire = " ".join(f"hãngtin{n}" for n in range(90))
    made = [
        written("sure", relevance_score=0.98, topics=energy),
        written("doubtful", relevance="mention", relevance_score=0.55, source="b"),
        written("middle", relevance_score=0.8, tone="positive"),
        written("flood", relevance_score=0.97, text=floods + words),
        written("foreign", source="c", relevance_score=0.9, language="en"),
        written("negative", relevance_score=0.95, tone="negative"),
        written("wire", relevance_score=0.96, text=wire, title="Tin của hãng"),
        written("reprint", relevance_score=0.96, text=wire, title="Tin của hãng", source="b", hours=2.9),
        written("late", hours=40, relevance_score=0.99),
        written("tomorrow", hours=-2),
        *(written(f"no{n:02}", relevance="no", relevance_score=n / 100) for n in range(25)),
    ]
    place = PlaceFound("nt.province", "Ninh Thuận", "", (mark("Ninh Thuận", SAID),))
    topic = TopicFound("agriculture_fisheries", 0.9, (mark("nông dân", SAID),))
    made.append(
        written(
            "card",
            text=SAID,
            relevance_score=0.99,
            places=(place,),
            topics=(topic,),
            tone="negative",
            tone_words=(mark("lo lắng", SAID),),
            reason=VerdictReason.text("Nhắc tên tỉnh trong câu đầu."),
        )
    )
    keys = store_day(storage, made)
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


def test_the_queue_has_the_window_of_the_digest_and_its_order(desk: Desk) -> None:
    # Grave first, then what is negative or foreign, the doubtful before the sure.
    expected = ["flood", "foreign", "negative", "card", "doubtful", "middle", *["Tin của hãng"] * 2, "sure", "late"]
    assert desk.titles() == expected
    found = queue(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING)
    in_digest = desk.storage.articles.digest_items(found.window.start, found.window.end, found.window.late_from)  # type: ignore[union-attr]
    assert {row.key for row in found.rows} == {item.key for item in in_digest}
    by_name = {group.rows[0].title: group for group in found.groups}
    assert by_name["Bài foreign"].foreign and by_name["Bài foreign"].attention is None
    flood = by_name["Bài flood"].attention
    assert flood is not None and (flood.gravity.dead, flood.gravity.missing) == (3, 2)
    (story,) = by_name["Tin của hãng"].stories
    assert (story.lead.outlet, [row.outlet for row in story.reprints]) == ("Báo A", ["Báo B"])
    # What people decide moves nothing, and what they take out stays in its place.
    desk.act(LAN, "reject", "doubtful", value="not_ours")
    desk.act(LAN, "grade", "flood", value="mention")
    desk.act(MINH, "approve", "middle", value="mention")
    assert desk.titles() == expected
    assert desk.titles(day=DAY - timedelta(days=1)) == []


def test_filters_and_what_can_be_filtered(desk: Desk) -> None:
    desk.act(LAN, "approve", "sure")
    desk.storage.reviews.assign(LAN, desk.keys["wire"], 1, MORNING, scope="story")
    desk.storage.reviews.assign(LAN, desk.keys["flood"], 2, MORNING)
    cases: list[tuple[QueueFilters, list[str]]] = [
        (QueueFilters(topic="energy"), ["sure"]),
        (QueueFilters(tone="positive"), ["middle"]),
        (QueueFilters(language="en"), ["foreign"]),
        (QueueFilters(outlet="b"), ["doubtful", "Tin của hãng"]),
        (QueueFilters(state="approved"), ["sure"]),
        (QueueFilters(department=1), ["Tin của hãng", "Tin của hãng"]),
        (QueueFilters(department=2, tone="positive"), []),
    ]
    for filters, expected in cases:
        assert desk.titles(filters=filters) == expected, filters
    found = queue(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING, filters=QueueFilters(outlet="b"))
    assert (found.shown, found.total, found.progress.done, found.progress.total) == (2, 10, 1, 10)
    assert found.choices.outlets == {"a": 7, "b": 2, "c": 1} and found.choices.states == {"new": 9, "approved": 1}
    assert found.choices.departments == {1: 2, 2: 1} and found.choices.names["c"] == "The C"


def test_progress_tells_the_time_left_at_the_pace_of_the_account(desk: Desk) -> None:
    for n, name in enumerate(("flood", "foreign", "negative")):
        desk.act(LAN, "approve", name, minutes=n)
    desk.act(MINH, "reviewed", "sure", "middle", minutes=2)
    at = MORNING + timedelta(minutes=2)
    progress = queue(desk.storage, SETTINGS, RULES, day=DAY, at=at, account=1).progress
    assert (progress.done, progress.total, progress.left, progress.minutes_left) == (5, 10, 5, 5)
    # A pause is no part of it.
    desk.act(LAN, "approve", "sure", minutes=8)
    paused = queue(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING + timedelta(minutes=8), account=1).progress
    assert (paused.left, paused.minutes_left) == (5, 5)
    # Whole lists are no pace, and neither is what was done before breakfast.
    assert queue(desk.storage, SETTINGS, RULES, day=DAY, at=at, account=2).progress.minutes_left is None
    late = at + timedelta(minutes=30)
    assert queue(desk.storage, SETTINGS, RULES, day=DAY, at=late, account=1).progress.minutes_left is None


def test_the_way_through_the_queue(desk: Desk) -> None:
    found = queue(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING)
    first, second = found.rows[:2]
    after, before = found.after(first.key), found.before(second.key)
    assert after is not None and before is not None and (after.key, before.key) == (second.key, first.key)
    assert found.before(first.key) is None
    last = found.rows[-1]
    assert found.after(last.key) == first and found.below(last.key) == ()
    assert [row.key for row in found.below(first.key)] == [row.key for row in found.rows[1:]]
    desk.act(LAN, "reviewed", *(name for name in desk.keys if not name.startswith("no")))
    done = queue(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING)
    assert done.after(first.key) is None and done.progress.left == 0


def test_a_search_is_a_queue(desk: Desk) -> None:
    assert desk.titles(search="hãngtin1") == ["Tin của hãng", "Tin của hãng"]
    assert queue(desk.storage, SETTINGS, RULES, search="hãngtin1", at=MORNING).day is None
    assert desk.titles(search="khôngcótừnày") == []


def test_the_sample_is_the_same_for_everybody_all_day(desk: Desk) -> None:
    def titles(hours: int = 0) -> list[str]:
        found = sample(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING + timedelta(hours=hours))
        return [row.title.removeprefix("Bài ") for row in found.rows]

    expected = [f"no{n:02}" for n in range(24, 4, -1)]
    assert titles() == expected
    desk.act(LAN, "approve", "no24")
    desk.act(MINH, "reject", "no23", value="not_ours")
    assert titles(hours=5) == expected
    progress = sample(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING).progress
    assert (progress.done, progress.total) == (2, 20)
    # What was taken in is in the queue of the day, what was confirmed is not.
    assert {"no24"} == {name for name in desk.titles() if name.startswith("no")}


def test_a_card_tells_machine_and_people_apart(desk: Desk) -> None:
    key = desk.keys["card"]
    desk.act(LAN, "tone", "card", value="neutral")
    desk.act(MINH, "reject", "card", value="old", minutes=1)
    desk.act(LAN, "star", "card", value="1", minutes=2)
    shown = card(desk.storage, key, at=MORNING)
    assert shown is not None
    assert shown.why == "Nhắc tên tỉnh trong câu đầu."
    marked = [piece for piece in shown.excerpt if piece.kind]
    assert marked == [CardPiece("Ninh Thuận", "place"), CardPiece("nông dân", "topic"), CardPiece("lo lắng", "tone")]
    machine = shown.machine
    assert (machine.relevance, machine.tone, machine.tone_words, machine.topics, machine.places) == (
        "main", "negative", ("lo lắng",), ("agriculture_fisheries",), ("Ninh Thuận",),
    )  # fmt: skip
    assert shown.item.tags.tone == "neutral"
    said = {one.field: (one.value, one.who, one.at) for one in shown.said}
    assert said == {
        "tone": ("neutral", "lan", MORNING),
        "state": ("rejected old", "Minh", MORNING + timedelta(minutes=1)),
        "star": ("1", "Lan", MORNING + timedelta(minutes=2)),
    }
    assert [act.kind for act in shown.acts] == ["star", "reject", "tone"] and shown.review.version == 3
    wire = card(desk.storage, desk.keys["wire"], at=MORNING)
    assert wire is not None and [one.outlet for one in wire.reprints] == ["Báo B"]
    assert [one.number for one in wire.versions] == [1]
    assert card(desk.storage, "nowhere", at=MORNING) is None


def test_holds_are_shown_for_ninety_seconds_and_block_nobody(desk: Desk) -> None:
    x, y = desk.keys["sure"], desk.keys["middle"]
    reviews = desk.storage.reviews
    assert reviews.hold(1, x, MORNING) and not reviews.hold(1, "nowhere", MORNING)
    assert reviews.hold(2, x, MORNING)
    assert [one.who for one in reviews.holds([x], MORNING)[x] if one.account != 2] == ["Lan"]
    shown = card(desk.storage, x, account=1, at=MORNING)
    assert shown is not None and [one.who for one in shown.holds] == ["Minh"]
    rows = {row.key: row for row in queue(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING).rows}
    assert [one.who for one in rows[x].holds] == ["Lan", "Minh"]
    desk.act(MINH, "approve", "sure")
    later = MORNING + timedelta(seconds=80)
    reviews.hold(1, x, later)
    assert [one.who for one in reviews.holds(None, later + timedelta(seconds=20))[x]] == ["Lan"]
    reviews.hold(1, y, later)
    assert set(reviews.holds([x, y], later + timedelta(seconds=20))) == {y}
    reviews.release(1, None)
    assert reviews.holds(None, later + timedelta(seconds=20)) == {}


def test_a_queue_and_a_card_read_one_moment_and_no_other_article(desk: Desk) -> None:
    queue(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING)  # judges what is grave, once
    said: list[str] = []
    begun: list[object] = []
    engine = desk.storage.reviews._engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: said.append(arguments[2]))
    event.listen(engine, "begin", begun.append)
    queue(desk.storage, SETTINGS, RULES, day=DAY, at=MORNING, account=1)
    assert len(begun) == 2  # whether the search index is up to date is asked before
    columns = " ".join(one for one in said if "taggings.id >" not in one)
    assert "versions.article" not in columns and "taggings.tags" not in columns and "documents" not in columns
    said.clear()
    begun.clear()
    card(desk.storage, desk.keys["sure"], at=MORNING)
    assert len(begun) == 1 and sum("versions.article" in one for one in said) == 1


def test_an_article_joined_to_another_takes_its_reviews_along(desk: Desk) -> None:
    from storage.articles.joined_reviews import move_reviews

    kept, gone = desk.keys["sure"], desk.keys["middle"]
    desk.act(LAN, "approve", "sure")
    desk.act(MINH, "star", "sure", "middle", value="1", minutes=1)
    desk.act(MINH, "reject", "middle", value="old", minutes=2)
    desk.storage.reviews.comment(LAN, gone, "xem lại", MORNING)
    for number in (1, 2):
        desk.storage.reviews.assign(LAN, gone, number, MORNING)
    desk.storage.reviews.assign(LAN, kept, 1, MORNING)
    desk.storage.reviews.hold(1, gone, MORNING)
    with desk.storage.reviews._writing() as connection:
        move_reviews(connection, kept, [gone])
    review = desk.storage.reviews.reviews([kept, gone])
    assert set(review) == {kept} and (review[kept].state, review[kept].version) == ("rejected", 3)
    assert [one.text for one in desk.storage.reviews.comments([kept])[kept]] == ["xem lại"]
    assert sorted(one.department for one in desk.storage.reviews.assignments(keys=[kept])) == [1, 2]
    assert [act.kind for act in desk.storage.reviews.past_acts(item=kept)] == ["reject", "star", "approve"]
    assert set(desk.storage.reviews.holds(None, MORNING)) == {kept}


def test_rows_of_given_keys_come_in_their_order(desk: Desk) -> None:
    keys = [desk.keys[name] for name in ("middle", "no01", "sure")]
    assert [row.key for row in desk.storage.reviews.rows([*keys, "nowhere"], MORNING)] == keys
    (row,) = desk.storage.reviews.rows(keys[:1], MORNING)
    assert (row.title, row.category, row.machine, row.review.version) == ("Bài middle", "central", "main", 0)
