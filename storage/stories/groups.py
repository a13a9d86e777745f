"""Who follows whom, and what a person ruled → stories and events that keep their names as they grow and split."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Row, Select, bindparam, insert, or_, select, update

from pipeline.stories.clustering import Link, Ruling, cluster
from storage.schema.core import items
from storage.schema.derived import facts
from storage.schema.stories import story_changes, story_nodes, story_ruling_items, story_rulings

Level = Literal["story", "event"]
T = TypeVar("T")

#: rows asked for in one statement
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a level keeps whom an article follows, and the name of its group."""

    follows: Any
    score: Any
    name: Any


_LEVELS: Mapping[Level, _Columns] = {
    "story": _Columns(story_nodes.c.source_node, story_nodes.c.source_score, items.c.story),
    "event": _Columns(story_nodes.c.event_node, story_nodes.c.event_score, items.c.event),
}


def _select(level: Level) -> Select[*tuple[Any, ...]]:
    columns = _LEVELS[level]
    return select(
        story_nodes.c.id,
        story_nodes.c.item_key,
        columns.follows.label("follows"),
        columns.score.label("score"),
        columns.name.label("name"),
    ).join(items, items.c.key == story_nodes.c.item_key)


_NEAR = {
    level: _select(level).where(
        or_(
            story_nodes.c.id.in_(bindparam("nodes", expanding=True)),
            columns.follows.in_(bindparam("nodes", expanding=True)),
        )
    )
    for level, columns in _LEVELS.items()
}
_CHOSEN = {
    level: _select(level).where(story_nodes.c.item_key.in_(bindparam("keys", expanding=True))) for level in _LEVELS
}
_RENAME = {
    level: update(items)
    .where(items.c.key.in_(bindparam("keys", expanding=True)))
    .values({columns.name.key: bindparam("to")})
    for level, columns in _LEVELS.items()
}
_RENAME_FACTS = (
    update(facts).where(facts.c.item_key.in_(bindparam("keys", expanding=True))).values(story=bindparam("to"))
)
# Articles of one story are of one event, and articles of two events of two stories: so those rulings hold at both.
_RULINGS = {
    level: select(story_rulings.c.id, story_rulings.c.kind, story_ruling_items.c.item_key, story_ruling_items.c.side)
    .join(story_ruling_items, story_ruling_items.c.ruling_id == story_rulings.c.id)
    .where(or_(story_rulings.c.level == level, story_rulings.c.kind == ("together" if level == "event" else "apart")))
    .order_by(story_rulings.c.id)
    for level in _LEVELS
}


def name_groups(connection: Connection, touched: Collection[int], at: datetime, *, fresh: Collection[int] = ()) -> int:
    """Name the groups that hold the touched nodes; return how many articles changed their story or event.

    `fresh` nodes are new: that they join a group is no change to be remembered.
    """
    moved = 0
    for level in _LEVELS:
        rulings = load_rulings(connection, level)
        rows = _closure(connection, level, touched, rulings)
        moved += _name(connection, level, rows, rulings, at, fresh)
    return moved


def name_all(connection: Connection, at: datetime) -> int:
    """Name every group; return how many articles changed their story or event."""
    moved = 0
    for level in _LEVELS:
        rows = {row.id: row for row in connection.execute(_select(level))}
        moved += _name(connection, level, rows, load_rulings(connection, level), at, ())
    return moved


def _closure(
    connection: Connection, level: Level, start: Iterable[int], rulings: Sequence[Ruling]
) -> dict[int, Row[Any]]:
    """Return the rows of all nodes that links or rulings join to some."""
    together: dict[str, set[str]] = {}
    for ruling in rulings:
        if not ruling.apart:
            for key in ruling.sides:
                together.setdefault(key, set()).update(ruling.sides)
    found: dict[int, Row[Any]] = {}
    waiting = set(start)
    while waiting:
        new: dict[int, Row[Any]] = {}
        for some in _chunks(sorted(waiting)):
            near = connection.execute(_NEAR[level], {"nodes": some})
            new |= {row.id: row for row in near if row.id not in found}
        named = {other for row in new.values() for other in together.get(row.item_key, ())}
        for keys in _chunks(sorted(named)):
            chosen = connection.execute(_CHOSEN[level], {"keys": keys})
            new |= {row.id: row for row in chosen if row.id not in found}
        found |= new
        followed = {row.follows for row in new.values() if row.follows is not None}
        waiting = (followed - set(found)) | (set(new) - waiting)
    return found


def _name(
    connection: Connection,
    level: Level,
    rows: Mapping[int, Row[Any]],
    rulings: Sequence[Ruling],
    at: datetime,
    fresh: Collection[int],
) -> int:
    by_key = {row.item_key: row for row in rows.values()}
    links = [
        Link(row.item_key, rows[row.follows].item_key, row.score)
        for row in rows.values()
        if row.follows is not None and row.follows in rows
    ]
    about = [r for r in rulings if any(key in by_key for key in r.sides)]
    changes: Counter[tuple[str, str]] = Counter()
    moved: dict[str, list[str]] = {}
    for members in cluster(by_key, links, about):
        name = _name_of([by_key[key] for key in members])
        for key in members:
            row = by_key[key]
            if row.name != name:
                moved.setdefault(name, []).append(key)
                if row.id not in fresh:
                    changes[row.name, name] += 1
    for name, keys in moved.items():
        for some in _chunks(keys):
            connection.execute(_RENAME[level], {"keys": some, "to": name})
            if level == "story":
                connection.execute(_RENAME_FACTS, {"keys": some, "to": name})
    if changes:
        told = [{"at": at, "level": level, "old": o, "new": n, "items": c} for (o, n), c in sorted(changes.items())]
        connection.execute(insert(story_changes), told)
    return sum(map(len, moved.values()))


def _name_of(members: Sequence[Row[Any]]) -> str:
    """Return the name of a group: the key of one of its articles, the one it was first called by.

    So no two groups have one name, and a name, once told, always leads to the group in which its article is now.
    """
    keys: dict[str, int] = {row.item_key: row.id for row in members}
    held: set[str] = {row.name for row in members} & set(keys)
    return min(held or set(keys), key=keys.__getitem__)


def load_rulings(connection: Connection, level: Level) -> list[Ruling]:
    """Return what a person ruled that holds at a level."""
    sides: dict[tuple[int, str], dict[str, int]] = {}
    for row in connection.execute(_RULINGS[level]):
        sides.setdefault((row.id, row.kind), {})[row.item_key] = row.side
    return [Ruling(number, kind == "apart", found) for (number, kind), found in sides.items()]


def _chunks(some: Sequence[T]) -> Iterable[Sequence[T]]:
    return (some[n : n + _CHUNK] for n in range(0, len(some), _CHUNK))
