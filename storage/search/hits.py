"""An article that a search found → its title and some words around what was found, with the words highlighted."""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from pipeline.records import Highlighted, Item, SearchHit
from pipeline.records.translations import ItemTranslation
from pipeline.text.normalize import match_key, normalise, strip_diacritics
from pipeline.text.search_tokens import UNSPACED
from storage.search.tree import Words

#: Characters of a snippet before and after the first match.
_BEFORE, _AFTER = 60, 180


@lru_cache(maxsize=256)
def word_pattern(words: Words) -> re.Pattern[str]:
    """Return a pattern that finds words in the output of `pipeline.text.normalize.match_key`."""
    patterns = [re.escape(word) if words.exact else _with_diacritics(word) for word in words.words]
    first, last = words.words[0], words.words[-1]
    # A pattern that begins with a letter is much faster than one that begins with a lookbehind.
    start = patterns[0] + ("" if _is_unspaced(first) else rf"(?<![^\W_]{patterns[0]})")
    end = "" if _is_unspaced(last) or words.prefix else r"(?![^\W_])"
    return re.compile(r"[\W_]*".join((start, *patterns[1:])) + end)


def _with_diacritics(word: str) -> str:
    """Return a pattern for a word with any diacritics: several times as fast as stripping them from the whole text."""
    return "".join(f"[{letter}{more}]" if (more := _diacritics().get(letter)) else re.escape(letter) for letter in word)


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


def search_hit(item: Item, translation: ItemTranslation | None, words: Sequence[Words], score: int) -> SearchHit:
    """Return a hit with the words of the query highlighted, in the article and in its translation."""
    title, snippet = _mark_title(item.article.title, words), _snippet(item.article.text, words)
    if translation is None or not translation.texts:
        return SearchHit(item, title, snippet, score)
    own_title, body = _translated_texts(translation)
    return SearchHit(
        item,
        title,
        snippet,
        score,
        translation,
        _mark_title(own_title, words) if own_title else None,
        _snippet(body, words) if body else None,
    )


def with_translated_texts(title: str, text: str, translation: ItemTranslation | None) -> tuple[str, str]:
    """Return title and text of an article, each followed by its translation."""
    translated = ("", "") if translation is None else _translated_texts(translation)
    return f"{title}\n{translated[0]}", f"{text}\n{translated[1]}"


def _translated_texts(translation: ItemTranslation) -> tuple[str, str]:
    """Return the translated title, and the longest of the other translated texts: it holds what the others say."""
    texts = {part: shown.text for part, shown in translation.texts.items()}
    return texts.get("title", ""), texts.get("text") or texts.get("excerpt") or texts.get("lead", "")


def _mark_title(text: str, words: Sequence[Words]) -> Highlighted:
    title = normalise(text)
    return Highlighted(title, _find_spans(match_key(title), words))


def _snippet(text: str, words_of_query: Sequence[Words]) -> Highlighted:
    """Return the text around the first match of the rarest word, or the beginning of the text."""
    body = normalise(text)
    in_text = [words for words in words_of_query if not words.only_title]
    key = match_key(body)
    matches = [spans for words in in_text if (spans := _find_spans(key, [words]))]
    at = min(matches, key=len)[0][0] if matches else 0
    start = max(0, at - _BEFORE)
    if start:
        start = next((m.end() for m in re.finditer(r"\s", body[start:at])), 0) + start
    cut = body[start : at + _AFTER]
    if at + _AFTER < len(body) and " " in cut:
        cut = cut[: cut.rindex(" ")]
    inside = {(a - start, b - start) for spans in matches for a, b in spans if a >= start and b <= start + len(cut)}
    return Highlighted(cut.replace("\n", " "), _merge_spans(inside))


def _find_spans(key: str, words_to_find: Iterable[Words]) -> tuple[tuple[int, int], ...]:
    return _merge_spans({match.span() for words in words_to_find for match in word_pattern(words).finditer(key)})


def _merge_spans(spans: set[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
