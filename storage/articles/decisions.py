"""What persons decide of articles → rows, and what then is true of an article."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, insert, select

from pipeline.records import Decision, DecisionField, Relevance, Tags, Tone, TopicFound, VerdictReason
from storage.engine.errors import StorageError
from storage.schema.core import items
from storage.schema.maintenance import decisions

_CHUNK = 500
_RELEVANCE, _TONE = TypeAdapter[Relevance](Relevance), TypeAdapter[Tone](Tone)


def store_decisions(connection: Connection, said: Sequence[Decision]) -> None:
    """See storage.base.Storage.decide."""
    for one in said:
        allowed = {"relevance": get_args(Relevance), "tone": get_args(Tone)}.get(one.field)
        if allowed and one.value not in allowed:
            raise StorageError(f"{one.field}: one of {', '.join(allowed)}, not {one.value!r}")
        if connection.execute(select(items.c.key).where(items.c.key == one.item)).first() is None:
            raise StorageError(f"{one.item}: no item of that id; the column item of the CSV holds them")
        values = {"field": one.field, "value": one.value, "who": one.who, "at": one.at, "note": one.note}
        connection.execute(insert(decisions).values(item_key=one.item, **values))


def load_decisions(
    connection: Connection, keys: Sequence[str] | None, until: datetime | None = None
) -> dict[str, list[Decision]]:
    """Return what was decided of these articles (None: of all) by a moment, the newest last."""
    found: dict[str, list[Decision]] = {}
    for some in [keys] if keys is None else [keys[n : n + _CHUNK] for n in range(0, len(keys), _CHUNK)]:
        query = select(decisions).order_by(decisions.c.id)
        if some is not None:
            query = query.where(decisions.c.item_key.in_(some))
        if until is not None:
            query = query.where(decisions.c.at <= until)
        for row in connection.execute(query):
            found.setdefault(row.item_key, []).append(_decision(row))
    return found


def _decision(row: Row[Any]) -> Decision:
    return Decision(row.item_key, row.field, row.value, row.who, row.at, row.note)


def apply_decisions(tags: Tags, said: Iterable[Decision]) -> Tags:
    """Return tags with what persons decided put over them: the newest of each field, whatever the rules say."""
    newest: dict[DecisionField, Decision] = {one.field: one for one in said}
    for field, one in newest.items():
        if field == "topics":
            known = {topic.id: topic for topic in (*tags.near, *tags.topics)}
            named = [known.get(name) for name in one.value.split()]
            topics = tuple(
                TopicFound(name, 1.0, found.evidence if found else ())
                for name, found in zip(one.value.split(), named, strict=True)
            )
            near = tuple(topic for topic in tags.near if topic.id not in one.value.split())
            tags = replace(tags, topics=topics, near=near)
        elif field == "tone":
            tags = replace(tags, tone=_TONE.validate_python(one.value), tone_words=())
        else:
            tags = replace(
                tags,
                relevance=_RELEVANCE.validate_python(one.value),
                relevance_score=1.0,
                reason=VerdictReason("decided", {"who": one.who, "note": one.note}),
            )
    return tags
