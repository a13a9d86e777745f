"""Two fingerprints → a verdict: one report, two reports of one event, or neither."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.records import VerdictReason
from pipeline.stories.contrast import Contrast, contrast_particulars
from pipeline.stories.fingerprints import Fingerprint
from pipeline.stories.likeness import (
    MOST_DAYS,
    is_comparable,
    is_translation,
    likeness,
    log_odds,
    shared_counts,
)
from pipeline.stories.overlap import (
    SAME_TEXT,
    Overlap,
    count_common,
    is_follow_up,
    measure_overlap,
    nearest,
    other_instalment,
    reprint_odds,
    tell_of_other_days,
    term_cosine,
)
from pipeline.stories.particulars import Kind, of_kind
from pipeline.stories.term_weights import hashes

Judgement = Literal["dup", "same-event", "different"]

_DAY = 86_400.0
# Two reports of one event: log(cosine of rare terms) + 0.3 log(cosine of titles), fitted to 551 pairs of one and
# 141,000 pairs of two of the happenings in a public collection of news clusters (precision 0.88, recall 0.86).
_TITLE_WEIGHT, _EVENT = 0.3, -2.72
#: Increase of the threshold for each day between them beyond the first
_EVENT_PER_DAY = 0.11
#: Most days between two reports of one event; an affair that lasts longer is no longer one story
_EVENT_DAYS = 14.0
#: Days assumed between two texts without dates
_UNKNOWN_DAYS = 10.0
#: Cosine below which two texts differ: with equal titles it is the least that could link two reports
_LEAST_COSINE = 0.05
#: Increase of the threshold for items of a feed, whose few words are alike by their subject, and for each day between
#: them: of 19 pairs in a year's feeds drawn at random from those that exceeded it by less, 7 told of one happening
_EVENT_OF_FEED, _EVENT_OF_FEED_PER_DAY = 0.75, 0.25
#: Increase for items of a feed that name the days of their own: another day's match, drawing or price
_EVENT_OF_OTHER_DAY = 0.8
#: Increase for each day between two texts whose times are unknown, by the days that they name
_EVENT_PER_NAMED_DAY = 0.22
#: Increase of the threshold in languages without known word frequencies, whose common words look rare: the least
#: increase that keeps 188 pairs of foreign articles about one province apart
_EVENT_ABROAD = 1.7
#: Share of the weight of particulars that agree by which that increase is less: names and ages are no common words
_AGREEMENT_ABROAD = 0.4
# A translation keeps names, numbers and days. Minima of (numbers, names, share of the numbers), either row suffices.
_TRANSLATED = ((4, 0, 0.6), (3, 2, 0.8))
_EVENT_ABROAD_MINIMA = ((3, 0, 0.5), (2, 2, 0.4))
_TRANSLATED_DAYS = 2
#: Of one topic in two languages: share of the figures of the report with fewer, and the figures that are enough, where
#: one of two digits or a round hundred counts 1 and any other 2
_MATTER_SHARE, _MATTER_EVIDENCE = 0.5, 3
#: Share of the figures of the report with more: one with forty has any three of them by chance
_LEAST_SHARE = 0.15
_SHORT_NUMBERS = frozenset(int(h) for h in hashes(map(str, (*range(100), *range(100, 1000, 100)))))
#: Most units of today in an area that says where something happened
_NARROW = 2
#: Weight of other particulars above which the same words are a formula, and above which the same facts are chance
_OTHER_REPRINT, _OTHER_FACTS = 1.5, 1.5
#: Weight of other persons, ages and times from which, with another place, reports in two languages differ: another
#: place alone does not part them, since foreign reports name the town near by
_OTHER_WHO_AND_WHEN = 1.0
#: Words of the shorter report up to which particulars count in full, and from which they do not count
_SHORT, _LONG = 120, 220


@dataclass(frozen=True, slots=True)
class Verdict:
    verdict: Judgement
    #: 0 to 1: how sure it is that the two belong together; above 0.5 unless 'different'. Reprints outrank happenings.
    score: float
    #: code and figures; pipeline.stories.reason_text makes the phrase
    reason: VerdictReason


_IDENTICAL = Verdict("dup", 1.0, VerdictReason("identical"))


def compare_fingerprints(one: Fingerprint, other: Fingerprint) -> Verdict:
    """Judge two articles; the order of the two does not matter."""
    equal = bool(one.text_hash) and one.text_hash == other.text_hash
    if one.language != other.language:
        return _IDENTICAL if equal else _compare_languages(one, other)
    cosine = term_cosine(one, other)
    if not equal and cosine < _LEAST_COSINE:
        return Verdict("different", round(cosine, 4), VerdictReason("few_common_terms"))
    overlap = measure_overlap(one, other, cosine)
    if instalment := other_instalment(one, other, overlap):
        return Verdict("different", 0.0, VerdictReason(instalment))
    if equal:
        return _IDENTICAL
    against = _speaks_against(one, other)
    if against.weight >= _OTHER_REPRINT and overlap.verbatim < SAME_TEXT:
        return _compare_events(one, other, overlap, against)
    reprint = reprint_odds(overlap)
    if reprint >= 0 and not is_follow_up(one, other, overlap):
        shares = {"verbatim": overlap.verbatim, "lead": overlap.leads}
        return Verdict("dup", _squash(6 * reprint), VerdictReason("reprint", shares))
    return _compare_events(one, other, overlap, against)


def _speaks_against(one: Fingerprint, other: Fingerprint) -> Contrast:
    """Return what differs in the particulars of two reports, less as the shorter is longer.

    A long report names other places, persons and figures beside its own, and has words enough to be told by.
    """
    words = min(len(one.runs), len(other.runs))
    share = min(1.0, max(0.0, (_LONG - words) / (_LONG - _SHORT)))
    if not share:
        return Contrast(0.0, "")
    contrast = contrast_particulars(one.particulars, other.particulars)
    weights = (share * weight for weight in (contrast.agreement, contrast.who_and_when))
    return Contrast(share * contrast.weight, contrast.particular, *weights)


def _compare_events(one: Fingerprint, other: Fingerprint, overlap: Overlap, against: Contrast) -> Verdict:
    days = _days_between(one, other)
    if days > _EVENT_DAYS:
        return Verdict("different", 0.0, VerdictReason("days_apart", {"days": days}))
    needed = _needed(one, other, overlap, against, days)
    alike = math.log(overlap.cosine + 0.01) + _TITLE_WEIGHT * math.log(overlap.titles + 0.05) - needed
    if alike >= 0 and alike < against.weight:
        return Verdict("different", 0.0, VerdictReason(f"different_{against.particular}"))
    reason = VerdictReason("terms", {"cosine": overlap.cosine, "titles": overlap.titles, "days": days})
    # Below any reprint, whatever the odds: a story outranks a happening.
    verdict = Verdict("same-event" if alike >= 0 else "different", 0.5 * _squash(3 * alike) + 0.25, reason)
    if verdict.verdict == "different" and one.language != "vi":
        facts = _compare_facts(one, other)
        return facts if facts.verdict == "same-event" else verdict
    return verdict


def _needed(one: Fingerprint, other: Fingerprint, overlap: Overlap, against: Contrast, days: float) -> float:
    """Return the likeness of words from which two reports tell of one happening."""
    further = max(0.0, days - 1)
    if one.language != "vi":
        abroad = _EVENT_ABROAD - min(_EVENT_ABROAD, _AGREEMENT_ABROAD * against.agreement)
        return _EVENT + _EVENT_PER_DAY * further + abroad
    if overlap.is_feed_item:
        # The same place, person or time makes up for few words.
        few_words = max(0.0, _EVENT_OF_FEED + min(0.0, against.weight))
        other_day = _EVENT_OF_OTHER_DAY if tell_of_other_days(one, other) else 0.0
        return _EVENT + few_words + other_day + _EVENT_OF_FEED_PER_DAY * further
    named = (one.at is None or other.at is None) and bool(one.days and other.days)
    return _EVENT + (_EVENT_PER_NAMED_DAY if named else _EVENT_PER_DAY) * further


def _compare_languages(one: Fingerprint, other: Fingerprint) -> Verdict:
    """Judge two reports in different languages: a translation, a report of one's own, or neither."""
    if not is_comparable(one, other):
        return _compare_facts(one, other)
    days = _days_between(one, other)
    if days > MOST_DAYS:
        return Verdict("different", 0.0, VerdictReason("days_apart", {"days": days}))
    against = _speaks_against(one, other)
    if against.weight >= _OTHER_FACTS and against.who_and_when >= _OTHER_WHO_AND_WHEN:
        return Verdict("different", 0.0, VerdictReason(f"different_{against.particular}"))
    odds = log_odds(likeness(one, other, days, against.weight))
    numbers, names, concepts = shared_counts(one, other)
    values = {"numbers": numbers, "names": names, "concepts": concepts, "days": days}
    if odds < 0:
        return Verdict("different", round(_squash(odds) / 2, 4), VerdictReason("languages", values))
    if days <= _TRANSLATED_DAYS and is_translation(one, other):
        return Verdict("dup", 0.5 + _squash(odds) / 2, VerdictReason("translation", values))
    return Verdict("same-event", 0.5 + _squash(odds) / 4, VerdictReason("languages", values))


