"""One article → the card that a reviewer decides by: what it says, why it is here, what rules and people say of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from analysis.digest.excerpt import ExcerptPiece, excerpt, title_pieces
from diembao.jobs.reading.translation_words import ShownTranslation, shown_translation
from diembao.system.clock import now
from pipeline.tagging.reason_text import relevance_reason_text

if TYPE_CHECKING:
    from pipeline.i18n.language import Language
    from pipeline.records import Item, Tags
    from pipeline.records.reviews import Assignment, Comment, Hold, PastAct, Review
    from storage.database import Database
    from storage.reviews.cards import CardData, Reprint, TextVersion

PieceKind = Literal["", "place", "topic", "tone"]


@dataclass(frozen=True, slots=True)
class CardPiece:
    """A run of characters, and of what it is evidence; '': of nothing."""

    text: str
    kind: PieceKind = ""


@dataclass(frozen=True, slots=True)
class MachineValues:
    """What the rules said of an article, whatever people decided."""

    relevance: str
    #: 0 to 1
    score: float
    topics: tuple[str, ...]
    #: topics that just missed
    near: tuple[str, ...]
    tone: str
    tone_words: tuple[str, ...]
    places: tuple[str, ...]
    rules: str
    at: datetime
    #: topics that the second opinion alone gives, and whether it alone gives the tone
    proposed: tuple[str, ...] = ()
    tone_is_proposed: bool = False


@dataclass(frozen=True, slots=True)
class SaidValue:
    """What a person said of one matter of an article, the last word on it."""

    #: relevance, topics, tone, state or star
    field: str
    #: of topics ids between blanks, of a rejection 'rejected REASON'
    value: str
    who: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One article as it is reviewed; texts are pieces, to be shown as text."""

    key: str
    #: the article with its values as they hold, for whatever the fields below leave out
    item: Item
    title: tuple[CardPiece, ...]
    excerpt: tuple[CardPiece, ...]
    #: one sentence: why the rules put it here
    why: str
    machine: MachineValues
    said: tuple[SaidValue, ...]
    review: Review
    reprints: Sequence[Reprint]
    versions: Sequence[TextVersion]
    comments: Sequence[Comment]
    assignments: Sequence[Assignment]
    #: who has it open, without the account that asks
    holds: Sequence[Hold]
    #: acts on it, newest first
    acts: Sequence[PastAct]
    #: its texts in Vietnamese; None: it has none
    translation: ShownTranslation | None = None


def card(
    storage: Database,
    key: str,
    *,
    account: int | None = None,
    language: Language | None = None,
    at: datetime | None = None,
) -> Card | None:
    """Return the card of an article; None for an unknown key. `account` is who asks, whose own hold is not shown."""
    data = storage.reviews.card(key, at or now())
    if data is None:
        return None
    return _card(data, account, language, shown_translation(data.translation))


def _card(data: CardData, account: int | None, language: Language | None, translation: ShownTranslation | None) -> Card:
    # Evidence is that of the rules: a person's word on the tone has none.
    by_rules = replace(data.item, tags=data.machine)
    kinds = _kinds(data.machine)
    return Card(
        data.item.key,
        data.item,
        _pieces(title_pieces(by_rules), kinds),
        _pieces(excerpt(by_rules), kinds),
        relevance_reason_text(data.machine.reason, language),
        _machine(data),
        tuple(_said(data)),
        data.review,
        data.reprints,
        data.versions,
        data.comments,
        data.assignments,
        [hold for hold in data.holds if hold.account != account],
        data.acts,
        translation,
    )


def _machine(data: CardData) -> MachineValues:
    tags = data.machine
    return MachineValues(
        tags.relevance,
        tags.relevance_score,
        tuple(topic.id for topic in tags.topics),
        tuple(topic.id for topic in tags.near),
        tags.tone,
        tuple(dict.fromkeys(mark.words for mark in tags.tone_words)),
        tuple(dict.fromkeys(place.name for place in tags.places)),
        tags.rules,
        data.tagged_at,
        tuple(topic.id for topic in tags.topics if topic.by == "model"),
        tags.tone_by == "model",
    )


def _said(data: CardData) -> Iterable[SaidValue]:
    newest = {decision.field: decision for decision in data.decisions}
    for field in ("relevance", "topics", "tone"):
        if (decision := newest.get(field)) is not None:
            yield SaidValue(field, decision.value, decision.who, decision.at, decision.note)
    held = [act for act in data.acts if act.undone_at is None]
    for act in held:
        if act.kind in ("approve", "reject", "reviewed"):
            state = f"rejected {act.value}" if act.kind == "reject" else data.review.state
            yield SaidValue("state", state, act.who, act.at, act.note)
            break
    for act in held:
        if act.kind == "star":
            yield SaidValue("star", act.value, act.who, act.at, act.note)
            break


def _kinds(tags: Tags) -> dict[str, PieceKind]:
    """Return by words in small letters what they are evidence of; a tone before a place, a place before a topic."""
    kinds: dict[str, PieceKind] = {}
    for topic in tags.topics:
        kinds |= dict.fromkeys((mark.words.lower() for mark in topic.evidence), "topic")
    for place in tags.places:
        kinds |= dict.fromkeys((mark.words.lower() for mark in place.evidence), "place")
    kinds |= dict.fromkeys((mark.words.lower() for mark in tags.tone_words), "tone")
    return kinds


def _pieces(pieces: Iterable[ExcerptPiece], kinds: dict[str, PieceKind]) -> tuple[CardPiece, ...]:
    return tuple(CardPiece(piece.text, _kind(piece.text, kinds) if piece.marked else "") for piece in pieces)


def _kind(text: str, kinds: dict[str, PieceKind]) -> PieceKind:
    """Return of what a marked piece is evidence; one of several spans goes by the longest words in it."""
    lower = text.lower()
    if (known := kinds.get(lower)) is not None:
        return known
    inside = [words for words in kinds if words in lower]
    return kinds[max(inside, key=len)] if inside else "topic"
