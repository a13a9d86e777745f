"""What is said of a text, with the evidence."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Relevance = Literal["main", "mention", "no"]
Tone = Literal["positive", "neutral", "negative", "unsure"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text to be tagged; offsets of evidence count characters of `title + "\\n" + text` after NFC."""

    id: str
    title: str
    text: str
    language: str | None = None
    url: str | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the text that made a rule fire."""

    #: 'title' or 'text'
    where: Literal["title", "text"]
    #: characters into that field after NFC normalisation (pipeline.text.normalize.normalise), end exclusive
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class PlaceFound:
    id: str
    name: str
    #: the unit it lies in: old district or commune, or the new commune since 1 July 2025; '' for the province
    unit: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TopicFound:
    id: str
    #: 0 to 1, the chance that a careful reader would file the text here
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """What diembao says of a text, and why."""

    language: str
    relevance: Relevance
    #: 0 to 1
    relevance_score: float
    #: one sentence a press officer understands, in Vietnamese
    reason: str
    places: tuple[PlaceFound, ...]
    topics: tuple[TopicFound, ...]
    #: topics that just missed
    near: tuple[TopicFound, ...]
    tone: Tone
    #: version of the rules that said so
    rules: str
    #: of a positive or negative tone, the words that say so; none where a person said it
    tone_words: tuple[Evidence, ...] = ()
