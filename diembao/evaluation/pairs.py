"""Pairs of articles → the verdict of the story grouping on each, and scores for labelled pairs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from diembao.evaluation.labels import one_of_fault
from diembao.evaluation.metrics import Figure, Score, confidence_figure
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.rules.rulebook import Rulebook
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import Fingerprint
from pipeline.stories.similarity import Judgement, Verdict, compare_fingerprints
from pipeline.tagging.tagger import tag, text_from_record

#: Labels of pairs.
JUDGEMENTS: tuple[str, ...] = get_args(Judgement)
#: Length of a full date: a shorter one (a year, a month) would add days between two articles that are not known.
_FULL_DATE = len("2026-11-22")


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """One labelled pair with its verdict."""

    id: str
    title: str
    gold: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PairReport:
    """Scores of the verdicts on labelled pairs."""

    pairs: int
    dup: Score
    dup_f1: Figure
    #: 'dup' or 'same-event' against 'different'
    same: Score
    same_f1: Figure
    #: (label, verdict) → pairs
    confusion: Mapping[tuple[str, str], int]
    mistakes: tuple[PairVerdict, ...]


def judge_pairs(record: Any, rules: Rulebook) -> Verdict:
    """Return the verdict on a record {"a": {"title", "text", …}, "b": {…}}. Raises ValueError with the key."""
    if not isinstance(record, Mapping):
        raise ValueError(Message(mark("not a JSON object")))
    return compare_fingerprints(_fingerprint(record, "a", rules), _fingerprint(record, "b", rules))


def _fingerprint(record: Mapping[str, Any], side: str, rules: Rulebook) -> Fingerprint:
    article = record.get(side)
    if not isinstance(article, Mapping):
        raise ValueError(Message(mark("'{name}' is missing or no object"), name=side))
    published = article.get("published")
    if isinstance(published, str) and len(published) < _FULL_DATE:
        article = {**article, "published": None}
    try:
        text = text_from_record({"id": side, **article})
    except ValueError as error:
        raise ValueError(Message(mark("'{name}': {fault}"), name=side, fault=error.args[0])) from error
    return fingerprint_tagged(text.title, text.text, text.published, tag(text, rules), rules)


def evaluate_pairs(records: Iterable[Mapping[str, Any]], rules: Rulebook) -> PairReport:
    """Judge labelled pairs; 'label' is a verdict, 'same-event-different-article' the same as 'same-event'.

    Raises ValueError for an invalid record, or without any pair.
    """
    verdicts = list(_verdicts(records, rules))
    if not verdicts:
        raise ValueError(Message(mark("no pairs")))
    dup_f1 = confidence_figure(verdicts, lambda some: _score(some, ("dup",)).f1)
    same_f1 = confidence_figure(verdicts, lambda some: _score(some, ("dup", "same-event")).f1)
    assert dup_f1 is not None and same_f1 is not None
    return PairReport(
        pairs=len(verdicts),
        dup=_score(verdicts, ("dup",)),
        dup_f1=dup_f1,
        same=_score(verdicts, ("dup", "same-event")),
        same_f1=same_f1,
        confusion=Counter((j.gold, j.verdict.verdict) for j in verdicts),
        mistakes=tuple(j for j in verdicts if j.gold != j.verdict.verdict),
    )


def _verdicts(records: Iterable[Mapping[str, Any]], rules: Rulebook) -> Iterator[PairVerdict]:
    for number, record in enumerate(records, 1):
        name = str(record.get("id", number)) if isinstance(record, Mapping) else str(number)
        try:
            verdict = judge_pairs(record, rules)
            gold = str(record.get("label", "")).removesuffix("-different-article")
            if gold not in JUDGEMENTS:
                raise ValueError(one_of_fault("label", JUDGEMENTS, record.get("label")))
        except ValueError as error:
            raise ValueError(Message(mark("pair {name}: {fault}"), name=name, fault=error.args[0])) from error
        yield PairVerdict(name, str(record["a"]["title"]), gold, verdict)


def _score(verdicts: Sequence[PairVerdict], positive: Sequence[str]) -> Score:
    counts = Counter((j.gold in positive, j.verdict.verdict in positive) for j in verdicts)
    return Score(counts[True, True], counts[False, True], counts[True, False])
