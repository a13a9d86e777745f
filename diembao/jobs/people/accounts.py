"""Accounts: people are invited by a link that holds once, choose a password, and can change it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from diembao.jobs.people.account_words import check_handle, check_mail, check_words
from diembao.jobs.people.passwords import PasswordRefused, check_password, hash_password, is_password
from diembao.jobs.people.sign_in import clean_name
from diembao.jobs.people.tokens import hash_token, new_token
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Account, Invitation, NewAccount
from pipeline.records.audit import MACHINE, Actor
from storage.database import Database

#: How long an invitation holds, and the link that makes the first administrator.
INVITED_FOR, FIRST_FOR = timedelta(days=7), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What the person with an invitation types; the name is asked for of the first administrator only."""

    password: str
    name: str = ""
    full_name: str = ""


def invite_account(
    storage: Database, new: NewAccount, actor: Actor, at: datetime, *, resets_second_factor: bool = False
) -> tuple[Account, str]:
    """Make an account, or take the one of that name as it is, and return it with the token of its link.

    An earlier link of the account ends. Raises AccountRefused for names that are none, and for a disabled account.
    """
    account = storage.accounts.by_name(clean_name(new.name))
    if account is None:
        account = create_account(storage, new, actor, at)
    token, hashed = new_token()
    storage.accounts.invite(account.id, hashed, at, at + INVITED_FOR, actor, resets_second_factor=resets_second_factor)
    return account, token


def create_account(storage: Database, new: NewAccount, actor: Actor, at: datetime) -> Account:
    """Make an account after checking its names. Raises AccountRefused."""
    checked = NewAccount(
        name=check_handle(clean_name(new.name)),
        role=new.role,
        full_name=check_words(new.full_name),
        mail=check_mail(new.mail),
        department=new.department,
        language=new.language,
        sso_subject=new.sso_subject,
    )
    return storage.accounts.create(checked, actor, at)


def first_administrator_link(storage: Database, at: datetime) -> str | None:
    """Return the token of a link that makes the first administrator; None where there is one who can sign in.

    An earlier such link ends.
    """
    if storage.accounts.has_administrator():
        return None
    token, hashed = new_token()
    storage.accounts.invite(None, hashed, at, at + FIRST_FOR, MACHINE)
    return token


def invitation(storage: Database, token: str, at: datetime) -> Invitation | None:
    """Return the invitation of a link that can still be taken."""
    return storage.accounts.invitation(hash_token(token), at)


def take_invitation(
    storage: Database, token: str, newcomer: Newcomer, province: str, address: str, at: datetime
) -> Account | None:
    """Set the password of an invited person, or make the first administrator; None for a link that does not hold.

    A password or name that is refused (PasswordRefused, AccountRefused) leaves the link as it is.
    """
    invited = invitation(storage, token, at)
    if invited is None:
        return None
    new: NewAccount | None = None
    if invited.account is None:
        name = check_handle(clean_name(newcomer.name))
        new = NewAccount(name, "administrator", check_words(newcomer.full_name))
        names: tuple[str, ...] = (name, newcomer.full_name, province)
    else:
        names = _names(invited.account, province)
    check_password(newcomer.password, names)
    hashed = hash_password(newcomer.password)
    return storage.accounts.take_invitation(hash_token(token), at, hashed, address, new)


def change_password(
    storage: Database,
    account: Account,
    passwords: tuple[str, str],
    province: str,
    actor: Actor,
    at: datetime,
    session: int,
) -> None:
    """Change the own password from the first to the second; all sessions but this one end. Raises PasswordRefused."""
    old, new = passwords
    if not is_password(storage.accounts.password_hash(account.id), old):
        raise PasswordRefused(Message(mark("The present password is another one.")))
    check_password(new, _names(account, province))
    storage.accounts.set_password(account.id, hash_password(new), actor, at, session)


def _names(account: Account, province: str) -> tuple[str, ...]:
    return (account.name, account.full_name, account.mail.partition("@")[0], province)
