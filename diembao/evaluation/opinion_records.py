"""Labelled records → the numbers that the weights of the second opinion are fitted to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from config.rulebook import packaged_models
from diembao.evaluation.opinion_training import OpinionRecord, fit_words, train_opinion
from pipeline.opinion.encoder import Encoder
from pipeline.opinion.examples import Example
from pipeline.opinion.model import OpinionModel
from pipeline.opinion.second_opinion import OpinionInput
from pipeline.opinion.words import find_words, weigh_words
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.opinion.asking import PASSAGE_FEATURES, TextParts, read_parts
from pipeline.tagging.tagger import text_from_record
from pipeline.tagging.text_reading import read_text

#: Weight of a record that says none: the guide's own labels. Examples were written, not found in the press.
_FULL, _EXAMPLE = 1.0, 0.5
#: Records that a fit needs at least
_LEAST = 40


def counts_in_full(record: Mapping[str, Any]) -> bool:
    """Whether a record's labels are those of the guide itself: scores and thresholds go by such records alone."""
    return float(record.get("weight", _FULL)) >= _FULL


def records_of_examples(examples: Iterable[Example]) -> list[dict[str, Any]]:
    """Return examples as labelled records; their tone is that of the place they are about."""
    return [
        {
            "id": f"example {n}",
            "title": one.title,
            "text": one.text,
            "language": one.language,
            "topics": list(one.topics),
            "tone": one.tone,
            "weight": _EXAMPLE,
            "origin": "example",
        }
        for n, one in enumerate(examples)
    ]


def fit_opinion(records: Sequence[Mapping[str, Any]], rules: Rulebook, encoder: Encoder) -> OpinionModel | None:
    """Fit the weights of the second opinion on labelled records; None where they are too few to be of use.

    A record may say what it counts ('weight', 1 by default) and where its labels come from ('origin'). Thresholds are
    chosen by records that count in full. Raises EncoderFailed.
    """
    features = (*packaged_models().tone.features, *PASSAGE_FEATURES)
    parts = [_parts(record, rules, features) for record in records]
    labelled = {topic for record in records for topic in record.get("topics") or ()}
    names = [topic.id for topic in rules.topics.topic if topic.id in labelled]
    tones = {record.get("tone") for record in records} - {None}
    if len(records) < _LEAST or not names or len(tones) < 3:
        return None
    spoken = [tuple(place.word for place in find_words(one.head)) for one, _ in parts]
    rows = []
    for record, (one, about), words in zip(records, parts, spoken, strict=True):
        passage = one.passage.text
        vectors = encoder.encode([one.head, passage] if passage else [one.head])
        text = OpinionInput(vectors[0], vectors[-1], one.odds, {}, one.mention, one.tone)
        topics = record.get("topics")
        weight = float(record.get("weight", _FULL))
        rows.append(
            OpinionRecord(
                text,
                words,
                None if topics is None else frozenset(topics),
                record.get("tone"),
                weight,
                str(record.get("origin") or "") if not counts_in_full(record) else "",
                counts_in_full(record),
                about,
            )
        )
    idf = fit_words(rows, names)
    for row, (one, _) in zip(rows, parts, strict=True):
        row.text.words.update(weigh_words(one.head, idf))
    return train_opinion(rows, encoder.name, idf, names, features)


def _parts(record: Mapping[str, Any], rules: Rulebook, features: Sequence[str]) -> tuple[TextParts, bool]:
    reading = read_text(text_from_record({k: v for k, v in record.items() if k != "language"}), rules)
    return read_parts(reading, rules, features), reading.is_about
