"""Two fingerprints of one language → what their words have in common, and what kind of likeness that is."""

import math
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np

from pipeline.dates.days_in_text import days_apart
from pipeline.dates.zones import VIETNAM
from pipeline.stories.fingerprints import Fingerprint
from pipeline.stories.term_weights import Hashes, Weights, hashes

# A reprint keeps most of its words and how it begins; a follow-up has copied background below a beginning of its own.
# Weight and threshold are those of a logistic regression over 76 labelled pairs, rounded; each pair judged by the
# other 75 gives F1 0.96. A reprint has this share of its own text verbatim, whatever its beginning.
_LEAD_WEIGHT, _REPRINT, _VERBATIM = 0.6, 0.75, 0.55
#: Threshold for the share of verbatim text alone: of a text no longer than its lead both shares are one. A logistic
#: regression over 129 labelled pairs of such texts gives the same, and F1 0.91 in ten folds.
_SHORT_REPRINT = 0.64
#: Runs of the shorter text up to which its lead is all of it, and from which its lead is a part by itself
_ALL_LEAD, _OWN_LEAD = 80, 160
#: Runs up to which a text is an item of a feed: title and a sentence or two
FEED_ITEM = 60
#: A reprint repeats the numbers too (at least 0.8 of them in the labelled pairs); the next bulletin, price list or
#: drawing in the same words does not. Checked only if both texts have this many numbers.
_FEW_NUMBERS, _SAME_NUMBERS = 5, 0.6
#: Numbers of both texts, the most that two bulletins share of them, the least verbatim text of the same form
_BULLETIN_NUMBERS, _BULLETIN_SHARE, _BULLETIN_VERBATIM = 10, 0.5, 0.35
#: Least verbatim text of two items of a feed in one form, and rare words for that share below which no name is repeated
_FORM_VERBATIM, _FORM_WORDS = 0.45, 0.92
#: Share of verbatim text above which a difference is a correction
SAME_TEXT = 0.9
#: Share of verbatim text above which texts with different titles and beginnings share page furniture only
_FURNITURE = 0.5
# Words of a page or of a series ('in its bulletin of today the newspaper … tells of …') are common ones: of two texts
# that share no more, the rare words are far less alike than the words. Only in Vietnamese is known which are rare.
#: Most likeness of the titles, least share of verbatim text, least rare words for that share
_PAGE_FORMULA, _FEED_FORMULA = (0.06, 0.25, 0.9), (0.4, 0.3, 0.64)
#: Likeness of titles and rare words for the verbatim share, both below which a text of that share is no reprint
_OTHER_TITLES, _OTHER_WORDS = 0.4, 0.82
#: Likeness of rare words, those of the titles among them, below which equal texts are a column's standing introduction:
#: what is alike then is the text alone. Of 136 pairs of equal summaries in a year's feeds 21 of 22 such were below,
#: and none of the others.
_STANDING = 0.48
#: Likeness above which two titles with a number each of their own are alike but for it
_SAME_TITLES = 0.6
#: Verbatim share below which, and share of the lead below which, leads that name other days are of two reports
_OTHER_DAYS_VERBATIM, _OTHER_DAYS_LEAD = 0.85, 0.33


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share; all but the counts are shares or cosines from 0 to 1."""

    cosine: float
    titles: float
    #: runs of four words of the shorter text that the other holds
    verbatim: float
    #: runs of the beginning that the other text holds, the lesser of the two
    leads: float
    #: runs of the shorter text, and of the longer one
    runs: int
    longer: int
    #: numbers of the text with fewer, and the share of them that the other holds
    numbers: int
    same_numbers: float

    @property
    def is_feed_item(self) -> bool:
        """Whether the shorter text is a title and a sentence or two."""
        return self.runs <= FEED_ITEM

    @property
    def rare_words(self) -> float:
        """Return the likeness of rare words for the share of verbatim text; about 1 in a reprint.

        The cosine is less by the root of the lengths' ratio where a short text lies within a long one.
        """
        return self.cosine * math.sqrt(self.longer / max(1, self.runs)) / max(0.01, self.verbatim)


def term_cosine(one: Fingerprint, other: Fingerprint) -> float:
    """Return the cosine of the characteristic words of two texts, which most look-alikes are told apart by."""
    return _cosine(one.terms, one.weights, other.terms, other.weights)


def measure_overlap(one: Fingerprint, other: Fingerprint, cosine: float | None = None) -> Overlap:
    """Compare the words of two texts; the order of the two does not matter. `cosine`: their `term_cosine`, if known."""
    runs, longer = sorted((len(one.runs), len(other.runs)))
    numbers = min(len(one.numbers), len(other.numbers))
    return Overlap(
        cosine=term_cosine(one, other) if cosine is None else cosine,
        titles=_cosine(one.title, one.title_weights, other.title, other.title_weights),
        verbatim=count_common(one.runs, other.runs) / max(1, runs),
        leads=min(_share(one.lead, other.runs), _share(other.lead, one.runs)),
        runs=runs,
        longer=longer,
        numbers=numbers,
        same_numbers=count_common(one.numbers, other.numbers) / max(1, numbers),
    )


def reprint_odds(overlap: Overlap) -> float:
    """Return by how much two texts exceed what a reprint shares; below 0 for none."""
    if overlap.verbatim < _VERBATIM:
        return overlap.verbatim - _VERBATIM
    own = min(1.0, max(0.0, (overlap.runs - _ALL_LEAD) / (_OWN_LEAD - _ALL_LEAD)))
    needed = _SHORT_REPRINT + own * (_REPRINT - _SHORT_REPRINT)
    return overlap.verbatim + own * _LEAD_WEIGHT * overlap.leads - needed


def other_instalment(one: Fingerprint, other: Fingerprint, overlap: Overlap) -> str:
    """Return the code of what shows two texts in one form to be two instalments or two pages; '' for nothing."""
    if _of_other_days(one, other) and (overlap.verbatim < SAME_TEXT or overlap.is_feed_item):
        return "different_title_days"
    if overlap.is_feed_item and overlap.verbatim >= SAME_TEXT and overlap.cosine < _STANDING:
        return "standing_text"
    if _is_next_bulletin(one, other, overlap):
        return "next_bulletin"
    return "page_furniture" if overlap.verbatim < SAME_TEXT and _share_formulas(one, overlap) else ""


def _share_formulas(one: Fingerprint, overlap: Overlap) -> bool:
    """Whether two texts share the words of a page, or of a column, and no more."""
    if overlap.verbatim > _FURNITURE and overlap.titles < 0.02 and overlap.leads < 0.3:
        return True
    titles, verbatim, rare = _FEED_FORMULA if overlap.is_feed_item else _PAGE_FORMULA
    alike = overlap.titles >= titles or overlap.rare_words >= rare
    return one.language == "vi" and overlap.verbatim >= verbatim and not alike


def _is_next_bulletin(one: Fingerprint, other: Fingerprint, overlap: Overlap) -> bool:
    """Whether two texts of one form give other figures, or are items of a feed of two days.

    A follow-up of another day repeats names, so that its rare words are as much alike as its words.
    """
    if overlap.is_feed_item:
        same_form = overlap.verbatim >= _FORM_VERBATIM and overlap.rare_words < _FORM_WORDS
        return same_form and tell_of_other_days(one, other)
    few, share = overlap.numbers < _BULLETIN_NUMBERS, overlap.same_numbers
    return not few and share < _BULLETIN_SHARE and _BULLETIN_VERBATIM <= overlap.verbatim < SAME_TEXT


def is_follow_up(one: Fingerprint, other: Fingerprint, overlap: Overlap) -> bool:
    """Whether a text that repeats another has news, figures or a subject of its own."""
    if overlap.numbers >= _FEW_NUMBERS and overlap.same_numbers < _SAME_NUMBERS:
        return True
    if overlap.verbatim >= SAME_TEXT:
        return False
    if one.language == "vi" and overlap.titles < _OTHER_TITLES and overlap.rare_words < _OTHER_WORDS:
        return True
    if overlap.titles > _SAME_TITLES and _differ_by_numbers(one.title, other.title, overlap.is_feed_item):
        return True
    news = one.days[:1] and other.days[:1] and one.days[0] not in other.days and other.days[0] not in one.days
    return bool(news) and overlap.verbatim < _OTHER_DAYS_VERBATIM and overlap.leads < _OTHER_DAYS_LEAD


def _of_other_days(one: Fingerprint, other: Fingerprint) -> bool:
    return bool(one.title_days and other.title_days) and nearest(one.title_days, other.title_days) > 0


def tell_of_other_days(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether each text names the day of its publication or a neighbour of it, and neither the other's."""
    own, others = _own_days(one), _own_days(other)
    return bool(own and others) and own.isdisjoint(others)


