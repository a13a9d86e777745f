"""A queue as it is asked for → its articles and what its page needs beside them, from one moment of the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from storage.reviews.log import pace
from storage.reviews.rows import QueueRow, Window, load_day, load_keys, load_openings, load_sample
from storage.search.search import matching_keys
from storage.search.tree import Tree

#: Minutes whose decisions tell how fast an account works.
PACE_MINUTES = 10


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """Which articles are wanted: those of a day, a sample of those that the rules left out, or those of a search."""

    window: Window | None = None
    #: articles of the sample at most; 0: no sample, but the day itself
    sample: int = 0
    tree: Tree | None = None
    #: of days in a search
    zone: tzinfo | None = None
    #: articles that a search finds at most
    limit: int = 500
    #: whose pace is asked for; None: nobody's
    account: int | None = None
    #: articles of which the beginning of the text is needed, by the rows read
    unread: Callable[[Sequence[QueueRow]], Sequence[str]] | None = None
    #: characters of such a beginning
    characters: int = 0


@dataclass(frozen=True, slots=True)
class QueueRead:
    """The articles of a queue in no order, beginnings of texts by key, and the pace of an account."""

    rows: Sequence[QueueRow]
    openings: Mapping[str, str]
    #: seconds that the account took for an article in the last minutes; None: too few decisions to tell
    pace: float | None = None


def read_queue(connection: Connection, wanted: QueueQuery, at: datetime) -> QueueRead:
    """See storage.reviews.facet.Reviews.queue."""
    rows: list[QueueRow] = []
    if wanted.tree is not None and wanted.zone is not None:
        keys = matching_keys(connection, wanted.tree, limit=wanted.limit, zone=wanted.zone)
        rows = load_keys(connection, keys, at)
    elif wanted.window is not None and wanted.sample:
        rows = load_sample(connection, wanted.window, wanted.sample, at)
    elif wanted.window is not None:
        rows = load_day(connection, wanted.window, at)
    unread = [] if wanted.unread is None else wanted.unread(rows)
    openings = load_openings(connection, unread, wanted.characters) if unread else {}
    spent = None if wanted.account is None else pace(connection, wanted.account, at, PACE_MINUTES)
    return QueueRead(rows, openings, spent)
