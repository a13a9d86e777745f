"""The start page "Hôm nay": the day's figures, what waits, the last publication, sources that fail."""

from starlette.responses import Response

from diembao.web.desk_route import DeskRoute
from diembao.web.rendering import render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark


def today(visit: Visit) -> Response:
    return render(visit, "today.html")


ROUTES = (DeskRoute("/today", ("GET",), today, "digest.read", menu=mark("Today"), order=10),)
