"""Accounts of the desk for tests: with a password, a second factor, a role; and a clock that is played."""

from datetime import UTC, datetime

from pyotp.totp import TOTP

from diembao.jobs.people.passwords import hash_password, is_outdated
from diembao.jobs.people.second_factor import confirm_totp, enrol_totp
from diembao.jobs.people.sign_in import SignedIn, Visitor, sign_in
from pipeline.records.accounts import Account, NewAccount, Role
from pipeline.records.audit import Actor
from storage.database import Database

T0 = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
#: who made the accounts
CLERK = Actor(None, "clerk", "", "command")
PASSWORD = "con voi vàng bay ngang"
KEY = bytes(range(32))
HERE = Visitor("203.0.113.7", "Firefox")


def make_account(db: Database, name: str, role: Role = "reviewer", *, department: int | None = None) -> Account:
    """Return an account that can sign in with PASSWORD."""
    made = db.accounts.create(NewAccount(name, role, department=department), CLERK, T0)
    db.accounts.set_password(made.id, _hash(), CLERK, T0)
    found = db.accounts.account(made.id)
    assert found is not None
    return found


_HASHES: list[str] = []


def _hash() -> str:
    """Return a hash of PASSWORD, made once for each cost: one that costs what it costs users takes 50 ms."""
    fitting = [one for one in _HASHES if not is_outdated(one)]
    if not fitting:
        fitting = [hash_password(PASSWORD)]
        _HASHES.extend(fitting)
    return fitting[0]


def actor_of(account: Account) -> Actor:
    return Actor(account.id, account.name, "203.0.113.7", "desk")


def add_totp(db: Database, account: Account, at: datetime = T0) -> tuple[TOTP, tuple[str, ...]]:
    """Set up a second factor; return what makes its codes, and the recovery codes."""
    totp = TOTP(enrol_totp(db, KEY, account).secret)
    codes = confirm_totp(db, KEY, account, totp.at(at), actor_of(account), at)
    assert codes is not None
    return totp, codes


def signed_in(db: Database, name: str, at: datetime = T0, visitor: Visitor = HERE) -> SignedIn:
    result = sign_in(db, KEY, (name, PASSWORD), visitor, at)
    assert isinstance(result, SignedIn)
    return result
