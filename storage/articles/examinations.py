"""Documents that wait to be examined, and the results of examining them → items, versions and taggings."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, select, update

from pipeline.records import (
    Article,
    CandidateOutcome,
    Coverage,
    DocumentOutcome,
    Examined,
    Irrelevant,
    Reason,
    Tags,
    Unreadable,
)
from storage.articles.adapters import ARTICLE, TAGS
from storage.articles.claims import Claims, claims_of, known_names, shared_names, store_claims
from storage.articles.identity import identify, item_key
from storage.crawl.candidates import forget_checks
from storage.crawl.outlets import outlet_of
from storage.crawl.page_readings import store_readings
from storage.engine.connection import storable
from storage.engine.facet import LeaveStories
from storage.schema.core import candidates, documents, items, taggings, versions

#: Results stored by one set of statements; databases limit what one may hold.
_CHUNK = 500


def store_examinations(
    connection: Connection, results: Sequence[Examined], at: datetime, leave_stories: LeaveStories
) -> set[str]:
    """See storage.articles.facet.Articles.save_examinations; return the keys of items changed in passing."""
    changed: set[str] = set()
    for begin in range(0, len(results), _CHUNK):
        changed |= _Chunk(connection, results[begin : begin + _CHUNK], at, leave_stories).store()
    return changed


class _Chunk:
    """Results stored together: by few statements those whose names no other link claims, the others one by one."""

    def __init__(
        self, connection: Connection, results: Sequence[Examined], at: datetime, leave_stories: LeaveStories
    ) -> None:
        self._connection, self._results, self._at, self._leave_stories = connection, results, at, leave_stories
        self._rows = _load_rows(connection, [result.document_id for result in results])
        self._claims = {
            result.document_id: _claims(self._rows[result.document_id], result.article)
            for result in results
            if not isinstance(result, Unreadable)
        }
        #: Articles to be stored by the next set of statements, by item key.
        self._batch: dict[str, _ReadArticle] = {}
        #: Keys of joined items → the keys that they have now.
        self._joined: dict[str, str] = {}

    def store(self) -> set[str]:
        """Store the results; return the keys of items that were joined or moved in passing."""
        connection, changed = self._connection, set[str]()
        doubtful = _doubtful(connection, self._rows, self._claims)
        for result in self._results:
            if isinstance(result, Unreadable):
                continue
            row = self._rows[result.document_id]
            if result.document_id in doubtful:
                changed |= self._identify(row, result)
                continue
            key = row.item_key or item_key(result.article.canonical)
            key = self._joined.get(key, key)
            self._batch[key] = _ReadArticle(row, result, self._claims[row.id], is_linked=row.item_key is not None)
        self._flush()
        outcomes = [(self._rows[result.document_id], result) for result in self._results]
        _store_outcomes(connection, outcomes, self._at)
        return changed - set(self._joined)

    def _flush(self) -> None:
        _store_articles(self._connection, self._batch, self._at)
        self._batch = {}

    def _identify(self, row: Row[Any], result: Coverage | Irrelevant) -> set[str]:
        """Store an article whose item the names do not tell alone; return the keys of items changed in passing."""
        self._flush()  # the rows of the articles before it must be seen
        link = self._connection.execute(select(candidates).where(candidates.c.id == row.candidate_id)).one()
        names = self._claims[row.id]
        identity = identify(
            self._connection, link, row.fetched_at, result.article, names, self._leave_stories, self._at
        )
        if identity.key is None:
            return set()
        self._joined |= identity.joined
        result = replace(result, article=identity.article)
        read = _ReadArticle(row, result, names, is_linked=identity.is_linked)
        _store_articles(self._connection, {identity.key: read}, self._at)
        return set(identity.changed)


def _claims(row: Row[Any], article: Article) -> Claims:
    return claims_of(row.link_url, row.source_id, row.entry.get("guid", ""), article)


def _doubtful(connection: Connection, rows: Mapping[int, Row[Any]], claims: Mapping[int, Claims]) -> set[int]:
    """Return the documents whose articles others may have too, or whose links may have come to lead elsewhere."""
    by_name: dict[str, set[int]] = {}
    for document, names in claims.items():
        for name in names.addresses | names.others:
            by_name.setdefault(name, set()).add(rows[document].candidate_id)
    claimed = shared_names(connection, by_name)
    shared = {name for name, links in by_name.items() if len(links) > 1 or not set(claimed.get(name, ())) <= links}
    known = known_names(connection, sorted({rows[document].candidate_id for document in claims}))
    doubtful: set[int] = set()
    seen: set[int] = set()
    for document, names in claims.items():
        row = rows[document]
        is_moved = row.item_key is not None and not names.addresses <= known.get(row.candidate_id, set())
        is_second = row.candidate_id in seen or row.outcome == CandidateOutcome.SAME
        if is_moved or is_second or not shared.isdisjoint(names.addresses | names.others):
            doubtful.add(document)
        seen.add(row.candidate_id)
    return doubtful


class _ReadArticle(NamedTuple):
    """An article read from a document, the names its link claims it under, and whether that led to its item before."""

    row: Row[Any]
    result: Coverage | Irrelevant
    names: Claims
    is_linked: bool


def _load_rows(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Return documents by id, without their bytes, and the item that the link of each led to before."""
    table = documents.c
    query: Select[*tuple[Any, ...]] = (
        select(
            *(table[name] for name in ("id", "candidate_id", "source_id", "fetched_at", "reason", "entry")),
            candidates.c.item_key,
            candidates.c.outcome,
            candidates.c.url.label("link_url"),
        )
        .join(candidates, candidates.c.id == table.candidate_id)
        .where(table.id.in_(ids))
    )
    return {row.id: row for row in connection.execute(query)}


