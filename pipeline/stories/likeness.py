"""Two reports in different languages → the log odds that they tell of one happening.

They share no words, but numbers with units, places of the gazetteer, names in Latin letters and concepts. A logistic
regression weighs these; docs/stories.md says what it was fitted to.
"""

import math
from dataclasses import astuple, dataclass

import numpy as np

from pipeline.stories.crosslingual.concepts import count_shared, shared_concepts, title_share
from pipeline.stories.crosslingual.measures import classes_of, contradictions
from pipeline.stories.fingerprints import Fingerprint
from pipeline.stories.particulars import Kind, of_kind
from pipeline.stories.term_weights import Hashes, hashes

#: Weight of a shared measure by its class (pipeline.stories.crosslingual.measures.MeasureClass)
_MEASURES = (1.0, 1.7, 0.3, 1.0, 2.0, 0.7)
#: Least weight that the shares of shared measures are shares of: a report with one number shares all of it by chance
_FEW_MEASURES = 3.0
#: Most units of today in an area that says where something happened
_NARROW = 2
#: Names that most reports about the province hold
_COMMON_NAMES = hashes(
    ["Ninh Thuan", "Khanh Hoa", "Viet Nam", "Phan Rang", "Thap Cham", "Rang Thap", "Ho Chi", "Chi Minh", "Da Nang",
     "Ha Noi", "Nha Trang", "Da Lat", "Cam Ranh", "Binh Thuan", "Lam Dong"]
)  # fmt: skip
#: Days between two reports up to which they may tell of one happening
MOST_DAYS = 3.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two reports in different languages share; each value is bounded."""

    #: weight of the measures that both give, and that over the lesser weight of all and over their geometric mean
    measures: float
    measures_share: float
    measures_cosine: float
    #: units in which their values differ
    contradictions: float
    #: names in Latin letters: pairs of words, foreign words
    names: float
    foreign_names: float
    #: weight of the concepts in both, its cosine, the share of each title's concepts that the other report holds
    concepts: float
    concepts_cosine: float
    titles: float
    #: 1 for a common landmark or a common area of at most two units of today, for a common wider area
    place: float
    wide_place: float
    topic: float
    #: particulars that differ (pipeline.stories.contrast)
    against: float
    days: float


#: Weights of the logistic regression, in the order of the fields, and its constant
_WEIGHTS = Likeness(
    measures=1.3, measures_share=0.9, measures_cosine=0.9, contradictions=-2.3, names=1.2, foreign_names=1.0,
    concepts=0.3, concepts_cosine=0.8, titles=1.7, place=2.5, wide_place=0.8, topic=1.6, against=-0.3, days=-1.7,
)  # fmt: skip
_CONSTANT = -9.3
#: Share of all measures of both, and their weight, from which a report is a translation and not one of its own
_TRANSLATION_SHARE, _TRANSLATION_MEASURES = 0.75, 4.0


def likeness(one: Fingerprint, other: Fingerprint, days: float, against: float) -> Likeness:
    """Compare two reports in different languages; the order of the two does not matter.

    `days`: between them; `against`: the weight of particulars that differ.
    """
    shared = np.intersect1d(one.measures, other.measures)
    weight, some, others = (_weight(m) for m in (shared, one.measures, other.measures))
    concepts, cosine = shared_concepts(one.concepts, other.concepts)
    area, other_area = (of_kind(f.particulars, Kind.AREA) for f in (one, other))
    common = _share(one, other, Kind.AREA)
    narrow = max(len(area), len(other_area)) <= _NARROW
    at_one_place = (common and narrow) or _share(one, other, Kind.LANDMARK)
    return Likeness(
        measures=min(weight, 8.0),
        measures_share=weight / max(_FEW_MEASURES, min(some, others)),
        measures_cosine=weight / max(_FEW_MEASURES, math.sqrt(some * others)),
        contradictions=min(3.0, contradictions(one.measures, other.measures)),
        names=min(4.0, len(_names(one, other))),
        foreign_names=min(3.0, len(np.intersect1d(one.names, other.names))),
        concepts=min(20.0, concepts),
        concepts_cosine=cosine,
        titles=(title_share(one.concepts, other.concepts) + title_share(other.concepts, one.concepts)) / 2,
        place=float(at_one_place),
        wide_place=float(common and not at_one_place),
        topic=float(_share(one, other, Kind.MATTER)),
        against=min(4.0, max(0.0, against)),
        days=min(MOST_DAYS, days),
    )


def log_odds(found: Likeness) -> float:
    """Return the log odds that two reports tell of one happening, less the margin that keeps false ones out."""
    values, weights = (astuple(some) for some in (found, _WEIGHTS))
    return _CONSTANT + float(sum(value * weight for value, weight in zip(values, weights, strict=True)))


def is_translation(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two reports give nearly the same measures, as a translation does and a report of one's own does not."""
    shared, some, others = (
        _weight(m) for m in (np.intersect1d(one.measures, other.measures), one.measures, other.measures)
    )
    return shared >= _TRANSLATION_MEASURES and shared >= _TRANSLATION_SHARE * max(some, others)


def is_comparable(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether both fingerprints hold what is compared: those of earlier releases and of other languages do not."""
    return len(one.concepts) > 0 and len(other.concepts) > 0


def shared_counts(one: Fingerprint, other: Fingerprint) -> tuple[int, int, int]:
    """Return how many measures, names and concepts two reports share."""
    names = len(_names(one, other)) + len(np.intersect1d(one.names, other.names))
    return len(np.intersect1d(one.measures, other.measures)), names, count_shared(one.concepts, other.concepts)


def _names(one: Fingerprint, other: Fingerprint) -> Hashes:
    return np.setdiff1d(np.intersect1d(one.anchors, other.anchors), _COMMON_NAMES)


def _weight(measures: Hashes) -> float:
    return sum(_MEASURES[of] for of in classes_of(measures) if of < len(_MEASURES))


def _share(one: Fingerprint, other: Fingerprint, kind: Kind) -> bool:
    return len(np.intersect1d(of_kind(one.particulars, kind), of_kind(other.particulars, kind))) > 0
