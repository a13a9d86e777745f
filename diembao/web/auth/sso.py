"""Sign-in by the office's OpenID Connect provider, for accounts that exist already."""

import secrets
from typing import Any

from starlette.responses import RedirectResponse, Response

from diembao.jobs.people.second_factor import use_code
from diembao.jobs.people.sign_in import begin, clean_name
from diembao.jobs.people.slow_down import WINDOW, delay
from diembao.jobs.people.tokens import seconds, source_of
from diembao.web.auth.oidc import Flow, ProviderError, authorization_url, claims_of
from diembao.web.auth.sessions import limits_of, take_session, visitor_of
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.security import cookies
from diembao.web.visit import Visit, local_path
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Account
from storage.database import Database

#: Seconds in which a person signs in at the provider, and types the code of the second factor afterwards.
_FLOW_SECONDS, _CODE_SECONDS = 600, 300
_FLOW = "provider-flow"
_PER_MINUTE = 30


def leave(visit: Visit) -> Response:
    """Send the browser to the provider."""
    sso = visit.context.desk.sso
    if not sso.issuer:
        raise DeskError(404)
    flow = Flow(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), _back(visit))
    try:
        response = RedirectResponse(authorization_url(sso, flow), 303)
    except ProviderError as error:
        return _failed(visit, error)
    kept = {
        "state": flow.state,
        "nonce": flow.nonce,
        "verifier": flow.verifier,
        "next": local_path(visit.query.get("next", "")),
        "until": seconds(visit.now) + _FLOW_SECONDS,
    }
    value = cookies.sign(visit.context.key, _FLOW, kept)
    cookies.set_cookie(response, cookies.PENDING, value, visit.is_secure, seconds=_FLOW_SECONDS)
    return response


def come_back(visit: Visit) -> Response:
    """Take the provider's answer: a session for the account of that name, or the code of its second factor first."""
    context = visit.context
    kept = cookies.read_signed(context.key, _FLOW, visit.cookie(cookies.PENDING))
    if not context.desk.sso.issuer or not isinstance(kept, dict) or seconds(visit.now) > kept["until"]:
        return redirect(visit, "/sign-in", Message(mark("That took too long: begin again.")))
    if not secrets.compare_digest(visit.query.get("state", "").encode(), str(kept["state"]).encode()):
        return _failed(visit, ProviderError("another state came back"))
    code = visit.query.get("code", "")
    if not code or len(code) > 4000:
        return _failed(visit, ProviderError("no code came back"))
    flow = Flow(str(kept["state"]), str(kept["nonce"]), str(kept["verifier"]), _back(visit))
    try:
        claims = claims_of(context.desk.sso, flow, code)
    except ProviderError as error:
        return _failed(visit, error)
    account = _account_of(visit.storage, context.desk.sso.claim, claims)
    if account is None or account.disabled:
        return _unknown(visit)
    if account.has_totp and not context.desk.sso.second_factor:
        return _ask_code(visit, account, str(kept["next"]))
    return _enter(visit, account, str(kept["next"]))


def show_code(visit: Visit) -> Response:
    """Ask for the code of the second factor, which the provider did not ask for."""
    return redirect(visit, "/sign-in") if _waiting(visit) is None else _code_page(visit)


def submit_code(visit: Visit) -> Response:
    """Take the code of the second factor after a sign-in at the provider."""
    found = _waiting(visit)
    if found is None:
        return redirect(visit, "/sign-in", Message(mark("That took too long: begin again.")))
    account, wished = found
    number, wait = visit.storage.accounts.begin_attempt(
        account.name,
        source_of(visit.address),
        visit.now,
        visit.now - WINDOW,
        lambda failures: delay(failures, visit.now, is_known=False),
    )
    if wait > 0:
        words = Message(mark("Too many tries. Wait {seconds} seconds, then try again."), seconds=round(wait) + 1)
        return _code_page(visit, 429, words)
    code = visit.form.get("code", "")[:100]
    if not use_code(visit.storage, visit.context.key, account.id, code, visit.address, visit.now):
        return _code_page(visit, 403, Message(mark("The code is wrong, or was used before. Wait for the next one.")))
    return _enter(visit, account, wished, number)


def _account_of(storage: Database, claim: str, claims: dict[str, Any]) -> Account | None:
    """Return the account that a claim names: by its name at the provider, else by the name of the account.

    A mail address counts only where the provider has verified it.
    """
    value = claims.get(claim)
    if (
        not isinstance(value, str)
        or not value.strip()
        or (claim == "email" and claims.get("email_verified") is not True)
    ):
        return None
    found = storage.accounts.by_subject(value)
    if found is not None:
        return found
    named = storage.accounts.by_name(clean_name(value))
    return named if named is not None and not named.sso_subject else None


def _enter(visit: Visit, account: Account, wished: str, *attempts: int) -> Response:
    response = redirect(visit, local_path(wished))
    context = visit.context
    limits = limits_of(context.desk)
    begun = begin(visit.storage, context.key, account, visitor_of(visit), visit.now, limits, attempts)
    take_session(visit, begun, response, by_provider=True)
    return response


def _ask_code(visit: Visit, account: Account, wished: str) -> Response:
    response = redirect(visit, "/sign-in/provider/code")
    kept = {"account": account.id, "until": seconds(visit.now) + _CODE_SECONDS, "next": wished}
    value = cookies.sign(visit.context.key, "provider-code", kept)
    cookies.set_cookie(response, cookies.PENDING, value, visit.is_secure, seconds=_CODE_SECONDS)
    return response


def _waiting(visit: Visit) -> tuple[Account, str] | None:
    """Return the account whose code is waited for, and where its person wanted to go."""
    kept = cookies.read_signed(visit.context.key, "provider-code", visit.cookie(cookies.PENDING))
    if not isinstance(kept, dict) or seconds(visit.now) > kept["until"]:
        return None
    account = visit.storage.accounts.account(kept["account"])
    return None if account is None or account.disabled else (account, str(kept["next"]))


def _code_page(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    return render(visit, "auth/code.html", status, action="/sign-in/provider/code", wrong=wrong)


def _back(visit: Visit) -> str:
    """Return the address to which the provider sends the browser back; the same for both halves of a sign-in."""
    addresses = visit.context.desk.addresses
    scheme = "https" if visit.is_secure else "http"
    return f"{addresses[0] if addresses else f'{scheme}://' + visit.headers.get('host', '')}/sign-in/provider/back"


def _failed(visit: Visit, error: ProviderError) -> Response:
    visit.context.log.warning("provider", why=error.why)
    return _told(visit, 502, Message(mark("The office's sign-in did not work")), error.message)


def _unknown(visit: Visit) -> Response:
    message = Message(mark("There is no account for you here. An administrator of the desk has to make one first."))
    return _told(visit, 403, Message(mark("No account")), message)


def _told(visit: Visit, status: int, title: Message, message: Message) -> Response:
    link = Message(mark("Sign in"))
    return render(visit, "auth/message.html", status, title=title, message=message, path="/sign-in", link=link)


ROUTES = (
    DeskRoute("/sign-in/provider", ("GET",), leave, "anybody", per_minute=_PER_MINUTE),
    DeskRoute("/sign-in/provider/back", ("GET",), come_back, "anybody", per_minute=_PER_MINUTE),
    DeskRoute("/sign-in/provider/code", ("GET",), show_code, "anybody"),
    DeskRoute("/sign-in/provider/code", ("POST",), submit_code, "anybody", per_minute=_PER_MINUTE),
)
