"""What may need a matter: proposed with reasons, opened, joined or put aside by people."""

from starlette.responses import Response

from diembao.jobs.register.candidates import propose
from diembao.jobs.register.opening import put_aside
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.register.forms import LINE, TEXT
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.steps import StepRefused


def show(visit: Visit) -> Response:
    return _page(visit)


def refuse(visit: Visit) -> Response:
    """Write an article's story down as not needed, with the reason: a matter that is over at once."""
    key = visit.field("item", limit=LINE)
    if visit.storage.articles.item(key) is None:
        raise DeskError(404)
    try:
        made = put_aside(
            visit.storage, visit.actor, visit.context.register(), key, visit.field("reason", limit=TEXT), visit.now
        )
    except StepRefused as error:
        return _page(visit, 400, error.explanation())
    notice = Message(mark("Written down as not needed: no. {number}."), number=made)
    return redirect(visit, "/register/candidates", notice)


def _page(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    book = visit.context.register()
    found = propose(visit.storage, visit.context.rules(), book.rules, visit.now)
    numbers = {number for one in found for number in one.joins}
    matters = {number: visit.storage.register.matter(number) for number in numbers}
    return render(
        visit,
        "register/candidates.html",
        status,
        found=found,
        matters={number: matter for number, matter in matters.items() if matter is not None},
        wrong=wrong,
        wrong_item=visit.form.get("item", ""),
        days=book.rules.candidates.days,
    )


ROUTES = (
    DeskRoute("/register/candidates", ("GET",), show, "matter.manage"),
    DeskRoute("/register/candidates", ("POST",), refuse, "matter.manage"),
)