def _compare_facts(one: Fingerprint, other: Fingerprint) -> Verdict:
    """Judge a report and its possible translation by the names, numbers and days in both."""
    names, numbers = count_common(one.anchors, other.anchors), count_common(one.numbers, other.numbers)
    share = numbers / max(1, min(len(one.numbers), len(other.numbers)))
    rich = numbers < _LEAST_SHARE * max(len(one.numbers), len(other.numbers))
    days = _days_between(one, other)
    values = {"names": names, "numbers": numbers, "days": days}

    def enough(minima: tuple[tuple[int, int, float], ...]) -> bool:
        return any(numbers >= n and names >= m and share >= s and not (rich and not names) for n, m, s in minima)

    against = _speaks_against(one, other)
    if against.weight >= _OTHER_FACTS:
        return Verdict("different", 0.0, VerdictReason(f"different_{against.particular}"))
    odds = _squash(numbers + names / 2 - 3)
    if days <= _TRANSLATED_DAYS and one.language != other.language and enough(_TRANSLATED):
        return Verdict("dup", 0.5 + odds / 2, VerdictReason("translation", values))
    if days <= _TRANSLATED_DAYS and enough(_EVENT_ABROAD_MINIMA):
        return Verdict("same-event", 0.5 + odds / 4, VerdictReason("facts", values))
    if days <= _TRANSLATED_DAYS and one.language != other.language and _same_matter(one, other):
        return Verdict("same-event", 0.5 + _squash(numbers - 3) / 4, VerdictReason("facts", values))
    return Verdict("different", 0.0, VerdictReason("facts", values))


