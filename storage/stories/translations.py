"""Stories told in several languages, with what is needed to tag their articles alike."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from pipeline.records import Item
from storage.articles.items import load_chosen
from storage.schema.core import items, taggings, versions

#: Stories looked up by one statement; databases limit what one may hold.
_CHUNK = 400


class TranslatedItem(NamedTuple):
    """An article of a story in several languages."""

    #: id of its newest version
    version: int
    fingerprint: bytes
    item: Item


def load_translated(connection: Connection, since: datetime | None, story: str) -> list[list[TranslatedItem]]:
    """See storage.stories.facet.Stories.translated."""
    keys = [story] if since is None else _touched(connection, since)
    stories: list[list[TranslatedItem]] = []
    for begin in range(0, len(keys), _CHUNK):
        stories += _load(connection, keys[begin : begin + _CHUNK])
    return stories


def _touched(connection: Connection, since: datetime) -> list[str]:
    """Return the keys of stories of several articles, one of them tagged since then."""
    touched = (
        select(items.c.story)
        .join(versions, versions.c.item_key == items.c.key)
        .join(taggings, taggings.c.version_id == versions.c.id)
        .where(taggings.c.tagged_at >= since, taggings.c.relevance != "no")
        .distinct()
    )
    several = select(items.c.story).where(items.c.story.in_(touched)).group_by(items.c.story).having(func.count() > 1)
    return list(connection.execute(several.order_by(items.c.story)).scalars())


def _load(connection: Connection, keys: list[str]) -> list[list[TranslatedItem]]:
    rows = connection.execute(
        select(items.c.story, items.c.key, versions.c.id, versions.c.fingerprint)
        .join(versions, (versions.c.item_key == items.c.key) & (versions.c.number == items.c.version))
        .where(items.c.story.in_(keys))
        .order_by(items.c.story, items.c.key)
    ).all()
    known = load_chosen(connection, [row.key for row in rows])
    by_story: dict[str, list[TranslatedItem]] = {}
    for row in rows:
        item = known.get(row.key)
        if item is not None and item.tags.relevance != "no":
            by_story.setdefault(row.story, []).append(TranslatedItem(row.id, row.fingerprint or b"", item))
    return [story for story in by_story.values() if len({one.item.language for one in story}) > 1]
