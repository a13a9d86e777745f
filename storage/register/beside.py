"""What stands beside matters: notes, clarifications of articles, the log of contacts with the press, typed figures."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.audit import MACHINE, Actor, AuditEvent, Json
from pipeline.register.matters import Clarification, MatterNote, PressContact, YearlyFigure
from pipeline.register.steps import StepRefused
from storage.accounts.names import account_names
from storage.audit.chain import append
from storage.register.changes import present_item
from storage.register.once import refuse_twin_contact
from storage.schema.accounts import accounts
from storage.schema.register import clarifications, matter_notes, matter_steps, matters, press_contacts, yearly_figures


def person_of(actor: Actor) -> int:
    """Return the account of who acts. Raises StepRefused where nobody is signed in."""
    if actor.account is None:
        raise StepRefused(Message(mark("Only a signed-in person can write this.")))
    return actor.account


def add_note(connection: Connection, actor: Actor, number: int, text: str, at: datetime) -> int:
    """See storage.register.facet.Register.add_note."""
    account = person_of(actor)
    if not text.strip():
        raise StepRefused(Message(mark("The note is empty.")))
    if connection.execute(select(matters.c.id).where(matters.c.id == number)).first() is None:
        raise StepRefused(Message(mark("There is no such matter.")))
    department = connection.execute(select(accounts.c.department_id).where(accounts.c.id == account)).scalar()
    row = {"matter": number, "at": at, "account": account, "department": department, "text": text.strip()}
    note = _insert(connection, matter_notes, row)
    # The audit says that a note was written, not what it says: it is kept for ever, notes are not.
    append(connection, AuditEvent("matter.note", "matter", str(number), None, {"note": note}, actor, at))
    return note


def load_notes(connection: Connection, number: int) -> list[MatterNote]:
    """Return the notes on a matter, the oldest first."""
    query = select(matter_notes).where(matter_notes.c.matter == number).order_by(matter_notes.c.id)
    rows = connection.execute(query).all()
    names = account_names(connection, (row.account for row in rows))
    return [
        MatterNote(row.id, row.matter, row.at, row.account, names.get(row.account, ""), row.department, row.text)
        for row in rows
    ]


def erase_notes(connection: Connection, before: datetime, at: datetime) -> int:
    """See storage.register.facet.Register.erase_notes."""
    count = connection.execute(update(matter_notes).where(_old_notes(before)).values(text=None)).rowcount
    if count:
        append(connection, AuditEvent("matter.notes_erased", "matter", "", None, {"notes": count}, MACHINE, at))
    return count


def count_old_notes(connection: Connection, before: datetime) -> tuple[int, int]:
    """See storage.register.facet.Register.count_old_notes."""
    size = func.coalesce(func.sum(func.length(matter_notes.c.text)), 0)
    count, characters = connection.execute(select(func.count(), size).where(_old_notes(before))).one()
    return int(count), int(characters)


def _old_notes(before: datetime) -> ColumnElement[bool]:
    over = select(matters.c.id).where(or_(matters.c.closed_at < before, _dropped_before(before)))
    return and_(matter_notes.c.text.is_not(None), matter_notes.c.at < before, matter_notes.c.matter.in_(over))


def _dropped_before(before: datetime) -> ColumnElement[bool]:
    """Dropped matters that were last dropped before a moment; what was opened again has another state."""
    drops = and_(matter_steps.c.matter == matters.c.id, matter_steps.c.kind == "drop")
    last = select(func.max(matter_steps.c.at)).where(drops).correlate(matters).scalar_subquery()
    return and_(matters.c.state == "not_needed", last < before)


def clarify(connection: Connection, actor: Actor, key: str, text: str, at: datetime) -> int:
    """See storage.register.facet.Register.clarify."""
    account = person_of(actor)
    if not text.strip():
        raise StepRefused(Message(mark("Say what is to be made clear.")))
    item = present_item(connection, key)
    number = _insert(connection, clarifications, {"item_key": item, "at": at, "account": account, "text": text.strip()})
    after: Json = {"clarification": number, "text": text.strip()}
    append(connection, AuditEvent("clarification.written", "item", item, None, after, actor, at))
    return number


def withdraw_clarification(connection: Connection, actor: Actor, number: int, at: datetime) -> None:
    """See storage.register.facet.Register.withdraw_clarification."""
    person_of(actor)
    this = and_(clarifications.c.id == number, clarifications.c.withdrawn_at.is_(None))
    row = connection.execute(select(clarifications).where(this)).first()
    if row is None:
        raise StepRefused(Message(mark("It was taken back already.")))
    connection.execute(update(clarifications).where(this).values(withdrawn_at=at))
    was = {"clarification": number, "text": row.text}
    append(connection, AuditEvent("clarification.withdrawn", "item", row.item_key, was, None, actor, at))


def load_clarifications(connection: Connection, keys: Sequence[str]) -> list[Clarification]:
    """Return what people want made clear of these articles and did not take back, the oldest first."""
    columns = clarifications.c
    query = select(clarifications).where(columns.item_key.in_(keys), columns.withdrawn_at.is_(None))
    rows = connection.execute(query.order_by(columns.id)).all()
    names = account_names(connection, (row.account for row in rows))
    return [
        Clarification(row.id, row.item_key, row.at, row.account, names.get(row.account, ""), row.text, row.withdrawn_at)
        for row in rows
    ]


def save_contact(connection: Connection, actor: Actor, new: PressContact, at: datetime) -> int:
    """See storage.register.facet.Register.save_contact."""
    account = person_of(actor)
    if (new.kind == "refusal") != bool(new.refusal):
        raise StepRefused(Message(mark("A refusal needs its reason, and nothing else has one.")))
    if not new.subject.strip():
        raise StepRefused(Message(mark("Say what it was about.")))
    if (
        new.matter is not None
        and not connection.execute(select(matters.c.id).where(matters.c.id == new.matter)).first()
    ):
        raise StepRefused(Message(mark("There is no matter number {number}."), number=new.matter))
    refuse_twin_contact(connection, account, new, at)
    row: dict[str, Json] = {
        "day": new.day.isoformat(),
        "kind": new.kind,
        "unit": new.unit,
        "outlet": new.outlet.strip(),
        "subject": new.subject.strip(),
        "matter": new.matter,
        "refusal": new.refusal,
        "document": new.document.strip(),
    }
    number = _insert(connection, press_contacts, {**row, "at": at, "account": account})
    append(connection, AuditEvent("press_contact.written", "press_contact", str(number), None, row, actor, at))
    return number


def withdraw_contact(connection: Connection, actor: Actor, number: int, at: datetime) -> None:
    """See storage.register.facet.Register.withdraw_contact."""
    person_of(actor)
    this = and_(press_contacts.c.id == number, press_contacts.c.withdrawn_at.is_(None))
    if not connection.execute(update(press_contacts).where(this).values(withdrawn_at=at)).rowcount:
        raise StepRefused(Message(mark("It was taken back already.")))
    append(connection, AuditEvent("press_contact.withdrawn", "press_contact", str(number), None, None, actor, at))


def load_contacts(
    connection: Connection, since: date | None, until: date | None, as_of: datetime | None
) -> list[PressContact]:
    """See storage.register.facet.Register.contacts."""
    columns = press_contacts.c
    query = select(press_contacts)
    if since is not None:
        query = query.where(columns.day >= since.isoformat())
    if until is not None:
        query = query.where(columns.day <= until.isoformat())
    if as_of is None:
        query = query.where(columns.withdrawn_at.is_(None))
    else:
        query = query.where(columns.at < as_of, or_(columns.withdrawn_at.is_(None), columns.withdrawn_at >= as_of))
    rows = connection.execute(query.order_by(columns.day, columns.id)).all()
    names = account_names(connection, (row.account for row in rows))
    return [_contact(row, names.get(row.account, "")) for row in rows]


def _contact(row: Any, who: str) -> PressContact:
    return PressContact(
        row.id,
        date.fromisoformat(row.day),
        row.kind,
        row.unit,
        row.outlet,
        row.subject,
        row.matter,
        row.refusal,
        row.document,
        row.at,
        row.account,
        who,
        row.withdrawn_at,
    )


def save_figure(connection: Connection, actor: Actor, new: YearlyFigure, at: datetime) -> None:
    """See storage.register.facet.Register.save_figure."""
    account = person_of(actor)
    if new.value < 0 or (new.total is not None and new.total < new.value):
        raise StepRefused(Message(mark("The number cannot be larger than the whole that it is of.")))
    if not new.source.strip():
        raise StepRefused(Message(mark("Say where the figure comes from.")))
    row: dict[str, Json] = {
        "year": new.year,
        "figure": new.figure,
        "value": new.value,
        "total": new.total,
        "source": new.source.strip(),
    }
    _insert(connection, yearly_figures, {**row, "at": at, "account": account})
    append(connection, AuditEvent("yearly_figure.typed", "yearly_figure", str(new.year), None, row, actor, at))


def load_figures(connection: Connection, year: int, as_of: datetime | None = None) -> dict[str, YearlyFigure]:
    """Return the figures that people typed in for a year before `as_of`, the last word of each."""
    query = select(yearly_figures).where(yearly_figures.c.year == year).order_by(yearly_figures.c.id)
    if as_of is not None:
        query = query.where(yearly_figures.c.at < as_of)
    rows = connection.execute(query).all()
    names = account_names(connection, (row.account for row in rows))
    return {
        row.figure: YearlyFigure(
            row.year, row.figure, row.value, row.total, row.source, row.at, row.account, names.get(row.account, "")
        )
        for row in rows
    }


def _insert(connection: Connection, table: Any, row: dict[str, Any]) -> int:
    inserted = connection.execute(insert(table).values(**row)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])
