"""Rows of accounts and departments ↔ records, and the audit entries about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Account, Department
from pipeline.records.audit import Actor, AuditEvent, Json
from storage.accounts.errors import AccountRefused
from storage.audit.chain import append
from storage.schema.accounts import accounts, departments

#: Fields of an account that are about the person: the audit keeps them where they can be erased.
PERSONAL = frozenset({"name", "full_name", "mail", "sso_subject"})


def account_of(row: Row[Any]) -> Account:
    """Return an account from a row of its table."""
    return Account(
        id=row.id,
        name=row.name,
        full_name=row.full_name,
        mail=row.mail,
        role=row.role,
        department=row.department_id,
        language=row.language,
        disabled=bool(row.disabled),
        erased_at=row.erased_at,
        created_at=row.created_at,
        has_password=row.password_hash is not None,
        has_totp=bool(row.totp_confirmed),
        sso_subject=row.sso_subject or "",
        version=row.version,
    )


def department_of(row: Row[Any]) -> Department:
    """Return a department from a row of its table."""
    return Department(row.id, row.handle, row.name, row.mail, bool(row.disabled))


def get_account(connection: Connection, number: int) -> Account:
    """Return the account of that number. Raises AccountRefused for an unknown one."""
    row = connection.execute(select(accounts).where(accounts.c.id == number)).first()
    if row is None:
        raise AccountRefused(Message(mark("There is no account {number}."), number=number))
    return account_of(row)


def check_department(connection: Connection, number: int | None) -> None:
    """Raise AccountRefused for a department that is not there."""
    if number is None:
        return
    if connection.execute(select(departments.c.id).where(departments.c.id == number)).first() is None:
        raise AccountRefused(Message(mark("There is no department {number}."), number=number))


def other_administrators(connection: Connection, number: int) -> int:
    """Return how many others than that account are administrators who can sign in."""
    others = select(func.count()).where(
        accounts.c.id != number,
        accounts.c.role == "administrator",
        accounts.c.disabled == 0,
        (accounts.c.password_hash.is_not(None)) | (accounts.c.sso_subject.is_not(None)),
    )
    return int(connection.execute(others).scalar_one())


def note(
    connection: Connection,
    action: str,
    account: int,
    actor: Actor,
    at: datetime,
    change: tuple[Mapping[str, Json], Mapping[str, Json]] | None = None,
) -> None:
    """Append the audit entry of an account's change; `change`: its fields before and after."""
    before, after = change if change is not None else ({}, {})
    personal: dict[str, Json] = {
        when: {key: value for key, value in fields.items() if key in PERSONAL}
        for when, fields in (("before", before), ("after", after))
    }
    event = AuditEvent(
        action,
        "account",
        str(account),
        _others(before),
        _others(after),
        actor,
        at,
        personal if any(personal.values()) else None,
        account,
    )
    append(connection, event)


def _others(fields: Mapping[str, Json]) -> Json:
    return {key: value for key, value in fields.items() if key not in PERSONAL} or None
