"""Numbers of one text → chances, by the small linear models that come with the rules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Linear:
    """A logistic model: one row of weights for each class, in the order of `features`.

    Class '*' stands for every class that has no row or bias of its own.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    features: tuple[str, ...] = ()
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    bias: Mapping[str, float] = field(default_factory=dict)

    def logit(self, name: str, values: Sequence[float]) -> float:
        """Return the log odds of class `name`; 0 where the model is empty or of other features."""
        row = self.weights.get(name) or self.weights.get("*") or ()
        if len(row) != len(values):
            return 0.0
        weighed: float = sum(map(mul, row, values))
        return self.bias.get(name, self.bias.get("*", 0.0)) + weighed

    def chance(self, name: str, values: Sequence[float]) -> float:
        """Return the probability of class `name` against not-`name`."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.logit(name, values)))))

    def shares(self, values: Sequence[float]) -> dict[str, float]:
        """Return the probabilities of the classes against each other; they sum to 1."""
        logits = {name: self.logit(name, values) for name in self.weights}
        top = max(logits.values(), default=0.0)
        powers = {name: math.exp(v - top) for name, v in logits.items()}
        return {name: p / sum(powers.values()) for name, p in powers.items()}


@dataclass(frozen=True, slots=True)
class Models:
    """topic_model.json: what `diembao train` measured on labelled text; weights only, no text."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    #: what it was trained on, for people
    trained_on: str = ""
    topics: Linear = field(default_factory=Linear)
    #: 'main' against 'mention'
    grade: Linear = field(default_factory=Linear)
    #: 'positive', 'neutral', 'negative'
    tone: Linear = field(default_factory=Linear)
    #: 'ours' of texts whose place names nothing supports; empty until people decided on such texts
    support: Linear = field(default_factory=Linear)
