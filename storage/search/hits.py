"""An article that a search found → its title and some words around what was found, with the words highlighted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from pipeline.records import Highlighted, SearchHit
from pipeline.records.translations import ItemTranslation
from pipeline.text.normalize import TONES, match_key, normalise, strip_diacritics
from pipeline.text.search_tokens import UNSPACED
from storage.search.found_articles import FoundArticle
from storage.search.tree import Words

#: Characters of a snippet before and after the first match.
_BEFORE, _AFTER = 60, 180
#: Places of a word that are found at once.
_AT_ONCE = 4
_BLANK = re.compile(r"\s")
#: Letters that a match key turns into others than their small letter, or into several.
_KEYED = "ʼёЁİΣ"
#: Letters that stand in Vietnamese without diacritics.
_CONSONANTS = "bcfghjklmnpqrstvwxz"
#: Capitals that are not `str.upper` of their small letter.
_OTHER_CAPITALS = {"ß": "ẞ", "θ": "ϴ"}
#: Rhymes of a match key, by how else they may be written, and all that may be either.
_WRITTEN = {new: old for old, new in TONES.items()}
_RHYME = re.compile("|".join([*TONES, *_WRITTEN]))


@lru_cache(maxsize=512)
def _word_pattern(words: Words, letter: str = "") -> re.Pattern[str]:
    """Return a pattern that finds words in a text as `SearchedText` keeps it for them.

    With `letter` folded words begin with just that letter, which Python finds several times as fast as one of a choice.
    """
    patterns = [_exact(word) if words.exact else _with_diacritics(word) for word in words.words]
    first, last = words.words[0], words.words[-1]
    if letter:
        patterns[0] = letter + _with_diacritics(first[1:])
    # A pattern that begins with a letter is much faster than one that begins with a lookbehind.
    start = patterns[0] + ("" if _is_unspaced(first) else rf"(?<![^\W_]{patterns[0]})")
    end = "" if _is_unspaced(last) or words.prefix else r"(?![^\W_])"
    return re.compile(r"[\W_]*".join((start, *patterns[1:])) + end)


class SearchedText:
    """A normalised text in which words are found where they stand in its match key (pipeline.text.normalize).

    The key itself is hardly ever made, since it takes as long as to find several words: the patterns allow for both
    places of a tone mark, those of folded words for capitals too, and other punctuation is no letter either.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._small: str | None = None
        if any(letter in text for letter in _KEYED):
            self._text = self._small = match_key(text)

    def find(self, words: Words) -> Iterator[re.Match[str]]:
        """Return an iterator of the places of words, from the first on."""
        if self._small is None:
            self._small = self._text.lower()
        if words.exact:
            return _word_pattern(words).finditer(self._small)
        letter = words.words[0][0]
        if letter in _CONSONANTS and not any(other in self._small for other in _diacritics().get(letter, "")):
            return _word_pattern(words, letter).finditer(self._small)
        return _word_pattern(words).finditer(self._text)


def _exact(word: str) -> str:
    """Return a pattern for a word of a match key, its tone mark in either place."""
    parts, last = [], 0
    for rhyme in _RHYME.finditer(word):
        closed = r"(?=[^\W\d_])" if rhyme[0] in TONES else ""
        old = _WRITTEN.get(rhyme[0])
        other = rf"|{old}(?![^\W\d_])" if old is not None else ""
        parts += [re.escape(word[last : rhyme.start()]), f"(?:{rhyme[0]}{closed}{other})"]
        last = rhyme.end()
    return "".join([*parts, re.escape(word[last:])])


def _with_diacritics(word: str) -> str:
    """Return a pattern for a word with any diacritics: several times as fast as stripping them from the whole text."""
    return "".join(_one_of("".join(map(_cases, letter + _diacritics().get(letter, "")))) for letter in word)


def _one_of(letters: str) -> str:
    return re.escape(letters) if len(letters) == 1 else f"[{re.escape(letters)}]"


def _cases(letter: str) -> str:
    """Return the letters whose small letter is this one."""
    others = {letter.upper(), letter.title(), *_OTHER_CAPITALS.get(letter, "")}
    return letter + "".join(sorted(other for other in others if other != letter and other.lower() == letter))


