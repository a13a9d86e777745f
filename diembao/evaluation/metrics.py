"""Labelled records and the rules → how well the rules do: figures with confidence, confusion, mistakes."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.records import Tags
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.reason_text import relevance_reason_text
from pipeline.tagging.tagger import tag, text_from_record

T = TypeVar("T")
GRADES = ("main", "mention", "no")
TONES = ("positive", "neutral", "negative", "unsure")
#: drawings of the bootstrap; 500 give an interval good to a hundredth
_DRAWS = 500


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 from counts; nan-free: 0 where nothing was to find."""

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
        found = 2 * self.right + self.false + self.missed
        return 2 * self.right / found if found else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure between 0 and 1 with its 95 % bootstrap interval over `n` records."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Mistake:
    id: str
    title: str
    what: str  # 'relevance', 'topics', 'language' or 'tone'
    gold: str
    said: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One labelled record beside what the rules said of it; None or () where a label is missing."""

    id: str
    title: str
    gold_grade: str | None
    gold_topics: frozenset[str] | None
    gold_language: str | None
    gold_tone: str | None
    tags: Tags


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What `evaluate` found; a part is None where no record carries its label."""

    rules: str
    records: int
    relevance: Score | None
    relevance_f1: Figure | None
    grade: Figure | None
    #: (gold, said) → records
    confusion: Mapping[tuple[str, str], int]
    topics: Mapping[str, Score]
    micro: Figure | None
    macro: float | None
    #: the same over records about the province only, where relevance is labelled
    micro_about: Figure | None
    language: Figure | None
    tone: Figure | None
    tone_confusion: Mapping[tuple[str, str], int]
    #: (score from, score to, topics assigned or near, share of them right)
    calibration: tuple[tuple[float, float, int, float], ...]
    mistakes: tuple[Mistake, ...] = field(default=())


def evaluate(records: Iterable[Mapping[str, Any]], rules: Rulebook) -> EvaluationReport:
    """Tag every record and compare with its labels 'about_ninh_thuan', 'topics', 'language' and 'tone'.

    Topics count those of kind 'topic' that some record is labelled with or the rules could say; signals do not
    count. Raises ValueError for a record that is none (see pipeline.tagging.tagger.text_from_record).
    """
    return compare([evaluate_record(record, rules) for record in records], rules)


def evaluate_record(record: Mapping[str, Any], rules: Rulebook) -> Outcome:
    """Tag one record. Its language label is kept from the tagger."""
    text = text_from_record({k: v for k, v in record.items() if k != "language"})
    topics = record.get("topics")
    return Outcome(
        text.id,
        text.title,
        record.get("about_ninh_thuan"),
        None if topics is None else frozenset(topics),
        record.get("language"),
        record.get("tone"),
        tag(text, rules),
    )


def compare(outcomes: Sequence[Outcome], rules: Rulebook) -> EvaluationReport:
    """Make the report of what was tagged."""
    kinds = {t.id for t in rules.topics.topic if t.kind == "topic"}
    labelled = {t for o in outcomes for t in o.gold_topics or ()}
    # A topic nobody was asked to label (as image promotion in the given files) is no mistake.
    ids = labelled or kinds
    graded = [o for o in outcomes if o.gold_grade in GRADES]
    filed = [o for o in outcomes if o.gold_topics is not None]
    about = [o for o in filed if o.gold_grade in ("main", "mention")]
    spoken = [o for o in outcomes if o.gold_language]
    toned = [o for o in outcomes if o.gold_tone]
    per_topic = {t: _topic(filed, t) for t in sorted(ids)}

    def micro(some: Sequence[Outcome]) -> float:
        return _sum(_topic(some, t) for t in ids).f1

    return EvaluationReport(
        rules=rules.version,
        records=len(outcomes),
        relevance=_relevance(graded) if graded else None,
        relevance_f1=confidence_figure(graded, lambda some: _relevance(some).f1),
        grade=confidence_figure(graded, lambda some: _share(some, lambda o: o.gold_grade == o.tags.relevance)),
        confusion=Counter((str(o.gold_grade), o.tags.relevance) for o in graded),
        topics=per_topic if filed else {},
        micro=confidence_figure(filed, micro),
        macro=sum(s.f1 for s in per_topic.values()) / len(per_topic) if filed and per_topic else None,
        micro_about=confidence_figure(about, micro),
        language=confidence_figure(spoken, lambda some: _share(some, _same_language)),
        tone=confidence_figure(toned, lambda some: _share(some, lambda o: o.gold_tone == o.tags.tone)),
        tone_confusion=Counter((str(o.gold_tone), o.tags.tone) for o in toned),
        calibration=_calibration(filed, ids),
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


def _same_language(o: Outcome) -> bool:
    # 'zh-Hans' is right where the label says 'zh'.
    return o.tags.language.split("-")[0] == str(o.gold_language).split("-")[0]


def confidence_figure(outcomes: Sequence[T], measure: Callable[[Sequence[T]], float]) -> Figure | None:
    """Measure something of records, with the interval of its bootstrap; None without records."""
    if not outcomes:
        return None
    draw = random.Random(20_250_701)  # the same interval for the same records
    values = sorted(measure(draw.choices(outcomes, k=len(outcomes))) for _ in range(_DRAWS))
    return Figure(measure(outcomes), values[round(0.025 * _DRAWS)], values[round(0.975 * _DRAWS) - 1], len(outcomes))


def _calibration(outcomes: Sequence[Outcome], ids: Iterable[str]) -> tuple[tuple[float, float, int, float], ...]:
    allowed = set(ids)
    said = [
        (t.score, t.id in (o.gold_topics or ()))
        for o in outcomes
        for t in (*o.tags.topics, *o.tags.near)
        if t.id in allowed
    ]
    rows = []
    for low in (0.2, 0.4, 0.6, 0.8):
        inside = [right for score, right in said if low <= score < low + 0.2 or (low == 0.8 and score >= 1.0)]
        if inside:
            rows.append((low, round(low + 0.2, 1), len(inside), sum(inside) / len(inside)))
    return tuple(rows)


def _mistakes(o: Outcome, ids: Iterable[str]) -> Iterable[Mistake]:
    if o.gold_grade in GRADES and o.gold_grade != o.tags.relevance:
        yield Mistake(
            o.id, o.title, "relevance", str(o.gold_grade), o.tags.relevance, relevance_reason_text(o.tags.reason)
        )
    if o.gold_topics is not None:
        said = {t.id: t for t in o.tags.topics if t.id in set(ids)}
        if said.keys() != o.gold_topics:
            extra = [
                f"{t.id}: {', '.join(e.words for e in t.evidence)}" for t in said.values() if t.id not in o.gold_topics
            ]
            gold = ", ".join(sorted(o.gold_topics)) or "-"
            yield Mistake(o.id, o.title, "topics", gold, ", ".join(sorted(said)) or "-", "; ".join(extra))
    if o.gold_language and not _same_language(o):
        yield Mistake(o.id, o.title, "language", o.gold_language, o.tags.language, "")
    if o.gold_tone and o.gold_tone != o.tags.tone:
        yield Mistake(o.id, o.title, "tone", o.gold_tone, o.tags.tone, "")
