"""The people's part of the database. Every change of an account writes its audit entry in the same transaction."""

import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from pipeline.records.accounts import (
    Account,
    Department,
    Failures,
    Invitation,
    NewAccount,
    SessionLimits,
    SessionOfAccount,
    TotpState,
)
from pipeline.records.audit import Actor
from storage.accounts import attempts, calendar, changes, secrets
from storage.accounts import sessions as signed_in
from storage.accounts.rows import account_of, other_administrators
from storage.engine.damage import parse_json
from storage.engine.facet import Facet
from storage.schema.accounts import account_preferences, accounts

#: Articles made anew by one statement.
_CHUNK = 500


class Accounts(Facet):
    """The accounts of one database; used by one thread. Methods that change raise AccountRefused."""

    def __init__(self, engine: Engine, reindex: Callable[[Connection, Collection[str]], None]) -> None:
        """`reindex` makes anew what is derived from articles, in the transaction of the change."""
        super().__init__(engine)
        self._reindex = reindex

    # accounts
    def account(self, number: int, /) -> Account | None:
        """Return the account of that number."""
        with self._reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.id == number)).first()
            return None if row is None else account_of(row)

    def by_name(self, name: str, /) -> Account | None:
        """Return the account with that sign-in name."""
        with self._reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).first()
            return None if row is None else account_of(row)

    def by_subject(self, subject: str, /) -> Account | None:
        """Return the account that signs in with that identity of single sign-on."""
        with self._reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.sso_subject == subject)).first()
            return None if row is None or not subject else account_of(row)

    def accounts(self, *, with_erased: bool = False) -> list[Account]:
        """Return the accounts by name, disabled ones too."""
        with self._reading() as connection:
            return changes.load_accounts(connection, with_erased=with_erased)

    def full_names(self) -> dict[str, str]:
        """Return the names of people as they are shown by those under which they sign in; not those of erased ones."""
        return {one.name: one.full_name or one.name for one in self.accounts()}

    def has_administrator(self) -> bool:
        """Whether there is an administrator who can sign in."""
        with self._reading() as connection:
            return other_administrators(connection, 0) > 0

    def create(self, new: NewAccount, actor: Actor, at: datetime, /) -> Account:
        """Make an account, yet without a password. Raises AccountRefused for a name that is taken."""
        with self._writing() as connection:
            return changes.create_account(connection, new, actor, at)

    def change(self, number: int, actor: Actor, at: datetime, /, **fields: Any) -> Account:
        """Change full_name, mail, role, department, language, disabled or sso_subject.

        Another role or department, and disabling, end the account's sessions. Raises AccountRefused where no active
        administrator would stay.
        """
        with self._writing() as connection:
            return changes.change_account(connection, number, actor, at, fields)

    def erase(self, number: int, actor: Actor, at: datetime, /) -> None:
        """Erase a person's name, addresses and secrets, in the audit too; the account stays as a number.

        What the person decided stays, under that number.

        Raises AccountRefused for the actor's own account and for the last administrator.
        """
        with self._writing() as connection:
            keys = changes.erase_account(connection, number, actor, at)
            for start in range(0, len(keys), _CHUNK):
                self._reindex(connection, keys[start : start + _CHUNK])

    # departments
    def departments(self) -> list[Department]:
        """Return the departments by name, disabled ones too."""
        with self._reading() as connection:
            return changes.load_departments(connection)

    def create_department(self, handle: str, name: str, mail: str, actor: Actor, at: datetime, /) -> Department:
        """Make a department. Raises AccountRefused for a handle that is taken."""
        with self._writing() as connection:
            fields = {"handle": handle, "name": name, "mail": mail}
            return changes.save_department(connection, None, fields, actor, at)

    def change_department(self, number: int, actor: Actor, at: datetime, /, **fields: Any) -> Department:
        """Change handle, name, mail or disabled of a department."""
        if "disabled" in fields:
            fields["disabled"] = int(fields["disabled"])
        with self._writing() as connection:
            return changes.save_department(connection, number, fields, actor, at)

    # passwords
    def password_hash(self, number: int, /) -> str | None:
        """Return the hash of an account's password; None where none was set."""
        with self._reading() as connection:
            found: str | None = connection.execute(
                select(accounts.c.password_hash).where(accounts.c.id == number)
            ).scalar()
            return found

    def set_password(self, number: int, hashed: str, actor: Actor, at: datetime, keep: int | None = None, /) -> None:
        """Set a password by its hash; all sessions of the account end but `keep`."""
        with self._writing() as connection:
            secrets.set_password(connection, number, hashed, actor, at, keep)

    def refresh_hash(self, number: int, old: str, hashed: str, /) -> None:
        """Replace a hash by a stronger one of the same password."""
        with self._writing() as connection:
            secrets.refresh_hash(connection, number, old, hashed)

    # sessions
    def begin_session(
        self, account: int, token_hash: str, at: datetime, address: str, agent: str, limits: SessionLimits, /
    ) -> int:
        """Begin a session of an account; return its number."""
        with self._writing() as connection:
            return signed_in.begin_session(connection, account, token_hash, at, (address, agent), limits)

    def session(self, token_hash: str, at: datetime, /) -> SessionOfAccount | None:
        """Return the session of a token; None where it ended, was idle too long, or its account is disabled."""
        with self._reading() as connection:
            return signed_in.load_session(connection, token_hash, at)

    def sessions(self, account: int, at: datetime, /) -> list[SessionOfAccount]:
        """Return the sessions of an account that have not ended, the last used first."""
        with self._reading() as connection:
            return signed_in.load_sessions(connection, account, at)

    def touch_session(self, session: SessionOfAccount, at: datetime, /) -> None:
        """Note that a person used a session: at most one write a minute. Not for heartbeats and event streams."""
        if signed_in.is_touched_lately(session, at):
            return
        with self._writing() as connection:
            signed_in.touch_session(connection, session.id, at)

    def end_session(self, session: int, at: datetime, address: str, /) -> None:
        """End one session: its person signed out."""
        with self._writing() as connection:
            signed_in.end_session(connection, session, at, address)

    def end_sessions(self, account: int, actor: Actor, at: datetime, keep: int | None = None, /) -> int:
        """End the sessions of an account, all but `keep`; return how many."""
        with self._writing() as connection:
            return signed_in.end_sessions(connection, account, actor, at, keep)

    # invitations
    def invite(
        self,
        account: int | None,
        token_hash: str,
        at: datetime,
        until: datetime,
        actor: Actor,
        /,
        *,
        resets_second_factor: bool = False,
    ) -> None:
        """Store a link for an account (None: for the first administrator) in place of an earlier one."""
        with self._writing() as connection:
            secrets.invite(connection, account, token_hash, (at, until), actor, resets_second_factor)

    def invitation(self, token_hash: str, at: datetime, /) -> Invitation | None:
        """Return an invitation that can be taken; that of the first administrator only while there is none."""
        with self._reading() as connection:
            return secrets.load_invitation(connection, token_hash, at)

    def take_invitation(
        self, token_hash: str, at: datetime, hashed: str, address: str, new: NewAccount | None = None, /
    ) -> Account | None:
        """Take an invitation, once: set the password of its account, or make the first administrator `new`.

        None where it cannot be taken (any longer).
        """
        with self._writing() as connection:
            return secrets.take_invitation(connection, token_hash, at, hashed, address, new)

    # the second factor
    def totp(self, account: int, /) -> TotpState | None:
        """Return the second factor of an account, its secret encrypted."""
        with self._reading() as connection:
            return secrets.load_totp(connection, account)

    def propose_totp(self, account: int, secret: str, /) -> None:
        """Store an encrypted secret that a first code is yet to confirm."""
        with self._writing() as connection:
            secrets.propose_totp(connection, account, secret)

    def confirm_totp(self, account: int, step: int, codes: Collection[str], actor: Actor, at: datetime, /) -> bool:
        """Let the second factor hold from now on, with hashes of recovery codes; False where the step was used."""
        with self._writing() as connection:
            return secrets.confirm_totp(connection, account, step, codes, actor, at)

    def use_totp_step(self, account: int, step: int, /) -> bool:
        """Note the step of a right code; False where that step, or a later one, was used before."""
        with self._writing() as connection:
            return secrets.use_totp_step(connection, account, step)

    def remove_totp(self, account: int, actor: Actor, at: datetime, /) -> None:
        """Take the second factor and the recovery codes off an account; its sessions end."""
        with self._writing() as connection:
            secrets.remove_totp(connection, account, actor, at)

    def replace_recovery_codes(self, account: int, codes: Collection[str], actor: Actor, at: datetime, /) -> None:
        """Put hashes of new recovery codes in place of the old ones."""
        with self._writing() as connection:
            secrets.replace_recovery_codes(connection, account, codes, actor, at)

    def use_recovery_code(self, account: int, code_hash: str, address: str, at: datetime, /) -> bool:
        """Use a recovery code; False for one that is not the account's or was used before."""
        with self._writing() as connection:
            return secrets.use_recovery_code(connection, account, code_hash, address, at)

    def recovery_codes_left(self, account: int, /) -> int:
        with self._reading() as connection:
            return secrets.count_recovery_codes(connection, account)

    # attempts to sign in
    def begin_attempt(
        self, name: str, source: str, at: datetime, since: datetime, delay: attempts.Delay, /
    ) -> tuple[int, float]:
        """Count an attempt as a failure before its password is looked at; return its number and 0 seconds.

        Where `delay` says that it comes too early nothing is counted: 0 and the seconds to wait are returned. Counting
        and storing are one transaction, so that attempts at the same moment are as slow as those one after another.
        """
        with self._writing() as connection:
            return attempts.begin_attempt(connection, name, source, at, since, delay)

    def succeed_attempt(self, attempt: int, /) -> None:
        """Note that an attempt was one that got in."""
        with self._writing() as connection:
            attempts.succeed(connection, attempt)

    def failures(self, name: str, source: str, since: datetime, /) -> Failures:
        """Return the failed attempts since a time with this name, from this place."""
        with self._reading() as connection:
            return attempts.count_failures(connection, name, source, since)

    # the calendar's own address
    def set_calendar_token(self, account: int, token_hash: str | None, actor: Actor, at: datetime, /) -> None:
        """Let an account's calendar be read by the bearer of a token, no longer of an earlier one; None: of none."""
        with self._writing() as connection:
            calendar.set_token(connection, account, token_hash, actor, at)

    def calendar_token_at(self, account: int, /) -> datetime | None:
        """Return when the token of an account's calendar was made; None: it has none."""
        with self._reading() as connection:
            return calendar.made_at(connection, account)

    def of_calendar_token(self, token_hash: str, /) -> Account | None:
        """Return the account whose calendar may be read with a token; None: it ended, or the account is disabled."""
        with self._reading() as connection:
            return calendar.account_of_token(connection, token_hash)

    # preferences
    def preferences(self, account: int, /) -> dict[str, Any]:
        """Return what an account prefers, by key."""
        columns = account_preferences.c
        with self._reading() as connection:
            query = select(columns.key, columns.value).where(columns.account_id == account).order_by(columns.key)
            return {row.key: parse_json(row.value) for row in connection.execute(query)}

    def set_preference(self, account: int, key: str, value: Any, /) -> None:
        """Set what an account prefers; None takes the preference away."""
        this = (account_preferences.c.account_id == account, account_preferences.c.key == key)
        with self._writing() as connection:
            connection.execute(delete(account_preferences).where(*this))
            if value is not None:
                row = {"account_id": account, "key": key, "value": json.dumps(value, ensure_ascii=False)}
                connection.execute(insert(account_preferences).values(**row))
