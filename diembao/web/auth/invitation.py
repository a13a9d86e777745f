"""An invitation: a link, good once, with which a person sets the password of an account, or makes the first one."""

from starlette.responses import Response

from diembao.jobs.people.accounts import Newcomer, invitation, take_invitation
from diembao.jobs.people.passwords import LEAST, PasswordRefused
from diembao.jobs.people.sign_in import begin
from diembao.web.auth.sessions import limits_of, take_session, visitor_of
from diembao.web.desk_route import DeskRoute
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Invitation
from storage.accounts.errors import AccountRefused
from storage.engine.errors import StorageError

_PER_MINUTE = 30


def show(visit: Visit) -> Response:
    """Show the form of a link; opening it does not use it up: programs of mail open links too."""
    found = invitation(visit.storage, visit.path["token"], visit.now)
    return _gone(visit) if found is None else _form(visit, found)


def submit(visit: Visit) -> Response:
    """Set the password. Who has no second factor to type is signed in at once; others sign in with theirs."""
    token = visit.path["token"]
    found = invitation(visit.storage, token, visit.now)
    if found is None:
        return _gone(visit)
    password, again = visit.form.get("password", ""), visit.form.get("again", "")
    if password != again:
        return _form(visit, found, Message(mark("The two passwords are not the same.")))
    newcomer = Newcomer(password, visit.field("name", limit=200), visit.field("full_name", limit=300))
    province = visit.context.settings().province.name
    try:
        account = take_invitation(visit.storage, token, newcomer, province, visit.address, visit.now)
    except (PasswordRefused, AccountRefused) as error:
        return _form(visit, found, error.message)
    if account is None:
        return _gone(visit)
    told = Message(mark("The password is set."))
    if account.has_totp:
        return redirect(visit, "/sign-in", told)
    response = redirect(visit, "/second-factor" if account.needs_second_factor else "/", told)
    limits = limits_of(visit.context.desk)
    try:
        begun = begin(visit.storage, visit.context.key, account, visitor_of(visit), visit.now, limits)
    except StorageError as error:
        if not error.may_pass:
            raise
        return redirect(visit, "/sign-in", told)  # the link is used, and the password stored: it opens the desk later
    take_session(visit, begun, response)
    return response


def _form(visit: Visit, found: Invitation, wrong: str = "") -> Response:
    return render(
        visit,
        "auth/invitation.html",
        400 if wrong else 200,
        account=found.account,
        is_first=found.account is None,
        name=visit.form.get("name", "")[:100],
        full_name=visit.form.get("full_name", "")[:200],
        least=LEAST,
        wrong=wrong,
    )


def _gone(visit: Visit) -> Response:
    return render(
        visit,
        "auth/message.html",
        404,
        title=Message(mark("This link is not good any more")),
        message=Message(mark("It was used, has expired, or a newer one was made. An administrator makes another one.")),
        path="/sign-in",
        link=Message(mark("Sign in")),
    )


ROUTES = (
    DeskRoute("/invitation/{token}", ("GET",), show, "anybody", per_minute=_PER_MINUTE),
    DeskRoute("/invitation/{token}", ("POST",), submit, "anybody", per_minute=_PER_MINUTE),
)
