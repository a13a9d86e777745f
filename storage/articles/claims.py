"""Links and their articles → the names under which they claim an article, in the table `claims`.

A name only proposes that two links lead to one article; texts and titles decide (storage.articles.identity).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, func, insert, or_, select

from pipeline.records import Article
from storage.schema.core import candidates, feeds
from storage.schema.identity import claims

#: Names looked up by one statement.
_CHUNK = 500
#: Claimants of one name that are compared, the newest: an address that more share is nobody's own.
_MOST = 50
#: Characters of a text from which on an equal text at the outlet proposes one article
_LONG_TEXT = 150
_LONGEST_GUID = 300


class Claims(NamedTuple):
    """Names of one article: loose addresses, and names that count only where one link took the other's place."""

    addresses: frozenset[str]
    others: frozenset[str]


def claims_of(link: str, source_id: str, guid: str, article: Article) -> Claims:
    """Return the names under which a link claims its article.

    `link` is the normalised address that a feed gave, `guid` the feed's own name of the entry. Addresses are those of
    the link, of the page after redirects, and the one that the page names; not front pages, which tell nothing.
    """
    from pipeline.text.address_shapes import article_number, is_page, loose_form

    stated = [article.canonical, article.declared]
    if article.text_from == "page":
        stated.append(article.url)
    addresses = {loose_form(link)} | {loose_form(address) for address in stated if address and is_page(address)}
    others = {
        f"number:{address.partition('/')[0]}:{n}" for address in addresses if (n := article_number(f"//{address}"))
    }
    if guid and loose_form(guid) not in addresses:
        others.add(f"guid:{source_id}:{guid[:_LONGEST_GUID]}")
    if article.published is not None and article.published_precision == "time" and article.published_from != "none":
        others.add(f"time:{source_id}:{int(article.published.timestamp())}")
    text = " ".join(article.text.split()).casefold() if article.text_from == "page" else ""
    if len(text) >= _LONG_TEXT:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        others.add(f"text:{source_id}:{digest}")
    return Claims(frozenset(addresses - {""}), frozenset(others))


def former_key(key: str) -> str:
    """Return the name of an item's key after the item was joined to another."""
    return f"item:{key}"


def current_key(connection: Connection, key: str) -> str | None:
    """Return the key of the item that an item was joined to; None for a key that was never one of a joined item."""
    query = (
        select(candidates.c.item_key)
        .join(claims, claims.c.candidate_id == candidates.c.id)
        .where(claims.c.name == former_key(key))
    )
    return connection.execute(query).scalar()


def store_claims(connection: Connection, new: Mapping[int, Iterable[str]]) -> None:
    """Store the names of links, by candidate id; names that a link has already are left."""
    stored = known_names(connection, list(new))
    rows = [
        {"candidate_id": link, "name": name}
        for link, names in new.items()
        for name in sorted(set(names) - stored.get(link, set()))
    ]
    if rows:
        connection.execute(insert(claims), rows)


def known_names(connection: Connection, links: Sequence[int]) -> dict[int, set[str]]:
    """Return the names stored for links, by candidate id."""
    names: dict[int, set[str]] = {}
    for start in range(0, len(links), _CHUNK):
        query = select(claims).where(claims.c.candidate_id.in_(links[start : start + _CHUNK]))
        for row in connection.execute(query):
            names.setdefault(row.candidate_id, set()).add(row.name)
    return names


def shared_names(connection: Connection, names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return of each name that is claimed the lowest and the highest candidate id: equal where one link claims it."""
    claimed: dict[str, tuple[int, int]] = {}
    waiting = sorted(names)
    for start in range(0, len(waiting), _CHUNK):
        query = (
            select(claims.c.name, func.min(claims.c.candidate_id), func.max(claims.c.candidate_id))
            .where(claims.c.name.in_(waiting[start : start + _CHUNK]))
            .group_by(claims.c.name)
        )
        claimed |= {name: (low, high) for name, low, high in connection.execute(query)}
    return claimed


def claimants(connection: Connection, link: Row[Any], names: Claims) -> list[Row[Any]]:
    """Return the other links with an item that claim one of these names, a row for each name.

    `link` has the columns of candidates under id, source_id, feed_url, first_seen and last_seen. By a name that is no
    address only links of the same source are returned of which one took the other's place in the feed: two entries that
    a feed lists together are two articles.
    """
    columns: Select[*tuple[Any, ...]] = select(
        claims.c.name,
        candidates.c.id,
        candidates.c.item_key,
        candidates.c.url,
        candidates.c.first_seen,
        candidates.c.last_seen,
    ).join(candidates, candidates.c.id == claims.c.candidate_id)
    others = columns.where(candidates.c.id != link.id, candidates.c.item_key.is_not(None))
    rows: list[Row[Any]] = []
    for name in sorted(names.addresses):
        query = others.where(claims.c.name == name).order_by(candidates.c.id.desc()).limit(_MOST)
        rows += connection.execute(query).all()
    if names.others:
        followed = and_(
            candidates.c.last_seen < link.first_seen,
            feeds.c.full_at.is_not(None),
            feeds.c.full_at > candidates.c.last_seen,
        )
        own_feed = connection.execute(select(feeds.c.full_at).where(feeds.c.url == link.feed_url)).scalar()
        if own_feed is not None and own_feed > link.last_seen:
            followed = or_(followed, candidates.c.first_seen > link.last_seen)
        placed = others.join(feeds, feeds.c.url == candidates.c.feed_url).where(
            candidates.c.source_id == link.source_id, followed
        )
        for name in sorted(names.others):
            query = placed.where(claims.c.name == name).order_by(candidates.c.id.desc()).limit(_MOST)
            rows += connection.execute(query).all()
    return rows
