"""Cross-validation lets no record judge itself, and worse weights are told from better ones."""

from dataclasses import replace

import pytest

from config.rulebook import load_rulebook
from diembao.evaluation.labels import read_labels as labelled_records
from diembao.evaluation.retraining import TrainingResult, cross_validate, retrain
from diembao.evaluation.training import train
from pipeline.rules.linear_models import Models
from pipeline.rules.rulebook import rulebook
from tests.support.labelled import labelled


def test_folds_are_the_same_every_time() -> None:
    rules = load_rulebook(None)
    one, two = (cross_validate(labelled(), rules, folds=3) for _ in range(2))
    assert one == two
    assert one.records == 60
    with pytest.raises(ValueError, match="folds"):
        cross_validate(labelled()[:3], rules, folds=5)


def test_the_same_records_give_the_same_weights_whatever_came_before() -> None:
    rules = load_rulebook(None)
    blank = rulebook(rules.places, rules.topics, Models())
    assert train(labelled(), rules) == train(labelled(), blank)


def test_worse_is_named() -> None:
    trained = retrain(labelled(), load_rulebook(None), folds=3)
    assert trained.worse == []
    assert trained.before.micro is not None
    better = replace(trained.before, micro=replace(trained.before.micro, value=1.5))
    assert TrainingResult(trained.rules, better, trained.after, trained.fresh).worse == ["micro"]


def decision(**decided: object) -> dict[str, object]:
    return {"id": "a", "title": "t", "text": "x", "tags": {"topics": ["energy", "tourism"]}, "decision": decided}


def test_decisions_become_labels_and_the_latest_wins() -> None:
    rows = [
        {**decision(relevance="no", tone="neutral"), "decided_at": "2026-01-02T08:00:00+07:00"},
        {"id": "b", "title": "t", "text": "x", "topics": ["energy"]},
        {**decision(relevance="main"), "decided_at": "2026-01-03T08:00:00+07:00"},
        {
            **decision(topics_added=["investment"], topics_removed=["tourism"]),
            "decided_at": "2026-01-01T08:00:00+07:00",
        },
    ]
    plain, decided = labelled_records(enumerate(rows, 1))
    assert plain == rows[1]
    assert (decided["about_ninh_thuan"], decided["tone"]) == ("main", "neutral")
    assert decided["topics"] == ["energy", "investment"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([], "line 7: not a JSON object"),
        (decision(relevance="perhaps"), "line 7: 'relevance' must be one of main"),
        (decision(topics="energy"), "line 7: 'topics' must be a list"),
        ({"decision": {}}, "line 7: 'id' is missing"),
    ],
)
def test_a_bad_decision_is_named(row: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(labelled_records([(7, row)]))


def test_what_no_record_labels_stays_as_it_was() -> None:
    rules = load_rulebook(None)
    models = train([{k: v for k, v in r.items() if k not in ("about_ninh_thuan", "tone")} for r in labelled()], rules)
    assert (models.grade, models.tone) == (rules.models.grade, rules.models.tone)
