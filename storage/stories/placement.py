"""New texts → their places among the others: the earlier article each repeats, the earlier article of the same event.

An article "follows" the earlier article that is most like it: its source, where it is a reprint, and its event, where
both tell of one happening. Groups of articles that follow each other are stories and events (storage.stories.groups).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, or_, select, update

from pipeline.stories.attribution import credited_agency
from pipeline.stories.fingerprints import Fingerprint, fingerprint_keys
from pipeline.stories.similarity import Verdict, compare_fingerprints
from storage.schema.core import items, sources, versions
from storage.schema.stories import story_keys, story_nodes, story_ruling_items
from storage.stories.groups import name_all, name_groups
from storage.stories.neighbours import (
    FingerprintCache,
    drop_keys,
    earlier_neighbours,
    fingerprint_of,
    later_neighbours,
    publication_moment,
    store_keys,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """The nodes that an article follows, and how sure that is (0 to 1); None: it follows none."""

    source: int | None = None
    source_score: float = 0.0
    event: int | None = None
    event_score: float = 0.0

    def values(self) -> dict[str, Any]:
        return {
            "source_node": self.source,
            "source_score": self.source_score,
            "event_node": self.event,
            "event_score": self.event_score,
        }


#: Texts held in memory at once.
_BATCH = 500
_LAST = select(func.max(story_nodes.c.version_id))
#: The newest versions of articles about the province stored after the last one placed, in the order of storage.
_UNPLACED: Select[*tuple[Any, ...]] = (
    select(
        items.c.key,
        items.c.first_seen,
        items.c.origin,
        sources.c.name,
        versions.c.id,
        versions.c.published,
        versions.c.article,
        versions.c.fingerprint,
    )
    .join(sources, sources.c.id == items.c.source_id)
    .join(versions, (versions.c.item_key == items.c.key) & (versions.c.number == items.c.version))
    .where(versions.c.id > bindparam("last"), versions.c.fingerprint != b"")
    .order_by(versions.c.id)
    .limit(_BATCH)
)
_OF_ITEM = select(story_nodes).where(story_nodes.c.item_key == bindparam("key"))
_OF_ITEMS = select(story_nodes).where(story_nodes.c.item_key.in_(bindparam("keys", expanding=True)))
_NODES = select(story_nodes).where(story_nodes.c.id.in_(bindparam("nodes", expanding=True)))
# The nodes count the articles in the order in which they were stored, in which order they are placed does not matter.
_INSERT = insert(story_nodes).returning(story_nodes.c.id, story_nodes.c.item_key, sort_by_parameter_order=True)
_SET_ORIGIN = update(items).where(items.c.key == bindparam("of")).values(origin=bindparam("to"))
_MOMENT = select(story_nodes.c.moment).where(story_nodes.c.id == bindparam("node"))
_UPDATE = (
    update(story_nodes)
    .where(story_nodes.c.id == bindparam("node"))
    .values({name: bindparam(name) for name in ("room", *_Place().values())})
)


def group_stories(connection: Connection, at: datetime) -> int:
    """See storage.stories.facet.Stories.group."""
    placer = _place_all(connection)
    return name_groups(connection, placer.touched, at, fresh=placer.fresh)


def rebuild_stories(connection: Connection, at: datetime) -> int:
    """See storage.stories.facet.Stories.rebuild."""
    connection.execute(delete(story_keys))
    connection.execute(delete(story_nodes))
    _place_all(connection)
    return name_all(connection, at)


def leave_stories(connection: Connection, joined: Mapping[str, str], at: datetime) -> None:
    """Take items out of their stories, by the key of each the key of the item it was joined to.

    People's rulings about them hold for the item they were joined to. Those that followed them choose again.
    """
    _move_rulings(connection, joined)
    placer = Placer(connection)
    keys = [*joined, *set(joined.values())]
    nodes = {
        row.item_key: row for row in connection.execute(select(story_nodes).where(story_nodes.c.item_key.in_(keys)))
    }
    for key in joined:
        if key in nodes:
            placer.remove(nodes[key])
    remaining = [nodes[key].id for key in set(joined.values()) if key in nodes]
    name_groups(connection, placer.touched | set(remaining), at)


def _move_rulings(connection: Connection, joined: Mapping[str, str]) -> None:
    table = story_ruling_items.c
    for old, new in joined.items():
        ruled = select(table.ruling_id).where(table.item_key == new)
        connection.execute(delete(story_ruling_items).where(table.item_key == old, table.ruling_id.in_(ruled)))
        connection.execute(update(story_ruling_items).where(table.item_key == old).values(item_key=new))


def _place_all(connection: Connection) -> "Placer":
    placer = Placer(connection)
    while rows := unplaced_items(connection):
        placer.place(rows)
    return placer


def unplaced_items(connection: Connection) -> Sequence[Row[Any]]:
    """Return the next versions to place, at most 500, in the order of storage."""
    last = connection.execute(_LAST).scalar() or 0
    return connection.execute(_UNPLACED, {"last": last}).all()


class Placer:
    """Places articles one by one, within one transaction.

    Which article another follows depends on their times of publication alone, not on which was stored first: an
    article that arrives late is offered to the later ones that are already placed.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._fingerprints = FingerprintCache(connection)
        #: Nodes whose group may have changed.
        self.touched: set[int] = set()
        #: Nodes that are new.
        self.fresh: set[int] = set()

    def place(self, rows: Sequence[Row[Any]]) -> None:
        """Place articles, rows of `unplaced_items`.

        The first published go first: one that follows nothing later need not be offered to those beside it.
        """
        moments = [publication_moment(row.published or row.first_seen, row.key) for row in rows]
        placed = self._connection.execute(_OF_ITEMS, {"keys": [row.key for row in rows]}).all()
        old = {row.item_key: row for row in placed}
        nodes = {key: row.id for key, row in old.items()}
        new = [(row, moment) for row, moment in zip(rows, moments, strict=True) if row.key not in old]
        if new:
            inserted = self._connection.execute(_INSERT, [_node(row, moment) for row, moment in new])
            nodes |= {row.item_key: row.id for row in inserted}
            self.fresh.update(nodes[row.key] for row, _ in new)
        for row, moment in sorted(zip(rows, moments, strict=True), key=itemgetter(1)):
            self._place(row, moment, nodes[row.key], is_new=row.key not in old)
        _store_origins(self._connection, rows)

    def _place(self, row: Row[Any], moment: int, node: int, *, is_new: bool) -> None:
        fingerprint = fingerprint_of(self._connection, row.id, row.fingerprint)
        if not is_new:
            # Read anew: what came before it in this batch may have changed what it follows.
            self._take_out(self._connection.execute(_NODES, {"nodes": [node]}).one())
            change = {"version_id": row.id, "moment": moment}
            self._connection.execute(update(story_nodes).where(story_nodes.c.id == node).values(**change))
        keys = fingerprint_keys(fingerprint)
        store_keys(self._connection, node, moment, keys)
        self._fingerprints.put(node, fingerprint)
        self._follow(node, moment, fingerprint, keys)
        self._offer_to_later(node, moment, fingerprint, keys)

    def remove(self, node: Row[Any]) -> None:
        """Take an article out of its place for good."""
        # Read anew: the one removed before may have been followed by it.
        self._take_out(self._connection.execute(_OF_ITEM, {"key": node.item_key}).one())
        self._connection.execute(delete(story_nodes).where(story_nodes.c.id == node.id))
        self.touched.discard(node.id)

    def _take_out(self, old: Row[Any]) -> None:
        """Take the old version of an article out of its place; those that followed it choose again."""
        fingerprint = self._fingerprints.get([old.id])[old.id]
        keys = fingerprint_keys(fingerprint)
        drop_keys(self._connection, old.id, old.moment, keys)
        followed = or_(story_nodes.c.source_node == old.id, story_nodes.c.event_node == old.id)
        crowded = story_nodes.c.id.in_(later_neighbours(self._connection, keys, old.moment)) & (story_nodes.c.room == 0)
        for other in self._connection.execute(select(story_nodes).where(or_(followed, crowded))).all():
            self._follow_anew(other)
        self.touched.update(n for n in (old.id, old.source_node, old.event_node) if n is not None)

    def _follow_anew(self, row: Row[Any]) -> None:
        """Choose again which articles a placed one follows."""
        self.touched.update(n for n in (row.source_node, row.event_node) if n is not None)
        fingerprint = self._fingerprints.get([row.id])[row.id]
        self._follow(row.id, row.moment, fingerprint, fingerprint_keys(fingerprint))

    def _follow(self, node: int, moment: int, fingerprint: Fingerprint, keys: Sequence[int]) -> None:
        """Choose which earlier articles an article follows; of equals the first."""
        earlier, room = earlier_neighbours(self._connection, keys, moment)
        fingerprints = self._fingerprints.get(earlier)
        place = _Place()
        for other in earlier:
            place = _better_place(place, compare_fingerprints(fingerprint, fingerprints[other]), other)
        self._store(node, place, room)

    def _offer_to_later(self, node: int, moment: int, fingerprint: Fingerprint, keys: Sequence[int]) -> None:
        """Let later articles follow this one, where it is more like them than the one they follow."""
        later = later_neighbours(self._connection, keys, moment)
        if not later:
            return
        fingerprints = self._fingerprints.get(later)
        for row in self._connection.execute(_NODES, {"nodes": later}).all():
            current = _Place(row.source_node, row.source_score, row.event_node, row.event_score)
            room = row.room - 1
            if row.room == 0:
                # One look-alike too many: either this article is left out, or perhaps the one that is followed.
                earlier, room = earlier_neighbours(self._connection, fingerprint_keys(fingerprints[row.id]), row.moment)
                if {current.source, current.event} - {None, *earlier}:
                    self._follow_anew(row)
                    continue
                if node not in earlier:
                    continue
            verdict = compare_fingerprints(fingerprint, fingerprints[row.id])
            place = _better_place(current, verdict, node, first=self._is_earlier(moment, current, verdict.score))
            if place != current:
                self.touched.update(n for n in (row.id, current.source, current.event) if n is not None)
                self._store(row.id, place, room)
            elif room != row.room:
                self._connection.execute(_UPDATE, {"node": row.id, "room": room, **place.values()})

    def _is_earlier(self, moment: int, current: _Place, score: float) -> bool:
        """Whether an article came before the one that is followed with exactly the same score."""
        other = current.event if current.source is None else current.source
        if other is None or score != max(current.source_score, current.event_score):
            return False
        return moment < int(self._connection.execute(_MOMENT, {"node": other}).scalar_one())

    def _store(self, node: int, place: _Place, room: int) -> None:
        self.touched.update(n for n in (node, place.source, place.event) if n is not None)
        self._connection.execute(_UPDATE, {"node": node, "room": room, **place.values()})


