"""Item with evidence → title and excerpt with the matched words marked."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.records import Evidence, Item, Tags
from pipeline.text.line_length import cut_line

#: Characters of an excerpt: a short factual extract, not a reprint (requirement R24)
LIMIT = 300
#: Characters of a headline, an outlet's name or a remark at most: the rest of one of 80 kB would be a hundred pages
_LINE = 400
# A full stop after a capital belongs to an abbreviation (TP., TS., U.S.); one sentence too many does no harm.
_SENTENCE_END = re.compile(r"(?:(?<![A-ZĐ])\.|[!?…])[\"”’»)]*\s+|(?<=[。！？])|\n+|[။។]\s*")
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


def title_pieces(item: Item) -> tuple[ExcerptPiece, ...]:
    """Return the title with its evidence marked, at most 400 characters of it."""
    text = _nfc(item.article.title)
    # Databases of earlier releases hold titles of any length.
    end = len(cut_line(text, _LINE)) - 1 if len(text) > _LINE else len(text)
    pieces = _pieces(text, 0, end, _merge_spans(s[:2] for s in _spans(text, item.tags, "title")))
    return (*pieces, ExcerptPiece("…")) if end < len(text) else pieces


def excerpt(item: Item, limit: int = LIMIT) -> tuple[ExcerptPiece, ...]:
    """Return at most `limit` characters of the text around its evidence, cut between words.

    Without evidence, return the beginning of the text, or of the lead if there is no text.
    """
    text = _nfc(item.article.text or item.article.lead)
    spans = _spans(text, item.tags, "text") if item.article.text else []
    start = _best_start(text, spans, limit)
    room = limit - (2 if start else 1)
    while start < len(text) and text[start].isspace():
        start += 1
    end = len(text.rstrip())
    cut = end - start > room
    if cut:
        end = _cut(text, start, start + room)
    pieces = _pieces(text, start, end, _merge_spans(s[:2] for s in spans))
    head = (ExcerptPiece("…"),) if start else ()
    return (*head, *pieces, *((ExcerptPiece("…"),) if cut else ()))


def strip_markup(pieces: Sequence[ExcerptPiece]) -> str:
    return "".join(piece.text for piece in pieces)


def visible(text: str) -> str:
    """Return `text` on one line of at most 400 characters, without characters that hide or reorder others."""
    line = _SPACES.sub(" ", _INVISIBLE.sub("", text.replace("\u2028", " ").replace("\u2029", " "))).strip()
    return cut_line(line, _LINE)


def evidence(tags: Tags) -> Iterator[tuple[Evidence, int]]:
    """Yield all evidence of places and topics with its weight."""
    for place in tags.places:
        yield from ((mark, _PLACE_WEIGHT) for mark in place.evidence)
    for topic in tags.topics:
        yield from ((mark, _TOPIC_WEIGHT) for mark in topic.evidence)


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


def _best_start(text: str, spans: Sequence[tuple[int, int, int]], limit: int) -> int:
    """Return the start of the excerpt: the sentence from which most different evidence fits."""
    if not spans:
        return 0
    sentences = [0, *(m.end() for m in _SENTENCE_END.finditer(text) if m.end() < len(text))]
    starts: dict[int, None] = {0: None}
    for begin, end, _ in spans:
        sentence = sentences[bisect_left(sentences, begin + 1) - 1]
        starts[sentence if end - sentence < limit - 2 else _word_start(text, begin)] = None
    begins = [span[0] for span in spans]
    best, best_score = 0, -1.0
    for start in sorted(starts):
        seen: dict[str, int] = {}
        for begin, end, weight in spans[bisect_left(begins, start) :]:
            if end > start + limit - 2:
                break
            words = text[begin:end].lower()
            seen[words] = max(weight, seen.get(words, 0))
        # The opening of a news text sums it up: a later passage needs more evidence to be chosen.
        score = sum(seen.values()) + ((_PLACE_WEIGHT if seen else 0.5) if start == 0 else 0)
        if score > best_score:
            best, best_score = start, score
    return best


def _word_start(text: str, at: int) -> int:
    """Return the start of a word some way before `at`, so that the marked words have something before them."""
    space = text.find(" ", max(0, at - _REACH), at)
    return space + 1 if space >= 0 else at


def _cut(text: str, start: int, end: int) -> int:
    """Return the last end of a word in text[start:end], `end` itself included."""
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
        if shown := _SPACES.sub(" ", _INVISIBLE.sub("", text[begin:stop])):
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
