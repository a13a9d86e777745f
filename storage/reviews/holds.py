"""Holds: who has which article open. One for each account, so that the table never has more rows than there are people.

A hold whose time is over is as good as none; the account's next one takes its row.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.records.reviews import Hold
from storage.accounts.names import account_names
from storage.articles.claims import current_key
from storage.schema.core import items
from storage.schema.reviews import review_holds

#: How long a hold counts after the last sign of life.
SPAN = timedelta(seconds=90)


def store_hold(connection: Connection, account: int, key: str, at: datetime) -> bool:
    """See storage.reviews.facet.Reviews.hold."""
    if connection.execute(select(items.c.key).where(items.c.key == key)).first() is None:
        present = current_key(connection, key)
        if present is None:
            return False
        key = present
    values = {"item_key": key, "until": at + SPAN}
    mine = update(review_holds).where(review_holds.c.account == account)
    if not connection.execute(mine.values(**values)).rowcount:
        connection.execute(insert(review_holds).values(account=account, **values))
    return True


def drop_hold(connection: Connection, account: int, key: str | None) -> None:
    """See storage.reviews.facet.Reviews.release."""
    mine = delete(review_holds).where(review_holds.c.account == account)
    connection.execute(mine if key is None else mine.where(review_holds.c.item_key == key))


def load_holds(connection: Connection, keys: Sequence[str] | None, at: datetime) -> dict[str, list[Hold]]:
    """Return by key the holds that count at a moment; `keys` None: of all articles."""
    query = select(review_holds).where(review_holds.c.until > at).order_by(review_holds.c.account)
    rows = connection.execute(query).all()
    wanted = None if keys is None else set(keys)
    names = account_names(connection, (row.account for row in rows))
    found: dict[str, list[Hold]] = {}
    for row in rows:
        if wanted is None or row.item_key in wanted:
            hold = Hold(row.item_key, row.account, names.get(row.account, ""), row.until)
            found.setdefault(row.item_key, []).append(hold)
    return found