def _node(row: Row[Any], moment: int) -> dict[str, Any]:
    return {"item_key": row.key, "version_id": row.id, "moment": moment, "room": 0, **_Place().values()}


def _store_origins(connection: Connection, rows: Iterable[Row[Any]]) -> None:
    """Store the agencies that articles credit, where they are not what is stored already."""
    changes: list[dict[str, str]] = []
    for row in rows:
        # '(Dân trí)' before a text of Dân trí itself credits nobody else.
        credited = credited_agency(_text_of(row.article))
        origin = "" if credited.casefold() in row.name.casefold() else credited
        if origin != row.origin:
            changes.append({"of": row.key, "to": origin})
    if changes:
        connection.execute(_SET_ORIGIN, changes)


def _text_of(article: Any) -> str:
    """Return the text of a stored article, '' where it is damaged."""
    text = article.get("text") if isinstance(article, dict) else None
    return text if isinstance(text, str) else ""


def _better_place(place: _Place, verdict: Verdict, node: int, *, first: bool = False) -> _Place:
    """Return the place after one more comparison; `first`: this look-alike came before the one followed so far."""

    def beats(followed: int | None, score: float) -> bool:
        return followed is None or verdict.score > score or (verdict.score == score and first)

    if verdict.verdict == "dup":
        return _Place(node, verdict.score, node, verdict.score) if beats(place.source, place.source_score) else place
    if verdict.verdict == "same-event" and place.source is None and beats(place.event, place.event_score):
        return _Place(None, 0.0, node, verdict.score)
    return place
