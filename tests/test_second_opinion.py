"""The second opinion: with the real encoder, with one that fails, and with none; what is kept, shown and told."""

import json
import pickle
import sqlite3
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from config.faults.errors import ConfigError
from config.opinion import dump_examples, load_examples, load_opinion_model
from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.cli.views.explain import explanation_panels
from diembao.encoding.choose import SWITCH, choose_encoder
from diembao.encoding.local import LocalEncoder, is_installed
from diembao.encoding.rules import load_rules
from pipeline.explain import explain
from pipeline.i18n.language import Language, use_language
from pipeline.opinion.encoder import EncoderFailed
from pipeline.opinion.examples import Example
from pipeline.opinion.second_opinion import SecondOpinion
from pipeline.records import Text
from pipeline.rules.rulebook import Rulebook, with_opinion
from pipeline.tagging.tagger import tag, tags_to_json
from storage.derived.kept_vectors import KeptVectors
from tests.support.rich_output import shown

if TYPE_CHECKING:
    from pipeline.opinion.encoder import Vectors

needs_model = pytest.mark.skipif(not is_installed(), reason="the extra `encoder` is not installed")

#: About the province, with no term of infrastructure or of bad news
HALF_BUILT = Text(
    "a",
    "Cây cầu ở Ninh Phước xây 12 năm vẫn chưa có đường dẫn",
    "Cầu bắc qua sông ở huyện Ninh Phước, Ninh Thuận đứng trơ trụi hơn mười năm, người dân vẫn lội qua suối mỗi mùa "
    "mưa, nhiều lần phản ánh mà chưa ai trả lời.",
)
ELSEWHERE = Text("b", "Hội chợ sách mở cửa ở Đà Nẵng", "Hơn 200 gian hàng mở cửa tại Đà Nẵng.")


class Counting:
    """An encoder that counts what it is asked, and fails when told so."""

    name = "multilingual-e5-small"

    def __init__(self, *, fails: bool = False) -> None:
        self.texts: list[str] = []
        self.fails = fails

    def encode(self, texts: Sequence[str], /) -> "Vectors":
        self.texts += texts
        if self.fails:
            raise EncoderFailed("down")
        rows = np.array([[len(text) % 7 + 1.0, *range(383)] for text in texts], dtype=np.float32)
        result: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return result


def rules_with(encoder: Counting | KeptVectors | LocalEncoder) -> Rulebook:
    return with_opinion(load_rulebook(), SecondOpinion(encoder, load_opinion_model(None)))


@pytest.fixture(scope="module")
def packaged() -> Rulebook:
    patch = pytest.MonkeyPatch()
    patch.delenv(SWITCH, raising=False)
    try:
        return load_rules(None, load_settings(None).encoder, None)
    finally:
        patch.undo()


def test_only_texts_about_the_province_are_encoded_once_with_their_passage() -> None:
    encoder = Counting()
    rules = rules_with(encoder)
    assert tag(ELSEWHERE, rules).rules == rules.version
    assert encoder.texts == []
    tag(HALF_BUILT, rules)
    assert len(encoder.texts) == 2
    assert encoder.texts[0].startswith(HALF_BUILT.title) and "Ninh Phước, Ninh Thuận" in encoder.texts[1]
    assert max(map(len, encoder.texts)) <= 550


def test_an_encoder_that_fails_leaves_the_rules_alone_and_the_tags_say_so() -> None:
    alone, rules = load_rulebook(), rules_with(Counting(fails=True))
    assert rules.version.startswith(f"{alone.version}+") and rules.version_alone == alone.version
    assert tag(HALF_BUILT, rules) == tag(HALF_BUILT, alone)
    assert tag(HALF_BUILT, rules).rules == alone.version


def test_the_version_tells_models_apart_and_is_the_same_in_a_worker() -> None:
    rules = rules_with(Counting())
    assert rules.opinion is not None
    model = replace(rules.opinion.model, trained_on="others")
    assert with_opinion(rules, replace(rules.opinion, model=model)).version != rules.version
    copied = pickle.loads(pickle.dumps(rules))
    assert copied.version == rules.version
    assert tag(HALF_BUILT, copied) == tag(HALF_BUILT, rules)


@needs_model
def test_the_packaged_model_judges_what_has_no_listed_word(packaged: Rulebook) -> None:
    alone = with_opinion(packaged, None)
    assert tag(HALF_BUILT, alone).tone in ("unsure", "neutral")
    tags = tag(HALF_BUILT, packaged)
    assert (tags.tone, tags.tone_by) == ("negative", "model")
    assert tags.tone_score is not None and tags.tone_score > 0.45
    assert tags_to_json("a", tags)["tone_by"] == "model"
    proposed = [topic for topic in tags.topics if topic.by == "model"]
    assert "infrastructure_transport" in {topic.id for topic in proposed}
    for topic in proposed:
        for words in topic.evidence:
            source = HALF_BUILT.title if words.where == "title" else HALF_BUILT.text
            assert source[words.start : words.end] == words.words


