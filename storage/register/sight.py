"""Which matters concern a department, and the articles that its members may see for that."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, or_, select

from storage.schema.register import matter_links, matter_units, matters


def concerns(units: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition on `matters` that one of these departments is in charge or takes part."""
    part = select(matter_units.c.matter).where(matter_units.c.department.in_(units))
    return or_(matters.c.unit.in_(units), matters.c.id.in_(part))


def matter_articles(department: int) -> Subquery:
    """Select item_key and scope of the articles of matters that concern a department, but what was taken off them.

    A matter of scope story or event brings the whole story of its articles along.
    """
    query = (
        select(matter_links.c.item_key, matters.c.scope)
        .join(matters, matters.c.id == matter_links.c.matter)
        .where(matter_links.c.removed_at.is_(None), concerns((department,)))
    )
    return query.distinct().subquery()
