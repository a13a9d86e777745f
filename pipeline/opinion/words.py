"""Title and lead → the weight of each of their words, as inverse document frequency has it."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")


class WordPlace(NamedTuple):
    """One occurrence of a word or of a pair of neighbouring words, in small letters."""

    word: str
    start: int
    end: int


def find_words(text: str) -> Iterator[WordPlace]:
    """Yield the words of a text, and its pairs of words: a Vietnamese word is often two syllables."""
    before: re.Match[str] | None = None
    for found in _WORD.finditer(text.lower()):
        yield WordPlace(found[0], found.start(), found.end())
        if before is not None:
            yield WordPlace(f"{before[0]} {found[0]}", before.start(), found.end())
        before = found


def weigh_words(text: str, idf: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of every word of `idf` that stands in a text; together they have length 1."""
    counts = Counter(place.word for place in find_words(text) if place.word in idf)
    weights = {word: (1 + math.log(count)) * idf[word] for word, count in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {word: weight / length for word, weight in weights.items()} if length else {}
