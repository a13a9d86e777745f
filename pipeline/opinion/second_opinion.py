"""A text with its vectors and what the rules say of it → the chances of its topics and its tone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.opinion.examples import Examples
from pipeline.opinion.words import find_words, weigh_words

if TYPE_CHECKING:
    from pipeline.opinion.encoder import Encoder, Vectors
    from pipeline.opinion.model import OpinionModel, OpinionWeights

#: Log odds beyond which more certainty of the rules says no more
_LEAST_ODDS, _MOST_ODDS = -6.0, 4.0


@dataclass(frozen=True, slots=True)
class OpinionInput:
    """The numbers of one text that the weights are for."""

    #: vectors of title and lead and of the passages that name the province, as the encoder gives them
    head: Vectors
    passage: Vectors
    #: topic → log odds by the rules
    odds: Mapping[str, float]
    #: word → its weight in title and lead
    words: dict[str, float]
    #: 0: the province is the subject; 1: it is only mentioned
    mention: float = 0.0
    #: the numbers of OpinionModel.tone_features
    tone: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """An encoder with the weights that were fitted to its vectors."""

    encoder: Encoder
    model: OpinionModel
    #: reads the labelled examples, which are wanted for explanations alone
    load_examples: Callable[[], Examples] = Examples
    _arrays: dict[str, Vectors] = field(default_factory=dict, compare=False, repr=False)

    def read(
        self, head: str, passage: str, odds: Mapping[str, float], tone: Sequence[float], mention: float
    ) -> OpinionInput:
        """Encode the head of a text and the passage that names the province, if it has one. Raises EncoderFailed."""
        vectors = self.encoder.encode([head, passage] if passage else [head])
        return OpinionInput(vectors[0], vectors[-1], odds, weigh_words(head, self.model.idf), mention, tuple(tone))

    def topic_chance(self, topic: str, text: OpinionInput) -> float | None:
        """Return the chance that a careful reader would file the text here; None for a topic without weights."""
        weights = self.model.topics.get(topic)
        if weights is None:
            return None
        numbers = odds_features(topic, text.odds, self.model.topics)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self._log_odds(f"topic {topic}", weights, numbers, text)))))

    def tone_shares(self, text: OpinionInput) -> dict[str, float]:
        """Return the chances of the tones against each other; they sum to 1."""
        log_odds = {
            tone: self._log_odds(f"tone {tone}", weights, text.tone, text) for tone, weights in self.model.tone.items()
        }
        top = max(log_odds.values(), default=0.0)
        powers = {tone: math.exp(value - top) for tone, value in log_odds.items()}
        return {tone: power / sum(powers.values()) for tone, power in powers.items()}

    def words_for(self, topic: str, head: str, most: int = 4) -> list[tuple[int, int]]:
        """Return the offsets in `head` of the words that speak most for a topic, the strongest first."""
        weights = self.model.topics[topic].words
        values = weigh_words(head, self.model.idf)
        effects = {word: value * weights.get(word, 0.0) for word, value in values.items()}
        strong = sorted((word for word, effect in effects.items() if effect > 0), key=lambda word: -effects[word])
        chosen: list[tuple[int, int]] = []
        for word in strong:
            for place in find_words(head):
                if place.word == word and all(place.end <= a or b <= place.start for a, b in chosen):
                    chosen.append((place.start, place.end))
                    break
            if len(chosen) == most:
                break
        return chosen

    def _log_odds(self, name: str, weights: OpinionWeights, numbers: Sequence[float], text: OpinionInput) -> float:
        value = weights.bias + sum(w * n for w, n in zip(weights.features, numbers, strict=True))
        value += (
            sum(weight * text.words.get(word, 0.0) for word, weight in weights.words.items()) if weights.words else 0
        )
        head, passage = self._standard(text.head), self._standard(text.passage)
        for part, vector, share in (
            ("head", head, 1.0),
            ("subject", head, 1 - text.mention),
            ("passage", passage, text.mention),
        ):
            row: tuple[float, ...] = getattr(weights, part)
            if row and share:
                value += share * float(self._array(f"{name} {part}", row) @ vector)
        return value

    def _standard(self, vector: Vectors) -> Vectors:
        return standardise(vector, self._array("centre", self.model.centre), self._array("spread", self.model.spread))

    def _array(self, name: str, values: tuple[float, ...]) -> Vectors:
        found = self._arrays.get(name)
        if found is None:
            import numpy as np

            found = self._arrays[name] = np.array(values, dtype=np.float32)
        return found


def standardise(vectors: Vectors, centre: Vectors, spread: Vectors) -> Vectors:
    """Return vectors about 0, of length about 1 whatever their dimensions."""
    import numpy as np

    result: Vectors = (vectors - centre) / spread / np.float32(math.sqrt(vectors.shape[-1]))
    return result


def odds_features(topic: str, odds: Mapping[str, float], topics: Iterable[str]) -> tuple[float, ...]:
    """Return the numbers of one topic: its log odds by the rules, and those of all the `topics` of the model."""
    others = (odds.get(name, _LEAST_ODDS) for name in topics)
    return odds[topic] / 2, *(max(_LEAST_ODDS, min(_MOST_ODDS, value)) / 10 for value in others)
