"""The table `saved_searches`: what is kept under a name, whose it is, and who sees it."""

from typing import Any

from sqlalchemy import Connection, Row, case, delete, insert, or_, select

from pipeline.records import SavedSearch
from storage.schema.search import saved_searches


def load_saved(connection: Connection) -> list[SavedSearch]:
    """See Search.saved."""
    return sorted(map(_saved, connection.execute(select(saved_searches))), key=lambda s: s.name)


def load_saved_for(connection: Connection, account: int, limit: int) -> list[SavedSearch]:
    """See Search.saved_for."""
    own = saved_searches.c.account == account
    query = (
        select(saved_searches)
        .where(or_(own, saved_searches.c.shared == 1))
        .order_by(case((own, 0), else_=1), saved_searches.c.name)
        .limit(limit)
    )
    return [_saved(row) for row in connection.execute(query)]


def load_search(connection: Connection, name: str) -> SavedSearch | None:
    """See Search.saved_search."""
    row = connection.execute(select(saved_searches).where(saved_searches.c.name == name)).first()
    return None if row is None else _saved(row)


def store_search(connection: Connection, saved: SavedSearch) -> None:
    """Store a search in place of one of that name."""
    connection.execute(delete(saved_searches).where(saved_searches.c.name == saved.name))
    row = {
        "name": saved.name,
        "query": saved.query,
        "saved_at": saved.saved_at,
        "account": saved.account,
        "shared": int(saved.shared),
        "follow": int(saved.follow),
    }
    connection.execute(insert(saved_searches).values(**row))


def _saved(row: Row[Any]) -> SavedSearch:
    return SavedSearch(row.name, row.query, row.saved_at, row.account, bool(row.shared), bool(row.follow))