@cache
def _diacritics() -> dict[str, str]:
    """Return by plain letter the letters that `pipeline.text.normalize.strip_diacritics` reduces to it."""
    variants: dict[str, str] = {}
    for letter in map(chr, range(0x80, 0x2000)):
        if letter == letter.lower() and (plain := strip_diacritics(letter)) != letter:
            variants[plain] = variants.get(plain, "") + letter
    return variants


def _is_unspaced(word: str) -> bool:
    return re.match(f"[{UNSPACED}]", word) is not None


def search_hit(
    found: FoundArticle, translation: ItemTranslation | None, words: Sequence[Words], score: int
) -> SearchHit:
    """Return a hit with the words of the query highlighted, in the article and in its translation."""
    item = found.item
    title, snippet = mark_title(item.title, words), cut_snippet(found.text, words)
    if translation is None or not translation.texts:
        return SearchHit(item, title, snippet, score)
    own_title, body = _translated_texts(translation)
    return SearchHit(
        item,
        title,
        snippet,
        score,
        translation,
        mark_title(own_title, words) if own_title else None,
        cut_snippet(body, words) if body else None,
    )


def with_translated_texts(title: str, text: str, translation: ItemTranslation | None) -> tuple[str, str]:
    """Return title and text of an article, each followed by its translation."""
    translated = ("", "") if translation is None else _translated_texts(translation)
    return f"{title}\n{translated[0]}", f"{text}\n{translated[1]}"


def _translated_texts(translation: ItemTranslation) -> tuple[str, str]:
    """Return the translated title, and the longest of the other translated texts: it holds what the others say."""
    texts = {part: shown.text for part, shown in translation.texts.items()}
    return texts.get("title", ""), texts.get("text") or texts.get("excerpt") or texts.get("lead", "")


def mark_title(text: str, words_of_query: Sequence[Words]) -> Highlighted:
    """Return a title, normalised, with the words of a query highlighted."""
    title = normalise(text)
    searched = SearchedText(title)
    found = {match.span() for words in words_of_query for match in searched.find(words)}
    return Highlighted(title, _merge_spans(found))


def cut_snippet(text: str, words_of_query: Sequence[Words]) -> Highlighted:
    """Return the text around the first match of the rarest word, or the beginning of the text."""
    body = normalise(text)
    searched = SearchedText(body)
    in_text = [words for words in words_of_query if not words.only_title]
    everywhere = [_Found([], searched.find(words)) for words in in_text]
    words_found = [found for found in everywhere if found.find(1)]
    at = _rarest(words_found).spans[0][0] if words_found else 0
    start = max(0, at - _BEFORE)
    if start and (blank := _BLANK.search(body, start, at)):
        start = blank.end()
    cut = body[start : at + _AFTER]
    if at + _AFTER < len(body) and " " in cut:
        cut = cut[: cut.rindex(" ")]
    end = start + len(cut)
    inside = {(a - start, b - start) for found in words_found for a, b in found.until(end) if a >= start and b <= end}
    return Highlighted(cut.replace("\n", " "), _merge_spans(inside))


@dataclass(slots=True)
class _Found:
    """The places in a text where a word stands: those found so far, and what finds the others."""

    spans: list[tuple[int, int]]
    rest: Iterator[re.Match[str]]

    def find(self, many: int) -> int:
        """Find at most so many places more; return how many there were."""
        more = [match.span() for match in islice(self.rest, many)]
        self.spans += more
        return len(more)

    def until(self, end: int) -> list[tuple[int, int]]:
        """Return the places found so far, and all others that begin before `end`."""
        while self.spans[-1][0] < end and self.find(_AT_ONCE):
            pass
        return self.spans


def _rarest(words_found: Sequence[_Found]) -> _Found:
    """Return what is found least often, the first of equals, without finding the others to the end."""
    if len(words_found) == 1:
        return words_found[0]
    bound = _AT_ONCE
    while True:
        for found in words_found:
            found.find(bound - len(found.spans))
        if ended := [found for found in words_found if len(found.spans) < bound]:
            return min(ended, key=lambda found: len(found.spans))
        bound *= 2


def _merge_spans(spans: set[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
