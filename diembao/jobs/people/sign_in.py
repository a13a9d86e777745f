"""Signing in: name and password, then the second factor.

Where there is no such name the answer is the same, and takes as long.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from diembao.jobs.people.passwords import hash_password, is_outdated, is_password
from diembao.jobs.people.second_factor import use_code
from diembao.jobs.people.slow_down import TOLD_OF_NAME, TOLD_OF_PAIR, WINDOW, delay
from diembao.jobs.people.tokens import (
    device_token,
    known_device,
    new_token,
    seconds,
    sign,
    signed_payload,
    source_of,
)
from pipeline.records.accounts import Account, Failures, SessionLimits
from pipeline.records.audit import NOBODY, AuditEvent
from storage.database import Database

#: How long a ticket holds with which the code of the second factor is asked for.
_TICKET = timedelta(minutes=5)
#: Characters of the longest name that is looked up.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose browser it is: its network address, what it calls itself, and the device token in its cookie ("": none)."""

    address: str
    agent: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the token for its cookie, and the device token for a cookie that outlives it."""

    account: Account
    token: str
    device: str


@dataclass(frozen=True, slots=True)
class NeedsCode:
    """The password is right; the ticket goes back with the code of the second factor, within five minutes."""

    ticket: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was signed in: name, password or code are wrong (0), or it is too early (seconds to wait)."""

    wait: float = 0.0


SignInResult = SignedIn | NeedsCode | Refused


@dataclass(frozen=True, slots=True)
class _Attempt:
    number: int
    failures: Failures


def sign_in(
    storage: Database,
    key: bytes,
    credentials: tuple[str, str],
    visitor: Visitor,
    at: datetime,
    limits: SessionLimits | None = None,
) -> SignInResult:
    """Sign in with (name, password). The session is a new one; the caller ends the one its browser had before."""
    name, password = clean_name(credentials[0]), credentials[1]
    account = storage.accounts.by_name(name)
    attempt = _begin(storage, key, name, account, visitor, at)
    if isinstance(attempt, Refused):
        return attempt
    hashed = storage.accounts.password_hash(account.id) if account is not None else None
    if not is_password(hashed, password) or account is None or account.disabled or hashed is None:
        _tell(storage, account, attempt.failures, visitor, at)
        return Refused()
    if is_outdated(hashed):
        storage.accounts.refresh_hash(account.id, hashed, fresh := hash_password(password))
        hashed = fresh
    if account.has_totp:
        payload = f"{account.id}.{attempt.number}.{seconds(at + _TICKET)}.{secrets.token_urlsafe(8)}"
        return NeedsCode(sign(key, "sign-in", payload, _of_password(hashed)))
    return begin(storage, key, account, visitor, at, limits, (attempt.number,))


def sign_in_with_code(
    storage: Database,
    key: bytes,
    ticket: str,
    code: str,
    visitor: Visitor,
    at: datetime,
    limits: SessionLimits | None = None,
) -> SignInResult:
    """Go on with the ticket of a right password and a code of the app or a recovery code."""
    account, first = _holder(storage, key, ticket, at)
    if account is None:
        return Refused()
    attempt = _begin(storage, key, account.name, account, visitor, at)
    if isinstance(attempt, Refused):
        return attempt
    if not use_code(storage, key, account.id, code, visitor.address, at):
        _tell(storage, account, attempt.failures, visitor, at)
        return Refused()
    return begin(storage, key, account, visitor, at, limits, (first, attempt.number))


def _holder(storage: Database, key: bytes, ticket: str, at: datetime) -> tuple[Account | None, int]:
    """Return the account that a ticket was made out for, and the number of its attempt; None for one that ended."""
    parts = ticket.split(".")
    number = (
        int(parts[0]) if len(parts) == 5 and parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 10 else 0
    )
    account = storage.accounts.account(number) if number else None
    hashed = storage.accounts.password_hash(number) if account is not None else None
    if account is None or hashed is None or account.disabled or not account.has_totp:
        return None, 0
    payload = signed_payload(key, "sign-in", ticket, _of_password(hashed))
    if payload is None:
        return None, 0
    _, first, until, _ = payload.split(".")
    return (account, int(first)) if seconds(at) <= int(until) <= seconds(at + _TICKET) else (None, 0)


def begin(
    storage: Database,
    key: bytes,
    account: Account,
    visitor: Visitor,
    at: datetime,
    limits: SessionLimits | None = None,
    attempts: tuple[int, ...] = (),
) -> SignedIn:
    """Begin a session of an account whose person was recognised, here or by single sign-on."""
    token, hashed = new_token()
    storage.accounts.begin_session(account.id, hashed, at, visitor.address, visitor.agent, limits or SessionLimits())
    for attempt in attempts:
        storage.accounts.succeed_attempt(attempt)
    device = visitor.device if known_device(key, account.id, visitor.device) else device_token(key, account.id)
    return SignedIn(account, token, device)


def _begin(
    storage: Database, key: bytes, name: str, account: Account | None, visitor: Visitor, at: datetime
) -> _Attempt | Refused:
    """Count an attempt before anything is compared, or refuse it because it comes too early."""
    device = known_device(key, account.id, visitor.device) if account is not None else ""
    seen: list[Failures] = []

    def wait_for(failures: Failures) -> float:
        seen.append(failures)
        return delay(failures, at, is_known=bool(device))

    source = device or source_of(visitor.address)
    number, wait = storage.accounts.begin_attempt(name, source, at, at - WINDOW, wait_for)
    return Refused(wait) if wait > 0 else _Attempt(number, seen[-1])


def _tell(storage: Database, account: Account | None, before: Failures, visitor: Visitor, at: datetime) -> None:
    """Record in the audit that an account is being guessed at: once, not for each attempt."""
    if account is None or (before.pair + 1 != TOLD_OF_PAIR and before.name + 1 != TOLD_OF_NAME):
        return
    failures = {"from_one_place": before.pair + 1, "from_anywhere": before.name + 1}
    # The address may be the person's own: it goes when the account is erased.
    place, number = {"address": visitor.address}, str(account.id)
    storage.audit.record(
        AuditEvent("account.sign_in_slowed", "account", number, None, failures, NOBODY, at, place, account.id)
    )


def _of_password(hashed: str) -> str:
    """Return what ends a ticket when the password is changed."""
    return hashlib.sha256(hashed.encode()).hexdigest()


def clean_name(name: str) -> str:
    """Return a sign-in name as it is stored: small letters, no blanks around it."""
    return unicodedata.normalize("NFKC", name[:_LONGEST]).strip().casefold()
