"""A text → its words as they are searched for, and where each stands."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.text import scripts
from pipeline.text.normalize import match_key, normalise, strip_diacritics

#: Scripts that put no space between words, as ranges of a regular expression: each character is a word there, and
#: several in a row are searched as a phrase.
UNSPACED = (
    f"{scripts.THAI}{scripts.LAO}{scripts.MYANMAR}{scripts.KHMER}{scripts.ASSIGNED_KANA}"
    f"{scripts.HAN_EXTENSION_A}{scripts.HAN_UNIFIED}{scripts.HAN_COMPATIBILITY}{scripts.HAN_SUPPLEMENTARY}"
)
#: Characters of a word and of a name: what is longer is no word (an address, a picture as text) and goes on as the
#: next one. PostgreSQL keeps none of more than 2,046 bytes.
_WORD, _NAME = 100, 400


class Word(NamedTuple):
    """One word: as it is written, in small letters with one placement of the tone mark, and without its diacritics."""

    exact: str
    folded: str
    #: characters into the normalised text, end exclusive
    start: int
    end: int


def tokenize(text: str) -> list[Word]:
    """Return the words of a text; offsets count characters of `pipeline.text.normalize.normalise(text)`."""
    return tokenize_normalised(normalise(text))


def tokenize_normalised(clean: str) -> list[Word]:
    """Return the words of a text that is normalised already."""
    return [Word(match[0], fold(match[0]), *match.span()) for match in _pattern().finditer(match_key(clean))]


def exact_words(text: str) -> list[str]:
    """Return the words of a text as `words` does, exact ones only: several times as fast."""
    return _pattern().findall(match_key(normalise(text)))


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Return a word without its diacritics, 'đ' as 'd'; the length stays the same."""
    return strip_diacritics(word)


@lru_cache(maxsize=10_000)
def join_tokens(text: str) -> str:
    """Return a name as one word that is searched as a whole: 'Cà Ná' and 'ca-na' are both 'ca_na'."""
    return "_".join(word.folded for word in tokenize(text))[:_NAME].rstrip("_")


def cap_tokens(found: Sequence[str], places: int) -> Iterator[tuple[int, str]]:
    """Yield (place, word) for the first `places` of each word."""
    seen: Counter[str] = Counter()
    for place, word in enumerate(found):
        seen[word] += 1
        if seen[word] <= places:
            yield place, word


@cache
def _pattern() -> re.Pattern[str]:
    # Marks that no letter has taken up (Devanagari, Arabic, a stray accent) belong to the word they stand in.
    marks = [c for c in map(chr, range(0x300, min(sys.maxunicode, 0xFFFF))) if unicodedata.category(c)[0] == "M"]
    inside = "".join(marks)
    letter = rf"[^\W_{UNSPACED}]"
    return re.compile(rf"[{UNSPACED}]|{letter}(?:{letter}|[{inside}]){{0,{_WORD - 1}}}")
