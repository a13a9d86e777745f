"""Stored articles, decisions of persons about them, and search hits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from pipeline.records.articles import Article, PublishedFrom
from pipeline.records.sources import SourceCategory
from pipeline.records.tags import Relevance, Tags, Tone
from pipeline.records.translations import ItemTranslation


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an item; the same address with a new text is the next one."""

    #: from 1
    number: int
    #: when its page was fetched, aware
    fetched_at: datetime
    article: Article


#: How an article was found first: by a collection, or in an archive that was read back
Provenance = Literal["live", "archive"]
#: Level of grouping: a story is one report and its reprints, an event all stories about one thing that happened
Level = Literal["story", "event"]


def is_dated(published: datetime | None, published_from: PublishedFrom) -> bool:
    """Whether a publisher said when an article was published."""
    return published is not None and published_from not in ("first_seen", "none")


def provenance_of(captured_at: datetime | None) -> Provenance:
    """Return how an article was found first; `captured_at` is None unless that was in an archive."""
    return "live" if captured_at is None else "archive"


def published_or_seen(published: datetime | None, published_from: PublishedFrom, first_seen: datetime) -> datetime:
    """Return the time of publication, or of first sight where the publisher gives none."""
    return published if published is not None and is_dated(published, published_from) else first_seen


@dataclass(frozen=True, slots=True)
class Item:
    """One article of one outlet as it is stored: its newest version under its newest tags."""

    #: stable over versions and runs
    key: str
    #: key of the story it belongs to: an article and its reprints and translations share it
    story: str
    #: of the article, from 1
    version: int
    source_id: str
    #: name of the outlet
    outlet: str
    #: of the outlet, ISO 3166-1 alpha-2
    country: str
    category: SourceCategory
    article: Article
    tags: Tags
    #: when diembao found its link, aware
    first_seen: datetime
    #: when the page of this version was fetched, aware
    fetched_at: datetime
    feed_url: str
    #: whether it was edited after it was first stored
    changed: bool = False
    #: when its page was first found to be gone (404, 410), aware; None: as far as is known it stands
    taken_down: datetime | None = None
    #: key of its event, shared by the stories of one event
    event: str = ""
    #: agency or outlet it credits for its text ('TTXVN'); '': none
    origin: str = ""
    #: of the outlet (pipeline.records.sources.Reach); '': not known
    reach: str = ""
    #: when its page was captured, aware, if it was found first in an archive; None: a collection found it
    captured_at: datetime | None = None

    @property
    def provenance(self) -> Provenance:
        """How it was found first."""
        return provenance_of(self.captured_at)

    @property
    def is_dated(self) -> bool:
        """Whether its publisher said when it was published."""
        return is_dated(self.article.published, self.article.published_from)

    @property
    def published_or_seen(self) -> datetime:
        """Time of publication, or of first sight where the publisher gives none."""
        return published_or_seen(self.article.published, self.article.published_from, self.first_seen)

    @property
    def language(self) -> str:
        """Language of the text as detected, else as its page declares it (BCP 47); '': neither."""
        return self.tags.language or self.article.language


class ItemLine(NamedTuple):
    """An article by its keys alone, as it is counted among others; see Item."""

    key: str
    story: str
    event: str
    source_id: str


DecisionField = Literal["relevance", "topics", "tone"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of a person about an item; it outranks the rules."""

    #: key of the item
    item: str
    field: DecisionField
    #: of topics their ids, separated by blanks
    value: str
    who: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Highlighted:
    """Text and the places in it (characters, end exclusive) that a search found."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FoundItem:
    """One article as a list of what was found shows it: without its text and the evidence of its tags."""

    key: str
    #: key of the story it belongs to
    story: str
    #: name of the outlet
    outlet: str
    #: of the outlet, ISO 3166-1 alpha-2
    country: str
    url: str
    title: str
    #: aware; None: not known
    published: datetime | None
    published_from: PublishedFrom
    #: of the text as detected, else as its page declares it (BCP 47); '': neither
    language: str
    relevance: Relevance
    #: ids of its topics
    topics: tuple[str, ...]
    tone: Tone
    #: when diembao found its link, aware
    first_seen: datetime
    #: when the page of this version was fetched, aware
    fetched_at: datetime
    #: when its page was first found to be gone (404, 410), aware; None: as far as is known it stands
    taken_down: datetime | None = None
    #: when its page was captured, aware, if it was found first in an archive; None: a collection found it
    captured_at: datetime | None = None

    @property
    def published_or_seen(self) -> datetime:
        """Time of publication, or of first sight where the publisher gives none."""
        return published_or_seen(self.published, self.published_from, self.first_seen)

    @classmethod
    def of(cls, item: Item) -> "FoundItem":
        """Return an item as a list shows it."""
        article, tags = item.article, item.tags
        topics = tuple(topic.id for topic in tags.topics)
        return cls(
            item.key,
            item.story,
            item.outlet,
            item.country,
            article.url,
            article.title,
            article.published,
            article.published_from,
            item.language,
            tags.relevance,
            topics,
            tags.tone,
            item.first_seen,
            item.fetched_at,
            item.taken_down,
            item.captured_at,
        )


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An item that a search found."""

    item: FoundItem
    title: Highlighted
    #: some words around what was found
    snippet: Highlighted
    #: storage.search.search says what it counts; 0 where hits are in the order of time
    score: int = 0
    #: what a reader is shown of it in Vietnamese; None: it is not translated
    translation: ItemTranslation | None = None
    #: the translated title, and words around what was found in the translated text; None: there are none
    translated_title: Highlighted | None = None
    translated_snippet: Highlighted | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of what a search found, newest first."""

    hits: tuple[SearchHit, ...]
    #: where the next page begins: ids of its items are below this one; None: there is no next page
    before: int | None


@dataclass(frozen=True, slots=True)
class SavedSearch:
    name: str
    #: as it was written
    query: str
    saved_at: datetime
    #: whose it is; None: the office's, saved by a command
    account: int | None = None
    #: whether all accounts see it
    shared: bool = True
    #: whether its account is told of what it finds anew
    follow: bool = False
