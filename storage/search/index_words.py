"""An article → the words that stand for it in the search index, as FTS5 streams or as a PostgreSQL tsvector.

Both databases keep the same words at the same places, within the limits of PostgreSQL: it keeps 255 places of a word,
and counts places to 16,383. The longest article measured (pipeline.text.normalize.MAX_TEXT) has some 14,000 words.
"""

import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from pipeline.records import Tags
from pipeline.records.translations import ItemTranslation
from pipeline.tables.facts import ARCHIVE
from pipeline.text.search_tokens import cap_tokens, exact_words, fold, join_tokens
from storage.search.compiler import EXACT, mark_word, quote, spans_of

#: Words of a title that are indexed, and places kept of one word.
_TITLE_WORDS, _TITLE_PLACES = 1_000, 50
#: Words of a text that are indexed, and places kept of one word.
_TEXT_WORDS, _TEXT_PLACES = 15_000, 200
#: Bytes of a text's words: PostgreSQL keeps a megabyte of them, folded, exact and their places.
_TEXT_BYTES = 400_000
#: Places between the last word of a title and the first of its text, and before those of a translation: more than
#: NEAR ever spans.
_GAP = 100
#: Stands for a word that is left out, and between a text and its translation, so that the places of others are right.
_LEFT_OUT = "_"


class IndexWords(NamedTuple):
    """The words of an article as they are written, in small letters."""

    title: list[str]
    text: list[str]


def index_words(title: str, text: str, translation: ItemTranslation | None = None) -> IndexWords:
    """Return the words of an article that are indexed, those of its translation after its own."""
    texts = {} if translation is None else {part: shown.text for part, shown in translation.texts.items()}
    translated = "\n".join(text for part, text in sorted(texts.items()) if part != "title")
    return IndexWords(
        _joined(exact_words(title)[:_TITLE_WORDS], exact_words(texts.get("title", "")))[:_TITLE_WORDS],
        _within_bytes(_joined(exact_words(text)[:_TEXT_WORDS], exact_words(translated))[:_TEXT_WORDS]),
    )


def _joined(words: list[str], translated: list[str]) -> list[str]:
    """Return words and translated words, so far apart that no phrase and no NEAR spans both."""
    return [*words, *[_LEFT_OUT] * _GAP, *translated] if translated else words


def _within_bytes(words: list[str]) -> list[str]:
    if 4 * sum(map(len, words)) > _TEXT_BYTES:
        sizes = accumulate(len(word.encode()) for word in words)
        return [word for word, size in zip(words, sizes, strict=True) if size <= _TEXT_BYTES]
    return words


def index_marks(
    source_id: str, outlet: str, tags: Tags, translation: ItemTranslation | None = None, *, archived: bool = False
) -> str:
    """Return the marks of an article, sorted and with blanks between: outlet, language, topics, places and so on.

    `archived`: whether an archive had it first; one that a collection found has no mark of that. One mark changes with
    the texts of a translation: it says of which the index has the words.
    """
    fields = {("outlet", source_id), ("outlet", outlet), ("lang", tags.language)}
    fields |= {("lang", tags.language.split("-")[0]), ("relevance", tags.relevance), ("tone", tags.tone)}
    fields |= {("topic", topic.id) for topic in tags.topics}
    fields |= {("place", name) for place in tags.places for name in (place.id, place.name, place.unit)}
    if archived:
        fields.add(("provenance", ARCHIVE))
    marks = {mark_word(field, value) for field, name in fields if (value := join_tokens(name))}
    if translation is not None and translation.texts:
        texts = "\n".join(f"{part} {shown.text}" for part, shown in sorted(translation.texts.items()))
        marks.add(mark_word("translated", f"{zlib.crc32(texts.encode('utf-8', 'surrogatepass')):08x}"))
    return " ".join(sorted(marks))


def fts5_columns(words: IndexWords) -> dict[str, str]:
    """Return the columns of the FTS5 table that hold words."""
    return {
        "title": _fts5_stream(list(map(fold, words.title)), _TITLE_PLACES),
        "text": _fts5_stream(list(map(fold, words.text)), _TEXT_PLACES),
        "title_exact": _fts5_stream(words.title, _TITLE_PLACES),
        "text_exact": _fts5_stream(words.text, _TEXT_PLACES),
    }


def _fts5_stream(words: list[str], places: int) -> str:
    """Return words as FTS5 reads them, each at its place."""
    if max(Counter(words).values(), default=0) > places:
        kept = dict(cap_tokens(words, places))
        words = [kept.get(place, _LEFT_OUT) for place in range(len(words))]
    return " ".join(words)


def tsvector(words: IndexWords, marks: str, row_id: int) -> str:
    """Return a tsvector literal: folded and exact words at one place, those of the title of weight A; then the marks.

    `row_id` is the id in search_items, whose spans of time are marks too.
    """
    places: dict[str, list[str]] = {}
    parts: tuple[tuple[Sequence[str], int, int, str], ...] = (
        (words.title, 1, _TITLE_PLACES, "A"),
        (words.text, len(words.title) + _GAP, _TEXT_PLACES, ""),
    )
    for part, first, kept, weight in parts:
        for place, word in cap_tokens(list(map(fold, part)), kept):
            if word != _LEFT_OUT:
                places.setdefault(word, []).append(f"{first + place}{weight}")
        for place, word in cap_tokens(part, kept):
            if word != _LEFT_OUT:
                places.setdefault(EXACT + word, []).append(f"{first + place}{weight}")
    lexemes = [f"{quote(word)}:{','.join(at)}" for word, at in places.items()]
    return " ".join([*lexemes, *map(quote, [*marks.split(), *spans_of(row_id)])])
