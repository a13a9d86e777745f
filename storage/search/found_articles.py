"""Keys of articles → what a list of hits shows of them, and the texts that the words are marked in.

Tags under people's decisions come from the narrow table of facts, which is written together with the index, and of the
JSON of an article only some fields are made into values: to read the tags with their evidence takes as long again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, get_args

from pydantic import TypeAdapter
from sqlalchemy import Connection, Select, Text, and_, bindparam, cast, select

from pipeline.records import FoundItem, PublishedFrom, Relevance, Tone
from pipeline.tables.facts import kind_of
from storage.engine.damage import is_damaged, parse_json, tell_left_out
from storage.schema.core import items, sources, versions
from storage.schema.derived import facts
from storage.schema.renditions import item_texts


@dataclass(frozen=True, slots=True)
class _Article:
    """The fields of pipeline.records.Article that are wanted."""

    url: str
    title: str
    text: str
    published: datetime | None = None
    published_from: PublishedFrom = "none"


_ARTICLE = TypeAdapter(_Article)
_RELEVANCE, _TONES = frozenset(get_args(Relevance)), frozenset(get_args(Tone))


class FoundArticle(NamedTuple):
    """An article that was found, and its text."""

    item: FoundItem
    text: str
    #: whether its texts are ones that are translated
    is_foreign: bool


def load_found(connection: Connection, keys: Sequence[str]) -> dict[str, FoundArticle]:
    """Return articles by key, without unknown ones and damaged ones; the latter are told."""
    found: dict[str, FoundArticle] = {}
    for row in connection.execute(_query(), {"keys": list(keys)}):
        error: Exception | None = None
        try:
            if not is_damaged(row):
                found[row.key] = _found(row)
                continue
        except (ValueError, KeyError, TypeError) as raised:
            error = raised
        tell_left_out(f"article {row.key}", error)
    return found


@cache
def _query() -> Select[*tuple[Any, ...]]:
    # Few articles are foreign, so that to ask for translations of all would be a query for nothing.
    is_foreign = select(item_texts.c.part).where(item_texts.c.item_key == items.c.key).exists()
    return (
        select(
            items.c.key,
            items.c.story,
            items.c.first_seen,
            items.c.taken_down,
            items.c.captured_at,
            sources.c.name,
            sources.c.country,
            cast(versions.c.article, Text).label("article"),
            versions.c.fetched_at,
            facts.c.kind,
            facts.c.language,
            is_foreign.label("is_foreign"),
        )
        .select_from(items)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(sources, sources.c.id == items.c.source_id)
        .join(facts, facts.c.item_key == items.c.key)
        .where(items.c.key.in_(bindparam("keys", expanding=True)))
    )


def _found(row: Sequence[Any]) -> FoundArticle:
    key, story, first_seen, taken_down, captured_at, outlet, country, *others = row
    written, fetched_at, kind, language, is_foreign = others
    # Python's own parser takes a third of the time of pydantic's for a long text.
    article = _ARTICLE.validate_python(parse_json(written))
    tags = kind_of(kind)
    if tags.relevance not in _RELEVANCE or tags.tone not in _TONES:
        raise ValueError(f"facts: {kind}")
    item = FoundItem(
        key,
        story,
        outlet,
        country,
        article.url,
        article.title,
        article.published,
        article.published_from,
        language,
        tags.relevance,
        tuple(tags.topics.split()),
        tags.tone,
        first_seen,
        fetched_at,
        taken_down,
        captured_at,
    )
    return FoundArticle(item, article.text, bool(is_foreign))
