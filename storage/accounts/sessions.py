"""Sessions of the desk: begun with a new token, looked up by its hash, ended."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from pipeline.records.accounts import Account, SessionLimits, SessionOfAccount
from pipeline.records.audit import Actor
from storage.accounts.rows import account_of, get_account, note
from storage.engine.connection import storable
from storage.schema.accounts import accounts, sessions

#: Characters kept of what a browser calls itself.
_AGENT = 200
#: A request is noted if the last one that was noted is older than this: reading a page then writes nothing.
_NOTED_EVERY = timedelta(seconds=60)


def begin_session(
    connection: Connection, account: int, token_hash: str, at: datetime, place: tuple[str, str], limits: SessionLimits
) -> int:
    """See storage.accounts.facet.Accounts.begin_session; `place`: address and agent."""
    address, agent = place
    signed_in = get_account(connection, account)
    connection.execute(delete(sessions).where(sessions.c.ends_at < at))
    values = {
        "account_id": account,
        "token_hash": token_hash,
        "begun_at": at,
        "used_at": at,
        "ends_at": at + limits.lasts,
        "idle_seconds": int(limits.idle.total_seconds()),
        "address": storable(address),
        "agent": storable(agent)[:_AGENT],
    }
    inserted = connection.execute(insert(sessions).values(**values)).inserted_primary_key
    assert inserted is not None
    note(connection, "account.signed_in", account, actor_of(signed_in, address), at)
    return int(inserted[0])


def actor_of(account: Account, address: str) -> Actor:
    """Return the person of an account, at the desk, as who does something."""
    return Actor(account.id, account.name, address, "desk")


def load_session(connection: Connection, token_hash: str, at: datetime) -> SessionOfAccount | None:
    """See storage.accounts.facet.Accounts.session."""
    row = connection.execute(_joined().where(sessions.c.token_hash == token_hash)).first()
    return None if row is None else _session(row, at)


def load_sessions(connection: Connection, account: int, at: datetime) -> list[SessionOfAccount]:
    """Return the sessions of an account that have not ended, the last used first."""
    query = _joined().where(sessions.c.account_id == account).order_by(sessions.c.used_at.desc(), sessions.c.id.desc())
    return [found for row in connection.execute(query) if (found := _session(row, at)) is not None]


def _joined() -> Any:
    columns = [column.label(f"session_{column.name}") for column in sessions.columns]
    return select(accounts, *columns).join(sessions, sessions.c.account_id == accounts.c.id)


def _session(row: Row[Any], at: datetime) -> SessionOfAccount | None:
    """Return a session; None for one that ended, was idle for too long, or whose account is disabled.

    One begun after now is none either: it was begun while the clock was ahead.
    """
    idle_ends_at = row.session_used_at + timedelta(seconds=row.session_idle_seconds)
    if row.disabled or min(row.session_ends_at, idle_ends_at) <= at:
        return None
    if row.session_begun_at > at + timedelta(seconds=row.session_idle_seconds):
        return None
    return SessionOfAccount(
        id=row.session_id,
        account=account_of(row),
        begun_at=row.session_begun_at,
        used_at=row.session_used_at,
        ends_at=row.session_ends_at,
        idle_ends_at=idle_ends_at,
        address=row.session_address,
        agent=row.session_agent,
    )


def touch_session(connection: Connection, session: int, at: datetime) -> None:
    """Note that a session was used now."""
    connection.execute(update(sessions).where(sessions.c.id == session).values(used_at=at))


def is_touched_lately(session: SessionOfAccount, at: datetime) -> bool:
    """Whether the use of a session was noted within the last minute."""
    return at - session.used_at < _NOTED_EVERY


def end_session(connection: Connection, session: int, at: datetime, address: str) -> None:
    """See storage.accounts.facet.Accounts.end_session."""
    row = connection.execute(_joined().where(sessions.c.id == session)).first()
    if row is None:
        return
    connection.execute(delete(sessions).where(sessions.c.id == session))
    note(connection, "account.signed_out", row.id, actor_of(account_of(row), address), at)


def end_sessions(connection: Connection, account: int, actor: Actor, at: datetime, keep: int | None) -> int:
    """See storage.accounts.facet.Accounts.end_sessions."""
    query = delete(sessions).where(sessions.c.account_id == account)
    if keep is not None:
        query = query.where(sessions.c.id != keep)
    ended = connection.execute(query).rowcount
    if ended:
        note(connection, "account.sessions_ended", account, actor, at, ({}, {"sessions": ended}))
    return ended
