"""Article read from a page, and the claims of other links → the item it belongs to, the address it is shown under.

docs/identity.md has the rules.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, select, update

from pipeline.records import Article, CandidateOutcome
from pipeline.stories.same_article import Words, is_continued, is_same_article, words_of
from pipeline.text.address_shapes import loose_form
from pipeline.text.urls import is_fetchable, normalise_url
from storage.articles.adapters import ARTICLE
from storage.articles.claims import Claims, claimants
from storage.articles.joining import join_items, move_address
from storage.engine.facet import LeaveStories
from storage.schema.core import candidates, items, versions
from storage.schema.identity import claims

#: First letters of ids, for the sixteen values of a hexadecimal digit
_FIRST_LETTERS = "ghijklmnopqrstuv"
#: Texts of an item that are compared, the newest.
_TEXTS = 8


class Identity(NamedTuple):
    """The item of an article, and the article with the address it is shown under."""

    #: None: the link now leads to another article's page, whose text is not its own
    key: str | None
    article: Article
    #: whether the row of the link names this item
    is_linked: bool
    #: keys of joined items → the key that each has now
    joined: Mapping[str, str]
    #: items whose address or versions were changed beside it
    changed: Collection[str]


class _Item(NamedTuple):
    """A stored item, the link that brings its texts, and its newest text."""

    key: str
    url: str
    first_seen: datetime
    link: int
    link_url: str
    link_seen: datetime
    read_at: datetime
    article: Article

    @property
    def stands_at_own_address(self) -> bool:
        return loose_form(self.url) in (loose_form(self.link_url), loose_form(self.article.url))


def identify(
    connection: Connection,
    link: Row[Any],
    read_at: datetime,
    article: Article,
    names: Claims,
    leave_stories: LeaveStories,
    at: datetime,
) -> Identity:
    """Return the item of an article read from the page of a link (a row of candidates) that was fetched at `read_at`.

    Items that turn out to be one article are joined; a link that shared an item with another article is parted from it;
    an address that different articles claim is taken from those that do not stand at it.
    """
    words = words_of(article)
    rows = claimants(connection, link, names)
    texts = {key: _load_texts(connection, key) for key in {row.item_key for row in rows} | {link.item_key or ""}}
    same = {key for key, of_item in texts.items() if any(is_same_article(words, text) for text in of_item)}
    own = link.item_key
    own_item = None if own is None else _load_item(connection, own)
    if own_item is not None and own_item.link == link.id:
        stays = _is_known(connection, own_item.key, names) or any(is_continued(t, words) for t in texts[own_item.key])
        if not stays:
            return Identity(None, article, True, {}, ())
    elif own_item is not None and article.text_from == "page" and own not in same:
        own = None
        connection.execute(update(candidates).where(candidates.c.id == link.id).values(item_key=None))
    group = same | ({own} if own else set())
    # An address that a link of the article itself has is its own, whoever else names it.
    at_home = {row.name for row in rows if row.item_key in group and loose_form(row.url) == row.name}
    taken = {row.name for row in rows if row.item_key not in group} - at_home
    changed = _take_address(
        connection, [row for row in rows if row.item_key not in group and row.name in names.addresses]
    )
    shown = _choose_address(connection, article, link.url, taken, group)
    article = replace(article, canonical=shown)
    members = sorted((_load_item(connection, key) for key in group), key=lambda item: (item.first_seen, item.key))
    if not members:
        _set_outcome(connection, [link.id], CandidateOutcome.FETCHED)
        return Identity(_new_key(connection, shown, link.url), article, False, {}, changed)
    kept = members[0].key
    joined = {item.key: kept for item in members[1:]}
    if joined:
        leave_stories(connection, joined, at)
        join_items(connection, kept, list(joined))
    _choose_link(connection, members, link, read_at, article)
    return Identity(kept, article, own is not None, joined, {*changed, kept})


def _load_item(connection: Connection, key: str) -> _Item:
    query: Select[*tuple[Any, ...]] = (
        select(
            items.c.key,
            items.c.url,
            items.c.first_seen,
            candidates.c.id,
            candidates.c.url.label("link_url"),
            candidates.c.first_seen.label("link_seen"),
            versions.c.fetched_at,
            versions.c.article,
        )
        .join(candidates, candidates.c.id == items.c.candidate_id)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .where(items.c.key == key)
    )
    row: Row[Any] = connection.execute(query).one()
    article = ARTICLE.validate_python(row.article)
    return _Item(row.key, row.url, row.first_seen, row.id, row.link_url, row.link_seen, row.fetched_at, article)


def _load_texts(connection: Connection, key: str) -> list[Words]:
    query = select(versions.c.article).where(versions.c.item_key == key).order_by(versions.c.number.desc())
    return [words_of(ARTICLE.validate_python(row)) for row in connection.execute(query.limit(_TEXTS)).scalars()]


def _is_known(connection: Connection, key: str, names: Claims) -> bool:
    """Whether every address of the page was one of the item's before."""
    query = (
        select(claims.c.name)
        .join(candidates, candidates.c.id == claims.c.candidate_id)
        .where(candidates.c.item_key == key, claims.c.name.in_(names.addresses))
    )
    return names.addresses <= set(connection.execute(query).scalars())


