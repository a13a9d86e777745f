"""What is grave in a text, with its figures; it decides what asks for attention, in which order, and is shown."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from analysis.digest.model import Digest, DigestPeriod, DigestRules, build_digest
from analysis.digest.presenter import DigestPresenter
from analysis.documents.labels import labels
from config.rulebook import load_rulebook
from pipeline.records import Article, Item
from pipeline.rules.rulebook import GraveWords
from pipeline.tagging.matcher import Matcher
from pipeline.tagging.words.gravity import NOTHING, Gravity, gravest, judge_gravity
from pipeline.text.normalize import match_key
from tests.support.days import END, START, item

RULES = load_rulebook()


@pytest.mark.parametrize(
    ("language", "title", "text", "gravity"),
    [
        ("vi", "Xe khách lật ở Cà Ná, 2 người chết", "Tai nạn làm 5 người bị thương.", Gravity(2, 0, 5, accident=True)),
        ("vi", "Ba học sinh đuối nước ở sông Cái", "Các em tử vong.", Gravity(3)),
        ("vi", "Ghe chìm, hai ngư dân mất tích", "Ghe chìm lúc rạng sáng.", Gravity(0, 2, accident=True)),
        ("vi", "Bắt nhóm trộm dây cáp", "Thiệt hại 2,5 tỷ đồng.", Gravity(crime=True, damage=2500.0)),
        ("vi", "Suối đổi màu, nghi ô nhiễm", "Người dân lo ngại.", Gravity(pollution=True)),
        ("vi", "Cháy kho hàng", "Không có thương vong.", Gravity(accident=True)),
        ("en", "Bus crash kills three", "Three people were killed and 12 injured.", Gravity(3, 0, 12, accident=True)),
        ("ko", "버스 사고로 3명 사망", "", Gravity(3, accident=True)),
        ("zh", "大巴事故 2人死亡", "", Gravity(2, accident=True)),
        ("fr", "Un naufrage fait 4 morts", "", Gravity(4, accident=True)),
        ("ru", "Авария: погибли 6 человек", "", Gravity(6, accident=True)),
        ("de", "Bei dem Unfall wurden 2 verletzt", "", Gravity(0, 0, 2, accident=True)),
        # What is not reported, or not of people, is not grave.
        ("vi", "Diễn tập chữa cháy ở cảng", "Giả định 3 người chết.", NOTHING),
        ("vi", "Không có người chết trong vụ rơi tấm tôn", "Mọi người an toàn.", NOTHING),
        ("vi", "Cá chết dần vì nắng", "Nông dân lo lắng.", NOTHING),
        ("vi", "Nho được mùa", "Nông dân phấn khởi.", NOTHING),
        ("en", "The developer met investors", "They talked of 20 people.", NOTHING),
    ],
)  # fmt: skip
def test_what_is_grave_is_read_with_its_figures(language: str, title: str, text: str, gravity: Gravity) -> None:
    assert judge_gravity(title, text, language, RULES) == gravity


def test_background_far_below_is_not_the_news() -> None:
    text = "Trường khai giảng sáng nay. " * 10 + "\n" + "Cha của em tử vong trong một vụ tai nạn."
    assert judge_gravity("Lễ khai giảng ở vùng cao", text, "vi", RULES) == NOTHING


def test_more_people_weigh_more_and_the_first_most() -> None:
    one, two, three = (Gravity(dead=n).weight for n in (1, 2, 3))
    assert one < two < three
    assert two - one > three - two
    assert Gravity(dead=1).weight > Gravity(crime=True).weight > Gravity(accident=True).weight > 0
    assert gravest([Gravity(dead=2), Gravity(injured=3, crime=True)]) == Gravity(2, 0, 3, crime=True)


def test_grave_terms_are_or_hold_negative_words() -> None:
    """Whether a grave term is reported or denied is known of negative words only."""
    negative = RULES.topics.tone.negative
    for kind in (field.name for field in fields(GraveWords)):
        for language, terms in getattr(RULES.topics.tone.grave, kind).items():
            matcher = Matcher(negative[language])
            stray = [
                t
                for t in terms
                if not matcher.find(match_key(t.replace("*", "")) + " ") and t not in negative[language]
            ]
            assert stray == [], (kind, language)


def news(n: int, *, event: str = "", country: str = "VN", article: Article | None = None, **tags: Any) -> Item:
    """Return an item of its own story, event and outlet; `tags` replace fields of its tags."""
    made = item(n)
    toned = replace(made.tags, **{"topics": (), "tone": "neutral", "relevance": "main", **tags})
    return replace(
        made,
        tags=toned,
        article=article or made.article,
        country=country,
        story=f"s{n}",
        event=event or f"e{n}",
        source_id=f"o{n}",
    )


def day(items: list[Item], gravity: dict[str, Gravity]) -> Digest:
    return build_digest(
        items, DigestPeriod(date(2026, 11, 22), START, END, END), DigestRules("r1", gravity=gravity), sources=()
    )


def test_the_gravest_come_first_then_the_widest_then_the_freshest() -> None:
    hour = timedelta(hours=1)
    at = {n: replace(item(n).article, published=END - n * hour) for n in range(1, 9)}
    items = [
        news(1, tone="negative", article=at[1]),
        news(2, tone="negative", article=at[8]),
        news(3, tone="negative", article=at[5], event="wide"),
        news(4, article=at[5], event="wide"),
        news(5, article=at[8]),
        news(6, article=at[8]),
        news(7, article=at[7], relevance="mention"),
        news(8, article=at[2]),
    ]
    gravity = {"k5": Gravity(dead=1), "k6": Gravity(dead=3, accident=True), "k7": Gravity(crime=True)}
    attention = day(items, gravity).attention
    assert [a.story.lead.key for a in attention] == ["k6", "k5", "k7", "k3", "k1", "k2"]
    assert attention[3].reach.outlets == 2


def test_a_mere_mention_asks_for_attention_only_if_it_is_grave() -> None:
    items = [news(1, relevance="mention", tone="negative"), news(2, relevance="mention"), news(3, relevance="mention")]
    attention = day(items, {"k2": Gravity(injured=2), "k3": Gravity(accident=True)}).attention
    assert [a.story.lead.key for a in attention] == ["k2"]


def test_an_event_asks_once_and_counts_all_who_carry_it() -> None:
    items = [
        news(1, event="one", tone="negative"),
        news(2, event="one", tone="negative"),
        news(3, event="one", country="SG", language="en"),
    ]
    made = day(items, {"k1": Gravity(dead=1), "k2": Gravity(dead=2, damage=900.0)})
    [found] = made.attention
    assert (found.negative, len(found.others), found.reach.items, found.reach.languages) == (2, 1, 3, 2)
    [top] = made.top
    assert (top.items, top.languages, top.outlets, top.same_event, top.abroad) == (3, 2, 3, 2, ("SG",))
    view = DigestPresenter(made, labels("vi"), {})
    assert view.seen(found).startswith("2 người chết; thiệt hại 900 triệu đồng; sắc thái tiêu cực ở 2/2 bài")
    assert "3 cơ quan báo chí, 3 bài, 2 ngôn ngữ" in view.seen(found)
    assert "2 người chết" in view.why_top(top)
    assert "3 bài, 2 ngôn ngữ" in view.why_top(top)


def test_a_grave_event_is_read_before_a_wide_one() -> None:
    wide = [news(n, event="wide") for n in range(1, 5)]
    grave = [news(n, event="grave") for n in (5, 6)]
    top = day([*wide, *grave], {"k5": Gravity(dead=4)}).top
    assert [t.story.lead.event for t in top] == ["grave", "wide"]
