"""Records of reading an archive of the press: its shards, their records, and what each record came to."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.records.articles import ByteHit, Coverage, Document
from pipeline.records.crawl import Entry
from pipeline.records.outcomes import Reason


class ArchiveKind(StrEnum):
    """Forms of archives."""

    WARC = "warc"
    PAGES = "pages"  # a folder of saved HTML files
    ARTICLES = "articles"  # JSON Lines: title, text, url, published


class RecordOutcome(StrEnum):
    """What a record of an archive came to; every record has exactly one."""

    NO_PAGE = "no_page"  # a request, a note of the crawler, an image, an answer without a page
    OUTSIDE = "outside"  # not of the days or sources asked for
    GATED = "gated"  # names no place of the province
    IRRELEVANT = "irrelevant"  # names one, and is not about the province
    UNREADABLE = "unreadable"  # damaged, or a page without an article; listed with its reason
    WAITING = "waiting"  # about the province, to be put among the articles
    STORED = "stored"  # is now an article, or a text that an article had
    KNOWN = "known"  # its text was there before


#: Outcomes that are counted for a shard when it is read; records about the province have rows of their own.
COUNTED = (
    RecordOutcome.NO_PAGE,
    RecordOutcome.OUTSIDE,
    RecordOutcome.GATED,
    RecordOutcome.IRRELEVANT,
    RecordOutcome.UNREADABLE,
)


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of one archive: the records that begin at the bytes [begin, end); of a folder the files of those numbers.

    `name` is how people know the archive, `place` its address for fsspec; `identity` tells its content by size and by
    its first and last bytes, so that the same file under another name is the same.
    """

    name: str
    place: str
    kind: ArchiveKind
    identity: str
    begin: int
    end: int
    #: file within a WACZ; '': the archive is no WACZ
    member: str = ""
    #: files of a folder, in order, by their path below it
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """A page of an archive, or an article of a JSON line (`body` is then empty, and `entry` has its text)."""

    #: where it begins in its archive; of a folder the number of its file
    offset: int
    url: str
    #: when it was captured; None: not told, and the record is not stored
    captured: datetime | None
    body: bytes
    content_type: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """A record that is no page."""

    offset: int


@dataclass(frozen=True, slots=True)
class RecordFault:
    """A record that cannot be read, or a page without an article, for its line in the ledger."""

    offset: int
    #: '': not known
    url: str
    reason: Reason
    note: str = ""


@dataclass(frozen=True, slots=True)
class ArchivePage(Document):
    """A page of an archive that names places of some provinces; its id is the record's offset."""

    #: by the number of each province whose gate it passed, the names found in its bytes
    hits: tuple[tuple[int, tuple[ByteHit, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class ArchivedArticle:
    """An article about the province read from an archive; its document's id is the record's offset."""

    page: Document
    result: Coverage


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What one province has of a shard."""

    #: records by outcome, of all COUNTED
    counts: dict[RecordOutcome, int]
    articles: tuple[ArchivedArticle, ...] = ()
    #: as many as `counts` has unreadable ones, up to a limit
    faults: tuple[RecordFault, ...] = field(default=())