@needs_model
def test_an_article_and_its_translation_get_the_same_tone_and_share_topics(packaged: Rulebook) -> None:
    pairs = [
        (
            "Ninh Thuận: nho vụ hè bán hết trước khi hái, giá cao nhất năm năm",
            "Nhà vườn ở Ninh Hải, Ninh Thuận nói thương lái đặt tiền từ tháng trước; hợp tác xã đã ký giao hàng cả vụ.",
            "Ninh Thuan summer grapes sold before picking at a five-year high",
            "Growers in Ninh Hai district, Ninh Thuan, say traders paid a month ahead; the cooperative has signed for "
            "the whole crop.",
        ),
        (
            "Tàu cá Ninh Thuận chìm ngoài khơi Cà Ná, hai người mất tích",
            "Tàu cá với sáu ngư dân chìm ngoài khơi Cà Ná, Ninh Thuận rạng sáng nay; bốn người đã được cứu.",
            "Fishing boat sinks off Ca Na, Ninh Thuan; two men missing",
            "A fishing boat with six men sank off Ca Na in Ninh Thuan province before dawn; four were rescued.",
        ),
    ]
    for title, text, other_title, other_text in pairs:
        tags, other = (tag(Text("x", *pair), packaged) for pair in ((title, text), (other_title, other_text)))
        assert tags.tone == other.tone
        assert {topic.id for topic in tags.topics} & {topic.id for topic in other.topics}


@needs_model
@pytest.mark.parametrize(("language", "words"), [("vi", "do mô hình ngôn ngữ đề xuất"), ("en", "language model")])
def test_an_explanation_shows_words_and_examples(packaged: Rulebook, language: Language, words: str) -> None:
    explanation = explain(HALF_BUILT, packaged)
    proposals = [account.proposal for account in explanation.topics if account.proposal]
    assert proposals and all(1 <= len(one.examples) <= 3 for one in proposals)
    titles = {example.title for example in load_examples(None, "").all}
    assert all(example in titles for one in proposals for example in one.examples)
    names = {topic.id: topic.label_vi for topic in packaged.topics.topic}
    with use_language(language):
        page = shown(explanation_panels(explanation, names))
    assert words in " ".join(page.split())


def test_vectors_are_kept_for_the_owner_alone_and_read_again(tmp_path: Path) -> None:
    encoder, file = Counting(), tmp_path / "cache" / "vectors.sqlite"
    kept = KeptVectors(encoder, file)
    first = kept.encode(["một", "hai", "một"])
    assert encoder.texts == ["một", "hai"] and first.shape == (3, 384)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    again = KeptVectors(Counting(fails=True), file).encode(["hai", "một"])
    assert np.allclose(again, first[[1, 0]], atol=1e-3)


@pytest.mark.parametrize("damage", ["no database", "another table", "a directory"])
def test_a_damaged_file_costs_time_and_nothing_else(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "vectors.sqlite"
    if damage == "no database":
        file.write_bytes(b"not a database" * 100)
    elif damage == "a directory":
        file.mkdir()
    else:
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE vectors (other TEXT)")
    encoder = Counting()
    assert KeptVectors(encoder, file).encode(["một"]).shape == (1, 384)
    assert encoder.texts == ["một"]


def test_an_encoder_that_failed_is_left_alone_for_a_while() -> None:
    encoder = Counting(fails=True)
    kept = KeptVectors(encoder, None)
    for _ in range(3):
        with pytest.raises(EncoderFailed):
            kept.encode(["một"])
    assert encoder.texts == ["một"]


def test_the_settings_choose_and_the_environment_turns_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(SWITCH, raising=False)
    settings = load_settings(None).encoder
    found = choose_encoder(settings, tmp_path)
    assert (found is not None) == is_installed()
    assert choose_encoder(replace(settings, backend="none"), None) is None
    remote = choose_encoder(replace(settings, backend="openai", address="http://127.0.0.1:1/v1", model="m"), None)
    assert remote is not None and remote.name == "m"
    # Weights that were fitted to another model's vectors are no opinion.
    assert (
        load_rules(None, replace(settings, backend="openai", address="http://127.0.0.1:1/v1", model="m"), None).opinion
        is None
    )
    monkeypatch.setenv(SWITCH, "none")
    assert choose_encoder(settings, tmp_path) is None


def test_examples_of_another_encoder_have_no_vectors_and_damaged_ones_are_named(tmp_path: Path) -> None:
    example = Example("Tựa", "Bài.", "vi", ("energy",), "neutral")
    vectors = np.eye(1, 4, dtype=np.float32)
    file = tmp_path / "opinion_examples.json"
    file.write_text(dump_examples("m", (example,), vectors), "utf-8")
    assert load_examples(tmp_path, "m").nearest(vectors[0], "energy") == (example,)
    assert load_examples(tmp_path, "m").nearest(vectors[0], "tourism") == ()
    assert load_examples(tmp_path, "other").vectors is None
    broken = {**json.loads(file.read_text("utf-8")), "vectors": ["?"]}
    file.write_text(json.dumps(broken), "utf-8")
    with pytest.raises(ConfigError, match=r"opinion_examples\.json"):
        load_examples(tmp_path, "m")
