"""Agreement: how often people overruled the rules, and how the rules learn from it."""

from starlette.responses import Response

from diembao.jobs.office.agreement import agreement
from diembao.web.desk_route import DeskRoute
from diembao.web.rendering import render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark

#: Numbers of weeks to choose from; the first one to begin with.
_WEEKS = (4, 8, 13)


def show(visit: Visit) -> Response:
    asked = visit.query.get("weeks", "")
    weeks = next((one for one in _WEEKS if str(one) == asked), _WEEKS[0])
    topics = visit.context.rules().topics.topic
    names = {one.id: one.label_en if visit.language == "en" else one.label_vi for one in topics}
    found = agreement(visit.storage, visit.context.zone, visit.now, weeks)
    return render(visit, "office/agreement.html", found=found, weeks=weeks, choices=_WEEKS, names=names)


ROUTES = (DeskRoute("/agreement", ("GET",), show, "article.read", menu=mark("Agreement"), order=65),)
