"""Which articles an account may see, as one condition of a query."""

from sqlalchemy import ColumnElement, or_, true

from pipeline.records.accounts import Sight


def visible(sight: Sight, item: ColumnElement[str], story: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition on a query's columns of item keys and stories that lets through what the sight shows."""
    if sight.every_article:
        return true()
    return or_(item.in_(sorted(sight.assigned.items)), story.in_(sorted(sight.assigned.stories)))
