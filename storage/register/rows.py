"""Rows of the register's tables ↔ its records."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from pipeline.register.matters import Matter, MatterFilter, MatterLink, MatterStep
from storage.accounts.names import account_names
from storage.register.sight import concerns
from storage.schema.register import matter_links, matter_steps, matter_units, matters

#: Fields of Matter that are columns of the same name and value.
_SAME = (
    "id",
    "title",
    "kind",
    "scope",
    "opened_at",
    "first_seen",
    "state",
    "unit",
    "due_at",
    "passage",
    "answer_text",
    "answer_number",
    "answer_address",
    "answered_at",
    "settled_at",
    "result",
    "reason",
    "joined_to",
    "closed_at",
    "version",
)
_DAYS = ("due", "answer_day")


def matter_row(matter: Matter) -> dict[str, Any]:
    """Return a matter as a row of `matters`; the units that take part have a table of their own."""
    row = {name: getattr(matter, name) for name in _SAME}
    for name in _DAYS:
        day: date | None = getattr(matter, name)
        row[name] = None if day is None else day.isoformat()
    return row | {"is_unexpected": int(matter.is_unexpected)}


def matters_of(connection: Connection, rows: Sequence[Row[Any]]) -> list[Matter]:
    """Return rows of `matters` as records, in their order."""
    taking_part: dict[int, list[int]] = {}
    numbers = [row.id for row in rows]
    for first in range(0, len(numbers), 500):
        some = matter_units.c.matter.in_(numbers[first : first + 500])
        query = select(matter_units).where(some).order_by(matter_units.c.department)
        for row in connection.execute(query):
            taking_part.setdefault(row.matter, []).append(row.department)
    return [_matter(row, taking_part.get(row.id, ())) for row in rows]


def _matter(row: Row[Any], taking_part: Iterable[int]) -> Matter:
    values = {name: getattr(row, name) for name in _SAME}
    for name in _DAYS:
        text = getattr(row, name)
        values[name] = None if text is None else date.fromisoformat(text)
    return Matter(**values, is_unexpected=bool(row.is_unexpected), taking_part=tuple(taking_part))


def wanted_matters(wanted: MatterFilter) -> Select[*tuple[Any, ...]]:
    """Return the query for matters that a filter lets through: open ones by due date, then the others, newest first."""
    query = select(matters)
    if wanted.states:
        query = query.where(matters.c.state.in_(wanted.states))
    if wanted.kind:
        query = query.where(matters.c.kind == wanted.kind)
    if wanted.units is not None:
        query = query.where(concerns(wanted.units))
    if wanted.in_charge is not None:
        query = query.where(matters.c.unit == wanted.in_charge)
    if wanted.opened_since is not None:
        query = query.where(matters.c.opened_at >= wanted.opened_since)
    if wanted.opened_before is not None:
        query = query.where(matters.c.opened_at < wanted.opened_before)
    if wanted.due_before is not None:
        is_open = matters.c.state.in_(("new", "assigned", "preparing"))
        query = query.where(is_open, matters.c.due < wanted.due_before.isoformat())
    if wanted.text:
        query = query.where(matters.c.title.icontains(wanted.text, autoescape=True))
    return query.order_by(matters.c.id.desc())


def steps_of(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[MatterStep]:
    """Return rows of `matter_steps` as records, with the names of people as they are called now."""
    rows = connection.execute(query).all()
    names = account_names(connection, (row.account for row in rows))
    return [
        MatterStep(
            row.id,
            row.matter,
            row.at,
            row.kind,
            row.account,
            row.who or names.get(row.account, ""),
            row.department,
            _sets(row.sets),
            row.text,
        )
        for row in rows
    ]


def _sets(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def select_steps() -> Select[*tuple[Any, ...]]:
    """Return the query for all steps in the order in which they were made."""
    return select(matter_steps).order_by(matter_steps.c.id)


def links_of(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[MatterLink]:
    """Return rows of `matter_links` as records."""
    return [
        MatterLink(row.id, row.matter, row.item_key, row.part, row.at, row.removed_at)
        for row in connection.execute(query.order_by(matter_links.c.id))
    ]
