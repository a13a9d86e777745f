"""Cross-validation lets no record judge itself, and worse weights are told from better ones."""

from dataclasses import replace

import pytest
from test_cli import labelled

from config.rulebook import load_rulebook
from diembao.learning import Trained, cross_validate, retrain
from diembao.training import train
from pipeline.models import Models
from pipeline.rules import rulebook


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
    assert Trained(trained.models, better, trained.after, trained.fresh).worse == ["micro"]
