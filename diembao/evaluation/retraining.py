"""Labelled records → cross-validated scores, and whether new weights may replace the old."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diembao.evaluation.metrics import EvaluationReport, Figure, Outcome, compare, evaluate_record
from diembao.evaluation.training import train
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.rules.linear_models import Models
from pipeline.rules.rulebook import Rulebook, rulebook

#: Smallest fall of a figure that counts: half the difference between two seeds of the folds.
TOLERANCE = 0.01

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """New weights and the old ones, scored on the same records.

    `before` and `after` are of weights that may have been trained on these records; `fresh` is cross-validated.
    """

    models: Models
    before: EvaluationReport
    after: EvaluationReport
    fresh: EvaluationReport

    @property
    def changes(self) -> dict[str, tuple[float, float, float]]:
        """Name of each figure that all three reports have → (before, after, fresh)."""
        figures: dict[str, tuple[float, float, float]] = {}
        for name in ("grade", "micro", "micro_about", "macro", "tone"):
            old, new, fresh = (_value(getattr(report, name)) for report in (self.before, self.after, self.fresh))
            if old is not None and new is not None and fresh is not None:
                figures[name] = (old, new, fresh)
        return figures

    @property
    def worse(self) -> list[str]:
        """Names of the figures that fell."""
        return [name for name, (old, new, _) in self.changes.items() if new < old - TOLERANCE]


def _value(figure: Figure | float | None) -> float | None:
    return figure.value if isinstance(figure, Figure) else figure


def cross_validate(records: Sequence[Record], rules: Rulebook, *, folds: int = 5, seed: int = 1) -> EvaluationReport:
    """Score every record with weights trained on the other folds; equal records and seed give equal folds.

    Raises ValueError for fewer records than folds.
    """
    if len(records) < folds or folds < 2:
        raise ValueError(
            Message(mark("{records} records cannot be cut into {folds} folds"), records=len(records), folds=folds)
        )
    order = list(range(len(records)))
    random.Random(seed).shuffle(order)
    outcomes: dict[int, Outcome] = {}
    for fold in range(folds):
        test_set = set(order[fold::folds])
        models = train([records[n] for n in order if n not in test_set], rules)
        fitted = rulebook(rules.places, rules.topics, models)
        outcomes |= {n: evaluate_record(records[n], fitted) for n in sorted(test_set)}
    return compare([outcomes[n] for n in range(len(records))], rules)


def retrain(records: Sequence[Record], rules: Rulebook, *, folds: int = 5) -> TrainingResult:
    """Fit weights on all records, and score them and those of `rules`."""
    models = train(records, rules)
    new = rulebook(rules.places, rules.topics, models)
    before, after = (compare([evaluate_record(record, r) for record in records], r) for r in (rules, new))
    return TrainingResult(models, before, after, cross_validate(records, rules, folds=folds))
