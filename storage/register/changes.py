"""Changes of matters: each writes its step, what the matter became, and its audit entry in one transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.register.matters import Matter, MatterClash, MatterStep, NewMatter, StepKind, StepRequest
from pipeline.register.steps import StepRefused, to_json, values_of, with_step
from storage.articles.claims import current_key
from storage.audit.chain import append
from storage.register.rows import matter_row, matters_of, select_steps, steps_of
from storage.schema.accounts import accounts, departments
from storage.schema.core import items
from storage.schema.register import matter_links, matter_steps, matter_units, matters


def open_matter(connection: Connection, actor: Actor, new: NewMatter, at: datetime) -> Matter:
    """See storage.register.facet.Register.open."""
    if not new.title.strip():
        raise StepRefused(Message(mark("A matter needs a title.")))
    item = present_item(connection, new.item)
    first_seen = connection.execute(select(items.c.first_seen).where(items.c.key == item)).scalar_one()
    units = tuple(dict.fromkeys(one for one in new.taking_part if one != new.unit))
    _check_units(connection, new.unit, units)
    sets: dict[str, Json] = {
        "title": new.title.strip(),
        "kind": new.kind,
        "scope": new.scope,
        "first_seen": to_json(first_seen),
        "passage": new.passage.strip(),
        "is_unexpected": new.is_unexpected,
        "due": to_json(new.due),
        "due_at": to_json(new.due_at),
        "unit": new.unit,
        "taking_part": to_json(units),
        "state": "new" if new.unit is None else "assigned",
    }
    # The number of a matter is that of its row, which the first step needs: the row is completed by the step.
    empty = Matter(0, new.title.strip(), new.kind, new.scope, at, first_seen)
    row = {name: value for name, value in matter_row(empty).items() if name != "id"}
    inserted = connection.execute(insert(matters).values(**row)).inserted_primary_key
    assert inserted is not None
    number = int(inserted[0])
    step = _store_step(connection, actor, number, "open", sets, "", at)
    link = _store_link(connection, number, item, "origin", at)
    matter = with_step(None, step)
    _save(connection, matter)
    _record(connection, actor, step, None, matter, {"item": item, "link": link})
    return matter


def take_step(
    connection: Connection, actor: Actor, number: int, request: StepRequest, at: datetime
) -> Matter | MatterClash:
    """See storage.register.facet.Register.step."""
    before = _matter(connection, number)
    if request.expected is not None and request.expected != before.version:
        return _clash(connection, before, request.expected)
    sets = values_of(before, request)
    more: dict[str, Json] = {}
    if request.kind in ("assign", "transfer"):
        # Of what the service hands over, units that were there before may have ended too.
        known = before.units if request.kind == "transfer" else ()
        _check_units(connection, request.values["unit"], request.values.get("taking_part", ()), known)
    if request.kind == "drop" and request.values.get("joined_to") is not None:
        _matter(connection, int(str(request.values["joined_to"])))
    if request.kind == "link":
        item = present_item(connection, str(request.values["item"]))
        part = str(request.values["part"])
        if _link_number(connection, number, item) is not None:
            raise StepRefused(Message(mark("The article belongs to this matter already.")))
        sets["link"] = _store_link(connection, number, item, part, at)
        more = {"item": item, "part": part}
    elif request.kind == "unlink":
        sets["link"] = _remove_link(connection, number, request.values.get("link"), at)
    step = _store_step(connection, actor, number, request.kind, sets, request.text.strip(), at)
    after = with_step(before, step)
    _save(connection, after)
    _record(connection, actor, step, before, after, more)
    return after


def _matter(connection: Connection, number: int) -> Matter:
    rows = connection.execute(select(matters).where(matters.c.id == number)).all()
    if not rows:
        raise StepRefused(Message(mark("There is no matter number {number}."), number=number))
    return matters_of(connection, rows)[0]


def _clash(connection: Connection, theirs: Matter, expected: int) -> MatterClash:
    steps = steps_of(connection, select_steps().where(matter_steps.c.matter == theirs.id))
    return MatterClash(theirs, tuple(steps[expected:]))


def present_item(connection: Connection, key: str) -> str:
    """Return the key under which an article is kept now. Raises StepRefused for an unknown one."""
    found: str | None = connection.execute(select(items.c.key).where(items.c.key == key)).scalar()
    found = found or current_key(connection, key)
    if found is None:
        raise StepRefused(Message(mark("There is no article of that id: {item}"), item=key))
    return found


def _check_units(connection: Connection, unit: Any, taking_part: Any, known: Collection[int] = ()) -> None:
    wanted = {one for one in (unit, *taking_part) if one is not None}.difference(known)
    query = select(departments.c.id).where(departments.c.id.in_(wanted), departments.c.disabled == 0)
    if wanted - set(connection.execute(query).scalars()):
        raise StepRefused(Message(mark("There is no such unit, or it is disabled.")))


def _store_step(
    connection: Connection,
    actor: Actor,
    number: int,
    kind: StepKind,
    sets: Mapping[str, Json],
    text: str,
    at: datetime,
) -> MatterStep:
    of_actor = select(accounts.c.department_id).where(accounts.c.id == actor.account)
    department = None if actor.account is None else connection.execute(of_actor).scalar()
    row = {
        "matter": number,
        "at": at,
        "kind": kind,
        "account": actor.account,
        "who": "" if actor.account is not None else actor.name,
        "department": department,
        "sets": dict(sets),
        "text": text,
    }
    inserted = connection.execute(insert(matter_steps).values(**row)).inserted_primary_key
    assert inserted is not None
    return MatterStep(int(inserted[0]), number, at, kind, actor.account, actor.name, department, sets, text)


def _store_link(connection: Connection, number: int, item: str, part: str, at: datetime) -> int:
    row = {"matter": number, "item_key": item, "part": part, "at": at}
    inserted = connection.execute(insert(matter_links).values(**row)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def _link_number(connection: Connection, number: int, item: str) -> int | None:
    this = (matter_links.c.matter == number, matter_links.c.item_key == item, matter_links.c.removed_at.is_(None))
    found: int | None = connection.execute(select(matter_links.c.id).where(*this)).scalar()
    return found


def _remove_link(connection: Connection, number: int, link: Any, at: datetime) -> int:
    this = (matter_links.c.matter == number, matter_links.c.id == link, matter_links.c.removed_at.is_(None))
    found = connection.execute(select(matter_links).where(*this)).first()
    if found is None or found.part == "origin":
        raise StepRefused(Message(mark("The article that a matter was opened from stays what it is.")))
    connection.execute(update(matter_links).where(matter_links.c.id == found.id).values(removed_at=at))
    return int(found.id)


def _save(connection: Connection, matter: Matter) -> None:
    row = {name: value for name, value in matter_row(matter).items() if name != "id"}
    connection.execute(update(matters).where(matters.c.id == matter.id).values(**row))
    connection.execute(delete(matter_units).where(matter_units.c.matter == matter.id))
    if matter.taking_part:
        rows = [{"matter": matter.id, "department": one} for one in matter.taking_part]
        connection.execute(insert(matter_units), rows)


def _record(
    connection: Connection,
    actor: Actor,
    step: MatterStep,
    before: Matter | None,
    after: Matter,
    more: Mapping[str, Json],
) -> None:
    """Append the audit entry of a step: what it set, before and after, and its reason."""
    names = [name for name in step.values if name in Matter.__dataclass_fields__]
    was = None if before is None else {name: to_json(getattr(before, name)) for name in names}
    now = {name: to_json(getattr(after, name)) for name in names} | dict(more)
    if step.text:
        now["text"] = step.text
    action = f"matter.{step.kind}"
    append(connection, AuditEvent(action, "matter", str(after.id), was, now, actor, step.at))
