"""Words of a report → whether they stand in a text, whatever its case, white space, quotes and dashes.

Diacritics count: without them other words would be found.
"""

import re
import unicodedata
from functools import lru_cache

from pipeline.text.invisible import strip_invisible
from pipeline.text.normalize import match_key

#: Characters of a sentence that "…" in a phrase may stand for.
_GAP = 80
_BETWEEN = re.compile(r"\s*(?:…|\.\.\.)\s*")
_QUOTES = str.maketrans("", "", "\"'")
_DASH = re.compile(r"\s*-\s*")


def folded(text: str) -> str:
    """Return a text for comparison: lower case, single spaces, no quotation marks, dashes without spaces around."""
    # Not `normalise`: of a few words it might think that they are in an old encoding.
    plain = match_key(unicodedata.normalize("NFC", strip_invisible(text))).translate(_QUOTES)
    return _DASH.sub("-", " ".join(plain.split()))


@lru_cache(maxsize=256)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    each = [
        rf"[^.!?;]{{1,{_GAP}}}?".join(re.escape(part) for part in _BETWEEN.split(folded(phrase)) if part)
        for phrase in phrases
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)")


def found_phrases(text: str, phrases: tuple[str, ...]) -> frozenset[str]:
    """Return what stands in a text of phrases in which "…" is for some words of one sentence, as it stands, folded."""
    if not phrases:
        return frozenset()
    return frozenset(match[0] for match in _pattern(phrases).finditer(folded(text)))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded, without punctuation."""
    return tuple(re.findall(r"\w+", folded(text)))


def likeness(one: str, other: str) -> float:
    """Return how alike two titles are: the share of their words that both have, 0 to 1."""
    return share(frozenset(words_of(one)), frozenset(words_of(other)))


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """Return which share of the words of two titles both have, 0 to 1; 0 where one has none."""
    return len(one & other) / len(one | other) if one and other else 0.0
