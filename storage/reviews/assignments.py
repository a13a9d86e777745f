"""Articles and stories that departments are to look at, by when, and whether they did."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, delete, func, insert, or_, select, update

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Assigned
from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.records.reviews import Assignment
from storage.accounts.names import account_names, department_names, members
from storage.audit.chain import append
from storage.engine.errors import StorageError
from storage.register.sight import matter_articles
from storage.reviews.letters import store_letters
from storage.reviews.states import load_standings
from storage.schema.accounts import departments
from storage.schema.core import items
from storage.schema.reviews import assignments, letters

_CHUNK = 500


def assigned_keys(department: int) -> Select[tuple[str]]:
    """Select the keys of the articles that are assigned to a department, themselves or with their story.

    Those of the matters that concern it are among them. It is the filter of what the members of a department may see.
    """
    of_department = assignments.c.department == department
    own = select(assignments.c.item_key).where(of_department)
    named = items.alias()
    stories = (
        select(named.c.story)
        .join(assignments, assignments.c.item_key == named.c.key)
        .where(of_department, assignments.c.scope == "story")
    )
    of_matters = matter_articles(department)
    own_links = select(of_matters.c.item_key)
    linked = select(named.c.story).join(of_matters, of_matters.c.item_key == named.c.key)
    with_stories = linked.where(of_matters.c.scope != "item")
    return select(items.c.key).where(
        or_(
            items.c.key.in_(own),
            items.c.key.in_(own_links),
            items.c.story.in_(stories),
            items.c.story.in_(with_stories),
        )
    )


def load_assigned(connection: Connection, department: int) -> Assigned:
    """Return the articles and the stories that are assigned to a department."""
    query = (
        select(assignments.c.item_key, assignments.c.scope, items.c.story)
        .join(items, items.c.key == assignments.c.item_key)
        .where(assignments.c.department == department)
    )
    of_matters = matter_articles(department)
    linked = select(of_matters.c.item_key, of_matters.c.scope, items.c.story).join(
        items, items.c.key == of_matters.c.item_key
    )
    rows = [*connection.execute(query), *connection.execute(linked)]
    stories = frozenset(row.story for row in rows if row.scope != "item" and row.story)
    return Assigned(frozenset(row.item_key for row in rows), stories)


def count_open(connection: Connection, department: int) -> int:
    """Return how many assignments a department has not done."""
    query = select(func.count()).where(assignments.c.department == department, assignments.c.done_at.is_(None))
    return int(connection.execute(query).scalar_one())


def assign(
    connection: Connection,
    actor: Actor,
    key: str,
    department: int,
    at: datetime,
    *,
    scope: Literal["item", "story"] = "item",
    due: date | None = None,
    note: str = "",
) -> Assignment:
    """See storage.reviews.facet.Reviews.assign."""
    if actor.account is None:
        raise StorageError(Message(mark("Only a signed-in person can assign an article.")))
    usable = select(departments.c.id).where(departments.c.id == department, departments.c.disabled == 0)
    if connection.execute(usable).first() is None:
        raise StorageError(Message(mark("There is no such department.")))
    (key,) = load_standings(connection, [key])
    values = {
        "account": actor.account,
        "at": at,
        "due": due.isoformat() if due is not None else None,
        "note": note.strip(),
        "done_at": None,
        "done_by": None,
    }
    same = and_(assignments.c.item_key == key, assignments.c.scope == scope, assignments.c.department == department)
    before = connection.execute(select(assignments).where(same)).first()
    if before is None:
        names = {"item_key": key, "scope": scope, "department": department}
        inserted = connection.execute(insert(assignments).values(**names, **values)).inserted_primary_key
        assert inserted is not None
        number = int(inserted[0])
        told = [one for one in members(connection, department) if one != actor.account]
        store_letters(connection, f"assignment {number}", told, at)
    else:
        number = before.id
        connection.execute(update(assignments).where(assignments.c.id == number).values(**values))
    row = connection.execute(select(assignments).where(assignments.c.id == number)).one()
    _record(connection, "assignment.made", actor, at, before, row)
    return _assignments(connection, [row])[0]


def set_done(connection: Connection, actor: Actor, number: int, done: bool, at: datetime) -> Assignment:
    """See storage.reviews.facet.Reviews.set_done."""
    this = assignments.c.id == number
    before = connection.execute(select(assignments).where(this)).first()
    if before is None:
        raise StorageError(Message(mark("There is no such assignment.")))
    if (before.done_at is not None) == done:
        return _assignments(connection, [before])[0]
    values = {"done_at": at if done else None, "done_by": actor.account if done else None}
    connection.execute(update(assignments).where(this).values(**values))
    row = connection.execute(select(assignments).where(this)).one()
    _record(connection, "assignment.done" if done else "assignment.reopened", actor, at, before, row)
    return _assignments(connection, [row])[0]


def withdraw(connection: Connection, actor: Actor, number: int, at: datetime) -> Assignment:
    """See storage.reviews.facet.Reviews.withdraw."""
    this = assignments.c.id == number
    before = connection.execute(select(assignments).where(this)).first()
    if before is None:
        raise StorageError(Message(mark("There is no such assignment.")))
    gone = _assignments(connection, [before])[0]
    # A later assignment can have this number again: its letters are others.
    connection.execute(delete(letters).where(letters.c.cause == f"assignment {number}"))
    connection.execute(delete(assignments).where(this))
    _record(connection, "assignment.withdrawn", actor, at, before, None)
    return gone


def _record(connection: Connection, action: str, actor: Actor, at: datetime, before: Any, after: Any) -> None:
    def said(row: Any) -> Json:
        if row is None:
            return None
        names = ("department", "scope", "due", "note", "done_at")
        return {"assignment": row.id, **{name: getattr(row, name) for name in names}}

    key = (after or before).item_key
    append(connection, AuditEvent(action, "item", key, said(before), said(after), actor, at))


def load_assignments(
    connection: Connection,
    *,
    keys: Sequence[str] | None = None,
    department: int | None = None,
    account: int | None = None,
    number: int | None = None,
    is_open: bool = False,
    done_since: datetime | None = None,
) -> list[Assignment]:
    """Return assignments, those due first before those without a day; of these articles, of a department, by a person.

    `is_open` leaves out what is done, `done_since` what was done before.
    """
    chosen = select(assignments)
    if department is not None:
        chosen = chosen.where(assignments.c.department == department)
    if number is not None:
        chosen = chosen.where(assignments.c.id == number)
    if account is not None:
        chosen = chosen.where(assignments.c.account == account)
    undone = assignments.c.done_at.is_(None)
    if is_open:
        chosen = chosen.where(undone)
    elif done_since is not None:
        chosen = chosen.where(or_(undone, assignments.c.done_at >= done_since))
    rows: list[Any] = []
    for some in [None] if keys is None else [keys[n : n + _CHUNK] for n in range(0, len(keys), _CHUNK)]:
        query = chosen
        if some is not None:
            stories = select(items.c.story).where(items.c.key.in_(some))
            siblings = select(items.c.key).where(items.c.story.in_(stories))
            of_story = and_(assignments.c.scope == "story", assignments.c.item_key.in_(siblings))
            query = query.where(or_(assignments.c.item_key.in_(some), of_story))
        rows += connection.execute(query).all()
    unique = {row.id: row for row in rows}
    ordered = sorted(unique.values(), key=lambda row: (row.done_at is not None, row.due is None, row.due or "", row.id))
    return _assignments(connection, ordered)


def _assignments(connection: Connection, rows: Iterable[Any]) -> list[Assignment]:
    rows = list(rows)
    people = account_names(connection, [number for row in rows for number in (row.account, row.done_by)])
    offices = department_names(connection, (row.department for row in rows))
    return [
        Assignment(
            row.id,
            row.item_key,
            row.scope,
            row.department,
            offices.get(row.department, ""),
            row.account,
            people.get(row.account, ""),
            row.at,
            date.fromisoformat(row.due) if row.due else None,
            row.note,
            row.done_at,
            people.get(row.done_by, ""),
        )
        for row in rows
    ]
