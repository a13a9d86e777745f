"""Syllable in its sentence → whether it is a whole word, by the segmentation of underthesea."""

import re
from functools import lru_cache

_SENTENCE = re.compile(r"[.!?;:…\n]")
# Characters of the sentence on either side of the syllable that are segmented; a long sentence costs too much.
_AROUND = 60


def is_word(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is a whole word: 'đảo' is one in 'đảo Phú Quý', but not in 'đảo ngược'."""
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
    return (start - first, end - first) in _word_spans(text[first:stop])


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
