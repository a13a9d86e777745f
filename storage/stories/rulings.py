"""People's decisions to merge or split stories → rulings that every later run respects."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.engine.errors import StorageError
from storage.schema.core import items
from storage.schema.stories import story_nodes, story_ruling_items, story_rulings
from storage.stories.groups import Level, name_groups

_WORDS: dict[Level, Message] = {"story": Message(mark("story")), "event": Message(mark("event"))}


def merge_stories(connection: Connection, level: Level, keys: Sequence[str], note: str, at: datetime) -> str:
    """See storage.stories.facet.Stories.merge."""
    column = items.c.story if level == "story" else items.c.event
    names = [_group_name(connection, level, key) for key in keys]
    if len(set(names)) < 2:
        raise StorageError(
            Message(
                mark("{keys}: already one {level} ({name})"), keys=", ".join(keys), level=_WORDS[level], name=names[0]
            )
        )
    _store_ruling(connection, level, "together", dict.fromkeys(names, 0), note, at)
    return str(connection.execute(select(column).where(items.c.key == names[0])).scalar_one())


def split_story(
    connection: Connection, level: Level, story: str, keys: Collection[str], note: str, at: datetime
) -> tuple[str, str]:
    """See storage.stories.facet.Stories.split."""
    column = items.c.story if level == "story" else items.c.event
    name = _group_name(connection, level, story)
    members = set(connection.execute(select(items.c.key).where(column == name)).scalars())
    if strangers := sorted(set(keys) - members):
        message = mark("{keys}: not in {level} {name}; see `diembao stories show {name}`")
        raise StorageError(Message(message, keys=", ".join(strangers), level=_WORDS[level], name=name))
    if members == set(keys):
        raise StorageError(Message(mark("{name}: at least one item has to stay"), name=name))
    _store_ruling(connection, level, "apart", {key: int(key in keys) for key in members}, note, at)
    _store_ruling(connection, level, "together", dict.fromkeys(keys, 0), note, at)
    one, other = (min(members - set(keys)), min(keys))
    groups = {key: connection.execute(select(column).where(items.c.key == key)).scalar_one() for key in (one, other)}
    return str(groups[one]), str(groups[other])


def _group_name(connection: Connection, level: Level, key: str) -> str:
    """Return the present name of the group that an item is in; an old name of a group is the key of an item."""
    column = items.c.story if level == "story" else items.c.event
    query = select(column).join(story_nodes, story_nodes.c.item_key == items.c.key).where(items.c.key == key)
    name = connection.execute(query).scalar()
    if name is None:
        message = mark("{key}: no item or {level} of that id; the columns item and story of the CSV hold them")
        raise StorageError(Message(message, key=key, level=_WORDS[level]))
    return str(name)


def _store_ruling(
    connection: Connection, level: Level, kind: str, sides: dict[str, int], note: str, at: datetime
) -> None:
    if kind == "together" and len(sides) < 2:
        return
    inserted = connection.execute(insert(story_rulings).values(at=at, level=level, kind=kind, note=note))
    assert inserted.inserted_primary_key is not None
    number = inserted.inserted_primary_key[0]
    rows = [{"ruling_id": number, "item_key": key, "side": side} for key, side in sorted(sides.items())]
    connection.execute(insert(story_ruling_items), rows)
    nodes = connection.execute(select(story_nodes.c.id).where(story_nodes.c.item_key.in_(list(sides)))).scalars()
    name_groups(connection, set(nodes), at)
