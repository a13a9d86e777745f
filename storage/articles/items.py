"""Stored articles, each the newest version of an item under its newest tags and people's decisions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, and_, cast, func, or_, select, union

from pipeline.records import Decision, Item, Relevance, Version
from storage.articles.adapters import ARTICLE, TAGS
from storage.articles.claims import current_key
from storage.articles.decisions import apply_decisions, load_decisions
from storage.engine.damage import is_damaged, tell_left_out
from storage.schema.core import candidates, items, sources, taggings, versions
from storage.schema.maintenance import decisions
from storage.schema.reviews import reviews

#: Items loaded by one statement.
_CHUNK = 200
#: Codes of the reasons of irrelevant texts that a digest lists beside its figures: a place is named which nothing shows
#: to be ours (pipeline.tagging.relevance), or a watched matter is told of (pipeline.tagging.tagger)
_BESIDE = ("uncertain", "watched")


def with_newest_tagging(query: Select[*tuple[Any, ...]], as_of: datetime | None) -> Select[*tuple[Any, ...]]:
    """Join items with their newest text under its newest tagging, or as they stood at a moment."""
    others = taggings.alias()
    newest = select(func.max(others.c.id)).where(others.c.version_id == versions.c.id).correlate(versions)
    number: Any = items.c.version
    if as_of is not None:
        newest = newest.where(others.c.tagged_at <= as_of)
        earlier_versions, earlier_taggings = versions.alias(), taggings.alias()
        latest = select(func.max(earlier_versions.c.number)).select_from(
            earlier_versions.join(
                earlier_taggings,
                (earlier_taggings.c.version_id == earlier_versions.c.id) & (earlier_taggings.c.tagged_at <= as_of),
            )
        )
        number = latest.where(earlier_versions.c.item_key == items.c.key).correlate(items).scalar_subquery()
    return (
        query.select_from(items)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == number))
        .join(taggings, taggings.c.id == newest.scalar_subquery())
    )


@lru_cache(maxsize=8)
def _select_items(as_of: datetime | None = None) -> Select[*tuple[Any, ...]]:
    older = versions.alias()
    # A page that was tagged under other rules may be a new version too; an edit comes from another document.
    edited = select(older.c.id).where(older.c.item_key == items.c.key, older.c.document_id != versions.c.document_id)
    query = select(
        items.c.key,
        items.c.story,
        items.c.event,
        items.c.origin,
        versions.c.number,
        and_(versions.c.number > 1, edited.correlate(items, versions).exists()).label("changed"),
        items.c.source_id,
        items.c.first_seen,
        items.c.taken_down,
        items.c.captured_at,
        sources.c.name,
        sources.c.country,
        sources.c.category,
        sources.c.reach,
        # As JSON text: pydantic parses it in half the time that it needs by way of Python's dicts.
        cast(versions.c.article, Text).label("article"),
        versions.c.fetched_at,
        cast(taggings.c.tags, Text).label("tags"),
        candidates.c.feed_url,
    )
    return (
        with_newest_tagging(query, as_of)
        .join(sources, sources.c.id == items.c.source_id)
        .join(candidates, candidates.c.id == items.c.candidate_id)
    )


def relevance_of_item(as_of: datetime | None) -> ColumnElement[str]:
    """Return the relevance of an item: the last decision of a person, else the verdict of the rules."""
    decided = select(decisions.c.value).where(decisions.c.item_key == items.c.key, decisions.c.field == "relevance")
    if as_of is not None:
        decided = decided.where(decisions.c.at <= as_of)
    newest = decided.order_by(decisions.c.id.desc()).limit(1).correlate(items).scalar_subquery()
    return func.coalesce(newest, taggings.c.relevance)


def _item(row: Row[Any], decisions_by_item: Mapping[str, Iterable[Decision]], as_of: datetime | None = None) -> Item:
    taken_down = row.taken_down if as_of is None or row.taken_down is None or row.taken_down <= as_of else None
    return Item(
        key=row.key,
        story=row.story,
        event=row.event,
        origin=row.origin,
        version=row.number,
        source_id=row.source_id,
        outlet=row.name,
        country=row.country,
        category=row.category,
        article=ARTICLE.validate_json(row.article),
        tags=apply_decisions(TAGS.validate_json(row.tags), decisions_by_item.get(row.key, ())),
        first_seen=row.first_seen,
        fetched_at=row.fetched_at,
        feed_url=row.feed_url,
        changed=bool(row.changed),
        taken_down=taken_down,
        reach=row.reach,
        captured_at=row.captured_at,
    )


def _sound_items(
    rows: Iterable[Row[Any]],
    decisions_by_item: Mapping[str, Iterable[Decision]],
    as_of: datetime | None = None,
    *,
    tell: bool = True,
) -> Iterator[Item]:
    """Yield the items of rows; one that is damaged costs no other: it is left out, and told unless `tell` is false."""
    for row in rows:
        error: Exception | None = None
        try:
            if not is_damaged(row):
                yield _item(row, decisions_by_item, as_of)
                continue
        except (ValueError, KeyError, TypeError) as raised:
            error = raised
        if tell:
            tell_left_out(f"article {row.key}", error)


def load_item(connection: Connection, key: str) -> Item | None:
    """See storage.articles.facet.Articles.item."""
    item = load_chosen(connection, [key]).get(key)
    if item is None and (current := current_key(connection, key)) is not None:
        item = load_chosen(connection, [current]).get(current)
    return item


def load_chosen(
    connection: Connection, keys: Sequence[str], as_of: datetime | None = None, *, tell: bool = True
) -> dict[str, Item]:
    """Return items by key, without unknown keys and damaged items; the latter are told unless `tell` is false."""
    return _load(connection, keys, load_decisions(connection, keys, as_of), as_of, tell=tell)


def _load(
    connection: Connection,
    keys: Sequence[str],
    decisions_by_item: Mapping[str, Iterable[Decision]],
    as_of: datetime | None = None,
    *,
    tell: bool = True,
) -> dict[str, Item]:
    rows = connection.execute(_select_items(as_of).where(items.c.key.in_(keys)))
    return {item.key: item for item in _sound_items(rows, decisions_by_item, as_of, tell=tell)}


def load_versions(connection: Connection, key: str) -> list[Version]:
    """See storage.articles.facet.Articles.versions."""
    query = select(versions).where(versions.c.item_key == key).order_by(versions.c.number)
    return list(sound_versions(connection.execute(query)))


def sound_versions(rows: Iterable[Row[Any]]) -> Iterator[Version]:
    """Yield versions from rows of their table; a damaged one is left out and told."""
    for row in rows:
        try:
            yield Version(row.number, row.fetched_at, ARTICLE.validate_python(row.article))
        except ValueError as error:
            tell_left_out(f"article {row.item_key}, version {row.number}", error)


def load_event(connection: Connection, key: str) -> list[Item]:
    """See storage.stories.facet.Stories.event_items."""
    event = select(items.c.event).where(items.c.key == key).scalar_subquery()
    published_or_seen = func.coalesce(versions.c.published, items.c.first_seen)
    rows = connection.execute(
        _select_items().where(items.c.event == event).order_by(published_or_seen, items.c.key)
    ).all()
    decisions_by_item = load_decisions(connection, [row.key for row in rows])
    return list(_sound_items(rows, decisions_by_item))


def load_items(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    relevance: Sequence[Relevance],
    topics: Sequence[str],
    as_of: datetime | None = None,
) -> Iterator[Item]:
    """See storage.articles.facet.Articles.items."""
    published_or_seen = func.coalesce(versions.c.published, items.c.first_seen)
    # Only keys are sorted, so that neither memory nor disk has to hold all the texts at once.
    query = (
        with_newest_tagging(select(items.c.key), as_of)
        .where(relevance_of_item(as_of).in_(relevance))
        .order_by(published_or_seen.desc(), items.c.key)
    )
    if since is not None or until is not None:
        query = query.where(items.c.key.in_(_keys_within(since, until)))
    if since is not None:
        query = query.where(or_(versions.c.published >= since, _undated(items.c.first_seen >= since)))
    if until is not None:
        query = query.where(or_(versions.c.published < until, _undated(items.c.first_seen < until)))
    decisions_by_item = load_decisions(connection, None, as_of)
    keys = connection.execute(query.execution_options(yield_per=_CHUNK)).scalars()
    for chunk in keys.partitions():
        loaded = _load(connection, chunk, decisions_by_item, as_of)
        for key in chunk:
            item = loaded.get(key)
            if item is None:
                continue
            if not topics or any(t.id in topics for t in item.tags.topics):
                yield item


def _keys_within(since: datetime | None, until: datetime | None) -> Any:
    """Select the keys of items with a version published, or first seen, in [since, until); both have an index."""

    def within(column: Any) -> Any:
        return and_(*([column >= since] if since else []), *([column < until] if until else []))

    return union(
        select(versions.c.item_key).where(within(versions.c.published)),
        select(items.c.key).where(within(items.c.first_seen)),
    )


def _undated(condition: Any) -> Any:
    return and_(versions.c.published.is_(None), condition)


def load_digest_items(
    connection: Connection, start: datetime, end: datetime, late_from: datetime, as_of: datetime | None = None
) -> list[Item]:
    """See storage.articles.facet.Articles.digest_items."""
    return _news(connection, is_for_digest(as_of), start, end, late_from, as_of)


def is_for_digest(as_of: datetime | None) -> ColumnElement[bool]:
    """Whether an article is about the province, and no person rejected it."""
    return and_(relevance_of_item(as_of).in_(("main", "mention")), ~_is_rejected(as_of))


def _is_rejected(as_of: datetime | None) -> ColumnElement[bool]:
    """Whether a person at the desk took an article out, for whatever reason."""
    rejected = select(reviews.c.item_key).where(reviews.c.item_key == items.c.key, reviews.c.state == "rejected")
    if as_of is not None:
        rejected = rejected.where(reviews.c.at <= as_of)
    return rejected.correlate(items).exists()


def load_rejected_items(
    connection: Connection, start: datetime, end: datetime, late_from: datetime, as_of: datetime | None = None
) -> list[Item]:
    """See storage.articles.facet.Articles.rejected_items."""
    rejected = select(reviews.c.item_key).where(reviews.c.state == "rejected")
    found = and_(items.c.key.in_(rejected), taggings.c.relevance.in_(("main", "mention")))
    return _news(connection, found, start, end, late_from, as_of)


def load_beside_items(
    connection: Connection, start: datetime, end: datetime, late_from: datetime, as_of: datetime | None = None
) -> list[Item]:
    """See storage.articles.facet.Articles.beside_items."""
    # The reason is looked for in the text of the JSON first: of a day's irrelevant pages a dozen are loaded.
    coded = or_(*(cast(taggings.c.tags, Text).contains(f'"{code}"') for code in _BESIDE))
    found = _news(
        connection, and_(relevance_of_item(as_of) == "no", coded, ~_is_rejected(as_of)), start, end, late_from, as_of
    )
    return [item for item in found if item.tags.reason.code in _BESIDE]


def _news(
    connection: Connection,
    condition: ColumnElement[bool],
    start: datetime,
    end: datetime,
    late_from: datetime,
    as_of: datetime | None,
) -> list[Item]:
    """Return the items that are news in [start, end) and fulfil a condition, newest first."""
    query = _select_items(as_of).where(is_news(start, end, late_from), condition)
    rows = connection.execute(query.order_by(versions.c.published.desc(), items.c.key)).all()
    decisions_by_item = load_decisions(connection, [row.key for row in rows], as_of)
    return list(_sound_items(rows, decisions_by_item, as_of))


def is_news(start: datetime, end: datetime, late_from: datetime) -> ColumnElement[bool]:
    """Whether an item is news in [start, end): published in it, or first seen in it and not older than `late_from`."""
    seen_within = and_(items.c.first_seen >= start, items.c.first_seen < end)
    on_time = and_(versions.c.published >= start, versions.c.published < end, items.c.first_seen < end)
    late = and_(seen_within, versions.c.published >= late_from, versions.c.published < end)
    return and_(items.c.key.in_(_keys_within(start, end)), or_(on_time, late, _undated(seen_within)))
