"""What people said of articles beside what the rules had said of them when they did."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from pipeline.records import Tags
from storage.articles.adapters import TAGS
from storage.engine.damage import tell_left_out
from storage.engine.dialects import sound_json
from storage.schema.core import items, sources, taggings, versions
from storage.schema.maintenance import decisions
from storage.schema.reviews import reviews

_CHUNK = 500
_MATTERS = ("relevance", "topics", "tone")


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules said, what a person said, and when."""

    machine: Tags
    #: None: nothing of this matter, the article was approved as it is
    value: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class JudgedArticle:
    """An article that people judged; `fields` by relevance, topics and tone, without those that nobody judged."""

    key: str
    title: str
    outlet: str
    fields: Mapping[str, Judged] = field(default_factory=dict, hash=False)


def load_judged(connection: Connection, since: datetime) -> list[JudgedArticle]:
    """Return the articles on which people acted since a time, with what was judged since then.

    The newest decision about a matter counts. The topics and the tone of an approved article about which nobody decided
    are judged too: a person saw them, and let them be.
    """
    query = (
        select(reviews.c.item_key, reviews.c.state, reviews.c.at, versions.c.title, sources.c.name)
        .join(items, items.c.key == reviews.c.item_key)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(sources, sources.c.id == items.c.source_id)
        .where(reviews.c.at >= since)
        .order_by(reviews.c.item_key)
    )
    rows = connection.execute(query).all()
    found: list[JudgedArticle] = []
    for start in range(0, len(rows), _CHUNK):
        found += _judged(connection, rows[start : start + _CHUNK], since)
    return found


def _judged(connection: Connection, rows: Sequence[Any], since: datetime) -> Iterable[JudgedArticle]:
    keys = [row.item_key for row in rows]
    newest: dict[tuple[str, str], Any] = {}
    for decision in connection.execute(
        select(decisions).where(decisions.c.item_key.in_(keys)).order_by(decisions.c.id)
    ):
        newest[decision.item_key, decision.field] = decision
    moments: dict[tuple[str, str], tuple[str | None, datetime]] = {}
    for row in rows:
        for matter in _MATTERS:
            decided = newest.get((row.item_key, matter))
            if decided is not None:
                moments[row.item_key, matter] = decided.value, decided.at
            elif matter != "relevance" and row.state == "approved":
                moments[row.item_key, matter] = None, row.at
    moments = {key: moment for key, moment in moments.items() if moment[1] >= since}
    chosen = _taggings_at(connection, {key: at for key, (_, at) in moments.items()})
    tags = _tags(connection, set(chosen.values()))
    for row in rows:
        fields = {
            matter: Judged(tags[chosen[row.item_key, matter]], *moments[row.item_key, matter])
            for matter in _MATTERS
            if chosen.get((row.item_key, matter)) in tags
        }
        if fields:
            yield JudgedArticle(row.item_key, row.title, row.name, fields)


def _taggings_at(connection: Connection, moments: Mapping[tuple[str, str], datetime]) -> dict[tuple[str, str], int]:
    """Return by (article, matter) the tagging that held at that moment: the newest before it, else the first."""
    keys = sorted({key for key, _ in moments})
    by_item: dict[str, list[tuple[datetime, int]]] = {}
    query = (
        select(versions.c.item_key, taggings.c.id, taggings.c.tagged_at)
        .join(taggings, taggings.c.version_id == versions.c.id)
        .where(versions.c.item_key.in_(keys))
    )
    for row in connection.execute(query):
        by_item.setdefault(row.item_key, []).append((row.tagged_at, row.id))
    chosen = {}
    for (key, matter), at in moments.items():
        history = sorted(by_item.get(key, ()))
        if history:
            place = bisect_right(history, (at, 2**62))
            chosen[key, matter] = history[max(place - 1, 0)][1]
    return chosen


def _tags(connection: Connection, numbers: Iterable[int]) -> dict[int, Tags]:
    listed = sorted(numbers)
    found: dict[int, Tags] = {}
    for start in range(0, len(listed), _CHUNK):
        column = sound_json(connection, taggings.c.tags).label("tags")
        query = select(taggings.c.id, column).where(taggings.c.id.in_(listed[start : start + _CHUNK]))
        for row in connection.execute(query):
            try:
                found[row.id] = TAGS.validate_python(row.tags)
            except ValueError as error:
                tell_left_out(f"taggings {row.id}", error)
    return found
