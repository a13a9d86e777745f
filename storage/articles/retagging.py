"""Versions last tagged by other rules than today's, and new taggings beside the old ones."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, insert, or_, select, update

from pipeline.records import Article, Coverage, Document, Entry, Examined, Tags, Unreadable
from storage.articles.adapters import ARTICLE, TAGS
from storage.articles.decisions import apply_decisions, load_decisions
from storage.articles.examinations import hash_text
from storage.crawl.candidates import ENTRY
from storage.crawl.page_readings import store_reading_of
from storage.engine.damage import stored_reason, tell_left_out
from storage.schema.core import documents, items, sources, taggings, versions


@dataclass(frozen=True, slots=True)
class OutdatedTagging:
    """The newest version of an item, last tagged by other rules than today's."""

    #: Id of the version.
    id: int
    key: str
    outlet: str
    title: str
    #: Tags under people's decisions.
    tags: Tags
    #: Tags of the rules alone.
    rule_tags: Tags
    #: Document to examine, with the id of the version: the page where no text was stored, else an entry with the text.
    document: Document


def load_outdated(
    connection: Connection, rules: str, since: datetime | None, after: int, limit: int
) -> list[OutdatedTagging]:
    """See storage.articles.facet.Articles.outdated_taggings."""
    newest = select(func.max(taggings.c.id)).where(taggings.c.version_id == versions.c.id).scalar_subquery()
    query: Select[*tuple[Any, ...]] = (
        select(
            versions.c.id,
            versions.c.article,
            items.c.key,
            sources.c.name,
            taggings.c.tags,
            documents.c.body,
            documents.c.candidate_id,
            documents.c.source_id,
            documents.c.url,
            documents.c.fetched_at,
            documents.c.content_type,
            documents.c.entry,
            documents.c.reason,
        )
        .join(items, and_(items.c.key == versions.c.item_key, items.c.version == versions.c.number))
        .join(taggings, taggings.c.id == newest.correlate(versions))
        .join(documents, documents.c.id == versions.c.document_id)
        .join(sources, sources.c.id == items.c.source_id)
        .where(versions.c.id > after, taggings.c.rules != rules, ~taggings.c.rules.startswith(f"{rules}#"))
        .order_by(versions.c.id)
        .limit(limit)
    )
    if since is not None:
        undated = and_(versions.c.published.is_(None), items.c.first_seen >= since)
        query = query.where(or_(versions.c.published >= since, undated))
    rows = connection.execute(query).all()
    decisions = load_decisions(connection, [row.key for row in rows])
    outdated = []
    for row in rows:
        try:
            rule_tags = TAGS.validate_python(row.tags)
            tags, title = apply_decisions(rule_tags, decisions.get(row.key, ())), str(row.article["title"])
            outdated.append(OutdatedTagging(row.id, row.key, row.name, title, tags, rule_tags, _document(row)))
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            tell_left_out(f"article {row.key}", error)
    return outdated


def count_outdated(connection: Connection, rules: str) -> int:
    """Return about how many items have a newest version that these rules have not tagged."""
    tagged_today = select(func.count(func.distinct(taggings.c.version_id))).where(taggings.c.rules == rules)
    all_items = connection.execute(select(func.count()).select_from(items)).scalar_one()
    return max(0, all_items - connection.execute(tagged_today).scalar_one())


def _document(row: Row[Any]) -> Document:
    article = ARTICLE.validate_python(row.article)
    entry, body = ENTRY.validate_python(row.entry), zlib.decompress(row.body)
    if article.text or not body:
        entry, body = _as_entry(article), b""
    return Document(
        row.id,
        row.candidate_id,
        row.source_id,
        row.url,
        row.fetched_at,
        body,
        row.content_type,
        entry,
        reason=stored_reason(row.reason),
    )


def _as_entry(article: Article) -> Entry:
    language = article.language or None
    return Entry(article.url, article.title, "", article.text, article.published, language=language)


def store_retaggings(connection: Connection, results: Sequence[Examined], rules: str, at: datetime) -> None:
    """See storage.articles.facet.Articles.save_retaggings."""
    for result in results:
        if isinstance(result, Unreadable):
            continue
        old = connection.execute(select(versions).where(versions.c.id == result.document_id)).one()
        version = result.document_id
        if isinstance(result, Coverage) and not old.fingerprint:
            version = _store_new_version(connection, old, result)
        elif isinstance(result, Coverage) and not result.article.text and result.fingerprint != old.fingerprint:
            # Of the stored text, so its keys are the same; the units of today in it are those of the new rules.
            fresh = {"fingerprint": result.fingerprint}
            connection.execute(update(versions).where(versions.c.id == version).values(**fresh))
        values = {
            "version_id": version,
            "rules": _unused_name(connection, version, rules),
            "tagged_at": at,
            "relevance": result.tags.relevance,
            "score": result.tags.relevance_score,
            "tags": TAGS.dump_python(result.tags, mode="json"),
        }
        connection.execute(insert(taggings).values(**values))


def _store_new_version(connection: Connection, old: Row[Any], result: Coverage) -> int:
    """Store a text that was not about the province until now as a new version, so that it is placed in a story."""
    read_article = result.article if result.article.text else None
    article = old.article if read_article is None else ARTICLE.dump_python(read_article, mode="json")
    # The address was settled when the page was first examined, from what other pages name too.
    article = {**article, "canonical": old.article["canonical"]}
    values = {
        "item_key": old.item_key,
        "number": old.number + 1,
        "document_id": old.document_id,
        "fetched_at": old.fetched_at,
        "text_hash": old.text_hash if read_article is None else hash_text(read_article),
        "title": article["title"],
        "published": old.published if read_article is None else read_article.published,
        "article": article,
        "fingerprint": result.fingerprint,
    }
    key = connection.execute(insert(versions).values(**values)).inserted_primary_key
    assert key is not None
    store_reading_of(connection, key[0])
    connection.execute(update(items).where(items.c.key == old.item_key).values(version=old.number + 1))
    return int(key[0])


def _unused_name(connection: Connection, version: int, rules: str) -> str:
    """Return a name of the rules that the version has no tagging of: rules that return after others tag once more."""
    used = set(connection.execute(select(taggings.c.rules).where(taggings.c.version_id == version)).scalars())
    names = (rules, *(f"{rules}#{n}" for n in range(2, len(used) + 3)))
    return next(name for name in names if name not in used)
