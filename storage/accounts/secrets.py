"""What people sign in with: hashes of passwords, invitations, the second factor, recovery codes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Account, Invitation, NewAccount, TotpState
from pipeline.records.audit import NOBODY, Actor
from storage.accounts.changes import create_account
from storage.accounts.errors import AccountRefused
from storage.accounts.rows import get_account, note, other_administrators
from storage.accounts.sessions import actor_of
from storage.schema.accounts import accounts, invitations, recovery_codes, sessions

#: Steps (30 s) by which no clock that is right lags behind the last code.
_AHEAD = 20


def set_password(
    connection: Connection, account: int, hashed: str, actor: Actor, at: datetime, keep: int | None = None
) -> None:
    """See storage.accounts.facet.Accounts.set_password."""
    get_account(connection, account)
    values = {"password_hash": hashed, "password_at": at, "version": accounts.c.version + 1}
    connection.execute(update(accounts).where(accounts.c.id == account).values(**values))
    others = delete(sessions).where(sessions.c.account_id == account)
    connection.execute(others if keep is None else others.where(sessions.c.id != keep))
    note(connection, "account.password_set", account, actor, at)


def refresh_hash(connection: Connection, account: int, old: str, hashed: str) -> None:
    """Replace a hash by one of the same password with today's parameters, unless the password was changed meanwhile."""
    same = (accounts.c.id == account, accounts.c.password_hash == old)
    connection.execute(update(accounts).where(*same).values(password_hash=hashed))


def invite(
    connection: Connection,
    account: int | None,
    token_hash: str,
    times: tuple[datetime, datetime],
    actor: Actor,
    resets: bool,
) -> None:
    """See storage.accounts.facet.Accounts.invite; `times`: when it is made and until when it holds."""
    at, until = times
    same = invitations.c.account_id.is_(None) if account is None else invitations.c.account_id == account
    connection.execute(delete(invitations).where(same | (invitations.c.until < at)))
    if account is not None:
        invited = get_account(connection, account)
        if invited.disabled:
            raise AccountRefused(Message(mark("{name} is disabled."), name=invited.name))
        note(connection, "account.invited", account, actor, at, ({}, {"until": until, "resets_second_factor": resets}))
    values = {
        "account_id": account,
        "token_hash": token_hash,
        "at": at,
        "until": until,
        "resets_second_factor": int(resets),
    }
    connection.execute(insert(invitations).values(**values))


def load_invitation(connection: Connection, token_hash: str, at: datetime) -> Invitation | None:
    """See storage.accounts.facet.Accounts.invitation."""
    row = connection.execute(select(invitations).where(invitations.c.token_hash == token_hash)).first()
    if row is None or row.until <= at:
        return None
    account = None if row.account_id is None else get_account(connection, row.account_id)
    if account is not None and account.disabled:
        return None
    if account is None and other_administrators(connection, 0):
        return None
    return Invitation(row.id, account, row.at, row.until, bool(row.resets_second_factor))


def take_invitation(
    connection: Connection, token_hash: str, at: datetime, hashed: str, address: str, new: NewAccount | None
) -> Account | None:
    """See storage.accounts.facet.Accounts.take_invitation."""
    invitation = load_invitation(connection, token_hash, at)
    if invitation is None or (invitation.account is None) != (new is not None):
        return None
    if connection.execute(delete(invitations).where(invitations.c.id == invitation.id)).rowcount != 1:
        return None
    account = invitation.account
    if account is None:
        assert new is not None
        account = create_account(connection, new, NOBODY, at)
    actor = actor_of(account, address)
    note(connection, "account.invitation_taken", account.id, actor, at)
    if invitation.resets_second_factor:
        remove_totp(connection, account.id, actor, at)
    set_password(connection, account.id, hashed, actor, at)
    return get_account(connection, account.id)


def load_totp(connection: Connection, account: int) -> TotpState | None:
    """Return the second factor of an account; None where there is none."""
    columns = (accounts.c.totp_secret, accounts.c.totp_confirmed, accounts.c.totp_step)
    row = connection.execute(select(*columns).where(accounts.c.id == account)).first()
    if row is None or row.totp_secret is None:
        return None
    return TotpState(row.totp_secret, bool(row.totp_confirmed), row.totp_step)


def propose_totp(connection: Connection, account: int, secret: str) -> None:
    """Store an encrypted secret that is yet to be confirmed. Raises AccountRefused where one was confirmed."""
    if get_account(connection, account).has_totp:
        raise AccountRefused(Message(mark("There is a second factor already; take it off first.")))
    values = {"totp_secret": secret, "totp_step": 0}
    connection.execute(update(accounts).where(accounts.c.id == account).values(**values))


def use_totp_step(connection: Connection, account: int, step: int) -> bool:
    """Note the step of a right code; return False where that step, or a later one, was used before.

    A step far ahead was noted by a clock that was ahead, and counts no longer.
    """
    unused = or_(accounts.c.totp_step < step, accounts.c.totp_step > step + _AHEAD)
    mine = (accounts.c.id == account, accounts.c.totp_secret.is_not(None), unused)
    return connection.execute(update(accounts).where(*mine).values(totp_step=step)).rowcount == 1


def confirm_totp(
    connection: Connection, account: int, step: int, codes: Collection[str], actor: Actor, at: datetime
) -> bool:
    """See storage.accounts.facet.Accounts.confirm_totp."""
    if get_account(connection, account).has_totp or not use_totp_step(connection, account, step):
        return False
    values = {"totp_confirmed": 1, "version": accounts.c.version + 1}
    connection.execute(update(accounts).where(accounts.c.id == account).values(**values))
    note(connection, "account.totp_confirmed", account, actor, at)
    replace_recovery_codes(connection, account, codes, actor, at)
    return True


def remove_totp(connection: Connection, account: int, actor: Actor, at: datetime) -> None:
    """See storage.accounts.facet.Accounts.remove_totp."""
    if load_totp(connection, account) is None:
        return
    values = {"totp_secret": None, "totp_confirmed": 0, "totp_step": 0, "version": accounts.c.version + 1}
    connection.execute(update(accounts).where(accounts.c.id == account).values(**values))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account))
    connection.execute(delete(sessions).where(sessions.c.account_id == account))
    note(connection, "account.totp_removed", account, actor, at)


def replace_recovery_codes(
    connection: Connection, account: int, codes: Collection[str], actor: Actor, at: datetime
) -> None:
    """Put hashes of new recovery codes in place of the old ones."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account))
    if codes:
        connection.execute(insert(recovery_codes), [{"account_id": account, "code_hash": code} for code in codes])
    note(connection, "account.recovery_codes_made", account, actor, at, ({}, {"codes": len(codes)}))


def use_recovery_code(connection: Connection, account: int, code_hash: str, address: str, at: datetime) -> bool:
    """See storage.accounts.facet.Accounts.use_recovery_code."""
    unused = (
        recovery_codes.c.account_id == account,
        recovery_codes.c.code_hash == code_hash,
        recovery_codes.c.used_at.is_(None),
    )
    if connection.execute(update(recovery_codes).where(*unused).values(used_at=at)).rowcount != 1:
        return False
    left = count_recovery_codes(connection, account)
    actor = actor_of(get_account(connection, account), address)
    note(connection, "account.recovery_code_used", account, actor, at, ({}, {"left": left}))
    return True


def count_recovery_codes(connection: Connection, account: int) -> int:
    """Return how many recovery codes of an account are left."""
    left = select(func.count()).where(recovery_codes.c.account_id == account, recovery_codes.c.used_at.is_(None))
    return int(connection.execute(left).scalar_one())
