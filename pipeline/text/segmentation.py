"""Stretch of a sentence → whether it is a whole word, or begins within one, by the segmentation of underthesea."""

import re
from functools import lru_cache

_SENTENCE = re.compile(r"[.!?;:…\n]")
# Characters of the sentence on either side of the syllable that are segmented; a long sentence costs too much.
_AROUND = 60


def is_word(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is a whole word: 'đảo' is one in 'đảo Phú Quý', but not in 'đảo ngược'."""
    first, stop = _surroundings(text, start, end)
    return (start - first, end - first) in _word_spans(text[first:stop])


def starts_within_word(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] begins in the middle of a word: 'ninh thuận' in 'an ninh thuận lợi'.

    `text` is in small letters: the segmentation takes what has capitals for one name.
    """
    first, stop = _surroundings(text, start, end)
    at = start - first
    return any(begin < at < stop for begin, stop in _word_spans(text[first:stop]))


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