def _same_matter(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two reports in different languages are of one topic and share telling figures.

    Where names are written in different scripts only figures and the places of the gazetteer agree. A short figure is
    shared by chance more often than a long one; at one place of both it is enough.
    """
    if not _shares(one, other, Kind.MATTER):
        return False
    fewer, more = sorted((one.numbers, other.numbers), key=len)
    shared = fewer[np.isin(fewer, more)]
    if len(shared) < _MATTER_SHARE * max(1, len(fewer)) or len(shared) < _LEAST_SHARE * len(more):
        return False
    evidence = sum(1 if int(number) in _SHORT_NUMBERS else 2 for number in shared)
    if len(shared) > 1 and (evidence >= _MATTER_EVIDENCE or len(shared) == len(fewer)):
        return True
    areas = [of_kind(f.particulars, Kind.AREA) for f in (one, other)]
    narrow = max(map(len, areas)) <= _NARROW and count_common(*areas) > 0
    return evidence > 0 and (narrow or _shares(one, other, Kind.LANDMARK))


def _shares(one: Fingerprint, other: Fingerprint, kind: Kind) -> bool:
    return count_common(of_kind(one.particulars, kind), of_kind(other.particulars, kind)) > 0


def _days_between(one: Fingerprint, other: Fingerprint) -> float:
    """Return the days between two reports: of publication, else between the days that the texts name."""
    gap = None if one.at is None or other.at is None else abs(one.at - other.at) / _DAY
    named = nearest(one.days, other.days) if one.days and other.days else None
    if gap is None:
        return _UNKNOWN_DAYS if named is None else float(named)
    # Forecasts, price lists and lottery drawings name only days of their own: the gap between those counts too.
    return gap + min(named or 0, gap)


def _squash(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
