"""Titles and snippets of hits on hostile text: just as a plain and slow reading of the whole text marks them."""

import random
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import pytest

from pipeline.records import Highlighted
from pipeline.text.normalize import match_key, normalise, strip_diacritics
from pipeline.text.search_tokens import UNSPACED
from storage.search.hits import SearchedText, cut_snippet, mark_title
from storage.search.parser import QueryError, parse
from storage.search.tree import Words, asked_words

_DRAW = random.Random(22)
_SYLLABLES = """
điện gió hoà hòa hoàn HOÀ Hòa thuỷ thủy THUỶ THỦY quý quí khoẻ khỏe khoẻn oà òa OÀ uỳ ùy xoè xòe toà tòan ngoá muối
Muối MUỐI Cà Ná CÀ NÁ đảo đạo ĐẠO Đ đ ð Ð ɖ người NGƯỜI đồng a A o ß ẞ θ ϴ ΑΣ ας Σ σίγμα İzmir ı I ſ ﬁ Dž dž DŽ K Å Ω
ёлка Ёж ель xао ВАК 'oʼa oàʼ ʼ hoàʼn O'Reilly 1oà oà1 uỷ2 _oà oà_ a_b naïve Ǆ
"""
_FOREIGN = """
风电项目 位于 宁顺省 核电站 ភាសាខ្មែរ ខេត្ត ສະບາຍດີ ລາວ ภาษาไทย น้ำ မြန်မာ カナ かな がく 한국어 원전 हिन्दी क्षेत्र العربية
فارسی\u200cها 𠀀𠀁 e\u0301\u0323 o\u0302\u0300a \u0301 🙂👩\u200d🚀
"""
_BETWEEN = (
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\t",
    "\xa0",
    "\r\n",
    "\u200b",
    "-",
    "–",
    " “",
    "” ",
    "‘",
    "’",
    "_",
    ". ",
    ", ",
    "",
)
_QUERIES = (
    'hoa "hoà" =hoa thuy thủy quy* "ca na" điện "dien gio" NEAR(dien gio, 3)',
    "oà òa uỳ hoàn toà khoẻ khoe xoe hoà* oa* title:hoa title:đảo",
    "风电项目 ខ្មែរ ສະ ภาษา น้ำ မြန် カナ 한국어 हिन्दी العربية 𠀀𠀁 '风电 项目'",
    "ß θ σίγμα ας izmir ı i dž k å ω елка ёлка xao BAK naive naïve oʼa a b 1oa oa1 đ d",
)


@cache
def variants() -> dict[str, str]:
    found: dict[str, str] = {}
    for other in map(chr, range(0x80, 0x2000)):
        if other == other.lower() and (base := strip_diacritics(other)) != other:
            found[base] = found.get(base, "") + other
    return found


@cache
def plain_pattern(words: Words) -> re.Pattern[str]:
    """Return a pattern of words in a match key; each folded letter stands for all that are stripped to it."""

    def one(word: str) -> str:
        if words.exact:
            return re.escape(word)
        return "".join(f"[{re.escape(letter + variants().get(letter, ''))}]" for letter in word)

    def unspaced(word: str) -> bool:
        return re.match(f"[{UNSPACED}]", word) is not None

    begin = "" if unspaced(words.words[0]) else r"(?<![^\W_])"
    end = "" if unspaced(words.words[-1]) or words.prefix else r"(?![^\W_])"
    return re.compile(begin + r"[\W_]*".join(map(one, words.words)) + end)


def plain_spans(key: str, words: Words) -> list[tuple[int, int]]:
    return [match.span() for match in plain_pattern(words).finditer(key)]


