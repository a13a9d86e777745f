"""Which matters are watched, when the pages of their reports are looked at again, and what is kept for them."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from storage.register.watched import TELLING
from storage.schema.core import candidates, fetches, items
from storage.schema.register import matter_links, matters


def _is_watched(answered_after: datetime) -> ColumnElement[bool]:
    """Return the condition that a matter is open, or was answered after a moment and stands so, closed or not."""
    is_open = matters.c.state.in_(("new", "assigned", "preparing"))
    return or_(is_open, and_(matters.c.state.in_(("answered", "closed")), matters.c.answered_at > answered_after))


def watched_numbers(connection: Connection, answered_after: datetime) -> list[int]:
    """See storage.register.facet.Register.watched_numbers."""
    return list(
        connection.execute(select(matters.c.id).where(_is_watched(answered_after)).order_by(matters.c.id)).scalars()
    )


def plan_looks(connection: Connection, at: datetime, every: timedelta, after_answer: timedelta) -> int:
    """See storage.register.facet.Register.plan_looks."""
    linked = (
        select(matter_links.c.item_key)
        .join(matters, matters.c.id == matter_links.c.matter)
        .where(matter_links.c.removed_at.is_(None), _is_watched(at - after_answer))
        .where(matter_links.c.part.in_(("origin", "again")))
    )
    newest = select(func.max(fetches.c.at)).where(fetches.c.candidate_id == candidates.c.id).correlate(candidates)
    query = (
        select(candidates.c.id, candidates.c.next_try, newest.scalar_subquery().label("looked"))
        .join(items, items.c.candidate_id == candidates.c.id)
        .where(_told_with(linked))
    )
    planned = 0
    for row in connection.execute(query).all():
        due = at if row.looked is None else row.looked + every
        if row.next_try is None or row.next_try > due:
            connection.execute(update(candidates).where(candidates.c.id == row.id).values(next_try=due))
            planned += 1
    return planned


def _told_with(linked: Select[tuple[str]]) -> ColumnElement[bool]:
    """Return the condition that an article is one of these, or of the story of one."""
    stories = select(items.c.story).where(items.c.key.in_(linked), items.c.story != "")
    return or_(items.c.key.in_(linked), items.c.story.in_(stories))


def of_matters() -> ColumnElement[bool]:
    """Return the condition that an article belongs or belonged to a matter, or is of the story of one that does.

    What became of it is computed from its texts and fetches, also for moments long ago: they are kept.
    """
    return _told_with(select(matter_links.c.item_key))


def is_needed_look() -> ColumnElement[bool]:
    """Return the condition that a fetch says whether the page of such an article stood."""
    pages = select(items.c.candidate_id).where(of_matters(), items.c.candidate_id.is_not(None))
    return and_(fetches.c.reason.in_(TELLING), fetches.c.candidate_id.in_(pages))
