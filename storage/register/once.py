"""What is written once however often a form is sent: checks inside the transaction that writes."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.audit import Actor
from pipeline.register.matters import Matter, MatterClash, NewMatter, PressContact, StepRequest
from pipeline.register.steps import StepRefused
from storage.register.changes import open_matter, present_item, take_step
from storage.schema.core import items
from storage.schema.register import matter_links, matter_steps, matters, press_contacts

#: Time in which the same form of the same person is one sent twice, of a matter and of an entry of the log.
_MATTER, _CONTACT = timedelta(minutes=1), timedelta(minutes=5)


def put_aside(connection: Connection, actor: Actor, new: NewMatter, reason: str, at: datetime) -> Matter:
    """See storage.register.facet.Register.put_aside."""
    item = present_item(connection, new.item)
    story = select(items.c.story).where(items.c.key == item, items.c.story != "")
    told = select(items.c.key).where(or_(items.c.key == item, items.c.story.in_(story)))
    query = select(matter_links.c.matter).where(matter_links.c.item_key.in_(told), matter_links.c.removed_at.is_(None))
    number = connection.execute(query.order_by(matter_links.c.matter).limit(1)).scalar()
    if number is not None:
        raise StepRefused(Message(mark("The story has a matter already: no. {number}."), number=number))
    made = open_matter(connection, actor, new, at)
    dropped = take_step(connection, actor, made.id, StepRequest("drop", text=reason), at)
    assert not isinstance(dropped, MatterClash)  # no version is expected
    return dropped


def refuse_twin_matter(
    connection: Connection, actor: Actor, new: NewMatter, seen: Collection[int], at: datetime
) -> None:
    """Raise StepRefused where the same person opened the same matter just now and has not seen that there is one."""
    opened = matter_steps.alias()
    query = (
        select(matters.c.id)
        .join(opened, (opened.c.matter == matters.c.id) & (opened.c.kind == "open"))
        .join(matter_links, (matter_links.c.matter == matters.c.id) & (matter_links.c.part == "origin"))
        .where(
            matters.c.title == new.title.strip(),
            matters.c.kind == new.kind,
            matters.c.opened_at >= at - _MATTER,
            matters.c.opened_at <= at + _MATTER,
            matter_links.c.item_key == present_item(connection, new.item),
            matters.c.id.not_in(seen),
            # Somebody without an account has a name.
            opened.c.account == actor.account if actor.account is not None else opened.c.who == actor.name,
        )
    )
    number = connection.execute(query.order_by(matters.c.id).limit(1)).scalar()
    if number is not None:
        words = mark("You opened this matter just now: no. {number}. Nothing is saved a second time.")
        raise StepRefused(Message(words, number=number))


def refuse_twin_contact(connection: Connection, account: int, new: PressContact, at: datetime) -> None:
    """Raise StepRefused where the same person wrote the same entry just now and it was not taken back."""
    columns = press_contacts.c
    query = select(columns.id).where(
        columns.day == new.day.isoformat(),
        columns.kind == new.kind,
        columns.unit.is_not_distinct_from(new.unit),
        columns.outlet == new.outlet.strip(),
        columns.subject == new.subject.strip(),
        columns.matter.is_not_distinct_from(new.matter),
        columns.refusal == new.refusal,
        columns.document == new.document.strip(),
        columns.account == account,
        columns.at >= at - _CONTACT,
        columns.at <= at + _CONTACT,
        columns.withdrawn_at.is_(None),
    )
    if connection.execute(query.limit(1)).first() is not None:
        raise StepRefused(Message(mark("You wrote this entry just now. Nothing is saved a second time.")))