def _take_address(connection: Connection, others: Sequence[Row[Any]]) -> set[str]:
    """Take an address that another article claims too from the items that do not stand at it; return their keys.

    `others` are claimants whose texts differ, each with the name of the address.
    """
    changed: set[str] = set()
    for row in others:
        item = _load_item(connection, row.item_key)
        if loose_form(item.url) != row.name or loose_form(item.link_url) == row.name:
            continue
        url = item.link_url
        if item.article.text_from == "page" and loose_form(item.article.url) != row.name:
            url = _free_address(connection, item.article.url, url, {item.key})
        move_address(connection, item.key, url)
        changed.add(item.key)
    return changed


def _choose_address(
    connection: Connection, article: Article, link_url: str, taken: Collection[str], group: Collection[str]
) -> str:
    """Return the address an article is shown under: what its page names, where that is, or its link.

    `taken` holds the loose addresses that different articles claim; the link's own belongs to it all the same.
    """
    own = loose_form(link_url)
    for address in (article.canonical, article.url if article.text_from == "page" else ""):
        if loose_form(address) == own or (address and loose_form(address) not in taken):
            return _free_address(connection, address, link_url, group)
    return link_url


def _free_address(connection: Connection, address: str, link_url: str, group: Collection[str]) -> str:
    """Return an address normalised, or the link's where the address is no http(s) one or that of another item."""
    if not is_fetchable(address):
        return link_url
    address = normalise_url(address)
    holder = connection.execute(select(items.c.key).where(items.c.url == address)).scalar()
    return address if holder is None or holder in group else link_url


def _choose_link(
    connection: Connection, members: Sequence[_Item], link: Row[Any], read_at: datetime, article: Article
) -> None:
    """Let the link that stands at the item's address bring its texts, and show the item under that address.

    `members` are the joined items, the first of which remains. The address is the one that the newest page names as
    its own: after a move the new one, of a main page and its variants for phones and printers the main page's.
    """
    current = max(members, key=lambda item: (item.read_at, item.key))
    own = {loose_form(link.url)} | ({loose_form(article.url)} if article.text_from == "page" else set())
    is_newer = link.first_seen >= current.link_seen and read_at >= current.read_at
    moves = any(item.link == link.id for item in members) or (
        loose_form(article.canonical) in own and (is_newer or not current.stands_at_own_address)
    )
    # Where only the feed's words are left of a page, its text and address stay.
    is_text = article.text_from == "page" or current.article.text_from == "feed"
    url = article.canonical if moves and is_text else current.url
    choices = {item.link: (item.link_url, item.url) for item in members} | {link.id: (link.url, article.canonical)}

    def rank(choice: int) -> tuple[bool, int, str, int]:
        address = choices[choice][0]
        at_it = loose_form(address) == loose_form(url)
        return (not at_it, len(address) if at_it else int(choice != current.link), address if at_it else "", choice)

    best = min(choices, key=rank)
    kept = members[0]
    if best != link.id and loose_form(choices[best][1]) == loose_form(url):
        url = choices[best][1]
    values: dict[str, Any] = {"candidate_id": best}
    if best != kept.link:
        values["taken_down"] = None
        _set_outcome(connection, [best], CandidateOutcome.FETCHED)
    connection.execute(update(items).where(items.c.key == kept.key).values(**values))
    move_address(connection, kept.key, url)
    _set_outcome(connection, [choice for choice in choices if choice != best], CandidateOutcome.SAME)


def _set_outcome(connection: Connection, links: Sequence[int], outcome: CandidateOutcome) -> None:
    """Let fetched links bring the texts of their item, or lead to an item whose texts another link brings."""
    change: dict[str, Any] = {"outcome": outcome}
    before: tuple[CandidateOutcome, ...] = (CandidateOutcome.SAME,)
    if outcome is CandidateOutcome.SAME:
        before = (CandidateOutcome.FETCHED, CandidateOutcome.SUMMARY)
        change["next_try"] = None
    these = candidates.c.id.in_(links) & candidates.c.outcome.in_(before)
    connection.execute(update(candidates).where(these).values(**change))


def _new_key(connection: Connection, url: str, link_url: str) -> str:
    """Return a key that no item has: of the address, else of address and link, which is unique."""
    for n in range(1000):
        key = item_key(url if n == 0 else f"{url}\n{link_url}\n{n}")
        if connection.execute(select(items.c.key).where(items.c.key == key)).first() is None:
            return key
    raise AssertionError("a thousand keys of one address are in use")


def item_key(canonical: str) -> str:
    """Return the stable id of the item first seen at a canonical address: a letter from g to v, 15 hexadecimal digits.

    No spreadsheet takes it for a number, as it does ids of earlier releases such as 12345678e0123456.
    """
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return _FIRST_LETTERS[int(digest[0], 16)] + digest[1:16]
