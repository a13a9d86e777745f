"""Numbers of accounts and departments → their names, as they are called now."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from storage.schema.accounts import accounts, departments


def account_names(connection: Connection, numbers: Iterable[int | None]) -> dict[int | None, str]:
    """Return the names of accounts as they are shown: the full name, else the one to sign in with; None has ''."""
    wanted = {number for number in numbers if number is not None}
    names: dict[int | None, str] = {None: ""}
    if wanted:
        query = select(accounts.c.id, accounts.c.full_name, accounts.c.name).where(accounts.c.id.in_(wanted))
        names |= {row.id: row.full_name or row.name for row in connection.execute(query)}
    return names


def department_names(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return the names of departments."""
    query = select(departments.c.id, departments.c.name).where(departments.c.id.in_(set(numbers)))
    return {row.id: row.name for row in connection.execute(query)}


def members(connection: Connection, department: int) -> Sequence[int]:
    """Return the accounts of a department that can sign in."""
    query = select(accounts.c.id).where(accounts.c.department_id == department, accounts.c.disabled == 0)
    return connection.execute(query.order_by(accounts.c.id)).scalars().all()