def _store_outcomes(connection: Connection, outcomes: Sequence[tuple[Row[Any], Examined]], at: datetime) -> None:
    """Store how examining documents ended, and schedule no more checks of pages that are not about the province."""
    changes: list[dict[str, Any]] = []
    for row, result in outcomes:
        if isinstance(result, Unreadable):
            outcome, reason, note = DocumentOutcome.UNREADABLE, str(result.reason), result.note
        else:
            relevant = isinstance(result, Coverage)
            outcome, note = DocumentOutcome.COVERAGE if relevant else DocumentOutcome.IRRELEVANT, ""
            # Not OK: the page was read in part, or the feed's own words stand in for it.
            reason = "" if result.article.reason is Reason.OK else str(result.article.reason)
        changes.append({"key": row.id, "how": outcome, "why": reason, "said": note[:1000]})
    connection.execute(
        update(documents)
        .where(documents.c.id == bindparam("key"))
        .values(outcome=bindparam("how"), outcome_reason=bindparam("why"), note=bindparam("said"), examined_at=at),
        changes,
    )
    forget_checks(connection, [row.candidate_id for row, result in outcomes if not isinstance(result, Coverage)])


def _store_articles(connection: Connection, batch: Mapping[str, _ReadArticle], at: datetime) -> None:
    """Store articles, by item key: new items, new versions of items, and their taggings."""
    if not batch:
        return
    query = (
        select(
            items.c.key,
            items.c.candidate_id,
            versions.c.number,
            versions.c.id,
            versions.c.text_hash,
            versions.c.article["text_from"].as_string().label("text_from"),
        )
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .where(items.c.key.in_(batch))
    )
    stored_items = {row.key: row for row in connection.execute(query)}
    # Only the link that brought an article brings its later texts.
    other_links = [
        f.row.candidate_id
        for key, f in batch.items()
        if key in stored_items and stored_items[key].candidate_id != f.row.candidate_id
    ]
    own = {
        key: read
        for key, read in batch.items()
        if read.row.candidate_id not in other_links
        # The feed's words are better than nothing, and worse than a text that was read before.
        and not (key in stored_items and stored_items[key].text_from == "page" != read.result.article.text_from)
    }
    store_claims(connection, {f.row.candidate_id: f.names.addresses | f.names.others for f in batch.values()})
    new_links = [{"link": f.row.candidate_id, "to": key} for key, f in batch.items() if not f.is_linked]
    if new_links:
        set_item = update(candidates).where(candidates.c.id == bindparam("link")).values(item_key=bindparam("to"))
        connection.execute(set_item, new_links)
    if other_links:
        change = {"outcome": CandidateOutcome.SAME, "next_try": None}
        connection.execute(update(candidates).where(candidates.c.id.in_(other_links)).values(**change))
    if new_items := [_item(connection, key, read) for key, read in own.items() if key not in stored_items]:
        connection.execute(insert(items), new_items)
    hashes = {key: hash_text(read.result.article) for key, read in own.items()}
    version_ids = {
        key: stored_items[key].id for key in own if key in stored_items and stored_items[key].text_hash == hashes[key]
    }
    tagged = _load_taggings(connection, version_ids.values())
    new_versions = [
        _version(read, key, stored_items[key].number + 1 if key in stored_items else 1, hashes[key])
        for key, read in own.items()
        if key not in version_ids
    ]
    if new_versions:
        inserted = connection.execute(insert(versions).returning(versions.c.id, versions.c.item_key), new_versions)
        version_ids |= {row.item_key: row.id for row in inserted}
        store_readings(connection, ((version_ids[v["item_key"]], own[v["item_key"]].row, v) for v in new_versions))
        new_numbers = [{"of": row["item_key"], "to": row["number"]} for row in new_versions if row["number"] > 1]
        if new_numbers:
            set_version = update(items).where(items.c.key == bindparam("of")).values(version=bindparam("to"))
            connection.execute(set_version, new_numbers)
    new_taggings = [
        _tagging(version_ids[key], read.result.tags, at)
        for key, read in own.items()
        if (version_ids[key], read.result.tags.rules) not in tagged
    ]
    if new_taggings:
        connection.execute(insert(taggings), new_taggings)


