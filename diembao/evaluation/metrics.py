"""Labelled records and the rules → scores with confidence intervals, confusion matrices, mistakes."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.records import Tags
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.reason_text import relevance_reason_text
from pipeline.tagging.tagger import tag, text_from_record

T = TypeVar("T")
GRADES = ("main", "mention", "no")
TONES = ("positive", "neutral", "negative", "unsure")
#: Samples of the bootstrap; 500 give the interval to a hundredth.
_DRAWS = 500


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 from counts; 0 instead of nan where a denominator is 0."""

    #: true positives, false positives, false negatives
    right: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false) if self.right + self.false else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.false + self.missed
        return 2 * self.right / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure between 0 and 1 with its 95 % bootstrap interval over `n` records."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """One label that the rules got wrong."""

    id: str
    title: str
    what: str  # 'relevance', 'topics', 'language' or 'tone'
    gold: str
    predicted: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One labelled record with the tags that the rules gave it; None where a label is missing."""

    id: str
    title: str
    gold_grade: str | None
    gold_topics: frozenset[str] | None
    gold_language: str | None
    gold_tone: str | None
    tags: Tags


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Scores of the rules; a part is None where no record carries its label."""

    rules: str
    records: int
    relevance: Score | None
    relevance_f1: Figure | None
    grade: Figure | None
    #: (label, relevance by the rules) → records
    confusion: Mapping[tuple[str, str], int]
    topics: Mapping[str, Score]
    micro: Figure | None
    macro: float | None
    #: `micro` over records labelled as about the province
    micro_about: Figure | None
    language: Figure | None
    #: over records labelled as about the province
    tone: Figure | None
    #: over the others; None where their tone is not judged
    tone_elsewhere: Figure | None
    tone_confusion: Mapping[tuple[str, str], int]
    #: 'topics', 'grade', 'tone' → lowest and highest score, number of verdicts with such a score, share of them right
    calibration: Mapping[str, tuple[tuple[float, float, int, float], ...]]
    mistakes: tuple[Mistake, ...] = field(default=())


def evaluate(records: Iterable[Mapping[str, Any]], rules: Rulebook) -> EvaluationReport:
    """Tag every record and compare the tags with its labels 'about_ninh_thuan', 'topics', 'language' and 'tone'.

    Topics count that some record is labelled with; without any such label, all topics of kind 'topic'. Raises
    ValueError for an invalid record (see pipeline.tagging.tagger.text_from_record).
    """
    return compare([evaluate_record(record, rules) for record in records], rules)


def evaluate_record(record: Mapping[str, Any], rules: Rulebook) -> Outcome:
    """Tag one record; the tagger does not see its language label."""
    text = text_from_record({k: v for k, v in record.items() if k != "language"})
    topics = record.get("topics")
    return Outcome(
        text.id,
        text.title,
        record.get("about_ninh_thuan"),
        None if topics is None else frozenset(topics),
        record.get("language"),
        record.get("tone"),
        tag(text, rules, everywhere=True),
    )


def compare(outcomes: Sequence[Outcome], rules: Rulebook) -> EvaluationReport:
    """Return the report on tagged records."""
    kinds = {t.id for t in rules.topics.topic if t.kind == "topic"}
    labelled = {t for o in outcomes for t in o.gold_topics or ()}
    # A topic that no record is labelled with (image promotion in the provided files) counts as no mistake.
    ids = labelled or kinds
    with_grade = [o for o in outcomes if o.gold_grade in GRADES]
    with_topics = [o for o in outcomes if o.gold_topics is not None]
    about = [o for o in with_topics if o.gold_grade in ("main", "mention")]
    with_language = [o for o in outcomes if o.gold_language]
    toned = [o for o in outcomes if o.gold_tone]
    with_tone = [o for o in toned if o.gold_grade in (None, "main", "mention")]
    elsewhere = [o for o in toned if o.gold_grade == "no" and o.tags.tone_score is not None]
    per_topic = {t: _topic(with_topics, t) for t in sorted(ids)}

    def micro(some: Sequence[Outcome]) -> float:
        return _sum(_topic(some, t) for t in ids).f1

    return EvaluationReport(
        rules=rules.version,
        records=len(outcomes),
        relevance=_relevance(with_grade) if with_grade else None,
        relevance_f1=confidence_figure(with_grade, lambda some: _relevance(some).f1),
        grade=confidence_figure(with_grade, lambda some: _share(some, lambda o: o.gold_grade == o.tags.relevance)),
        confusion=Counter((str(o.gold_grade), o.tags.relevance) for o in with_grade),
        topics=per_topic if with_topics else {},
        micro=confidence_figure(with_topics, micro),
        macro=sum(s.f1 for s in per_topic.values()) / len(per_topic) if with_topics and per_topic else None,
        micro_about=confidence_figure(about, micro),
        language=confidence_figure(with_language, lambda some: _share(some, _same_language)),
        tone=confidence_figure(with_tone, lambda some: _share(some, _same_tone)),
        tone_elsewhere=confidence_figure(elsewhere, lambda some: _share(some, _same_tone)),
        tone_confusion=Counter((str(o.gold_tone), o.tags.tone) for o in with_tone),
        calibration={
            "topics": _calibration(_topic_scores(with_topics, ids)),
            "grade": _calibration(_grade_scores(with_grade)),
            "tone": _calibration((o.tags.tone_score or 0.0, _same_tone(o)) for o in with_tone if o.tags.tone_score),
        },
        mistakes=tuple(m for o in outcomes for m in _mistakes(o, ids)),
    )


def _topic(outcomes: Iterable[Outcome], topic: str) -> Score:
    counts = Counter((topic in (o.gold_topics or ()), any(t.id == topic for t in o.tags.topics)) for o in outcomes)
    return Score(counts[True, True], counts[False, True], counts[True, False])


def _relevance(outcomes: Iterable[Outcome]) -> Score:
    counts = Counter((o.gold_grade != "no", o.tags.relevance != "no") for o in outcomes)
    return Score(counts[True, True], counts[False, True], counts[True, False])


def _sum(scores: Iterable[Score]) -> Score:
    all_scores = list(scores)
    return Score(sum(s.right for s in all_scores), sum(s.false for s in all_scores), sum(s.missed for s in all_scores))


def _share(outcomes: Sequence[Outcome], right: Callable[[Outcome], bool]) -> float:
    return sum(map(right, outcomes)) / len(outcomes)


def _same_tone(o: Outcome) -> bool:
    return o.gold_tone == o.tags.tone


def _same_language(o: Outcome) -> bool:
    # 'zh-Hans' is right for the label 'zh'.
    return o.tags.language.split("-")[0] == str(o.gold_language).split("-")[0]


def confidence_figure(outcomes: Sequence[T], measure: Callable[[Sequence[T]], float]) -> Figure | None:
    """Return a measure of records with its 95 % bootstrap interval; None without records."""
    if not outcomes:
        return None
    draw = random.Random(20_250_701)  # a fixed seed gives the same interval for the same records
    values = sorted(measure(draw.choices(outcomes, k=len(outcomes))) for _ in range(_DRAWS))
    return Figure(measure(outcomes), values[round(0.025 * _DRAWS)], values[round(0.975 * _DRAWS) - 1], len(outcomes))


def _topic_scores(outcomes: Iterable[Outcome], ids: Iterable[str]) -> Iterator[tuple[float, bool]]:
    """Yield the score of each topic that is assigned or near, and whether it is right."""
    allowed = set(ids)
    for o in outcomes:
        for t in (*o.tags.topics, *o.tags.near):
            if t.id in allowed:
                yield t.score, t.id in (o.gold_topics or ())


def _grade_scores(outcomes: Iterable[Outcome]) -> Iterator[tuple[float, bool]]:
    """Yield the chance that the province is the subject of each text about it, and whether it is."""
    for o in outcomes:
        if "no" not in (o.gold_grade, o.tags.relevance):
            yield 2 * o.tags.relevance_score - 1, o.gold_grade == "main"


def _calibration(scores: Iterable[tuple[float, bool]]) -> tuple[tuple[float, float, int, float], ...]:
    pairs = list(scores)
    rows = []
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = [right for score, right in pairs if low <= score < low + 0.2 or (low == 0.8 and score >= 1.0)]
        if inside:
            rows.append((low, round(low + 0.2, 1), len(inside), sum(inside) / len(inside)))
    return tuple(rows)


def _mistakes(o: Outcome, ids: Iterable[str]) -> Iterable[Mistake]:
    if o.gold_grade in GRADES and o.gold_grade != o.tags.relevance:
        yield Mistake(
            o.id, o.title, "relevance", str(o.gold_grade), o.tags.relevance, relevance_reason_text(o.tags.reason)
        )
    if o.gold_topics is not None:
        assigned = {t.id: t for t in o.tags.topics if t.id in set(ids)}
        if assigned.keys() != o.gold_topics:
            extra = [
                f"{t.id}: {', '.join(e.words for e in t.evidence)}"
                for t in assigned.values()
                if t.id not in o.gold_topics
            ]
            gold = ", ".join(sorted(o.gold_topics)) or "-"
            yield Mistake(o.id, o.title, "topics", gold, ", ".join(sorted(assigned)) or "-", "; ".join(extra))
    if o.gold_language and not _same_language(o):
        yield Mistake(o.id, o.title, "language", o.gold_language, o.tags.language, "")
    if o.gold_tone and o.gold_grade != "no" and not _same_tone(o):
        yield Mistake(o.id, o.title, "tone", o.gold_tone, o.tags.tone, "")
