"""Articles that may belong to a matter, and matters that an article may belong to: by story and event alone."""

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from storage.schema.core import items
from storage.schema.derived import facts
from storage.schema.register import matter_links, matters
from storage.schema.reviews import reviews


def articles_beside(connection: Connection, number: int, most: int) -> list[str]:
    """See storage.register.facet.Register.articles_beside."""
    linked = select(matter_links.c.item_key).where(matter_links.c.matter == number)
    told = linked.where(matter_links.c.removed_at.is_(None))
    opened_at = select(matters.c.opened_at).where(matters.c.id == number).scalar_subquery()
    rejected = select(reviews.c.item_key).where(reviews.c.state == "rejected")
    query = (
        select(items.c.key)
        .join(facts, facts.c.item_key == items.c.key)
        .where(_together(told), items.c.key.not_in(linked), items.c.first_seen > opened_at)
        .where(facts.c.relevance != "no", items.c.key.not_in(rejected))
        .order_by(items.c.first_seen.desc(), items.c.key)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def matters_beside(connection: Connection, key: str) -> list[int]:
    """See storage.register.facet.Register.matters_beside."""
    told = select(items.c.key).where(or_(items.c.key == key, _together(select(items.c.key).where(items.c.key == key))))
    query = select(matter_links.c.matter).where(matter_links.c.item_key.in_(told), matter_links.c.removed_at.is_(None))
    return list(connection.execute(query.distinct().order_by(matter_links.c.matter)).scalars())


def _together(keys: Select[tuple[str]]) -> ColumnElement[bool]:
    """Return the condition that an article is of a story or event of one of these articles."""
    these = items.alias()
    stories = select(these.c.story).where(these.c.key.in_(keys), these.c.story != "")
    events = select(these.c.event).where(these.c.key.in_(keys), these.c.event != "")
    return or_(items.c.story.in_(stories), and_(items.c.event != "", items.c.event.in_(events)))