def _item(connection: Connection, key: str, read: _ReadArticle) -> dict[str, Any]:
    row, article = read.row, read.result.article
    outlet = row.entry.get("outlet", "")
    return {
        "key": key,
        "url": article.canonical,
        "source_id": outlet_of(connection, article.canonical, outlet) if outlet else row.source_id,
        "candidate_id": row.candidate_id,
        "first_seen": row.fetched_at,
        "version": 1,
        "story": key,
        "event": key,
    }


def _version(read: _ReadArticle, key: str, number: int, text_hash: str) -> dict[str, Any]:
    article = read.result.article
    return {
        "item_key": key,
        "number": number,
        "document_id": read.row.id,
        "fetched_at": read.row.fetched_at,
        "text_hash": text_hash,
        "title": article.title,
        "published": article.published,
        "article": ARTICLE.dump_python(article, mode="json"),
        "fingerprint": read.result.fingerprint if isinstance(read.result, Coverage) else b"",
    }


def _load_taggings(connection: Connection, texts: Collection[int]) -> set[tuple[int, str]]:
    """Return the taggings of these versions, as (id of the version, version of the rules)."""
    if not texts:
        return set()
    query = select(taggings.c.version_id, taggings.c.rules).where(taggings.c.version_id.in_(texts))
    return {(row.version_id, row.rules) for row in connection.execute(query)}


def _tagging(version: int, tags: Tags, at: datetime) -> dict[str, Any]:
    return {
        "version_id": version,
        "rules": tags.rules,
        "tagged_at": at,
        "relevance": tags.relevance,
        "score": tags.relevance_score,
        "tags": TAGS.dump_python(tags, mode="json"),
    }


def hash_text(article: Article) -> str:
    """Return the hash of title and text, white space folded: two versions with one hash are the same text.

    Of characters that no database can hold it is the hash of what is stored in their place.
    """
    text = " ".join(storable(f"{article.title}\n{article.text}").split())
    return hashlib.sha256(text.encode()).hexdigest()
