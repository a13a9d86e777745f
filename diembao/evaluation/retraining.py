"""Labelled records → cross-validated scores, and whether new weights may replace the old."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diembao.evaluation.metrics import EvaluationReport, Figure, Outcome, compare, evaluate_record
from diembao.evaluation.opinion_records import counts_in_full, fit_opinion, records_of_examples
from diembao.evaluation.training import train
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.opinion.encoder import Encoder
from pipeline.opinion.examples import Examples
from pipeline.opinion.second_opinion import SecondOpinion
from pipeline.rules.rulebook import Rulebook, rulebook, with_opinion

#: Smallest fall of a figure that counts: half the difference between two seeds of the folds.
TOLERANCE = 0.01

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Teacher:
    """What weights are fitted with beside labelled records: an encoder, and examples that count among the records."""

    encoder: Encoder | None = None
    examples: Examples = field(default_factory=Examples)

    def fit(self, records: Sequence[Record], rules: Rulebook) -> Rulebook:
        """Return rules with new weights; without an encoder, or with too few records, without a second opinion.

        The weights of the rules are fitted to records that count in full alone. Raises EncoderFailed.
        """
        new = rulebook(rules.places, rules.topics, train([r for r in records if counts_in_full(r)], rules))
        if self.encoder is None:
            return new
        model = fit_opinion([*records, *records_of_examples(self.examples.all)], new, self.encoder)
        if model is None:
            return new
        return with_opinion(new, SecondOpinion(self.encoder, model, lambda: self.examples))


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """New weights and the old ones, scored on the same records.

    `before` and `after` are of weights that may have been trained on these records; `fresh` is cross-validated.
    """

    rules: Rulebook
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


def cross_validate(
    records: Sequence[Record], rules: Rulebook, teacher: Teacher | None = None, *, folds: int = 5, seed: int = 1
) -> EvaluationReport:
    """Score every record with weights trained on the other folds; equal records and seed give equal folds.

    Records that do not count in full are learnt from in every fold and not scored. Raises ValueError for fewer records
    than folds.
    """
    scored = [record for record in records if counts_in_full(record)]
    others = [record for record in records if not counts_in_full(record)]
    if len(scored) < folds or folds < 2:
        raise ValueError(
            Message(mark("{records} records cannot be cut into {folds} folds"), records=len(scored), folds=folds)
        )
    order = list(range(len(scored)))
    random.Random(seed).shuffle(order)
    outcomes: dict[int, Outcome] = {}
    for fold in range(folds):
        test_set = set(order[fold::folds])
        rest = [*(scored[n] for n in order if n not in test_set), *others]
        fitted = (teacher or Teacher()).fit(rest, rules)
        outcomes |= {n: evaluate_record(scored[n], fitted) for n in sorted(test_set)}
    return compare([outcomes[n] for n in range(len(scored))], rules)


def retrain(
    records: Sequence[Record], rules: Rulebook, teacher: Teacher | None = None, *, folds: int = 5
) -> TrainingResult:
    """Fit weights on all records, and score them and those of `rules` on those that count in full."""
    teacher = teacher or Teacher()
    new = teacher.fit(records, rules)
    scored = [record for record in records if counts_in_full(record)]
    before, after = (compare([evaluate_record(record, r) for record in scored], r) for r in (rules, new))
    return TrainingResult(new, before, after, cross_validate(records, rules, teacher, folds=folds))
