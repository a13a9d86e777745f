"""What one database takes over of another that collects: rows of its crawl, and what was read of its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipeline.records import Article, Reason

#: Rows that are taken over by their ids; 'seen' are known links that a feed gave again.
Kind = Literal["polls", "links", "fetches", "documents", "seen"]
KINDS: tuple[Kind, ...] = ("polls", "links", "fetches", "documents", "seen")


@dataclass(frozen=True, slots=True)
class Position:
    """The last row that was taken over: its id, and its time."""

    number: int
    #: None: of no row
    at: datetime | None


Positions = Mapping[Kind, Position]


@dataclass(frozen=True, slots=True)
class CrawlPart:
    """Rows of a crawl as the collecting database has them, from the positions before it up to `positions`."""

    sources: Sequence[Mapping[str, Any]]
    feeds: Sequence[Mapping[str, Any]]
    polls: Sequence[Mapping[str, Any]]
    links: Sequence[Mapping[str, Any]]
    fetches: Sequence[Mapping[str, Any]]
    #: without the bytes of the pages
    documents: Sequence[Mapping[str, Any]]
    positions: Positions
    #: whether more is to be taken over at once
    has_more: bool

    @property
    def is_empty(self) -> bool:
        return not (self.polls or self.links or self.fetches or self.documents)


@dataclass(frozen=True, slots=True)
class SharedReading:
    """What the collecting database has of a page: what was read of it, its bytes, or neither any more."""

    #: whether it is still to be read there
    is_waiting: bool = False
    article: Article | None = None
    #: why it is unreadable; None: it is not, or nobody knows any more
    fault: Reason | None = None
    note: str = ""
    #: zlib-compressed bytes of the page; of b'' where they were not had, or are gone
    body: bytes = b""
    #: whether the bytes were there once
    is_body_gone: bool = False
