"""Items that turn out to be one article → what people did at the desk is about the one that is kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from pipeline.register.matters import LINK_RANK
from storage.schema.register import clarifications, matter_links
from storage.schema.reviews import assignments, comments, review_action_items, review_holds, reviews


def move_reviews(connection: Connection, kept: str, gone: Sequence[str]) -> None:
    """Let reviews, acts, comments, assignments, holds and matters of `gone` be those of `kept`.

    Of several reviews the newest holds, under a version that nobody has seen: who has the card open is told of it.
    """
    every = [kept, *gone]
    rows = connection.execute(select(reviews).where(reviews.c.item_key.in_(every)).order_by(reviews.c.at)).all()
    if any(row.item_key != kept for row in rows):
        version = max(row.version for row in rows) + 1
        connection.execute(delete(reviews).where(reviews.c.item_key.in_(every)))
        values = dict(rows[-1]._mapping) | {"item_key": kept, "version": version}
        connection.execute(insert(reviews).values(**values))
    _move_acts(connection, kept, gone)
    connection.execute(update(comments).where(comments.c.item_key.in_(gone)).values(item_key=kept))
    connection.execute(update(review_holds).where(review_holds.c.item_key.in_(gone)).values(item_key=kept))
    _move_assignments(connection, kept, gone)
    connection.execute(update(clarifications).where(clarifications.c.item_key.in_(gone)).values(item_key=kept))
    connection.execute(update(matter_links).where(matter_links.c.item_key.in_(gone)).values(item_key=kept))
    _close_double_links(connection, kept)


def _close_double_links(connection: Connection, item: str) -> None:
    """Let one link hold of each matter that has several of an article: that of the highest rank.

    The others end when it began, or never held: so at each moment the article belonged to the matter once, from the
    first time at which any of them did. Their rows stay, steps name them by their numbers.
    """
    links = matter_links.c
    query = select(matter_links).where(links.item_key == item, links.removed_at.is_(None))
    holds: dict[int, datetime] = {}
    for row in sorted(connection.execute(query).all(), key=lambda row: (LINK_RANK[row.part], row.id)):
        if row.matter not in holds:
            holds[row.matter] = row.at
            continue
        ended = max(row.at, holds[row.matter])
        connection.execute(update(matter_links).where(links.id == row.id).values(removed_at=ended))


def _move_acts(connection: Connection, kept: str, gone: Sequence[str]) -> None:
    """Where one act was on several of them, its row of `kept` stays, else that of the first."""
    acts = review_action_items
    of_acts = select(acts.c.action_id, func.count(), func.max(acts.c.item_key)).where(
        acts.c.item_key.in_([kept, *gone])
    )
    for action, count, key in connection.execute(of_acts.group_by(acts.c.action_id)).all():
        this = acts.c.action_id == action
        if count > 1:
            has_kept = select(acts.c.item_key).where(this, acts.c.item_key == kept)
            stays = kept if connection.execute(has_kept).first() is not None else key
            others = acts.c.item_key.in_([one for one in (kept, *gone) if one != stays])
            connection.execute(delete(acts).where(this, others))
        connection.execute(update(acts).where(this, acts.c.item_key.in_(gone)).values(item_key=kept))


def _move_assignments(connection: Connection, kept: str, gone: Sequence[str]) -> None:
    taken = {
        (row.scope, row.department)
        for row in connection.execute(select(assignments).where(assignments.c.item_key == kept))
    }
    moving = select(assignments).where(assignments.c.item_key.in_(gone)).order_by(assignments.c.id)
    for row in connection.execute(moving).all():
        this = assignments.c.id == row.id
        if (row.scope, row.department) in taken:
            connection.execute(delete(assignments).where(this))
        else:
            taken.add((row.scope, row.department))
            connection.execute(update(assignments).where(this).values(item_key=kept))
