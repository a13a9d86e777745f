"""«Cần làm rõ»: what a reviewer or editor writes on one article, under their name, and takes back."""

from starlette.responses import Response

from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect
from diembao.web.routes.reading.asked import address, sight_of
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.steps import StepRefused

#: Characters of what is to be made clear.
_LONGEST = 2_000


def write(visit: Visit) -> Response:
    key = _key(visit)
    try:
        visit.storage.register.clarify(visit.actor, key, visit.field("text", limit=_LONGEST), visit.now)
    except StepRefused as error:
        raise DeskError(400, error.message) from error
    return redirect(visit, f"{address(f'/article/{key}')}#clarify", Message(mark("It is written on the article.")))


def withdraw(visit: Visit) -> Response:
    key, number = _key(visit), visit.number("clarification")
    if number not in {one.id for one in visit.storage.register.clarifications([key])}:
        raise DeskError(404)
    visit.storage.register.withdraw_clarification(visit.actor, number, visit.now)
    return redirect(visit, f"{address(f'/article/{key}')}#clarify", Message(mark("It is taken back.")))


def _key(visit: Visit) -> str:
    """Return the key of the article of the path. Raises DeskError 404 for one that the account may not see."""
    item = visit.storage.articles.item(visit.path["key"])
    if item is None or not sight_of(visit).shows(item.key, item.story):
        raise DeskError(404)
    return item.key


ROUTES = (
    DeskRoute("/article/{key}/clarify", ("POST",), write, "review"),
    DeskRoute("/article/{key}/clarify/{clarification}/withdraw", ("POST",), withdraw, "review"),
)