def merged(spans: set[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def plain_title(text: str, asked: Sequence[Words]) -> Highlighted:
    title = normalise(text)
    return Highlighted(title, merged({span for words in asked for span in plain_spans(match_key(title), words)}))


def plain_snippet(text: str, asked: Sequence[Words]) -> Highlighted:
    """Cut a snippet out of a text as the search did when it folded the whole text and found every place."""
    body = normalise(text)
    key = match_key(body)
    everywhere = [spans for words in asked if not words.only_title and (spans := plain_spans(key, words))]
    at = min(everywhere, key=len)[0][0] if everywhere else 0
    start = max(0, at - 60)
    if start:
        start += next((m.end() for m in re.finditer(r"\s", body[start:at])), 0)
    cut = body[start : at + 180]
    if at + 180 < len(body) and " " in cut:
        cut = cut[: cut.rindex(" ")]
    inside = {(a - start, b - start) for spans in everywhere for a, b in spans if a >= start and b <= start + len(cut)}
    return Highlighted(cut.replace("\n", " "), merged(inside))


def queries() -> list[list[Words]]:
    found = []
    for line in _QUERIES:
        for part in re.findall(r'NEAR\([^)]*\)|"[^"]*"|\S+', line):
            try:
                found.append(list(asked_words(parse(part))))
            except QueryError:
                continue
    return found


def hostile_text(length: int) -> str:
    pool = _DRAW.choice((_SYLLABLES, _SYLLABLES + _FOREIGN, _FOREIGN)).split()
    text = "".join(_DRAW.choice(pool) + _DRAW.choice(_BETWEEN) for _ in range(length))
    return unicodedata.normalize(_DRAW.choice(("NFC", "NFC", "NFD")), text)


ASKED = queries()


def test_queries_are_understood() -> None:
    assert len(ASKED) > 50
    assert {words.exact for asked in ASKED for words in asked} == {True, False}


@pytest.mark.parametrize("length", [1, 4, 15, 60, 400])
def test_hostile_texts_are_marked_as_by_reading_all_of_them(length: int) -> None:
    marked = 0
    for _ in range(40 if length < 100 else 8):
        text = hostile_text(length)
        asked = [words for some in _DRAW.sample(ASKED, 3) for words in some]
        for some in (asked, asked[:1], [*asked, *asked[:1]]):
            assert cut_snippet(text, some) == plain_snippet(text, some), (text, some)
            found = mark_title(text, some)
            assert found == plain_title(text, some), (text, some)
            marked += len(found.spans)
    assert marked


def test_each_word_is_found_alone_where_it_stands_in_the_match_key() -> None:
    text = normalise(hostile_text(600) + _SYLLABLES + _FOREIGN)
    key, searched = match_key(text), SearchedText(text)
    for asked in ASKED:
        for words in asked:
            assert [match.span() for match in searched.find(words)] == plain_spans(key, words), words


def test_every_letter_is_found_in_capitals_and_small() -> None:
    for code in (*range(0x41, 0x2000), 0x212A, 0x212B, 0x2126, *range(0x2C00, 0x2E00), *range(0xA640, 0xA800)):
        letter = normalise(chr(code))
        if not letter or not letter.isalpha():
            continue
        text = f"x {letter} {letter.upper()} {letter.lower()} y"
        key = match_key(text)
        for exact in (True, False):
            word = match_key(letter)
            words = Words((word if exact else strip_diacritics(word),), exact)
            assert [m.span() for m in SearchedText(text).find(words)] == plain_spans(key, words), (letter, words)


def test_a_word_cut_within_a_rhyme_is_found_only_where_letters_follow() -> None:
    words = Words(("hoà",), exact=True, prefix=True)
    text = "hoàn hoà HOÀN"
    assert (
        [m.span() for m in SearchedText(text).find(words)] == plain_spans(match_key(text), words) == [(0, 3), (9, 12)]
    )


def test_a_huge_text() -> None:
    text = "đầu “dòng” " * 9_000 + "Chợt có nhà máy muối. " + "cuối – dòng " * 9_000
    asked = list(asked_words(parse('dong "nha may"')))
    assert cut_snippet(text, asked) == plain_snippet(text, asked)
    assert "nhà máy" in cut_snippet(text, asked).text
