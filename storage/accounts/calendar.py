"""The token by which a calendar program, which cannot sign in, reads the register's days for one account."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from pipeline.records.accounts import Account
from pipeline.records.audit import Actor
from storage.accounts.rows import account_of, get_account, note
from storage.schema.accounts import accounts, calendar_tokens


def set_token(connection: Connection, account: int, token_hash: str | None, actor: Actor, at: datetime) -> None:
    """See storage.accounts.facet.Accounts.set_calendar_token."""
    get_account(connection, account)
    ended = connection.execute(delete(calendar_tokens).where(calendar_tokens.c.account_id == account)).rowcount
    if token_hash is not None:
        row = {"account_id": account, "token_hash": token_hash, "at": at}
        connection.execute(insert(calendar_tokens).values(**row))
        note(connection, "account.calendar_opened", account, actor, at)
    elif ended:
        note(connection, "account.calendar_closed", account, actor, at)


def made_at(connection: Connection, account: int) -> datetime | None:
    """See storage.accounts.facet.Accounts.calendar_token_at."""
    query = select(calendar_tokens.c.at).where(calendar_tokens.c.account_id == account)
    found: datetime | None = connection.execute(query).scalar()
    return found


def account_of_token(connection: Connection, token_hash: str) -> Account | None:
    """See storage.accounts.facet.Accounts.of_calendar_token."""
    query = (
        select(accounts)
        .join(calendar_tokens, calendar_tokens.c.account_id == accounts.c.id)
        .where(calendar_tokens.c.token_hash == token_hash, accounts.c.disabled == 0)
    )
    row = connection.execute(query).first()
    return None if row is None else account_of(row)
