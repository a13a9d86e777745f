"""Labelled records with their vectors → the weights of opinion_model.json; equal records give equal weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.opinion.model import OpinionModel, OpinionWeights
from pipeline.opinion.second_opinion import OpinionInput, odds_features, standardise

Floats = NDArray[np.float64]
_TONES = ("negative", "neutral", "positive")
#: Inverse strengths of regularisation, chosen by cross-validation: of topics by vectors, by words, and of tone
_BY_VECTORS, _BY_WORDS, _BY_TONE = 1.0, 4.0, 0.3
#: Scales of vectors among the features: the regularisation then weighs them about as it weighs the rules
_HEAD, _SUBJECT, _PASSAGE = 4.0, 4.0, 4.0
_TONE_HEAD = 1.5
#: Words that get weights, those that tell topics apart best, and least texts that have one
_WORDS, _LEAST_TEXTS = 2000, 4
_FOLDS = 4
#: Standard deviation of a dimension in which no texts differ
_LEAST_SPREAD = 0.001
#: What the tone of a text about another place counts
_ELSEWHERE = 0.3
#: Examples that the threshold of one topic counts as much as that of all topics
_OWN = 30
_GRID = np.arange(0.2, 0.66, 0.01)


@dataclass(frozen=True, slots=True)
class OpinionRecord:
    """One labelled text."""

    text: OpinionInput
    #: words of its head, as `find_words` has them
    words: tuple[str, ...]
    topics: frozenset[str] | None
    tone: str | None
    #: what it counts among the others
    weight: float = 1.0
    #: where it comes from: records of one origin may have been labelled by habits of their own
    origin: str = ""
    #: whether thresholds are chosen by it
    decides: bool = True
    #: whether it is about the province
    about: bool = False


def fit_words(records: Sequence[OpinionRecord], topics: Sequence[str]) -> dict[str, float]:
    """Return the inverse document frequency of the words that tell topics apart best (chi-squared)."""
    texts: dict[str, int] = {}
    for record in records:
        for word in set(record.words):
            texts[word] = texts.get(word, 0) + 1
    frequent = sorted(word for word, count in texts.items() if count >= _LEAST_TEXTS)
    at = {word: n for n, word in enumerate(frequent)}
    labelled = [record for record in records if record.topics is not None]
    seen = np.zeros((len(labelled), len(frequent)), dtype=bool)
    for n, record in enumerate(labelled):
        seen[n, [at[word] for word in set(record.words) if word in at]] = True
    best = np.zeros(len(frequent))
    share = seen.mean(axis=0)
    for topic in topics:
        of = np.array([topic in (record.topics or ()) for record in labelled])
        expected = share * of.sum()
        best = np.maximum(best, (seen[of].sum(axis=0) - expected) ** 2 / np.maximum(expected, 1e-9))
    chosen = sorted(np.argsort(-best, kind="stable")[:_WORDS])
    return {frequent[n]: round(float(np.log(len(records) / texts[frequent[n]]) + 1), 3) for n in chosen}


def train_opinion(
    records: Sequence[OpinionRecord],
    encoder: str,
    idf: dict[str, float],
    names: Sequence[str],
    tone_features: Sequence[str],
) -> OpinionModel:
    """Fit the weights of topics and tone. Raises ValueError without records for both."""
    heads = np.array([record.text.head for record in records])
    centre = heads.mean(axis=0).astype(np.float32)
    spread = np.maximum(heads.std(axis=0).astype(np.float32), _LEAST_SPREAD)
    topics = _fit_topics([r for r in records if r.topics is not None], names, sorted(idf), centre, spread)
    tone = _fit_tone([r for r in records if r.tone in _TONES], centre, spread)
    return OpinionModel(
        encoder,
        f"{len(records)} labelled records",
        _rounded(centre, 5),
        _rounded(spread, 5),
        idf,
        topics,
        tone,
        tuple(tone_features),
    )


def _fit_topics(
    records: Sequence[OpinionRecord], names: Sequence[str], words: Sequence[str], centre: Any, spread: Any
) -> dict[str, OpinionWeights]:
    from scipy import sparse

    z = standardise(np.array([r.text.head for r in records]), centre, spread) * _HEAD
    at = {word: n for n, word in enumerate(words)}
    w = sparse.lil_matrix((len(records), len(words)))
    for n, record in enumerate(records):
        for word, value in record.text.words.items():
            w[n, at[word]] = value
    w = w.tocsr()
    origins = _origins(records)
    weights = np.array([r.weight for r in records])
    decides = np.array([r.decides for r in records])
    size = len(names) + 1
    found: dict[str, tuple[Any, Any, Floats]] = {}
    labels: dict[str, Any] = {}
    for name in names:
        y = labels[name] = np.array([name in (r.topics or ()) for r in records])
        features = np.array([odds_features(name, r.text.odds, names) for r in records])
        dense = np.hstack([features, origins, z])
        mixed = sparse.hstack([sparse.csr_matrix(np.hstack([features, origins])), w]).tocsr()
        out_of_fold = np.zeros(len(records))
        for test in _folds(len(records)):
            rest = ~test
            out_of_fold[test] = (
                _fit(dense[rest], y[rest], weights[rest], _BY_VECTORS).decision_function(dense[test])
                + _fit(mixed[rest], y[rest], weights[rest], _BY_WORDS).decision_function(mixed[test])
            ) / 2
        found[name] = _fit(dense, y, weights, _BY_VECTORS), _fit(mixed, y, weights, _BY_WORDS), out_of_fold
    slope, shift = _calibrate([found[n][2][decides] for n in names], [labels[n][decides] for n in names])
    chances = {name: 1 / (1 + np.exp(-(slope * found[name][2] + shift))) for name in names}
    thresholds = _thresholds({n: chances[n][decides] for n in names}, {n: labels[n][decides] for n in names})
    result: dict[str, OpinionWeights] = {}
    skip = size + origins.shape[1]
    for name in names:
        by_vectors, by_words, _ = found[name]
        a, b = by_vectors.coef_[0], by_words.coef_[0]
        bias = (by_vectors.intercept_[0] + by_words.intercept_[0]) / 2
        spoken = {word: round(float(slope * b[skip + n] / 2), 2) for word, n in at.items()}
        result[name] = OpinionWeights(
            bias=round(float(slope * bias + shift), 4),
            features=_rounded(slope * (a[:size] + b[:size]) / 2, 4),
            head=_rounded(slope * a[skip:] * _HEAD / 2, 3),
            words={word: value for word, value in spoken.items() if abs(value) >= 0.05},
            threshold=thresholds[name],
        )
    return result


def _fit_tone(records: Sequence[OpinionRecord], centre: Any, spread: Any) -> dict[str, OpinionWeights]:
    numbers = np.array([r.text.tone for r in records])
    mention = np.array([[r.text.mention] for r in records])
    z = standardise(np.array([r.text.head for r in records]), centre, spread)
    q = standardise(np.array([r.text.passage for r in records]), centre, spread)
    parts = [numbers, z * _TONE_HEAD, z * (1 - mention) * _SUBJECT, q * mention * _PASSAGE]
    y = np.array([_TONES.index(str(r.tone)) for r in records])
    weights = np.array([r.weight if r.about else min(r.weight, _ELSEWHERE) for r in records])
    model = _fit(np.hstack(parts), y, weights, _BY_TONE)
    ends = np.cumsum([part.shape[1] for part in parts])
    result: dict[str, OpinionWeights] = {}
    for n, tone in enumerate(_TONES):
        plain, head, subject, passage = np.split(model.coef_[n], ends[:-1])
        result[tone] = OpinionWeights(
            round(float(model.intercept_[n]), 4),
            _rounded(plain, 4),
            _rounded(head * _TONE_HEAD, 3),
            _rounded(subject * _SUBJECT, 3),
            _rounded(passage * _PASSAGE, 3),
        )
    return result


def _origins(records: Sequence[OpinionRecord]) -> Floats:
    """Return a column for each origin but '': readers have habits, which are no property of a text."""
    names = sorted({r.origin for r in records} - {""})
    return np.array([[float(r.origin == name) for name in names] for r in records]).reshape(len(records), len(names))


def _folds(count: int) -> list[NDArray[np.bool_]]:
    fold = np.random.default_rng(1).permutation(count) % _FOLDS
    return [fold == n for n in range(_FOLDS)]


def _calibrate(log_odds: Sequence[Floats], labels: Sequence[NDArray[np.bool_]]) -> tuple[float, float]:
    """Return slope and shift by which log odds of texts that were not learnt from become chances (Platt)."""
    x, y = np.concatenate(log_odds)[:, None], np.concatenate(labels)
    model = _fit(x, y, np.ones(len(y)), 1e6)
    return float(model.coef_[0][0]), float(model.intercept_[0])


def _thresholds(chances: dict[str, Floats], labels: dict[str, NDArray[np.bool_]]) -> dict[str, float]:
    """Return the threshold of each topic with the best F1, drawn towards that of all topics where examples are few."""
    all_chances, all_labels = np.concatenate(list(chances.values())), np.concatenate(list(labels.values()))
    common = _best(all_chances, all_labels)
    result: dict[str, float] = {}
    for name, values in chances.items():
        count = int(labels[name].sum())
        result[name] = round((_best(values, labels[name]) * count + common * _OWN) / (count + _OWN), 2)
    return result


def _best(chances: Floats, labels: NDArray[np.bool_]) -> float:
    def f1(threshold: float) -> float:
        given = chances >= threshold
        return float(2 * (given & labels).sum() / max(1, given.sum() + labels.sum()))

    return float(max(_GRID, key=f1))


def _fit(x: Any, y: Any, weights: Floats, strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=1000).fit(x, y, sample_weight=weights)


def _rounded(values: Any, digits: int) -> tuple[float, ...]:
    return tuple(round(float(value), digits) for value in values)
