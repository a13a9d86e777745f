"""Stretch of a text → whether it is written as part of a name: 'ông Thắng', 'Sở Nông nghiệp và Phát triển'."""

import re

from pipeline.tagging.topics import UNACCENTED
from pipeline.text.normalize import match_key, with_stripped

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
#: The words by which Vietnamese companies call themselves after their trade; in key form
_TRADE = r"(?:phát triển|đầu tư|hợp tác|hỗ trợ|thương mại|dịch vụ|xây dựng|sản xuất)"
_IS_TRADE = with_stripped(_TRADE)
#: A company's legal form, and the trades between it and the word: 'công ty cổ phần đầu tư và '
_COMPANY = with_stripped(
    r"(?:công ty|cty)\s+(?:tnhh|cổ phần|cp|trách nhiệm hữu hạn)(?:\s+(?:mtv|(?:một|1|hai|2) thành viên))?"
    rf"(?:[\s,&-]+(?:{_TRADE}|và))*[\s,&-]+$"
)


def is_in_name(text: str, start: int, end: int, language: str) -> bool:
    """Whether text[start:end] is part of a name by its capitals, or by its place in the name of a company.

    A capital counts that neither the sentence nor the style of the line explains. `language` is a code of topics.toml
    or UNACCENTED. Capitals say nothing in languages without them or with capital nouns.
    """
    word = text[start:end]
    if language in ("vi", UNACCENTED) and _follows_legal_form(text, start, word):
        return True
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


def _follows_legal_form(text: str, start: int, word: str) -> bool:
    """Whether a word of trade stands in the name of a company, which capitals do not show where all is capital."""
    return bool(
        _IS_TRADE.fullmatch(match_key(word)) and _COMPANY.search(match_key(text[max(0, start - _AROUND) : start]))
    )
