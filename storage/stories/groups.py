"""Links between articles and people's rulings → stories and events, which keep their names as they grow and split."""

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

#: Rows looked up by one statement.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a level: the article that another follows, how surely, and the name of the group."""

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


_LINKED = {
    level: _select(level).where(
        or_(
            story_nodes.c.id.in_(bindparam("nodes", expanding=True)),
            columns.follows.in_(bindparam("nodes", expanding=True)),
        )
    )
    for level, columns in _LEVELS.items()
}
_OF_KEYS = {
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
# Articles of one story are of one event, and articles of two events are of two stories: those rulings hold at both
# levels.
_RULINGS = {
    level: select(story_rulings.c.id, story_rulings.c.kind, story_ruling_items.c.item_key, story_ruling_items.c.side)
    .join(story_ruling_items, story_ruling_items.c.ruling_id == story_rulings.c.id)
    .where(or_(story_rulings.c.level == level, story_rulings.c.kind == ("together" if level == "event" else "apart")))
    .order_by(story_rulings.c.id)
    for level in _LEVELS
}


def name_groups(connection: Connection, touched: Collection[int], at: datetime, *, fresh: Collection[int] = ()) -> int:
    """Name the groups that hold the touched nodes; return how many articles changed their story or event.

    A `fresh` (new) node that joins a group is not recorded as a change.
    """
    moved = 0
    for level in _LEVELS:
        rulings = load_rulings(connection, level)
        rows = _closure(connection, level, touched, rulings)
        moved += _rename_groups(connection, level, rows, rulings, at, fresh)
    return moved


def name_all(connection: Connection, at: datetime) -> int:
    """Name every group; return how many articles changed their story or event."""
    moved = 0
    for level in _LEVELS:
        rows = {row.id: row for row in connection.execute(_select(level))}
        moved += _rename_groups(connection, level, rows, load_rulings(connection, level), at, ())
    return moved


def _closure(
    connection: Connection, level: Level, start: Iterable[int], rulings: Sequence[Ruling]
) -> dict[int, Row[Any]]:
    """Return the rows of all nodes that links or rulings connect to the given ones."""
    together: dict[str, set[str]] = {}
    for ruling in rulings:
        if not ruling.apart:
            for key in ruling.sides:
                together.setdefault(key, set()).update(ruling.sides)
    rows: dict[int, Row[Any]] = {}
    waiting = set(start)
    while waiting:
        new: dict[int, Row[Any]] = {}
        for chunk in _chunks(sorted(waiting)):
            near = connection.execute(_LINKED[level], {"nodes": chunk})
            new |= {row.id: row for row in near if row.id not in rows}
        ruled_keys = {other for row in new.values() for other in together.get(row.item_key, ())}
        for keys in _chunks(sorted(ruled_keys)):
            ruled = connection.execute(_OF_KEYS[level], {"keys": keys})
            new |= {row.id: row for row in ruled if row.id not in rows}
        rows |= new
        followed = {row.follows for row in new.values() if row.follows is not None}
        waiting = (followed - set(rows)) | (set(new) - waiting)
    return rows


def _rename_groups(
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
    relevant = [r for r in rulings if any(key in by_key for key in r.sides)]
    changes: Counter[tuple[str, str]] = Counter()
    moved: dict[str, list[str]] = {}
    for members in cluster(by_key, links, relevant):
        name = _group_name([by_key[key] for key in members])
        for key in members:
            row = by_key[key]
            if row.name != name:
                moved.setdefault(name, []).append(key)
                if row.id not in fresh:
                    changes[row.name, name] += 1
    for name, keys in moved.items():
        for chunk in _chunks(keys):
            connection.execute(_RENAME[level], {"keys": chunk, "to": name})
            if level == "story":
                connection.execute(_RENAME_FACTS, {"keys": chunk, "to": name})
    if changes:
        change_rows = [
            {"at": at, "level": level, "old": o, "new": n, "items": c} for (o, n), c in sorted(changes.items())
        ]
        connection.execute(insert(story_changes), change_rows)
    return sum(map(len, moved.values()))


def _group_name(members: Sequence[Row[Any]]) -> str:
    """Return the name of a group: the key of the first article in it that it is already named after, else of its first.

    So no two groups share a name, and an old name always leads to the group that now holds its article.
    """
    keys: dict[str, int] = {row.item_key: row.id for row in members}
    current_names: set[str] = {row.name for row in members} & set(keys)
    return min(current_names or set(keys), key=keys.__getitem__)


def load_rulings(connection: Connection, level: Level) -> list[Ruling]:
    """Return people's rulings that hold at a level, oldest first."""
    sides: dict[tuple[int, str], dict[str, int]] = {}
    for row in connection.execute(_RULINGS[level]):
        sides.setdefault((row.id, row.kind), {})[row.item_key] = row.side
    rulings = [Ruling(number, kind == "apart", by_key) for (number, kind), by_key in sides.items()]
    if level == "story":
        return rulings
    splits = [ruling for ruling in load_rulings(connection, "story") if ruling.apart]
    return [part for ruling in rulings for part in _undone(ruling, splits)]


def _undone(ruling: Ruling, splits: Sequence[Ruling]) -> list[Ruling]:
    """Return a ruling for events without what a later one of these `splits` of stories undid.

    Two stories may be of one event, so that splitting them holds no events apart; but where a person joined them and
    split them again, the joining must not go on holding them together as an event.
    """
    if ruling.apart:
        return [ruling]
    groups = [set(ruling.sides)]
    for later in splits:
        if later.id > ruling.id:
            left = {key for key, side in later.sides.items() if side}
            groups = [part for group in groups for part in (group - left, group & left)]
    return [Ruling(ruling.id, False, dict.fromkeys(sorted(group), 0)) for group in groups if len(group) > 1]


def _chunks(sequence: Sequence[T]) -> Iterable[Sequence[T]]:
    return (sequence[n : n + _CHUNK] for n in range(0, len(sequence), _CHUNK))
