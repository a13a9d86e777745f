"""Labelled records → the weights of topic_model.json; equal records give equal weights."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from config.rulebook import packaged_models
from pipeline.rules.linear_models import Linear, Models
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging import relevance, topics
from pipeline.tagging.mention_roles import Role, mention_roles
from pipeline.tagging.mentions import Mention
from pipeline.tagging.tagger import text_from_record
from pipeline.tagging.text_reading import read_text
from pipeline.tagging.words import tone

_TONES = ("negative", "neutral", "positive")
#: Inverse strength of regularisation, chosen by 5-fold cross-validation; scores are flat between 0.3 and 3.
_STRENGTH = 1.0
#: Scale of the bias of one topic: below 1 it stays closer to the common bias, because some topics have ten examples.
_OWN_BIAS = 0.6


def train(records: Iterable[Mapping[str, Any]], rules: Rulebook) -> Models:
    """Fit the models on the records labelled with 'topics', 'about_ninh_thuan' or 'tone'.

    A model without labelled records, or with one class only, stays as it is in `rules`.
    """
    rows = [_Row(record, rules) for record in records]
    # Probabilities of topics and grade are features of the tone, so those models are fitted first.
    topic_model, grade = _topics(rows, rules), _grade(rows, rules)
    toned = _tone(rows, topic_model, grade, rules)
    return Models(f"{len(rows)} labelled records", topic_model, grade, toned, _support(rows, rules))


def dump(models: Models) -> str:
    """Return the text of topic_model.json."""
    return json.dumps(asdict(models), ensure_ascii=False, indent=1) + "\n"


class _Row:
    """The features of one labelled record."""

    def __init__(self, record: Mapping[str, Any], rules: Rulebook) -> None:
        reading = read_text(text_from_record(record), rules)
        mentions = reading.found
        pairs: list[tuple[Mention, Role]] = list(zip(mentions.mentions, mention_roles(mentions, rules), strict=True))
        counted = [pair for pair in pairs if pair[1] != "range"]
        self.record = record
        self.topics = [one.features for one in reading.topics]
        self.grade = relevance.relevance_features(mentions, counted, reading.language) if counted else None
        self.zones, self.language = reading.zones, reading.language
        self.mentions = mentions

    def tone(self, filing: Linear, grade: Linear, rules: Rulebook, features: Sequence[str]) -> list[float]:
        chances = {
            topic.id: filing.chance(topic.id, row) for topic, row in zip(rules.topics.topic, self.topics, strict=True)
        }
        main = grade.chance("main", self.grade) if self.grade else 0.0
        words = tone.find_tone_words(self.zones, self.language, rules)
        return tone.tone_features(words, self.zones, chances, main, features)


def _topics(rows: Sequence[_Row], rules: Rulebook) -> Linear:
    labelled = [r for r in rows if r.record.get("topics") is not None]
    labels = {t for r in labelled for t in r.record["topics"]}
    ids = [(i, t.id) for i, t in enumerate(rules.topics.topic) if t.id in labels]
    if not ids:
        return rules.models.topics
    size = len(topics.FEATURES)
    x = np.zeros((len(labelled) * len(ids), size + len(ids)))
    y = np.zeros(len(x), dtype=bool)
    at = 0
    for row in labelled:
        for k, (i, name) in enumerate(ids):
            x[at, :size] = row.topics[i]
            x[at, size + k] = _OWN_BIAS
            y[at] = name in row.record["topics"]
            at += 1
    if y.all():
        return rules.models.topics
    model = _fit(x, y)
    weights, base = model.coef_[0], float(model.intercept_[0])
    bias = {name: round(base + _OWN_BIAS * float(weights[size + k]), 4) for k, (_, name) in enumerate(ids)}
    # A topic without examples needs more evidence: its bias is 0.3 lower.
    return Linear(topics.FEATURES, {"*": _rounded(weights[:size])}, {**bias, "*": round(base - 0.3, 4)})


def _grade(rows: Sequence[_Row], rules: Rulebook) -> Linear:
    used = [r for r in rows if r.grade is not None and r.record.get("about_ninh_thuan") in ("main", "mention")]
    if len({r.record["about_ninh_thuan"] for r in used}) < 2:
        return rules.models.grade
    x = np.array([r.grade for r in used])
    y = np.array([r.record["about_ninh_thuan"] == "main" for r in used])
    model = _fit(x, y)
    return Linear(
        relevance.FEATURES, {"main": _rounded(model.coef_[0])}, {"main": round(float(model.intercept_[0]), 4)}
    )


def _support(rows: Sequence[_Row], rules: Rulebook) -> Linear:
    """Fit on texts whose names nothing supports, by what people said of them; each place has a weight of its own."""
    used = [r for r in rows if r.mentions.unsupported and r.record.get("about_ninh_thuan") is not None]
    y = np.array([r.record["about_ninh_thuan"] != "no" for r in used], dtype=bool)
    if len(set(y.tolist())) < 2:
        return rules.models.support
    names = sorted({m.place.name for r in used for m in r.mentions.unsupported})
    features = (*relevance.SUPPORT_FEATURES, *names)
    x = np.array([relevance.support_features(r.mentions, features) for r in used])
    model = _fit(x, y)
    return Linear(features, {"ours": _rounded(model.coef_[0])}, {"ours": round(float(model.intercept_[0]), 4)})


def _tone(rows: Sequence[_Row], filing: Linear, grade: Linear, rules: Rulebook) -> Linear:
    # What a story does to another place's image is told of it as a whole, and never of a mention beside others.
    used = [r for r in rows if r.record.get("tone") in _TONES and r.record.get("about_ninh_thuan") != "no"]
    if {r.record["tone"] for r in used} != set(_TONES):
        return rules.models.tone
    features = _tone_features(rules)
    x = np.array([r.tone(filing, grade, rules, features) for r in used])
    y = np.array([_TONES.index(r.record["tone"]) for r in used])
    model = _fit(x, y, _STRENGTH / 2)
    weights = {name: _rounded(model.coef_[k]) for k, name in enumerate(_TONES)}
    return Linear(features, weights, {n: round(float(model.intercept_[k]), 4) for k, n in enumerate(_TONES)})


def _fit(x: "np.ndarray[Any, Any]", y: "np.ndarray[Any, Any]", strength: float = _STRENGTH) -> Any:
    """Return the logistic model of rows of features and their classes."""
    from sklearn.linear_model import LogisticRegression  # a second, for the commands that train alone

    return LogisticRegression(C=strength, max_iter=5000).fit(x, y)


def _tone_features(rules: Rulebook) -> tuple[str, ...]:
    """Return the features of the packaged tone model; with all topics if topics.toml lacks one that the model names.

    The model in force does not matter: the same records give the same weights.
    """
    topics = [topic.id for topic in rules.topics.topic]
    features = packaged_models().tone.features
    if {*features} <= {*tone.WORD_FEATURES, *topics, tone.MENTION}:
        return features
    return (*tone.WORD_FEATURES, *topics, tone.MENTION)


def _rounded(values: "np.ndarray[Any, Any]") -> tuple[float, ...]:
    return tuple(round(float(v), 4) for v in values)
