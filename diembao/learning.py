"""Labelled records → figures that no record has influenced itself, and whether new weights may replace the old."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diembao.evaluate import Figure, Outcome, Report, compare, outcome
from diembao.training import train
from pipeline.models import Models
from pipeline.rules import Rulebook, rulebook

#: A fall of a figure by more than this is one; the old weights may have seen the very records they are judged by.
TOLERANCE = 0.02

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trained:
    """New weights beside the old: `after` is cross-validated, `before` is what the old ones say of the same records."""

    models: Models
    before: Report
    after: Report

    @property
    def changes(self) -> dict[str, tuple[float, float]]:
        """Figures (before, after) that both reports have."""
        found: dict[str, tuple[float, float]] = {}
        for name in ("grade", "micro", "micro_about", "tone"):
            old, new = getattr(self.before, name), getattr(self.after, name)
            if isinstance(old, Figure) and isinstance(new, Figure):
                found[name] = (old.value, new.value)
        if self.before.macro is not None and self.after.macro is not None:
            found["macro"] = (self.before.macro, self.after.macro)
        return found

    @property
    def worse(self) -> list[str]:
        """Names of the figures that fell."""
        return [name for name, (old, new) in self.changes.items() if new < old - TOLERANCE]


def cross_validate(records: Sequence[Record], rules: Rulebook, *, folds: int = 5, seed: int = 1) -> Report:
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
        outcomes |= {n: outcome(records[n], fitted) for n in sorted(held)}
    return compare([outcomes[n] for n in range(len(records))], rules)


def retrain(records: Sequence[Record], rules: Rulebook, *, folds: int = 5) -> Trained:
    """Fit weights on all records, and judge by cross-validation whether they are as good as those of `rules`."""
    before = compare([outcome(record, rules) for record in records], rules)
    return Trained(train(records, rules), before, cross_validate(records, rules, folds=folds))
