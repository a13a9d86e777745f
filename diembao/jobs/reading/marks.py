"""A text and the places of its evidence → pieces of text, each with the kinds of evidence that it is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from diembao.jobs.reading.value_words import TopicNames
from pipeline.i18n.catalogs import translate_code
from pipeline.records import Highlighted, Tags
from pipeline.text.invisible import strip_invisible

#: Kind of evidence: a place of the province, a word of a topic, a word of the tone, words that were searched for.
MarkKind = Literal["place", "topic", "tone", "found"]
#: Controls but tab and newline.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a text, end exclusive, that are evidence; `note` names what of."""

    start: int
    end: int
    kind: MarkKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text between two borders of spans, without characters that hide or reorder others."""

    text: str
    #: each once, in the order of MarkKind; empty: plain text
    kinds: tuple[MarkKind, ...] = ()
    #: what it is evidence of, in words
    note: str = ""


def harmless(text: str) -> str:
    """Return a text without characters that hide or reorder others; its lines stay."""
    return _CONTROLS.sub("", strip_invisible(text))


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """Return a text in pieces, in order, whose texts joined are the harmless text; spans may overlap."""
    inside = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    borders = sorted({0, len(text), *(s.start for s in inside), *(s.end for s in inside)})
    order: tuple[MarkKind, ...] = ("place", "topic", "tone", "found")
    waiting = sorted(inside, key=lambda span: span.start, reverse=True)
    open_: list[Span] = []
    made: list[Piece] = []
    for start, end in pairwise(borders):
        while waiting and waiting[-1].start <= start:
            open_.append(waiting.pop())
        open_ = [span for span in open_ if span.end > start]
        kinds = {span.kind for span in open_}
        notes = dict.fromkeys(span.note for span in open_ if span.note)
        made.append(Piece(harmless(text[start:end]), tuple(k for k in order if k in kinds), "; ".join(notes)))
    return tuple(made)


def highlighted(found: Highlighted) -> tuple[Piece, ...]:
    """Return the text of a hit in pieces, the words that were searched for marked."""
    return pieces(found.text, (Span(start, end, "found") for start, end in found.spans))


def evidence_spans(tags: Tags, where: Literal["title", "text"], topics: TopicNames) -> Iterator[Span]:
    """Yield the evidence of places, topics and tone in the title or the text; `topics` gives names by id."""
    for place in tags.places:
        yield from (Span(e.start, e.end, "place", place.name) for e in place.evidence if e.where == where)
    for topic in tags.topics:
        name = topics.get(topic.id, topic.id)
        yield from (Span(e.start, e.end, "topic", name) for e in topic.evidence if e.where == where)
    tone = translate_code("tone", tags.tone)
    yield from (Span(e.start, e.end, "tone", tone) for e in tags.tone_words if e.where == where)


def paragraphs(whole: Iterable[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """Return pieces divided at the ends of lines; empty paragraphs are left out."""
    made: list[list[Piece]] = [[]]
    for piece in whole:
        first, *others = piece.text.split("\n")
        made[-1].append(Piece(first, piece.kinds, piece.note))
        made.extend([Piece(line, piece.kinds, piece.note)] for line in others)
    kept = (tuple(piece for piece in line if piece.text) for line in made)
    return tuple(line for line in kept if "".join(piece.text for piece in line).strip())
