"""New texts → their places among the others: the report each repeats, the happening it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, or_, select, update

from pipeline.stories.attribution import credited_agency
from pipeline.stories.fingerprints import Fingerprint, fingerprint_keys
from pipeline.stories.similarity import Verdict, compare_fingerprints
from storage.schema.core import items, sources, versions
from storage.schema.stories import story_keys, story_nodes
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
    """Whom an article follows: nodes, or None where it follows nobody."""

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


#: texts held in memory at once
_BATCH = 500
_LAST = select(func.max(story_nodes.c.version_id))
#: newest texts of articles about the province that came after the last one placed, in the order they came
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
_NODES = select(story_nodes).where(story_nodes.c.id.in_(bindparam("nodes", expanding=True)))
_INSERT = insert(story_nodes)
_MOMENT = select(story_nodes.c.moment).where(story_nodes.c.id == bindparam("node"))
_UPDATE = (
    update(story_nodes)
    .where(story_nodes.c.id == bindparam("node"))
    .values({name: bindparam(name) for name in ("room", *_Place().values())})
)


def group_stories(connection: Connection, at: datetime) -> int:
    """See storage.base.Storage.regroup."""
    placer = _place_all(connection)
    return name_groups(connection, placer.touched, at, fresh=placer.fresh)


def rebuild_stories(connection: Connection, at: datetime) -> int:
    """See storage.base.Storage.rebuild_stories."""
    connection.execute(delete(story_keys))
    connection.execute(delete(story_nodes))
    _place_all(connection)
    return name_all(connection, at)


def _place_all(connection: Connection) -> "Placer":
    placer = Placer(connection)
    while rows := unplaced_items(connection):
        for row in rows:
            placer.place(row)
    return placer


def unplaced_items(connection: Connection) -> Sequence[Row[Any]]:
    """Return some of the texts that are to be placed, in the order they came."""
    last = connection.execute(_LAST).scalar() or 0
    return connection.execute(_UNPLACED, {"last": last}).all()


class Placer:
    """Puts articles into their places one by one, within one transaction.

    Whom an article follows depends only on those that came before it in time of publication, not on who was stored
    first: one that arrives late takes back those that should have followed it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sketches = FingerprintCache(connection)
        #: nodes whose group may have changed
        self.touched: set[int] = set()
        #: nodes that were not there before
        self.fresh: set[int] = set()

    def place(self, row: Row[Any]) -> None:
        """Place one article, a row of `unplaced`."""
        found = fingerprint_of(self._connection, row.id, row.fingerprint)
        moment = publication_moment(row.published or row.first_seen, row.key)
        old = self._connection.execute(_OF_ITEM, {"key": row.key}).first()
        if old is None:
            values = {"item_key": row.key, "version_id": row.id, "moment": moment, "room": 0, **_Place().values()}
            made = self._connection.execute(_INSERT, values).inserted_primary_key
            assert made is not None
            node = int(made[0])
            self.fresh.add(node)
        else:
            node = old.id
            self._remove(old)
            change = {"version_id": row.id, "moment": moment}
            self._connection.execute(update(story_nodes).where(story_nodes.c.id == node).values(**change))
        keys = fingerprint_keys(found)
        store_keys(self._connection, node, moment, keys)
        self._sketches.put(node, found)
        self._follow(node, moment, found, keys)
        self._lead(node, moment, found, keys)
        # '(Dân trí)' before a text of Dân trí is no other's.
        named = credited_agency(row.article["text"])
        origin = "" if named.casefold() in row.name.casefold() else named
        if origin != row.origin:
            self._connection.execute(update(items).where(items.c.key == row.key).values(origin=origin))

    def _remove(self, old: Row[Any]) -> None:
        """Take an article with an older text out of its place."""
        found = self._sketches.get([old.id])[old.id]
        keys = fingerprint_keys(found)
        drop_keys(self._connection, old.id, old.moment, keys)
        followed = or_(story_nodes.c.source_node == old.id, story_nodes.c.event_node == old.id)
        crowded = story_nodes.c.id.in_(later_neighbours(self._connection, keys, old.moment)) & (story_nodes.c.room == 0)
        for other in self._connection.execute(select(story_nodes).where(or_(followed, crowded))).all():
            self._follow_anew(other)
        self.touched.update(n for n in (old.id, old.source_node, old.event_node) if n is not None)

    def _follow_anew(self, row: Row[Any]) -> None:
        """Find whom a placed article follows now."""
        self.touched.update(n for n in (row.source_node, row.event_node) if n is not None)
        found = self._sketches.get([row.id])[row.id]
        self._follow(row.id, row.moment, found, fingerprint_keys(found))

    def _follow(self, node: int, moment: int, found: Fingerprint, keys: Sequence[int]) -> None:
        """Find whom an article follows, among all that came before; of equals the first."""
        taken, room = earlier_neighbours(self._connection, keys, moment)
        sketches = self._sketches.get(taken)
        place = _Place()
        for other in taken:
            place = _better(place, compare_fingerprints(found, sketches[other]), other)
        self._store(node, place, room)

    def _lead(self, node: int, moment: int, found: Fingerprint, keys: Sequence[int]) -> None:
        """Let those that came after follow an article, where it is more like them than whom they follow."""
        after = later_neighbours(self._connection, keys, moment)
        if not after:
            return
        sketches = self._sketches.get(after)
        for row in self._connection.execute(_NODES, {"nodes": after}).all():
            held = _Place(row.source_node, row.source_score, row.event_node, row.event_score)
            room = row.room - 1
            if row.room == 0:
                # Somebody is crowded out: the newcomer, or perhaps the one that is followed.
                taken, room = earlier_neighbours(self._connection, fingerprint_keys(sketches[row.id]), row.moment)
                if {held.source, held.event} - {None, *taken}:
                    self._follow_anew(row)
                    continue
                if node not in taken:
                    continue
            verdict = compare_fingerprints(found, sketches[row.id])
            place = _better(held, verdict, node, first=self._is_first(moment, held, verdict.score))
            if place != held:
                self.touched.update(n for n in (row.id, held.source, held.event) if n is not None)
                self._store(row.id, place, room)
            elif room != row.room:
                self._connection.execute(_UPDATE, {"node": row.id, "room": room, **place.values()})

    def _is_first(self, moment: int, held: _Place, score: float) -> bool:
        """Whether an article came before the one that is followed with just the same score."""
        other = held.event if held.source is None else held.source
        if other is None or score != max(held.source_score, held.event_score):
            return False
        return moment < int(self._connection.execute(_MOMENT, {"node": other}).scalar_one())

    def _store(self, node: int, place: _Place, room: int) -> None:
        self.touched.update(n for n in (node, place.source, place.event) if n is not None)
        self._connection.execute(_UPDATE, {"node": node, "room": room, **place.values()})


def _better(place: _Place, verdict: Verdict, node: int, *, first: bool = False) -> _Place:
    """Return the place after one more look-alike was judged; `first`: it came before the one followed until now."""

    def beats(held: int | None, score: float) -> bool:
        return held is None or verdict.score > score or (verdict.score == score and first)

    if verdict.verdict == "dup":
        return _Place(node, verdict.score, node, verdict.score) if beats(place.source, place.source_score) else place
    if verdict.verdict == "same-event" and place.source is None and beats(place.event, place.event_score):
        return _Place(None, 0.0, node, verdict.score)
    return place
