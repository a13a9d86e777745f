"""Comments that name an account or its department, found by the letters that told it of them."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.records.reviews import Comment
from storage.reviews.comments import load_comment
from storage.schema.reviews import letters


@dataclass(frozen=True, slots=True)
class MentionOf:
    """A comment that names an account; `number` grows with the time at which it was told."""

    number: int
    comment: Comment


def load_mentions(connection: Connection, account: int, after: int, limit: int) -> list[MentionOf]:
    """Return what was told after that number, the newest first."""
    query = (
        select(letters.c.id, letters.c.cause)
        .where(letters.c.id > after, letters.c.account == account, letters.c.cause.startswith("comment "))
        .order_by(letters.c.id.desc())
        .limit(limit)
    )
    found = []
    for row in connection.execute(query).all():
        number = row.cause.partition(" ")[2]
        comment = load_comment(connection, int(number)) if number.isdigit() else None
        if comment is not None:
            found.append(MentionOf(row.id, comment))
    return found
