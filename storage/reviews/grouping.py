"""Merging and splitting of stories at the desk, with what restores the groups as they were."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from pipeline.records import Level
from pipeline.records.reviews import ReviewAct
from storage.schema.core import items
from storage.schema.derived import facts
from storage.schema.stories import story_nodes, story_ruling_items, story_rulings
from storage.stories.groups import name_groups
from storage.stories.rulings import merge_stories, split_story

_CHUNK = 500
Groups = dict[str, tuple[str, str]]


def regroup(connection: Connection, wanted: ReviewAct, at: datetime) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Merge the groups of articles, or split articles from theirs; return the names of the groups, and what undoes it.

    Raises StorageError as storage.stories.facet.Stories.merge and split do.
    """
    keys, level = wanted.items, _level(wanted)
    last = connection.execute(select(func.coalesce(func.max(story_rulings.c.id), 0))).scalar_one()
    before = _groups_of(connection, keys)
    if wanted.kind == "merge":
        names: tuple[str, ...] = (merge_stories(connection, level, keys, wanted.note, at),)
    else:
        names = split_story(connection, level, wanted.group or keys[0], keys, wanted.note, at)
    after = _places(connection, list(before))
    rulings = connection.execute(select(story_rulings.c.id).where(story_rulings.c.id > last)).scalars().all()
    moved = {key: [*before[key], *after[key]] for key in before if key in after and before[key] != after[key]}
    return names, {"rulings": list(rulings), "moved": moved}


def _level(wanted: ReviewAct) -> Level:
    return "event" if wanted.value == "event" else "story"


def is_regrouped(connection: Connection, change: Mapping[str, Any], keys: Collection[str]) -> bool:
    """Whether a later ruling was made on an article that a merge or split moved."""
    if not change.get("rulings"):
        return False
    touched = sorted({*change["moved"], *keys})
    later = story_ruling_items.c.ruling_id > max(change["rulings"])
    return any(
        connection.execute(
            select(story_ruling_items.c.ruling_id)
            .where(later, story_ruling_items.c.item_key.in_(touched[start : start + _CHUNK]))
            .limit(1)
        ).first()
        for start in range(0, len(touched), _CHUNK)
    )


def restore_groups(connection: Connection, change: Mapping[str, Any], keys: Collection[str], at: datetime) -> None:
    """Take the rulings of a merge or split back; the groups get the names and articles that they had."""
    rulings, moved = change["rulings"], change["moved"]
    connection.execute(delete(story_ruling_items).where(story_ruling_items.c.ruling_id.in_(rulings)))
    connection.execute(delete(story_rulings).where(story_rulings.c.id.in_(rulings)))
    for key, (story, event, new_story, new_event) in moved.items():
        # What has moved since by itself is left where it is: the links between the articles say where it belongs.
        if story != new_story:
            here = update(items).where(items.c.key == key, items.c.story == new_story)
            connection.execute(here.values(story=story))
            connection.execute(update(facts).where(facts.c.item_key == key).values(story=story))
        if event != new_event:
            connection.execute(update(items).where(items.c.key == key, items.c.event == new_event).values(event=event))
    touched = sorted({*moved, *keys})
    nodes: set[int] = set()
    for start in range(0, len(touched), _CHUNK):
        of_keys = story_nodes.c.item_key.in_(touched[start : start + _CHUNK])
        nodes |= set(connection.execute(select(story_nodes.c.id).where(of_keys)).scalars())
    name_groups(connection, nodes, at)


def _groups_of(connection: Connection, keys: Sequence[str]) -> Groups:
    """Return story and event of every article of the stories and events that hold these articles."""
    named = _places(connection, keys)
    stories = {story for story, _ in named.values()}
    events = {event for _, event in named.values()} - {""}
    query = select(items.c.key, items.c.story, items.c.event)
    members = query.where(or_(items.c.story.in_(stories), items.c.event.in_(events)))
    return {row.key: (row.story, row.event) for row in connection.execute(members)}


def _places(connection: Connection, keys: Sequence[str]) -> Groups:
    found: Groups = {}
    for start in range(0, len(keys), _CHUNK):
        query = select(items.c.key, items.c.story, items.c.event).where(items.c.key.in_(keys[start : start + _CHUNK]))
        found |= {row.key: (row.story, row.event) for row in connection.execute(query)}
    return found
