"""Accounts and departments made, changed, erased: each with its audit entry, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Account, Department, NewAccount
from pipeline.records.audit import ERASED, Actor, AuditEvent
from storage.accounts.errors import AccountRefused
from storage.accounts.pseudonyms import forget_name, pseudonym
from storage.accounts.rows import (
    account_of,
    check_department,
    department_of,
    get_account,
    note,
    other_administrators,
)
from storage.audit.chain import append, erase_person
from storage.schema.accounts import (
    account_preferences,
    accounts,
    calendar_tokens,
    departments,
    invitations,
    recovery_codes,
    sessions,
)

#: Fields of an account that `change_account` takes → its columns.
_FIELDS = {
    "full_name": "full_name",
    "mail": "mail",
    "role": "role",
    "department": "department_id",
    "language": "language",
    "disabled": "disabled",
    "sso_subject": "sso_subject",
}
#: Fields whose change ends the account's sessions.
_ENDS_SESSIONS = frozenset({"role", "disabled", "department"})


def create_account(connection: Connection, new: NewAccount, actor: Actor, at: datetime) -> Account:
    """See storage.accounts.facet.Accounts.create."""
    if connection.execute(select(accounts.c.id).where(accounts.c.name == new.name)).first() is not None:
        raise AccountRefused(Message(mark("There is an account {name} already."), name=new.name))
    _refuse_taken_subject(connection, new.sso_subject, 0)
    check_department(connection, new.department)
    values = {
        "name": new.name,
        "full_name": new.full_name,
        "mail": new.mail,
        "role": new.role,
        "department_id": new.department,
        "language": new.language,
        "sso_subject": new.sso_subject or None,
        "disabled": 0,
        "created_at": at,
        "totp_confirmed": 0,
        "totp_step": 0,
        "version": 1,
    }
    inserted = connection.execute(insert(accounts).values(**values)).inserted_primary_key
    assert inserted is not None
    number = int(inserted[0])
    fields = {
        "name": new.name,
        "full_name": new.full_name,
        "mail": new.mail,
        "role": new.role,
        "department": new.department,
    }
    note(connection, "account.created", number, actor, at, ({}, fields))
    return get_account(connection, number)


def change_account(
    connection: Connection, number: int, actor: Actor, at: datetime, fields: Mapping[str, Any]
) -> Account:
    """See storage.accounts.facet.Accounts.change."""
    account = get_account(connection, number)
    _refuse_erased(account)
    if unknown := fields.keys() - _FIELDS.keys():
        raise ValueError(f"no fields of an account that can be changed: {sorted(unknown)}")
    changed = {name: value for name, value in fields.items() if getattr(account, name) != value}
    if not changed:
        return account
    if (changed.get("role", "administrator") != "administrator" or changed.get("disabled")) and _is_last(
        connection, account
    ):
        raise AccountRefused(last_administrator(account))
    check_department(connection, changed.get("department"))
    _refuse_taken_subject(connection, changed.get("sso_subject", ""), number)
    values = {_FIELDS[name]: value for name, value in changed.items()}
    if "disabled" in values:
        values["disabled"] = int(values["disabled"])
    if "sso_subject" in values:
        values["sso_subject"] = values["sso_subject"] or None
    connection.execute(update(accounts).where(accounts.c.id == number).values(**values, version=accounts.c.version + 1))
    if changed.keys() & _ENDS_SESSIONS:
        connection.execute(delete(sessions).where(sessions.c.account_id == number))
    if changed.get("disabled"):
        connection.execute(delete(invitations).where(invitations.c.account_id == number))
    before = {name: getattr(account, name) for name in changed}
    note(connection, "account.changed", number, actor, at, (before, changed))
    return get_account(connection, number)


def erase_account(connection: Connection, number: int, actor: Actor, at: datetime) -> list[str]:
    """See storage.accounts.facet.Accounts.erase; return the keys of articles whose derived rows named the person."""
    account = get_account(connection, number)
    _refuse_erased(account)
    if actor.account == number:
        raise AccountRefused(Message(mark("Nobody erases the own account: another administrator does.")))
    if _is_last(connection, account):
        raise AccountRefused(last_administrator(account))
    for table in (sessions, invitations, recovery_codes, account_preferences, calendar_tokens):
        connection.execute(delete(table).where(table.c.account_id == number))
    values = {
        "name": pseudonym(number),
        "full_name": "",
        "mail": "",
        "disabled": 1,
        "erased_at": at,
        "password_hash": None,
        "password_at": None,
        "totp_secret": None,
        "totp_confirmed": 0,
        "sso_subject": None,
        "version": account.version + 1,
    }
    connection.execute(update(accounts).where(accounts.c.id == number).values(**values))
    note(connection, ERASED, number, actor, at)
    erase_person(connection, number)
    return forget_name(connection, number, account.name)


def last_administrator(account: Account) -> Message:
    """Return the message that the only administrator stays."""
    return Message(mark("{name} is the only active administrator: make another one first."), name=account.name)


def _is_last(connection: Connection, account: Account) -> bool:
    return account.role == "administrator" and not account.disabled and not other_administrators(connection, account.id)


def _refuse_erased(account: Account) -> None:
    if account.erased_at is not None:
        raise AccountRefused(Message(mark("Account {number} was erased."), number=account.id))


def _refuse_taken_subject(connection: Connection, subject: str, number: int) -> None:
    taken = select(accounts.c.id).where(accounts.c.sso_subject == subject, accounts.c.id != number)
    if subject and connection.execute(taken).first() is not None:
        raise AccountRefused(Message(mark("Another account signs in with that identity already.")))


def load_accounts(connection: Connection, *, with_erased: bool) -> list[Account]:
    """Return the accounts by name."""
    query = select(accounts).order_by(accounts.c.name)
    return [
        account_of(row)
        for row in connection.execute(query if with_erased else query.where(accounts.c.erased_at.is_(None)))
    ]


def load_departments(connection: Connection) -> list[Department]:
    """Return the departments by name."""
    return [department_of(row) for row in connection.execute(select(departments).order_by(departments.c.name))]


def save_department(
    connection: Connection, number: int | None, fields: Mapping[str, Any], actor: Actor, at: datetime
) -> Department:
    """Make (number None) or change a department. Raises AccountRefused for a handle that is taken."""
    taken = select(departments.c.id).where(departments.c.handle == fields.get("handle"), departments.c.id != number)
    if number is None:
        taken = select(departments.c.id).where(departments.c.handle == fields.get("handle"))
    if connection.execute(taken).first() is not None:
        raise AccountRefused(Message(mark("There is a department @{handle} already."), handle=fields["handle"]))
    before = None
    if number is None:
        values = {"mail": "", "disabled": 0, **fields}
        inserted = connection.execute(insert(departments).values(**values)).inserted_primary_key
        assert inserted is not None
        number, action = int(inserted[0]), "department.created"
    else:
        check_department(connection, number)
        row = connection.execute(select(departments).where(departments.c.id == number)).one()
        before, action = {name: row._mapping[name] for name in fields}, "department.changed"
        connection.execute(update(departments).where(departments.c.id == number).values(**fields))
    append(connection, AuditEvent(action, "department", str(number), before, dict(fields), actor, at))
    return department_of(connection.execute(select(departments).where(departments.c.id == number)).one())