def _own_days(fingerprint: Fingerprint) -> set[int]:
    if fingerprint.at is None:
        return set()
    # Days are those of a leap year (pipeline.dates.days_in_text).
    today = datetime.fromtimestamp(fingerprint.at, VIETNAM).replace(year=2024).timetuple().tm_yday
    return {day for day in fingerprint.days if days_apart(day, today) <= 1}


def _differ_by_numbers(title: Hashes, other: Hashes, only: bool) -> bool:
    """Whether each of two titles has a number of its own; `only`: and they differ in nothing else.

    An outlet changes a count in the title of its feed's item, with other words, where the report stays the same.
    """
    own, others = (np.isin(np.setdiff1d(a, b), _number_hashes()) for a, b in ((title, other), (other, title)))
    every = bool(own.all() and others.all())
    return bool(own.any() and others.any()) and (every or not only)


@lru_cache(maxsize=1)
def _number_hashes() -> Hashes:
    """Return the hashes of whole numbers below 10,000, as titles write them."""
    return np.unique(
        hashes([*map(str, range(10_000)), *(f"{n:02}" for n in range(10)), *(f"{n:03}" for n in range(100))])
    )


def nearest(some: tuple[int, ...], others: tuple[int, ...]) -> int:
    """Return the days between the nearest two days of the year."""
    return min(days_apart(a, b) for a in some for b in others)


def count_common(some: Hashes, others: Hashes) -> int:
    """Return the count of numbers that two sorted arrays share."""
    if len(some) > len(others):
        some, others = others, some
    if not len(some):
        return 0
    at = np.minimum(others.searchsorted(some), len(others) - 1)
    return int(np.count_nonzero(others[at] == some))


def _share(some: Hashes, others: Hashes) -> float:
    return count_common(some, others) / max(1, len(some))


def _cosine(some: Hashes, weights: Weights, others: Hashes, other_weights: Weights) -> float:
    if len(some) > len(others) or (len(some) == len(others) and some.tobytes() > others.tobytes()):
        # One order of summing, so that the cosine is the same to the last bit whichever comes first.
        some, weights, others, other_weights = others, other_weights, some, weights
    if not len(some):
        return 0.0
    at = np.minimum(others.searchsorted(some), len(others) - 1)
    shared = others[at] == some
    return float(np.dot(weights[shared], other_weights[at[shared]]))
