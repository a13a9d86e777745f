"""What a story does to the province's image."""

from dataclasses import replace

import pytest

from config.rulebook import load_rulebook
from diembao.evaluation.training import train
from pipeline.records import Text
from pipeline.rules.linear_models import Linear
from pipeline.rules.rulebook import rulebook
from pipeline.tagging.tagger import tag
from pipeline.tagging.words.tone import MENTION, WORD_FEATURES, find_tone_words, judge_by_rules
from pipeline.tagging.zones import Zone
from tests.support.labelled import labelled

RULES = load_rulebook()


@pytest.mark.parametrize(
    ("tone", "title", "text"),
    [
        ("negative", "Ninh Thuận: xe khách lật, ba người tử vong", "Tai nạn ở Ninh Thuận làm nhiều người bị thương."),
        ("negative", "Hạn hán ở Ninh Thuận, đàn cừu chết dần", "Thiếu nước khiến người dân Ninh Thuận lao đao."),
        ("negative", "Worst drought in Ninh Thuan", "Sheep died as reservoirs dried in Ninh Thuan."),
        ("positive", "Ninh Thuận thu hút du khách kỷ lục", "Điểm đến Ninh Thuận hấp dẫn nhờ cảnh đẹp hoang sơ."),
        ("positive", "Ninh Thuan a hub for investment", "The province attracts record investment in Ninh Thuan."),
        (
            "neutral",
            "Quốc hội xem xét điện hạt nhân Ninh Thuận",
            "Tờ trình về điện hạt nhân Ninh Thuận được thảo luận.",
        ),
    ],
)
def test_plain_cases(tone: str, title: str, text: str) -> None:
    assert tag(Text("1", title, text), RULES).tone == tone


def test_bad_news_from_elsewhere_is_neutral_for_us() -> None:
    text = "Vụ cháy ở Hà Nội làm hai người chết. " + "Công an Hà Nội điều tra vụ cháy tại Hà Nội. " * 8
    assert tag(Text("1", "Cháy lớn ở Hà Nội", text + "Nạn nhân quê Ninh Thuận."), RULES).tone == "neutral"


def test_a_tone_comes_with_the_words_that_say_it() -> None:
    title, text = "Ninh Phước: táo rớt giá, người trồng lỗ nặng", "Nông dân Ninh Phước, Ninh Thuận thua lỗ."
    bad = tag(Text("a", title, text), RULES)
    assert bad.tone == "negative"
    assert [(e.where, e.words) for e in bad.tone_words] == [("title", "rớt giá"), ("title", "lỗ"), ("text", "thua lỗ")]
    for found in bad.tone_words:
        assert (title if found.where == "title" else text)[found.start : found.end] == found.words
    plain = tag(Text("b", "Ninh Thuận họp báo", "Hôm nay tỉnh Ninh Thuận họp báo."), RULES)
    assert plain.tone != "negative", "what stories of a topic are like as a rule is no evidence"


@pytest.mark.parametrize(
    "title",
    [
        "Ninh Thuan inaugure un parc de 700 000 panneaux solaires",
        "Ninh Thuan accueille un tournoi d'échecs",
        "В Ниньтхуане открылся долгожданный фестиваль",
        "포도의 고장 베트남 닌투언",
        "Ninh Thuan reservoir gets a new spillway",
    ],
)
def test_words_that_only_look_like_bad_news(title: str) -> None:
    assert tag(Text("a", title, title), RULES).tone != "negative"


def test_the_topics_of_the_tone_are_those_of_the_model_file() -> None:
    """Another topics.toml has other topics; its model names them."""
    zones = (Zone("text", "được vinh danh", "được vinh danh", (), 14),)
    features = (*WORD_FEATURES, "storms", MENTION)
    row = (0.0,) * len(WORD_FEATURES)
    model = Linear(features, {"positive": (*row, 5.0, 0.0), "neutral": (*row, -5.0, 0.0)}, {"neutral": 1.0})
    rules = replace(RULES, models=replace(RULES.models, tone=model))
    words = find_tone_words(zones, "vi", rules)
    assert judge_by_rules(words, zones, {"storms": 1.0}, 1.0, rules).tone == "positive"
    assert judge_by_rules(words, zones, {"energy": 1.0}, 1.0, rules).tone == "neutral"


def test_training_follows_the_topics_of_another_topics_file() -> None:
    topics = replace(RULES.topics, topic=tuple(t for t in RULES.topics.topic if t.id in ("energy", "tourism")))
    other = rulebook(RULES.places, topics, RULES.models)
    assert train(labelled(), other).tone.features == (*WORD_FEATURES, "tourism", "energy", MENTION)
    assert train(labelled(), RULES).tone.features == RULES.models.tone.features
