"""/: leads to the first room that the account may enter."""

from starlette.responses import Response

from diembao.web.desk_route import DeskRoute
from diembao.web.rendering import redirect
from diembao.web.visit import Visit


def start(visit: Visit) -> Response:
    return redirect(visit, visit.menu[0].path if visit.menu else "/profile")


ROUTES = (DeskRoute("/", ("GET",), start, "signed in"),)
