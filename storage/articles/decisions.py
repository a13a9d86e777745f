"""People's decisions about articles, in the table `decisions`, and the tags of an article under them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection, Row, insert, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Decision, DecisionField, Relevance, Tags, Tone, TopicFound, VerdictReason
from storage.articles.claims import current_key
from storage.engine.errors import StorageError
from storage.engine.json_records import JsonRecord
from storage.schema.core import items
from storage.schema.maintenance import decisions

#: Keys looked up by one statement; databases limit what one may hold.
_CHUNK = 500
_RELEVANCE, _TONE = JsonRecord[Relevance](Relevance), JsonRecord[Tone](Tone)


def store_decisions(connection: Connection, new: Sequence[Decision]) -> list[int]:
    """See storage.articles.facet.Articles.decide; return the numbers of the new rows."""
    numbers: list[int] = []
    for decision in new:
        allowed = {"relevance": get_args(Relevance), "tone": get_args(Tone)}.get(decision.field)
        if allowed and decision.value not in allowed:
            message = mark("{field}: one of {allowed}, not {value!r}")
            raise StorageError(Message(message, field=decision.field, allowed=", ".join(allowed), value=decision.value))
        key: str | None = decision.item
        if connection.execute(select(items.c.key).where(items.c.key == key)).first() is None:
            key = current_key(connection, decision.item)
        if key is None:
            message = mark("{item}: no item of that id; the column item of the CSV holds them")
            raise StorageError(Message(message, item=decision.item))
        values = {
            "field": decision.field,
            "value": decision.value,
            "who": decision.who,
            "at": decision.at,
            "note": decision.note,
        }
        inserted = connection.execute(insert(decisions).values(item_key=key, **values)).inserted_primary_key
        assert inserted is not None
        numbers.append(int(inserted[0]))
    return numbers


def load_decisions(
    connection: Connection, keys: Sequence[str] | None, until: datetime | None = None
) -> dict[str, list[Decision]]:
    """Return the decisions about these articles (None: about all) made by `until`, by item key, the newest last."""
    by_item: dict[str, list[Decision]] = {}
    for chunk in [keys] if keys is None else [keys[n : n + _CHUNK] for n in range(0, len(keys), _CHUNK)]:
        query = select(decisions).order_by(decisions.c.id)
        if chunk is not None:
            query = query.where(decisions.c.item_key.in_(chunk))
        if until is not None:
            query = query.where(decisions.c.at <= until)
        for row in connection.execute(query):
            by_item.setdefault(row.item_key, []).append(_decision(row))
    return by_item


def check_decision(field: DecisionField, value: str) -> None:
    """Raise ValueError for a value that no decision about that field can have."""
    if field in ("relevance", "tone"):
        (_RELEVANCE if field == "relevance" else _TONE).validate_python(value)


def _decision(row: Row[Any]) -> Decision:
    return Decision(row.item_key, row.field, row.value, row.who, row.at, row.note)


def apply_decisions(tags: Tags, decisions_of_item: Iterable[Decision]) -> Tags:
    """Return tags with people's decisions put over them: the newest decision of each field outweighs the rules."""
    newest: dict[DecisionField, Decision] = {decision.field: decision for decision in decisions_of_item}
    for field, decision in newest.items():
        if field == "topics":
            by_id = {topic.id: topic for topic in (*tags.near, *tags.topics)}
            ids = decision.value.split()
            topics = tuple(TopicFound(name, 1.0, by_id[name].evidence if name in by_id else ()) for name in ids)
            near = tuple(topic for topic in tags.near if topic.id not in ids)
            tags = replace(tags, topics=topics, near=near)
        elif field == "tone":
            tags = replace(tags, tone=_TONE.validate_python(decision.value), tone_words=())
        else:
            tags = replace(
                tags,
                relevance=_RELEVANCE.validate_python(decision.value),
                relevance_score=1.0,
                reason=VerdictReason("decided", {"who": decision.who, "note": decision.note}),
            )
    return tags
