"""The session of a browser: begun at sign-in under a new token, found again by it, ended."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from starlette.responses import Response

from config.desk import DeskSettings, SsoSettings
from diembao.web.security import cookies
from diembao.web.visit import Visit
from pipeline.records.accounts import Account, SessionLimits, SessionOfAccount
from storage.database import Database

#: First letter of the token of a session that a provider of single sign-on vouched for, and of any other.
BY_PROVIDER, BY_PASSWORD = "s", "p"


def token_hash(token: str) -> str:
    """Return what the database holds of a token."""
    return sha256(token.encode()).hexdigest()


def limits_of(desk: DeskSettings) -> SessionLimits:
    return SessionLimits(timedelta(hours=desk.session_hours), timedelta(minutes=desk.idle_minutes))


def open_session(storage: Database, token: str, at: datetime, *, counts_as_use: bool) -> SessionOfAccount | None:
    """Return the session of a token, its use written down; None where there is none, or it has ended."""
    session = storage.accounts.session(token_hash(token), at)
    if session is not None and counts_as_use:
        storage.accounts.touch_session(session, at)
    return session


def as_signed_in(account: Account, token: str, sso: SsoSettings) -> Account:
    """Return the account as this session has it: the provider may have asked for the second factor instead of us."""
    if token.startswith(BY_PROVIDER) and sso.issuer and sso.second_factor:
        return replace(account, has_totp=True)
    return account


def begin_session(visit: Visit, account: Account, response: Response, *, way: str = BY_PASSWORD) -> None:
    """Begin a session under a new token and put it into the answer; one that the browser had ends."""
    if visit.session is not None:
        visit.storage.accounts.end_session(visit.session.id, visit.now, visit.address)
    token = way + secrets.token_urlsafe(32)
    agent = visit.headers.get("user-agent", "")
    limits = limits_of(visit.context.desk)
    visit.storage.accounts.begin_session(account.id, token_hash(token), visit.now, visit.address, agent, limits)
    cookies.set_cookie(response, cookies.SESSION, token, visit.is_secure)
    for name in (cookies.PENDING, cookies.VISIT):
        cookies.drop_cookie(response, name, visit.is_secure)


def end_session(visit: Visit, response: Response) -> None:
    """End the session of the browser, and let it forget what it knew."""
    if visit.session is not None:
        visit.storage.accounts.end_session(visit.session.id, visit.now, visit.address)
    for name in (cookies.SESSION, cookies.PENDING, cookies.VISIT):
        cookies.drop_cookie(response, name, visit.is_secure)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
