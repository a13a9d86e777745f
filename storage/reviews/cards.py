"""One article as a reviewer opens it, read in one transaction: text, tags of rules and people, reprints, comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, cast, select

from pipeline.records import Decision, Item, Tags
from pipeline.records.reviews import Assignment, Comment, Hold, PastAct, Review
from pipeline.records.translations import ItemTranslation
from storage.articles.adapters import TAGS
from storage.articles.decisions import load_decisions
from storage.articles.items import load_item, with_newest_tagging
from storage.reviews.assignments import load_assignments
from storage.reviews.comments import load_comments
from storage.reviews.holds import load_holds
from storage.reviews.log import past_acts
from storage.reviews.states import load_reviews
from storage.schema.core import items, sources, taggings, versions
from storage.translations.shown import load_shown

#: Other articles of a story that a card names, and acts of its history.
_MOST_REPRINTS, _MOST_ACTS = 50, 50


@dataclass(frozen=True, slots=True)
class Reprint:
    """Another article of the story."""

    key: str
    title: str
    outlet: str
    country: str
    published: datetime | None
    first_seen: datetime
    taken_down: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One of the texts that an article had."""

    number: int
    fetched_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class CardData:
    """One article with all that its card shows."""

    #: under people's decisions
    item: Item
    #: tags of the rules alone, and when they were made
    machine: Tags
    tagged_at: datetime
    #: oldest first
    decisions: Sequence[Decision]
    review: Review
    reprints: Sequence[Reprint]
    versions: Sequence[TextVersion]
    comments: Sequence[Comment]
    assignments: Sequence[Assignment]
    holds: Sequence[Hold]
    #: acts on it, newest first
    acts: Sequence[PastAct]
    #: in Vietnamese; None: it is Vietnamese, or not translated
    translation: ItemTranslation | None


def load_card(connection: Connection, key: str, at: datetime) -> CardData | None:
    """See storage.reviews.facet.Reviews.card."""
    item = load_item(connection, key)
    if item is None:
        return None
    query: Any = select(cast(taggings.c.tags, Text).label("tags"), taggings.c.tagged_at)
    tagging = connection.execute(with_newest_tagging(query, None).where(items.c.key == item.key)).one()
    return CardData(
        item,
        TAGS.validate_json(tagging.tags),
        tagging.tagged_at,
        load_decisions(connection, [item.key]).get(item.key, []),
        load_reviews(connection, [item.key]).get(item.key) or Review(item.key),
        _reprints(connection, item),
        _versions(connection, item.key),
        load_comments(connection, [item.key]).get(item.key, []),
        load_assignments(connection, keys=[item.key]),
        load_holds(connection, [item.key], at).get(item.key, []),
        past_acts(connection, item=item.key, limit=_MOST_ACTS),
        load_shown(connection, [item.key], "vi").get(item.key),
    )


def _reprints(connection: Connection, item: Item) -> list[Reprint]:
    query = (
        select(
            items.c.key,
            versions.c.title,
            sources.c.name,
            sources.c.country,
            versions.c.published,
            items.c.first_seen,
            items.c.taken_down,
            items.c.url,
        )
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(sources, sources.c.id == items.c.source_id)
        .where(items.c.story == item.story, items.c.key != item.key)
        .order_by(items.c.first_seen, items.c.key)
        .limit(_MOST_REPRINTS)
    )
    return [Reprint(*row) for row in connection.execute(query)]


def _versions(connection: Connection, key: str) -> list[TextVersion]:
    query = select(versions.c.number, versions.c.fetched_at, versions.c.title).where(versions.c.item_key == key)
    return [TextVersion(*row) for row in connection.execute(query.order_by(versions.c.number))]
