"""Item with evidence → title and excerpt with the matched words marked."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from analysis.documents.sentences import quotable
from pipeline.records import Evidence, Item, Tags
from pipeline.text.line_length import cut_line

#: Characters of an excerpt: a short factual extract, not a reprint (requirement R24)
LIMIT = 300
#: Characters of a headline, an outlet's name or a remark at most: the rest of one of 80 kB would be a hundred pages
_LINE = 400
_SPACES = re.compile(r"\s+")
# Control and format characters: they reorder, hide or end text on a screen.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
#: Weights of evidence: the name of a place explains more than a word of a topic
_PLACE_WEIGHT, _TOPIC_WEIGHT = 3, 1
#: Spans of evidence per text: words are searched for again if their offsets do not fit, and a page may be full of them
_MOST_SPANS = 400
#: Characters back from the limit in which a space is looked for; without one the text is taken to have no spaces
_REACH = 40


@dataclass(frozen=True, slots=True)
class ExcerptPiece:
    """A run of characters that are all marked or all unmarked."""

    text: str
    marked: bool = False


#: Excerpts made within `kept_excerpts`, with their items: an identity is that of one object only while this lives.
_KEPT: ContextVar[dict[tuple[int, int], tuple[Item, tuple[ExcerptPiece, ...]]] | None] = ContextVar(
    "kept", default=None
)


@dataclass(frozen=True, slots=True)
class _Passage:
    #: start and end (exclusive) in the text
    ranges: tuple[tuple[int, int], ...]
    #: whether something that may be quoted stands before it
    late: bool
    #: whether it ends inside a sentence
    cut: bool


def title_pieces(item: Item) -> tuple[ExcerptPiece, ...]:
    """Return the title with its evidence marked, at most 400 characters of it."""
    text = _nfc(item.article.title)
    # Databases of earlier releases hold titles of any length.
    end = len(cut_line(text, _LINE)) - 1 if len(text) > _LINE else len(text)
    pieces = _pieces(text, 0, end, _merge_spans(s[:2] for s in _spans(text, item.tags, "title")))
    return (*pieces, ExcerptPiece("…")) if end < len(text) else pieces


def excerpt(item: Item, limit: int = LIMIT) -> tuple[ExcerptPiece, ...]:
    """Return whole sentences of the text around its evidence, at most `limit` characters.

    Without evidence, return the beginning of the text, or of the lead if there is no text. A sentence longer than
    `limit` is cut between words. Captions, credits of pictures, tags of agencies and sub-headings are left out
    (analysis.documents.sentences).
    """
    kept = _KEPT.get()
    if kept is None:
        return _excerpt(item, limit)
    if (id(item), limit) not in kept:
        kept[id(item), limit] = item, _excerpt(item, limit)
    return kept[id(item), limit][1]


@contextmanager
def kept_excerpts() -> Iterator[None]:
    """Let each excerpt be made once within the block: every form of a document shows the same ones."""
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def _excerpt(item: Item, limit: int) -> tuple[ExcerptPiece, ...]:
    text = _nfc(item.article.text or item.article.lead)
    spans = _spans(text, item.tags, "text") if item.article.text else []
    sentences = quotable(text, item.outlet, _nfc(item.article.title))
    if not sentences:
        return ()
    passage = _best_passage(text, sentences, spans, limit)
    marks = _merge_spans(s[:2] for s in spans)
    pieces: list[ExcerptPiece] = [ExcerptPiece("…")] if passage.late else []
    for n, (start, end) in enumerate(passage.ranges):
        pieces += [ExcerptPiece(" ")] * (n > 0)
        pieces += _pieces(text, start, end, marks)
    return (*pieces, *((ExcerptPiece("…"),) if passage.cut else ()))


def opening(item: Item, sentences: int, limit: int) -> str:
    """Return the first sentences of an article, at most so many and `limit` characters; '' without a text."""
    text = _nfc(item.article.text or item.article.lead)
    passage = _passage(text, quotable(text, item.outlet, _nfc(item.article.title))[:sentences], 0, limit)
    return visible(" ".join(text[start:end] for start, end in passage.ranges)) + "…" * passage.cut


def strip_markup(pieces: Sequence[ExcerptPiece]) -> str:
    return "".join(piece.text for piece in pieces)


def visible(text: str, most: int = _LINE) -> str:
    """Return `text` on one line of at most `most` characters, without characters that hide or reorder others."""
    if not _is_plain(text):
        text = _SPACES.sub(" ", _INVISIBLE.sub("", text.replace("\u2028", " ").replace("\u2029", " ")))
    return cut_line(text.strip(), most)


def _is_plain(text: str) -> bool:
    """Whether every character of a text is shown and every blank is a single space, as in nearly all of them."""
    return text.isprintable() and "  " not in text


def evidence(tags: Tags) -> Iterator[tuple[Evidence, int]]:
    """Yield the evidence of places, topics and tone with its weight; of topics only words that say it alone.

    One syllable of Vietnamese or Korean, or one Chinese character, is mostly a part of others ('con', 'tàu', 'xe'):
    the tagger adds it to longer terms (pipeline.tagging.topics), and by itself it justifies no topic. Acronyms do.
    """
    for place in tags.places:
        yield from ((mark, _PLACE_WEIGHT) for mark in place.evidence)
    for topic in tags.topics:
        yield from ((mark, _TOPIC_WEIGHT) for mark in topic.evidence if _says_a_topic(mark.words, tags.language))
    yield from ((mark, _TOPIC_WEIGHT) for mark in tags.tone_words)


def _says_a_topic(words: str, language: str) -> bool:
    words = words.strip()
    if words.isupper() and words.isascii() and len(words) > 1:
        return True
    if language.split("-")[0] == "vi":
        return any(character.isspace() or character == "-" for character in words)
    return len(words) > 1 or not words.isalpha() or words.isascii()


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _spans(text: str, tags: Tags, where: Literal["title", "text"]) -> list[tuple[int, int, int]]:
    """Return (start, end, weight) in `text`, sorted, without equal ones."""
    weights: dict[tuple[int, int], int] = {}
    lower = None
    for mark, weight in evidence(tags):
        if mark.where != where or not mark.words:
            continue
        start, end = mark.start, mark.end
        words = _nfc(mark.words).lower()
        if not 0 <= start < end <= len(text) or text[start:end].lower() != words:
            # Offsets of another form of the text (an older version, other cleaning): search for the words.
            if lower is None:
                lower = text.lower()
                if len(lower) != len(text):  # 'İ' grows when lowered
                    lower = text
            start = lower.find(words)
            end = start + len(words)
            if start < 0:
                continue
        weights[start, end] = max(weight, weights.get((start, end), 0))
        if len(weights) >= _MOST_SPANS:
            break
    return sorted((start, end, weight) for (start, end), weight in weights.items())


def _best_passage(
    text: str, sentences: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int, int]], limit: int
) -> _Passage:
    """Return the passage in which most different evidence lies; the opening where there is none."""
    best, best_score = _passage(text, sentences, 0, limit), -1.0
    begins = [span[0] for span in spans]
    seen_starts: set[int] = set()
    for begin, end, _ in [(0, 0, 0), *spans]:
        n = max(0, bisect_left(sentences, (begin + 1, 0)) - 1)
        if end > sentences[n][1] or (n in seen_starts and end - sentences[n][0] < limit - 2):
            continue  # evidence in a caption, or a sentence that was weighed
        seen_starts.add(n)
        at = begin if spans and end - sentences[n][0] >= limit - 2 else None
        passage = _passage(text, sentences, n, limit, at)
        different: dict[str, int] = {}
        for start, stop in passage.ranges:
            for b, e, weight in spans[bisect_left(begins, start) : bisect_left(begins, stop)]:
                if e <= stop:
                    words = text[b:e].lower()
                    different[words] = max(weight, different.get(words, 0))
        # The opening of a news text sums it up: a later passage needs more evidence to be chosen.
        score = sum(different.values()) + ((_PLACE_WEIGHT if different else 0.5) if n == 0 and at is None else 0)
        if score > best_score:
            best, best_score = passage, score
    return best


def _passage(
    text: str, sentences: Sequence[tuple[int, int]], first: int, limit: int, at: int | None = None
) -> _Passage:
    """Return the sentences from number `first` on that fit into `limit` characters.

    If `first` does not fit itself, a part of it: its beginning, or the words around `at`.
    """
    late = first > 0 or at is not None
    room = limit - late
    ranges: list[tuple[int, int]] = []
    if first >= len(sentences):
        return _Passage((), False, False)
    start, end = sentences[first]
    if at is not None:
        start = _word_start(text, at)
    if end - start > room:
        return _Passage(((start, _cut(text, start, start + room - 1)),), late, True)
    for start_next, end_next in ((start, end), *sentences[first + 1 :]):
        if ranges and end_next - start_next + sum(e - s + 1 for s, e in ranges) > room:
            break
        if ranges and not text[ranges[-1][1] : start_next].strip():
            ranges[-1] = ranges[-1][0], end_next
        else:
            ranges.append((start_next, end_next))
    return _Passage(tuple(ranges), late, False)


def _word_start(text: str, at: int) -> int:
    """Return the start of a word some way before `at`, so that the marked words have something before them."""
    space = text.find(" ", max(0, at - _REACH), at)
    return space + 1 if space >= 0 else at


def _cut(text: str, start: int, end: int) -> int:
    """Return the last end of a word in text[start:end], `end` itself included."""
    clause = max(text.rfind(mark, max(start + 1, end - 2 * _REACH), end) for mark in (", ", "; ", " – ", " - "))
    if clause > 0:
        return len(text[:clause].rstrip())
    if text[end].isspace():
        return len(text[:end].rstrip())
    reach = max(start + 1, end - _REACH)
    space = max(text.rfind(" ", reach, end), text.rfind("\n", reach, end))
    if space > 0:
        return len(text[:space].rstrip(" \n,;:–—-("))
    # No spaces: Chinese, Japanese, Thai, Lao, Khmer. A letter keeps its marks.
    while end > start + 1 and _is_combining(text[end]):
        end -= 1
    return end


def _is_combining(character: str) -> bool:
    return character in "\u200d\ufe0f" or unicodedata.category(character)[0] == "M"


def _merge_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _pieces(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> tuple[ExcerptPiece, ...]:
    pieces: list[ExcerptPiece] = []

    def add(begin: int, stop: int, marked: bool) -> None:
        shown = text[begin:stop]
        if not _is_plain(shown):
            shown = _SPACES.sub(" ", _INVISIBLE.sub("", shown))
        if shown:
            pieces.append(ExcerptPiece(shown, marked))

    at = start
    for begin, stop in spans:
        begin, stop = max(begin, at), min(stop, end)
        if begin < stop:
            add(at, begin, False)
            add(begin, stop, True)
            at = stop
    if at < end:
        add(at, end, False)
    return tuple(pieces)
