"""Stretch of a sentence → whether it is a whole word, or begins within one, by the segmentation of underthesea."""

import re
from functools import lru_cache

from pipeline.text.syllables import is_syllable

_SENTENCE = re.compile(r"[.!?;:…\n]")
# Characters of the sentence on either side of the syllable that are segmented; a long sentence costs too much.
_AROUND = 60


def is_word(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is a whole word: 'đảo' is one in 'đảo Phú Quý', but not in 'đảo ngược'."""
    first, stop = _surroundings(text, start, end)
    return (start - first, end - first) in _word_spans(text[first:stop])


def cuts_words(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] begins within one word and ends within another: 'bảo an' in 'đảm bảo an toàn'.

    One side alone says little: the segmentation joins nouns and names at times, 'biển cà' in 'vùng biển cà ná'. `text`
    is in small letters, since it takes what has capitals for one name.
    """
    first, stop = _surroundings(text, start, end)
    at, after = start - first, end - first
    # Names of firms are no words: 'sunbay ninh'.
    words = [
        (a, b) for a, b in _word_spans(text[first:stop]) if all(map(is_syllable, text[first + a : first + b].split()))
    ]
    return any(a < at < b < after for a, b in words) and any(at < a < after < b for a, b in words)


def _surroundings(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of the sentence around text[start:end], or of the nearest part of a long one."""
    first = max(
        (m.end() for m in _SENTENCE.finditer(text, max(0, start - _AROUND), start)), default=max(0, start - _AROUND)
    )
    last = _SENTENCE.search(text, end, min(len(text), end + _AROUND))
    stop = last.start() if last else min(len(text), end + _AROUND)
    # The cuts are at spaces, not within a syllable.
    while first > 0 and first < start and not text[first - 1].isspace():
        first += 1
    while stop < len(text) and stop > end and not text[stop].isspace():
        stop -= 1
    return first, stop


@lru_cache(maxsize=2048)
def _word_spans(sentence: str) -> frozenset[tuple[int, int]]:
    from underthesea import word_tokenize

    spans: set[tuple[int, int]] = set()
    end = 0
    for word in word_tokenize(sentence):
        start = sentence.find(word, end)
        if start < 0:
            # The tokenizer rewrites some punctuation: such a word has no span.
            continue
        end = start + len(word)
        spans.add((start, end))
    return frozenset(spans)
