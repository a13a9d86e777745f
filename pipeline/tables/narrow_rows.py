"""Articles in the few fields that the tables of tags, stories and days read; no text is among them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from pipeline.records import Article, Item, Relevance, Tags, Tone
from pipeline.tables.columns import distinct


class NarrowTag(NamedTuple):
    """A place or topic of an article."""

    id: str
    #: name and unit of a place; '' of a topic
    name: str
    unit: str
    #: of a topic, 0 to 1; None of a place
    score: float | None
    #: the words that say so, each once
    words: tuple[str, ...]


class TaggedItem(NamedTuple):
    """An article and what it is tagged with."""

    key: str
    story: str
    source_id: str
    published: datetime | None
    places: Sequence[NarrowTag]
    topics: Sequence[NarrowTag]


class DayFact(NamedTuple):
    """An article as the figures of its day count it."""

    #: of publication, else of first sight, in the zone of the table
    day: date
    source_id: str
    relevance: Relevance
    tone: Tone
    story: str
    #: whether an archive that was read back had it first
    archived: bool = False


class StoryPart(NamedTuple):
    """An article as a part of its story."""

    story: str
    key: str
    event: str
    origin: str
    source_id: str
    outlet: str
    country: str
    #: of the text (BCP 47); '': not known
    language: str
    relevance: str
    tone: str
    topics: tuple[str, ...]
    #: whether its publisher said when it was published
    is_dated: bool
    #: seconds since 1970 of publication, or of first sight where the publisher gives none
    at: float
    #: time by which articles are listed, seconds since 1970: a stored time of publication, else the first sight
    listed_at: float
    title: str
    url: str


def tagged_item(item: Item) -> TaggedItem:
    """Return an article and its tags."""
    article = item.article
    return TaggedItem(item.key, item.story, item.source_id, article.published, *narrow_tags(item.tags))


def narrow_tags(tags: Tags) -> tuple[list[NarrowTag], list[NarrowTag]]:
    """Return the places and the topics of an article."""
    places = [NarrowTag(p.id, p.name, p.unit, None, distinct(e.words for e in p.evidence)) for p in tags.places]
    topics = [NarrowTag(t.id, "", "", t.score, distinct(e.words for e in t.evidence)) for t in tags.topics]
    return places, topics


def shown_url(article: Article) -> str:
    """Return the address under which tables list an article."""
    return article.canonical or article.url
