"""A sensitive topic needs strong evidence; a translation has topic and tone of its report; politics come first."""

import math

import pytest

from config.rulebook import load_rulebook
from pipeline.records import Text
from pipeline.tagging.tagger import tag
from pipeline.tagging.topic_verdicts import CERTAIN, TopicOpinion, TopicReading, judge_topic
from pipeline.tagging.topics import PLAIN, SURE, Signals, TermHit

RULES = load_rulebook()


def topics(title: str, text: str) -> list[str]:
    return [topic.id for topic in tag(Text("a", title, text), RULES).topics]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Cử tri Phước Hậu hỏi chuyện nước sạch", "Tại buổi tiếp xúc cử tri, người dân xin thêm ống nước. " * 3),
        ("Tiếp xúc cử tri ở Thuận Bắc: dân xin đường bê tông", "Cử tri kiến nghị làm đường. Đại biểu ghi lại. " * 3),
        ("Tạm giữ hai người trộm dừa ở Ninh Hải", "Công an tạm giữ hai người lấy dừa trong vườn. " * 3),
        ("Tàu chở than bị tạm giữ ngoài khơi Ninh Thuận", "Tàu chở than không giấy tờ. " * 3),
    ],
)
def test_everyday_politics_is_no_human_rights(title: str, text: str) -> None:
    assert "democracy_rights" not in topics(title, text)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Ninh Thuận chuẩn bị ngày bầu cử", "Cử tri xem danh sách ứng cử. Tổ kiểm phiếu tập huấn bỏ phiếu. " * 3),
        ("Quyền con người ở vùng Chăm: đối thoại nhân quyền", "Cuộc đối thoại bàn nhân quyền, quyền bình đẳng. " * 3),
    ],
)
def test_what_is_about_rights_and_elections_stays(title: str, text: str) -> None:
    assert "democracy_rights" in topics(title, text)


def test_a_sure_term_in_the_title_decides_alone_only_where_the_topic_is_not_sensitive() -> None:
    sure = Signals(hits=[TermHit("title", 0, 4, "chùa", SURE)])
    two = Signals(hits=[TermHit("text", 0, 4, "a", PLAIN), TermHit("text", 9, 12, "b", PLAIN)])
    weak = Signals(hits=[TermHit("text", 0, 4, "a", PLAIN), TermHit("text", 9, 12, "b", 0.3)])
    by_id = {topic.id: topic for topic in RULES.topics.topic}

    def said(topic: str, chance: float, signal: Signals, opinion: float | None = None) -> str:
        reading = TopicReading(by_id[topic], signal, (), math.log(chance / (1 - chance)))
        return judge_topic(reading, None if opinion is None else TopicOpinion(opinion, 0.4)).said

    assert said("tourism", 0.1, sure) == "assigned" != said("democracy_rights", 0.1, sure)
    assert said("democracy_rights", 0.7, sure) == said("democracy_rights", 0.7, two) == "assigned"
    assert said("democracy_rights", 0.7, weak) == "near" != said("tourism", 0.7, weak)
    # The second opinion needs no term, but much certainty.
    assert said("democracy_rights", 0.1, weak, CERTAIN) == "assigned"
    assert said("democracy_rights", 0.1, weak, CERTAIN - 0.01) == "near"
    assert said("tourism", 0.1, Signals(), 0.4) == "assigned" != said("tourism", 0.9, two, 0.1)


def test_politics_and_administration_come_first() -> None:
    assert RULES.topics.topic[0].id == "politics_admin"


def test_a_signal_is_rather_shown_than_missed() -> None:
    title = "Thắng kiện gần 2 năm, dân vẫn mòn mỏi chờ thi hành án đất đai"
    assert "press_criticism" in topics(title, "Gia đình bà ở Ninh Phước, Ninh Thuận thắng kiện đã gần hai năm.")
    assert RULES.topics.topic[-1].sensitive
    assert not RULES.topics.topic[-1].needs_strong_evidence
