"""Stretch of a text → whether it is written as part of a name: 'ông Thắng', 'Sở Nông nghiệp và Phát triển'."""

import re

from pipeline.tagging.topics import UNACCENTED

#: Languages that write common nouns small, so that a capital within a sentence begins a name. German does not.
_SMALL_NOUNS = frozenset({"vi", UNACCENTED, "en", "fr", "es", "ru"})
#: Characters on either side of a word whose capitals are compared with its own
_AROUND = 80
_WORD = re.compile(r"[^\W\d_]+")
#: What stands before the first word of a sentence, of a quotation or of a part of a headline
_OPENING = re.compile(r"(?:^|[.!?:;…\"'“”‘’«»(\[|/–—•*\n-])\s*$")
#: Share of the words around with capitals from which on capitals say nothing: a headline in title case
_TITLE_CASE = 0.75
#: Letters of the longest words that titles in title case write small: 'and', 'with'
_SMALL_WORD = 3


def is_in_name(text: str, start: int, end: int, language: str) -> bool:
    """Whether text[start:end] begins with a capital that neither the sentence nor the style of the line explains.

    `language` is a code of topics.toml or UNACCENTED. False for languages without capitals or with capital nouns.
    """
    word = text[start:end]
    if language not in _SMALL_NOUNS or not word[0].isupper() or word.isupper():
        return False
    if _OPENING.search(text[max(0, start - 3) : start]):
        return False
    before = _WORD.findall(text[max(0, start - _AROUND) : start])
    after = _WORD.findall(text[end : end + _AROUND])
    # The words of the name itself say nothing of the style of the line.
    while before and before[-1][0].isupper():
        before.pop()
    while after and after[0][0].isupper():
        after.pop(0)
    least = 1 if language == "vi" else _SMALL_WORD + 1
    others = [w[0].isupper() for w in (*before, *after) if len(w) >= least]
    return bool(others) and sum(others) < _TITLE_CASE * len(others)
