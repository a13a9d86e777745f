"""The tags of a text, with their evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Relevance = Literal["main", "mention", "no"]
Tone = Literal["positive", "neutral", "negative", "unsure"]
#: What gave a topic or a tone: the rules with their words, or the second opinion alone (pipeline.tagging.opinion)
Judge = Literal["rules", "model"]
#: Value of a field in the sentence of a reason
Parameter = str | bool | int | float | tuple[str, ...]


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
    """A place of the province that a text names."""

    id: str
    name: str
    #: unit that contains the place: old district or commune, or new commune since 1 July 2025; '' for the province
    unit: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TopicFound:
    """A topic that a text is filed under, or just missed."""

    id: str
    #: 0 to 1, the chance that a careful reader would file the text here
    score: float
    evidence: tuple[Evidence, ...]
    by: Judge = "rules"


@dataclass(frozen=True, slots=True)
class VerdictReason:
    """The reason of a verdict as a code and its parameters; the catalogues of pipeline.i18n hold the words."""

    code: str
    #: values by the names of the fields in the sentence
    parameters: Mapping[str, Parameter] = field(default_factory=dict, hash=False)

    @classmethod
    def text(cls, sentence: str) -> "VerdictReason":
        """Return the reason of a sentence that has no code: it is shown as it stands, in every language."""
        return cls("text", {"text": sentence})


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of one text: language, relevance, places, topics and tone."""

    language: str
    relevance: Relevance
    #: 0 to 1
    relevance_score: float
    #: reason of the relevance; pipeline.tagging.reason_text makes the sentence
    reason: VerdictReason
    places: tuple[PlaceFound, ...]
    topics: tuple[TopicFound, ...]
    #: topics that just missed
    near: tuple[TopicFound, ...]
    tone: Tone
    #: version of the rules that made these tags
    rules: str
    #: words behind a positive or negative tone; none where a person decided the tone
    tone_words: tuple[Evidence, ...] = ()
    tone_by: Judge = "rules"
    #: 0 to 1, the chance that a careful reader would say the same of the tone; None where none was judged, or a person
    #: decided it
    tone_score: float | None = None
