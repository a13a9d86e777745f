"""Which stories are proposed for a matter, why, and which may raise a matter again; nothing is opened by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import process_time

import pytest

from config.register.register import load_register
from config.rulebook import load_rulebook
from diembao.jobs.register.candidates import propose
from pipeline.i18n.language import use_language
from pipeline.records import TopicFound
from pipeline.register.candidates import MatterArticle, MatterIndex, SeenArticle, find_candidates
from pipeline.register.matters import Matter, NewMatter, StepRequest
from pipeline.register.phrases import folded, found_phrases, likeness
from pipeline.register.rules import CandidateRules
from storage.database import Database, open_database
from tests.support.desk import LAN, MORNING, Made, people, store_day, written

pytestmark = pytest.mark.few_on_postgresql

_RULES = load_register(None)
_AT = datetime(2026, 11, 22, tzinfo=UTC)


def _topic(*ids: str) -> tuple[TopicFound, ...]:
    return tuple(TopicFound(id, 0.9, ()) for id in ids)


def _fill(storage: Database) -> Mapping[str, str]:
    asks = "Người dân nhiều lần gửi đơn, đề nghị cơ quan chức năng sớm trả lời. " + " ".join(
        f"hồ{n} chứa" for n in range(60)
    )
    keys = store_day(
        storage,
        [
            written("plain"),
            written("critic", topics=_topic("press_criticism"), title="Dân xã A bức xúc vì hồ chứa ô nhiễm"),
            written("asks", text=asks, title="Hai năm chờ nước sạch ở xã B"),
            written("sea", topics=_topic("sea_islands")),
            written("abroad", source="c", topics=_topic("democracy_rights"), title="Villagers speak of their rights"),
            written("named", topics=_topic("press_criticism"), relevance="no"),
            written("old", hours=24 * 12, topics=_topic("press_criticism")),
        ],
    )
    people(storage)
    return keys


_MADE = Made(_fill)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> "tuple[Database, Mapping[str, str]]":
    address, keys = _MADE.copy(request, tmp_path)
    storage = open_database(address)
    request.addfinalizer(storage.close)
    return storage, keys


def test_proposals_give_reasons_and_open_nothing(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    found = {one.item: one for one in propose(storage, load_rulebook(None), _RULES, MORNING)}
    # One sensitive topic alone is no reason; what is not about the province, or older, is not looked at.
    assert set(found) == {keys["critic"], keys["asks"], keys["abroad"]}
    assert found[keys["critic"]].codes == ("criticism",)
    assert found[keys["asks"]].codes == ("request",)
    assert found[keys["abroad"]].codes == ("topic", "abroad")
    assert storage.register.matters() == []
    with use_language("vi"):
        told = [reason.translated() for reason in propose(storage, load_rulebook(None), _RULES, MORNING)[0].reasons]
    assert told and all("{" not in words for words in told)
    assert keys["old"] in {one.item for one in propose(storage, load_rulebook(None), _RULES, MORNING, days=20)}


def test_a_story_with_a_matter_is_proposed_no_more_whether_open_or_dropped(
    filled: "tuple[Database, Mapping[str, str]]",
) -> None:
    storage, keys = filled
    rules = load_rulebook(None)
    matter = storage.register.open(LAN, NewMatter("Hồ chứa", "opinion", keys["critic"]), MORNING)
    assert keys["critic"] not in {one.item for one in propose(storage, rules, _RULES, MORNING)}
    storage.register.step(LAN, matter.id, StepRequest("drop", {}, "Đã xử lý nơi khác"), MORNING)
    assert keys["critic"] not in {one.item for one in propose(storage, rules, _RULES, MORNING)}


def test_a_note_of_a_person_and_a_rejection(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    rules = load_rulebook(None)
    number = storage.register.clarify(LAN, keys["plain"], "Số liệu nào là của năm nay?", MORNING)
    first = propose(storage, rules, _RULES, MORNING)[0]
    assert (first.item, first.codes) == (keys["plain"], ("clarification",))
    storage.register.withdraw_clarification(LAN, number, MORNING)
    assert keys["plain"] not in {one.item for one in propose(storage, rules, _RULES, MORNING)}


def test_near_titles_are_proposed_for_joining(filled: "tuple[Database, Mapping[str, str]]") -> None:
    storage, keys = filled
    title = "Hai năm chờ nước sạch tại xã B"
    matter = storage.register.open(LAN, NewMatter(title, "opinion", keys["plain"]), MORNING)
    proposed = {one.item: one for one in propose(storage, load_rulebook(None), _RULES, MORNING)}
    assert proposed[keys["asks"]].joins == (matter.id,)
    assert proposed[keys["critic"]].joins == ()
    storage.register.step(LAN, matter.id, StepRequest("link", {"item": keys["asks"], "part": "again"}), MORNING)
    assert keys["asks"] not in {one.item for one in propose(storage, load_rulebook(None), _RULES, MORNING)}


def seen(key: str, **changes: object) -> SeenArticle:
    plain = SeenArticle(key, key, "", f"Bài {key}", "a", "Báo A", "VN", _AT, _AT, (), is_main=True, is_negative=False)
    return replace(plain, **changes)  # type: ignore[arg-type]


def proposed(*articles: SeenArticle, matters: tuple[Matter, ...] = (), known: tuple[MatterArticle, ...] = ()) -> dict:  # type: ignore[type-arg]
    rules = CandidateRules(outlets=3, topics=("sea_islands",))
    found = find_candidates(articles, matters, known, rules, signals={"press_criticism"}, topics={})
    return {one.item: one for one in found}


def test_one_row_for_all_stories_of_an_event_the_widest_carried_first() -> None:
    group = (
        seen("x", event="e", is_negative=True),
        seen("y", event="e", story="s", source_id="b"),
        seen("z", event="e", story="s", source_id="c", at=_AT - timedelta(hours=1)),
    )
    (one,) = proposed(*group).values()
    assert (one.item, one.codes, one.articles, one.outlets) == ("z", ("negative", "spread"), 3, 3)


def test_weak_reasons_count_together_only() -> None:
    assert not proposed(seen("x", topics=("sea_islands",)))
    assert not proposed(seen("x", country="GB"))
    assert proposed(seen("x", topics=("sea_islands",), country="GB"))["x"].codes == ("topic", "abroad")
    assert not proposed(seen("x", is_main=False, is_negative=True, topics=("press_criticism",)))


def test_one_outlets_criticism_stands_before_good_news_that_many_carry_at_home_and_abroad() -> None:
    carried = [seen(f"c{n}", story="salt", source_id=f"c{n}", country="VN" if n % 2 else "JP") for n in range(9)]
    assert list(proposed(*carried, seen("x", is_negative=True))) == ["x", carried[0].key]


def test_events_of_matters_are_left_out_up_to_the_opening_and_may_join_after_it() -> None:
    matter = Matter(7, "T", "opinion", "event", _AT, _AT)
    known = (MatterArticle(7, "k", "origin", "k", "e", "Tựa khác hẳn"),)
    before = seen("x", event="e", is_negative=True)
    after = seen("y", event="e", is_negative=True, first_seen=_AT + timedelta(hours=1))
    assert proposed(before, matters=(matter,), known=known) == {}
    assert proposed(after, matters=(matter,), known=known)["y"].joins == (7,)
    whole = replace(matter, scope="item")
    assert proposed(before, matters=(whole,), known=known)["x"].joins == (7,)
    # A dropped matter is not raised again; where it was joined to another, that one is.
    dropped = replace(whole, state="not_needed")
    assert proposed(before, matters=(dropped,), known=known)["x"].joins == ()
    assert MatterIndex((replace(dropped, joined_to=3),), known).joinable([before]) == (3,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bà con ĐỀ NGHỊ  tỉnh sớm\ntrả lời.", True),
        ("đề nghị tỉnh xem xét. Ông trả lời rằng", False),  # two sentences
        ("de nghi tinh tra loi", False),  # diacritics count
        ("theo “phản ánh” của dân", True),
        ("bài phản ánhx", False),
    ],
)
def test_phrases(text: str, found: bool) -> None:
    assert bool(found_phrases(text, ("đề nghị … trả lời", "theo phản ánh"))) == found


def test_folding_keeps_words_and_diacritics() -> None:
    assert folded("«Hoà  Bình» – 2026") == folded('"Hòa Bình"-2026') == "hòa bình-2026"
    assert folded("hoa") != folded("hòa")
    assert likeness("Hai năm chờ nước", "hai năm, chờ nước!") == 1.0
    assert likeness("", "") == 0.0


def _drawn(draw: Random, words: int, lengths: Sequence[int]) -> str:
    return " ".join(f"từ{draw.randrange(words)}" for _ in range(draw.choice(lengths)))


def _raised(draw: Random, words: int, lengths: Sequence[int]) -> tuple[list[Matter], list[MatterArticle]]:
    matters = [
        Matter(number, _drawn(draw, words, lengths), "opinion", "item", _AT, _AT, joined_to=draw.choice([None, 1, 2]))
        for number in range(1, 12)
    ]
    matters = [replace(one, state=draw.choice(["new", "closed", "not_needed"])) for one in matters]
    known = [
        MatterArticle(
            draw.randrange(1, 14), f"k{n}", "again", draw.choice(["", "s1", "s2"]), "", _drawn(draw, words, lengths)
        )
        for n in range(20)
    ]
    return matters, known


@pytest.mark.parametrize("words", [6, 9, 14, 40])
def test_what_is_joinable_is_what_comparing_each_title_with_each_finds(words: int) -> None:
    lengths, found = (0, 1, 3, 4, 5, 6, 8, 13, 25), 0
    for seed in range(60):
        draw = Random(f"{seed} {words}")
        matters, known = _raised(draw, words, lengths)
        group = [
            SeenArticle(
                f"a{n}",
                draw.choice(["", "s1", "s3"]),
                "",
                _drawn(draw, words, lengths),
                "a",
                "A",
                "VN",
                _AT,
                _AT,
                (),
                True,
                False,
            )
            for n in range(3)
        ]
        titles = {one.title for one in group if len(one.title.split()) >= 5}
        stories = {one.story for one in group if one.story}
        near = {one.matter for one in known if one.story in stories}
        for number, title in [(one.id, one.title) for one in matters] + [(one.matter, one.title) for one in known]:
            if any(likeness(title, other) >= 0.6 for other in titles):
                near.add(number)
        by_number = {one.id: one for one in matters}
        kept = [by_number[number] for number in near if number in by_number]
        numbers = {one.joined_to if one.state == "not_needed" else one.id for one in kept}
        assert MatterIndex(matters, known).joinable(group) == tuple(
            sorted(one for one in numbers if one is not None)
        ), seed
        found += len(numbers)
    assert found > 60


def test_three_hundred_matters_are_compared_in_a_second() -> None:
    draw = Random(1)
    matters = [Matter(n, _drawn(draw, 900, (13,)), "opinion", "item", _AT, _AT) for n in range(300)]
    known = [MatterArticle(n % 300, f"k{n}", "again", f"old{n}", "", _drawn(draw, 900, (13,))) for n in range(600)]
    articles = [
        SeenArticle(
            f"a{n}",
            f"s{n % 200}",
            "",
            _drawn(draw, 900, (13,)),
            f"o{n % 40}",
            "",
            "VN",
            _AT,
            _AT,
            ("press_criticism",),
            True,
            False,
        )
        for n in range(350)
    ]
    start = process_time()
    assert (
        len(find_candidates(articles, matters, known, CandidateRules(), signals={"press_criticism"}, topics={})) == 200
    )
    assert process_time() - start < 1
