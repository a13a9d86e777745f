"""The session of a browser: put into a cookie at sign-in, found again by it, ended."""

from dataclasses import replace
from datetime import datetime, timedelta

from starlette.responses import Response

from config.desk import DeskSettings, SsoSettings
from diembao.jobs.people.sign_in import SignedIn, Visitor
from diembao.jobs.people.tokens import hash_token
from diembao.web.security import cookies
from diembao.web.visit import Visit
from pipeline.records.accounts import Account, SessionLimits, SessionOfAccount
from storage.database import Database
from storage.engine.errors import StorageError

#: Seconds for which a browser is known after it signed in.
_DEVICE_SECONDS = 180 * 24 * 3600


def limits_of(desk: DeskSettings) -> SessionLimits:
    return SessionLimits(timedelta(hours=desk.session_hours), timedelta(minutes=desk.idle_minutes))


def visitor_of(visit: Visit) -> Visitor:
    """Return whose browser a visit comes from."""
    return Visitor(visit.address, visit.headers.get("user-agent", ""), visit.cookie(cookies.DEVICE))


def open_session(storage: Database, token: str, at: datetime, *, counts_as_use: bool) -> SessionOfAccount | None:
    """Return the session of a token, its use written down; None where there is none, or it has ended.

    Nobody is kept from reading because the use cannot be written down now: the next request does it.
    """
    session = storage.accounts.session(hash_token(token), at)
    if session is not None and counts_as_use:
        try:
            storage.accounts.touch_session(session, at)
        except StorageError as error:
            if not error.may_pass:
                raise
    return session


def as_signed_in(visit: Visit, account: Account, sso: SsoSettings) -> Account:
    """Return the account as this session has it: the provider may have asked for the second factor instead of us."""
    if sso.issuer and sso.second_factor:
        vouched = cookies.read_signed(visit.context.key, cookies.PROVIDER, visit.cookie(cookies.PROVIDER))
        if vouched is not None and vouched == hash_token(visit.token):
            return replace(account, has_totp=True)
    return account


def take_session(visit: Visit, begun: SignedIn, response: Response, *, by_provider: bool = False) -> None:
    """Put a new session into the answer; the one that the browser had ends."""
    if visit.session is not None:
        visit.storage.accounts.end_session(visit.session.id, visit.now, visit.address)
    cookies.set_cookie(response, cookies.SESSION, begun.token, visit.is_secure)
    cookies.set_cookie(response, cookies.DEVICE, begun.device, visit.is_secure, seconds=_DEVICE_SECONDS)
    for name in (cookies.PENDING, cookies.PROVIDER):
        cookies.drop_cookie(response, name, visit.is_secure)
    if by_provider:
        vouched = cookies.sign(visit.context.key, cookies.PROVIDER, hash_token(begun.token))
        cookies.set_cookie(response, cookies.PROVIDER, vouched, visit.is_secure)


def forget_session(visit: Visit, response: Response) -> None:
    """Let the browser forget the session, and what it kept of the pages."""
    for name in (cookies.SESSION, cookies.PENDING, cookies.PROVIDER):
        cookies.drop_cookie(response, name, visit.is_secure)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
