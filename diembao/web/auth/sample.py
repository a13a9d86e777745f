"""The sample press's desk alone: a link that signs a sample person in, once, without password and second factor."""

import secrets

from starlette.responses import Response

from diembao.jobs.people.accounts import Newcomer, take_invitation
from diembao.jobs.people.sign_in import begin
from diembao.web.auth.sessions import limits_of, take_session, visitor_of
from diembao.web.desk_route import DeskRoute
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message


def enter(visit: Visit) -> Response:
    """Take the link: the account gets a password that nobody knows, and this browser its session."""
    newcomer = Newcomer(secrets.token_urlsafe(32))
    account = take_invitation(visit.storage, visit.path["token"], newcomer, "", visit.address, visit.now)
    if account is None:
        return render(
            visit,
            "auth/message.html",
            404,
            title=Message(mark("This link is not good any more")),
            message=Message(mark("It was used already: each link opens the desk once. Use another one of the list.")),
            path="/sign-in",
            link=Message(mark("Sign in")),
        )
    response = redirect(visit, "/")
    limits = limits_of(visit.context.desk)
    begun = begin(visit.storage, visit.context.key, account, visitor_of(visit), visit.now, limits)
    take_session(visit, begun, response)
    return response


#: Never part of routing.all_routes: only `diembao demo --desk` asks for them.
ROUTES = (DeskRoute("/sample/{token}", ("GET",), enter, "anybody", per_minute=60),)
