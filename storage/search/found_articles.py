"""Keys of articles → what a list of hits shows of them, and the texts that the words are marked in.

Of the JSON of an article and of its tags only these fields are made into values: all of it, evidence included, takes
several times as long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, Text, bindparam, cast, select

from pipeline.records import Decision, FoundItem, PublishedFrom, Relevance, Tone
from storage.articles.decisions import load_decisions, newest_values
from storage.articles.items import with_newest_tagging
from storage.engine.damage import is_damaged, parse_json, tell_left_out
from storage.schema.core import items, sources, taggings, versions
from storage.schema.maintenance import decisions
from storage.schema.renditions import item_texts


@dataclass(frozen=True, slots=True)
class _Article:
    """The fields of pipeline.records.Article that are wanted."""

    url: str
    title: str
    text: str
    published: datetime | None = None
    published_from: PublishedFrom = "none"
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Topic:
    id: str


@dataclass(frozen=True, slots=True)
class _Tags:
    """The fields of pipeline.records.Tags that are wanted."""

    language: str
    relevance: Relevance
    topics: tuple[_Topic, ...]
    tone: Tone


_ARTICLE, _TAGS = TypeAdapter(_Article), TypeAdapter(_Tags)


class FoundArticle(NamedTuple):
    """An article that was found, and its text."""

    item: FoundItem
    text: str
    #: whether its texts are ones that are translated
    is_foreign: bool


def load_found(connection: Connection, keys: Sequence[str]) -> dict[str, FoundArticle]:
    """Return articles by key, without unknown ones and damaged ones; the latter are told."""
    rows = connection.execute(_query(), {"keys": list(keys)}).all()
    decided_keys = [row.key for row in rows if row.is_decided]
    decided = load_decisions(connection, decided_keys) if decided_keys else {}
    found: dict[str, FoundArticle] = {}
    for row in rows:
        error: Exception | None = None
        try:
            if not is_damaged(row):
                found[row.key] = _found(row, decided.get(row.key, ()))
                continue
        except (ValueError, KeyError, TypeError) as raised:
            error = raised
        tell_left_out(f"article {row.key}", error)
    return found


@cache
def _query() -> Select[*tuple[Any, ...]]:
    query = select(
        items.c.key,
        items.c.story,
        items.c.first_seen,
        items.c.taken_down,
        sources.c.name,
        sources.c.country,
        cast(versions.c.article, Text).label("article"),
        versions.c.fetched_at,
        cast(taggings.c.tags, Text).label("tags"),
        # Few articles have either, so that two queries are saved.
        select(decisions.c.id).where(decisions.c.item_key == items.c.key).exists().label("is_decided"),
        select(item_texts.c.part).where(item_texts.c.item_key == items.c.key).exists().label("is_foreign"),
    )
    joined = with_newest_tagging(query, None).join(sources, sources.c.id == items.c.source_id)
    return joined.where(items.c.key.in_(bindparam("keys", expanding=True)))


def _found(row: Row[Any], decisions_of_item: Iterable[Decision]) -> FoundArticle:
    # Python's own parser takes a third of the time of pydantic's for a long text.
    article, tags = _ARTICLE.validate_python(parse_json(row.article)), _TAGS.validate_json(row.tags)
    decided = newest_values(decisions_of_item)
    item = FoundItem(
        row.key,
        row.story,
        row.name,
        row.country,
        article.url,
        article.title,
        article.published,
        article.published_from,
        tags.language or article.language,
        decided.relevance or tags.relevance,
        tuple(topic.id for topic in tags.topics) if decided.topics is None else decided.topics,
        decided.tone or tags.tone,
        row.first_seen,
        row.fetched_at,
        row.taken_down,
    )
    return FoundArticle(item, article.text, bool(row.is_foreign))
