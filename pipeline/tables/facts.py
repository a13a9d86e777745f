"""An article, and a day of a source, in a few words: what a report of a million articles counts."""

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.records import Relevance, Tone

#: Provenance of an article that an archive had first
ARCHIVE = "archive"


class FactKey(NamedTuple):
    """What an article says of itself, under its newest tagging and what persons decided."""

    source_id: str
    relevance: Relevance
    tone: Tone
    #: BCP 47; '': neither found nor declared
    language: str
    #: ids, most certain first, between blanks
    topics: str
    #: ids of the places of the province that it names, between blanks
    places: str
    #: ARCHIVE: an archive that was read back had it first; '': a collection found it
    provenance: str = ""


class Fact(NamedTuple):
    """One article without its words. Articles are many and their kinds few, so that a kind is one string, too."""

    #: seconds since 1970 of its publication, or of first sight where that is not known
    at: int
    story: str
    #: the fields of Kind, with a bar between
    kind: str


def written(kind: FactKey) -> str:
    # A feed may declare whatever it likes as its language; a bar in it would make another field.
    return "|".join(part.replace("|", " ") for part in kind)


def kind_of(written: str) -> FactKey:
    return FactKey._make(written.split("|"))


def topics_in(written: str) -> list[str]:
    """Return the ids of the topics in a written kind; none where it is damaged."""
    parts = written.split("|")
    return parts[FactKey._fields.index("topics")].split() if len(parts) == len(FactKey._fields) else []


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


class FactCount(NamedTuple):
    """Articles that a search found, and of how many stories they are."""

    items: int
    stories: int
