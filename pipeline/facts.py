"""An article, and a day of a source, in a few words: what a report of a million articles counts."""

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.records import Relevance, Tone


class Fact(NamedTuple):
    """One article under its newest tagging and what persons decided, without its words."""

    item: str
    #: seconds since 1970 of its publication, or of first sight where that is not known
    at: int
    #: 1: its publisher said when it was published
    dated: int
    source_id: str
    story: str
    relevance: Relevance
    tone: Tone
    #: BCP 47; '': neither found nor declared
    language: str
    #: ids, most certain first, between blanks
    topics: str
    #: ids of the places of the province that it names, between blanks
    places: str


@dataclass(frozen=True, slots=True)
class SourceRead:
    """What became of one source on one day."""

    source_id: str
    name: str
    #: any of its feeds answered; False: it was asked, and none did
    read: bool
    #: pages examined: what the attention is measured against
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Publisher:
    """An outlet as it is shown."""

    name: str
    #: ISO 3166-1; '': not known
    country: str


class Counted(NamedTuple):
    """Articles that a search found, and of how many stories they are."""

    items: int
    stories: int
