"""Sign-in by name and password, then the code of the second factor; sign-out."""

from starlette.responses import Response

from diembao.jobs.people.sign_in import NeedsCode, Refused, SignedIn, sign_in, sign_in_with_code
from diembao.system.desk_key import DeskKeyError
from diembao.web.auth.sessions import forget_session, limits_of, take_session, visitor_of
from diembao.web.desk_route import DeskRoute
from diembao.web.rendering import redirect, render
from diembao.web.security import cookies
from diembao.web.visit import Visit, local_path
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Seconds that the first half of a sign-in is kept.
_PENDING_SECONDS = 300
#: Tries a minute from one address, over all accounts: an office may be behind one.
_PER_MINUTE = 60


def show(visit: Visit) -> Response:
    """Show the form; who is signed in goes on at once."""
    wished = local_path(visit.query.get("next", ""))
    if visit.account is not None:
        return redirect(visit, wished)
    response = _form(visit, wished)
    if visit.query.get("language") in ("vi", "en"):
        cookies.set_cookie(response, cookies.LANGUAGE, visit.language, visit.is_secure, seconds=365 * 24 * 3600)
    return response


def submit(visit: Visit) -> Response:
    """Take name and password; go on with the second factor, or in."""
    wished = local_path(visit.form.get("next", ""))
    credentials = (visit.form.get("name", "")[:200], visit.form.get("password", "")[:600])
    result = sign_in(
        visit.storage, visit.context.key, credentials, visitor_of(visit), visit.now, limits_of(visit.context.desk)
    )
    if isinstance(result, NeedsCode):
        response = redirect(visit, "/sign-in/code")
        pending = cookies.sign(visit.context.key, cookies.PENDING, {"ticket": result.ticket, "next": wished})
        cookies.set_cookie(response, cookies.PENDING, pending, visit.is_secure, seconds=_PENDING_SECONDS)
        return response
    if isinstance(result, Refused):
        return _form(visit, wished, result, Message(mark("Name or password are wrong.")))
    return _enter(visit, result, wished)


def show_code(visit: Visit) -> Response:
    """Ask for the code of the second factor."""
    if visit.account is not None:
        return redirect(visit, "/")
    return redirect(visit, "/sign-in") if _pending(visit) is None else _code_page(visit)


def submit_code(visit: Visit) -> Response:
    """Take the code of the second factor, or a recovery code."""
    pending = _pending(visit)
    if pending is None:
        return redirect(visit, "/sign-in", Message(mark("That took too long: begin again.")))
    ticket, wished = pending
    key, code = visit.context.key, visit.form.get("code", "")[:100]
    try:
        result = sign_in_with_code(
            visit.storage, key, ticket, code, visitor_of(visit), visit.now, limits_of(visit.context.desk)
        )
    except DeskKeyError as error:
        return _code_page(visit, 409, error.message)
    if isinstance(result, SignedIn):
        return _enter(visit, result, wished)
    wait = result.wait if isinstance(result, Refused) else 0.0
    wrong = _wait(wait) if wait else Message(mark("The code is wrong, or was used before. Wait for the next one."))
    return _waiting(_code_page(visit, 429 if wait else 403, wrong), wait)


def sign_out(visit: Visit) -> Response:
    """End the session."""
    if visit.session is not None:
        visit.storage.accounts.end_session(visit.session.id, visit.now, visit.address)
    response = redirect(visit, "/sign-in", Message(mark("You are signed out.")))
    forget_session(visit, response)
    return response


def _code_page(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    return render(visit, "auth/code.html", status, action="/sign-in/code", wrong=wrong)


def _enter(visit: Visit, begun: SignedIn, wished: str) -> Response:
    response = redirect(visit, wished)
    take_session(visit, begun, response)
    return response


def _form(visit: Visit, wished: str, refused: Refused | None = None, wrong: Message | None = None) -> Response:
    wait = refused.wait if refused is not None else 0.0
    status = 200 if refused is None else 429 if wait else 403
    response = render(
        visit,
        "auth/sign_in.html",
        status,
        next=wished,
        name=visit.form.get("name", "")[:100],
        wrong=_wait(wait) if wait else wrong or "",
        has_sso=bool(visit.context.desk.sso.issuer),
    )
    return _waiting(response, wait)


def _wait(seconds: float) -> Message:
    return Message(mark("Too many tries. Wait {seconds} seconds, then try again."), seconds=round(seconds) + 1)


def _waiting(response: Response, wait: float) -> Response:
    if wait:
        response.headers["Retry-After"] = str(round(wait) + 1)
    return response


def _pending(visit: Visit) -> tuple[str, str] | None:
    """Return the ticket of a right password, and where the person wanted to go."""
    found = cookies.read_signed(visit.context.key, cookies.PENDING, visit.cookie(cookies.PENDING))
    return (str(found["ticket"]), local_path(str(found["next"]))) if isinstance(found, dict) else None


ROUTES = (
    DeskRoute("/sign-in", ("GET",), show, "anybody"),
    DeskRoute("/sign-in", ("POST",), submit, "anybody", per_minute=_PER_MINUTE),
    DeskRoute("/sign-in/code", ("GET",), show_code, "anybody"),
    DeskRoute("/sign-in/code", ("POST",), submit_code, "anybody", per_minute=_PER_MINUTE),
    DeskRoute("/sign-out", ("POST",), sign_out, "signed in", before_enrolment=True),
)
