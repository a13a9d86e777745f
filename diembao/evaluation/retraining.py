"""Labelled records → figures that no record has influenced itself, and whether new weights may replace the old."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diembao.evaluation.metrics import EvaluationReport, Figure, Outcome, compare, evaluate_record
from diembao.evaluation.training import train
from pipeline.rules.linear_models import Models
from pipeline.rules.rulebook import Rulebook, rulebook

#: A fall of a figure by more than this is one: half of what two seeds of the same folds differ by.
TOLERANCE = 0.01

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """New weights beside the old, both judged on the same records.

    `before` and `after` may have seen those records; `fresh` is what the new weights say of records they have not seen.
    """

    models: Models
    before: EvaluationReport
    after: EvaluationReport
    fresh: EvaluationReport

    @property
    def changes(self) -> dict[str, tuple[float, float, float]]:
        """Figures (before, after, fresh) that all reports have."""
        found: dict[str, tuple[float, float, float]] = {}
        for name in ("grade", "micro", "micro_about", "macro", "tone"):
            values = [_value(getattr(report, name)) for report in (self.before, self.after, self.fresh)]
            old, new, fresh = values
            if old is not None and new is not None and fresh is not None:
                found[name] = (old, new, fresh)
        return found

    @property
    def worse(self) -> list[str]:
        """Names of the figures that fell."""
        return [name for name, (old, new, _) in self.changes.items() if new < old - TOLERANCE]


def _value(figure: Figure | float | None) -> float | None:
    return figure.value if isinstance(figure, Figure) else figure


def cross_validate(records: Sequence[Record], rules: Rulebook, *, folds: int = 5, seed: int = 1) -> EvaluationReport:
    """Tag every record by weights trained on the other folds; the same folds for the same records and seed.

    Raises ValueError for fewer records than folds.
    """
    if len(records) < folds or folds < 2:
        raise ValueError(f"{len(records)} records cannot be cut into {folds} folds")
    order = list(range(len(records)))
    random.Random(seed).shuffle(order)
    outcomes: dict[int, Outcome] = {}
    for fold in range(folds):
        held = set(order[fold::folds])
        models = train([records[n] for n in order if n not in held], rules)
        fitted = rulebook(rules.places, rules.topics, models)
        outcomes |= {n: evaluate_record(records[n], fitted) for n in sorted(held)}
    return compare([outcomes[n] for n in range(len(records))], rules)


def retrain(records: Sequence[Record], rules: Rulebook, *, folds: int = 5) -> TrainingResult:
    """Fit weights on all records, and judge them beside those of `rules`."""
    models = train(records, rules)
    new = rulebook(rules.places, rules.topics, models)
    before, after = (compare([evaluate_record(record, r) for record in records], r) for r in (rules, new))
    return TrainingResult(models, before, after, cross_validate(records, rules, folds=folds))
