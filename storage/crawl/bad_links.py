"""Entries whose links cannot be followed → rows of the ledger, refused from the first."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from pipeline.records import BadLink, CandidateOutcome, Entry, Poll
from storage.engine.json_records import JsonRecord
from storage.schema.core import candidates

#: Start of the key of such a row, which stands where other rows have their address.
_PREFIX = "not-followable:"
#: Characters of the link that its key repeats.
_LETTERS = 200
_ENTRY = JsonRecord(Entry)
_ROWS = 500


def store_bad_links(connection: Connection, poll: Poll, links: Sequence[BadLink]) -> None:
    """Store one refused candidate for each such entry of a feed; of one that is known, when it was last seen.

    Equal entries (feed, link and title) are one. A row is never fetched, and the figures of the poll count it as
    invalid.
    """
    rows = {_key(poll, link): link for link in links}
    keys = list(rows)
    for start in range(0, len(keys), _ROWS):
        chunk = keys[start : start + _ROWS]
        listed = candidates.c.url.in_(chunk)
        known = set(connection.execute(select(candidates.c.url).where(listed)).scalars())
        if known:
            connection.execute(update(candidates).where(candidates.c.url.in_(known)).values(last_seen=poll.at))
        if new := [_row(poll, key, rows[key]) for key in chunk if key not in known]:
            connection.execute(insert(candidates), new)


def link_as_written(key: str, entry: dict[str, Any]) -> str:
    """Return the link of a candidate for the ledger: its address, or what the feed wrote in place of one."""
    return str(entry["url"]) if key.startswith(_PREFIX) else key


def _key(poll: Poll, link: BadLink) -> str:
    parts = "\0".join((poll.source_id, poll.feed_url, link.link, link.title))
    digest = hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()
    return f"{_PREFIX}{digest[:24]}:{link.link[:_LETTERS]}"


def _row(poll: Poll, key: str, link: BadLink) -> dict[str, Any]:
    return {
        "source_id": poll.source_id,
        "feed_url": poll.feed_url,
        "url": key,
        "first_seen": poll.at,
        "last_seen": poll.at,
        "entry": _ENTRY.dump_python(Entry(link.link, link.title), mode="json"),
        "outcome": CandidateOutcome.REFUSED,
        "reason": link.reason,
    }
