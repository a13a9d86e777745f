"""Labelled records → figures, and the training that the figures judge."""

import json
from typing import Any

import pytest
from rich.console import Console

from config.rulebook import load_rulebook
from diembao.cli.views.evaluate import evaluation_json, evaluation_tables
from diembao.evaluation.metrics import Score, evaluate
from diembao.evaluation.training import train
from pipeline.i18n.language import LANGUAGES, use_language
from pipeline.rules.rulebook import rulebook
from pipeline.tagging.tagger import tag, text_from_record

RULES = load_rulebook()


def record(name: str, title: str, text: str, **labels: Any) -> dict[str, Any]:
    return {"id": name, "title": title, "text": text, **labels}


RECORDS = [
    record(
        "a", "Ninh Thuận khánh thành nhà máy điện gió", "Nhà máy điện gió ở Ninh Thuận hòa lưới điện quốc gia.",
        about_ninh_thuan="main", topics=["energy"], tone="positive", language="vi",
    ),
    record(
        "b", "Hạn hán ở Ninh Thuận", "Hồ chứa ở Ninh Thuận cạn nước, đàn cừu chết dần vì hạn hán.",
        about_ninh_thuan="main", topics=["environment_climate"], tone="negative", language="vi",
    ),
    record("c", "Giá vàng hôm nay", "Giá đi ngang.", about_ninh_thuan="mention", topics=["tourism"], language="vi"),
    record("d", "Du khách đổ về Nha Trang", "Ngành du lịch phấn khởi.", topics=["tourism"]),
]  # fmt: skip


def test_counts_make_precision_recall_and_f1() -> None:
    score = Score(right=3, false=1, missed=2)
    assert (score.precision, score.recall) == (0.75, 0.6)
    assert score.f1 == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert Score(0, 0, 0).f1 == 0.0


def test_only_what_is_labelled_is_scored() -> None:
    report = evaluate(RECORDS, RULES)
    assert report.records == 4
    assert report.relevance == Score(right=2, false=0, missed=1)
    assert report.grade is not None and report.grade.n == 3
    assert report.tone is not None and report.tone.n == 2
    assert report.confusion["mention", "no"] == 1
    assert set(report.topics) == {"energy", "environment_climate", "tourism"}
    assert [m.id for m in report.mistakes if m.what == "relevance"] == ["c"]


def test_intervals_hold_the_value_and_are_the_same_each_time() -> None:
    one, other = evaluate(RECORDS, RULES), evaluate(RECORDS, RULES)
    assert one.micro == other.micro
    assert one.micro is not None and one.micro.low <= one.micro.value <= one.micro.high


def test_the_report_is_written_for_machine_and_person() -> None:
    report = evaluate(RECORDS, RULES)
    found = json.loads(json.dumps(evaluation_json(report, errors=True)))
    assert found["relevance"]["f1"] == 0.8
    assert found["mistakes"][0].keys() == {"id", "title", "what", "gold", "said", "reason"}
    for language in LANGUAGES:
        console = Console(width=140, record=True)
        with use_language(language):
            console.print(evaluation_tables(report, {}, errors=True))
        assert ("Evaluation" if language == "en" else "Đánh giá") in console.export_text()


def test_unlabelled_records_make_an_empty_report() -> None:
    report = evaluate([record("x", "t", "x")], RULES)
    assert report.relevance is None and report.micro is None and not report.mistakes


def test_training_gives_the_same_weights_twice_and_they_work() -> None:
    crash = ("Tai nạn ở Ninh Thuận {}", "Công an Ninh Thuận điều tra vụ tai nạn làm người tử vong.")
    holiday = ("Du khách đến Ninh Thuận {}", "Ngành du lịch Ninh Thuận đón du khách.")
    session = ("Quốc hội họp ngày {}", "Đại biểu Nguyễn Văn A (Ninh Thuận) phát biểu tại Quốc hội về ngân sách.")
    kinds = [
        (*crash, "main", "negative", "security_incidents"),
        (*holiday, "main", "positive", "tourism"),
        (*session, "mention", "neutral", "politics_admin"),
        ("Giá vàng {}", "Giá vàng đi ngang phiên sáng.", "no", None, None),
    ]
    records = [
        record(f"{i}-{k}", title.format(i), text, about_ninh_thuan=grade, tone=tone, topics=[topic] if topic else [])
        for i in range(8)
        for k, (title, text, grade, tone, topic) in enumerate(kinds)
    ]
    models = train(records, RULES)
    assert models == train(records, RULES)
    assert models.trained_on == "32 labelled records"
    learnt = rulebook(RULES.places, RULES.topics, models)
    assert learnt.version != RULES.version
    tags = tag(
        text_from_record(record("n", "Du khách đến Ninh Thuận đông", "Du lịch Ninh Thuận đón du khách.")), learnt
    )
    assert (tags.relevance, tags.tone) == ("main", "positive")
    assert tags.topics[0].id == "tourism"
