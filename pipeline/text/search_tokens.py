"""Text → the tokens under which it is searched, each with its offsets."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.text import scripts
from pipeline.text.normalize import match_key, normalise, strip_diacritics

#: ranges of the scripts without spaces: each character is a token, and several in a row are searched as a phrase
UNSPACED = (
    f"{scripts.THAI}{scripts.LAO}{scripts.MYANMAR}{scripts.KHMER}{scripts.ASSIGNED_KANA}"
    f"{scripts.HAN_EXTENSION_A}{scripts.HAN_UNIFIED}{scripts.HAN_COMPATIBILITY}{scripts.HAN_SUPPLEMENTARY}"
)
# Characters of a word and of a joined name at most. A longer string (an address, a picture as text) goes on as the next
# word; PostgreSQL keeps no word of more than 2,046 bytes.
_LONGEST_WORD, _LONGEST_NAME = 100, 400


class Word(NamedTuple):
    """A word of a text: in lower case with one place of the tone mark, and without diacritics."""

    exact: str
    folded: str
    #: offsets in the normalised text, end exclusive
    start: int
    end: int


def tokenize(text: str) -> list[Word]:
    """Return the words of a text; offsets count in `normalise(text)`."""
    return tokenize_normalised(normalise(text))


def tokenize_normalised(clean: str) -> list[Word]:
    """Return the words of a normalised text."""
    return [Word(match[0], fold(match[0]), *match.span()) for match in _pattern().finditer(match_key(clean))]


def exact_words(text: str) -> list[str]:
    """Return the exact forms of `tokenize(text)`, several times as fast."""
    return _pattern().findall(match_key(normalise(text)))


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Return a word without its diacritics, 'đ' as 'd'; the length stays the same."""
    return strip_diacritics(word)


@lru_cache(maxsize=10_000)
def join_tokens(text: str) -> str:
    """Return a name as one token: 'Cà Ná' and 'ca-na' are both 'ca_na'."""
    return "_".join(word.folded for word in tokenize(text))[:_LONGEST_NAME].rstrip("_")


def cap_tokens(words: Sequence[str], most: int) -> Iterator[tuple[int, str]]:
    """Yield (position, word) for the first `most` occurrences of each word."""
    counts: Counter[str] = Counter()
    for position, word in enumerate(words):
        counts[word] += 1
        if counts[word] <= most:
            yield position, word


@cache
def _pattern() -> re.Pattern[str]:
    # Marks that do not compose with a letter (Devanagari, Arabic, a stray accent) belong to their word.
    marks = [c for c in map(chr, range(0x300, min(sys.maxunicode, 0xFFFF))) if unicodedata.category(c)[0] == "M"]
    inside = "".join(marks)
    letter = rf"[^\W_{UNSPACED}]"
    return re.compile(rf"[{UNSPACED}]|{letter}(?:{letter}|[{inside}]){{0,{_LONGEST_WORD - 1}}}")
