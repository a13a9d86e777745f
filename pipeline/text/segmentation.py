"""A syllable in its sentence → whether it is a word of its own, by underthesea's segmentation."""

import re
from functools import lru_cache

_SENTENCE = re.compile(r"[.!?;:…\n]")
#: characters of a sentence that are segmented around the syllable; a whole long one costs too much
_AROUND = 60


def is_word(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] stands as a word: 'đảo' in 'đảo Phú Quý', not in 'đảo ngược'."""
    first = max(
        (m.end() for m in _SENTENCE.finditer(text, max(0, start - _AROUND), start)), default=max(0, start - _AROUND)
    )
    last = _SENTENCE.search(text, end, min(len(text), end + _AROUND))
    stop = last.start() if last else min(len(text), end + _AROUND)
    # Cut at spaces, so that no syllable is torn.
    while first > 0 and first < start and not text[first - 1].isspace():
        first += 1
    while stop < len(text) and stop > end and not text[stop].isspace():
        stop -= 1
    return (start - first, end - first) in _words(text[first:stop])


@lru_cache(maxsize=2048)
def _words(sentence: str) -> frozenset[tuple[int, int]]:
    from underthesea import word_tokenize

    spans: set[tuple[int, int]] = set()
    at = 0
    for word in word_tokenize(sentence):
        found = sentence.find(word, at)
        if found < 0:
            # The tokenizer rewrites some punctuation; such a word is found again after the next one.
            continue
        at = found + len(word)
        spans.add((found, at))
    return frozenset(spans)
