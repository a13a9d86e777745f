"""The terms of a text and the second opinion → its topics, with a calibrated score and their evidence."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.records import Evidence, Judge, TopicFound
from pipeline.rules.rulebook import Rulebook, Topic
from pipeline.tagging.mentions import PlaceMentions
from pipeline.tagging.topics import PLAIN, SURE, Signals, TermHit, term_signals, topic_features, unit_spans
from pipeline.tagging.zones import Zone

#: Least scores of an assigned topic and of a near one
ASSIGNED, NEAR = 0.44, 0.22
#: Least score of a topic with a sure term in the title: on labelled text at least five in ten of them are right
SURE_SCORE = 0.5
#: Share of the threshold below which the second opinion contradicts a sure term: one in four of those is right, of the
#: others nine in ten
_CONTRADICTED = 0.5
#: Least chance by the second opinion with which a sensitive topic needs no evidence of the rules
CERTAIN = 0.6
_EVIDENCE = 8


def topic_evidence(signal: Signals, zones: Sequence[Zone]) -> tuple[Evidence, ...]:
    """Return the strongest hits, at most eight, each term once."""
    best: dict[str, TermHit] = {}
    order = sorted(signal.hits, key=lambda h: (h.where != "title", -h.weight, h.start))
    for hit in order:
        best.setdefault(hit.term, hit)
    chosen = sorted(list(best.values())[:_EVIDENCE], key=lambda h: (h.where != "title", h.start))
    texts = {z.where: z.text for z in zones}
    return tuple(
        Evidence("title" if h.where == "title" else "text", h.start, h.end, texts[h.where][h.start : h.end])
        for h in chosen
    )


@dataclass(frozen=True, slots=True)
class TopicReading:
    """What the rules found of one topic in a text."""

    topic: Topic
    signal: Signals
    #: the numbers of FEATURES
    features: Sequence[float]
    #: log odds by the model of the rules
    odds: float

    @property
    def chance(self) -> float:
        """The same as a chance."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.odds))))


class TopicVerdict(NamedTuple):
    """Whether a text is filed under a topic."""

    #: 0 to 1
    score: float
    said: Literal["assigned", "near", "no"]
    #: whether the rules alone would not file it so
    by_model: bool = False


class TopicOpinion(NamedTuple):
    """What the second opinion says of one topic."""

    chance: float
    #: least chance with which it is assigned
    threshold: float


def read_topics(found: PlaceMentions, language: str, rules: Rulebook) -> list[TopicReading]:
    """Return what a text has of every topic, in the order of the rules."""
    zones = (found.title, found.text)
    signals = term_signals(zones, language, rules, unit_spans(found.mentions))
    rows = topic_features(signals, zones, language)
    return [
        TopicReading(topic, signal, row, rules.models.topics.logit(topic.id, row))
        for topic, signal, row in zip(rules.topics.topic, signals, rows, strict=True)
    ]


def judge_topic(reading: TopicReading, opinion: TopicOpinion | None = None) -> TopicVerdict:
    """Judge one topic by the rules and, where there is one, by the second opinion.

    A sure term in the title overrules both, unless the second opinion plainly contradicts: people wrote those terms,
    and a model only weighs what is left open. A sensitive topic needs such a term as well, or two different terms that
    are not weak, or much certainty of the second opinion: else it is no more than near.
    """
    alone = _judge(reading, reading.chance, ASSIGNED) if reading.signal.hits else TopicVerdict(reading.chance, "no")
    if opinion is None:
        return alone
    score, said, _ = _judge(reading, opinion.chance, opinion.threshold, is_opinion=True)
    return TopicVerdict(score, said, by_model=said == "assigned" and alone.said != "assigned")


def _judge(reading: TopicReading, chance: float, threshold: float, *, is_opinion: bool = False) -> TopicVerdict:
    terms = reading.signal.hits
    sure = any(hit.where == "title" and hit.weight >= SURE for hit in terms)
    if reading.topic.needs_strong_evidence:
        strong = sure or len({hit.term for hit in terms if hit.weight >= PLAIN}) > 1
        if not strong and not (is_opinion and chance >= CERTAIN):
            chance = min(chance, threshold - 0.001)
    elif sure and (not is_opinion or chance >= _CONTRADICTED * threshold):
        chance = max(chance, SURE_SCORE, threshold)
    near = NEAR / ASSIGNED * threshold
    return TopicVerdict(chance, "assigned" if chance >= threshold else "near" if chance >= near else "no")


@dataclass(frozen=True, slots=True)
class TopicAssignment:
    """The topics of one text, best first."""

    assigned: tuple[TopicFound, ...]
    #: just missed
    near: tuple[TopicFound, ...]


def assign_topics(
    readings: Iterable[TopicReading], zones: Sequence[Zone], opinion: Callable[[str], TopicOpinion | None] | None = None
) -> TopicAssignment:
    """File a text under its topics; `opinion` gives what the second opinion says of a topic by its id.

    What the second opinion alone proposes has no words of the rules as evidence: its caller adds those of its own.
    """
    assigned: list[TopicFound] = []
    near: list[TopicFound] = []
    for reading in readings:
        verdict = judge_topic(reading, opinion(reading.topic.id) if opinion else None)
        if verdict.said != "no":
            target = assigned if verdict.said == "assigned" else near
            evidence = topic_evidence(reading.signal, zones)
            by: Judge = "model" if verdict.by_model else "rules"
            target.append(TopicFound(reading.topic.id, round(verdict.score, 3), evidence, by))
    return TopicAssignment(tuple(sorted(assigned, key=lambda t: -t.score)), tuple(sorted(near, key=lambda t: -t.score)))
