"""The register's documents to take along: weekly and overdue list, yearly report, the dossier of one matter."""

from datetime import datetime, time
from typing import cast

from babel.dates import get_day_names
from starlette.responses import Response

from diembao.jobs.register.sight import sees_every_matter
from diembao.jobs.register.unit_names import unit_names
from diembao.jobs.register_papers.papers import (
    PAPER_FORMS,
    Paper,
    PaperForm,
    PaperRequest,
    UnknownUnit,
    dossier_paper,
    overdue_paper,
    render_paper,
    weekly_paper,
    yearly_paper,
)
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import render
from diembao.web.routes.reading.asked import asked_day, asked_number, chosen, topic_names
from diembao.web.routes.register.forms import typed_number
from diembao.web.routes.register.sight import record_refusal, refuse_units
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.audit import AuditEvent, Json

_PAPERS = ("weekly", "overdue", "yearly", "dossier")
_YEARS = range(2000, 2101)
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def show(visit: Visit) -> Response:
    refuse_units(visit)
    book = visit.context.register()
    names, today = unit_names(visit.storage, book.units), visit.now.astimezone(visit.context.zone).date()
    this_year = book.rules.calendar.report_year(today)
    return render(
        visit,
        "register/lists.html",
        today=today,
        lists=book.rules.lists,
        weekday=get_day_names("wide", locale=visit.language)[book.rules.lists.weekday],
        units=[(names.handle(number), name) for number, name in names.choices(today)],
        years=[this_year, this_year - 1, this_year - 2],
        forms=PAPER_FORMS,
    )


def give(visit: Visit) -> Response:
    """Give a document; the audit tells who took it, and who asked for a dossier that is not for them."""
    if visit.query.get("list") == "dossier" and not sees_every_matter(visit.me):
        record_refusal(visit, typed_number(visit.query.get("matter", "")), "dossier")
    refuse_units(visit)
    kind = chosen(visit, "list", _PAPERS) or "weekly"
    form = cast("PaperForm", chosen(visit, "form", PAPER_FORMS) or "docx")
    paper = _paper(visit, kind)
    name = f"{paper.name}.{form}"
    body = render_paper(paper, form)
    after: Json = {"file": name, "rows": paper.count, "about": {"table": f"register {kind}"}}
    visit.storage.audit.record(AuditEvent("table.exported", "table", name, None, after, visit.actor, visit.now))
    return Response(body, media_type=_TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _paper(visit: Visit, kind: str) -> Paper:
    """Return the document asked for. Raises DeskError 400 or 404."""
    day, zone = asked_day(visit, "day"), visit.context.zone
    today = visit.now.astimezone(zone).date()
    if day is not None and day > today:
        raise DeskError(400, Message(mark("The day has not come yet.")))
    as_of = datetime.combine(day, time.max, zone) if day is not None and day < today else None
    request = PaperRequest(
        visit.context.settings(),
        visit.context.register(),
        visit.language,
        topic_names(visit),
        as_of,
        visit.query.get("unit", ""),
    )
    try:
        if kind == "weekly":
            return weekly_paper(visit.storage, request)
        if kind == "overdue":
            return overdue_paper(visit.storage, request)
    except UnknownUnit:
        raise DeskError(404) from None
    if kind == "yearly":
        year = asked_number(visit, "year") or request.book.rules.calendar.report_year(request.day)
        if year not in _YEARS:
            raise DeskError(404)
        return yearly_paper(visit.storage, request, year)
    paper = dossier_paper(visit.storage, request, asked_number(visit, "matter", most=2**31 - 1) or 0)
    if paper is None:
        raise DeskError(404)
    return paper


ROUTES = (
    DeskRoute("/register/lists", ("GET",), show, "matter.read"),
    DeskRoute("/register/lists/document", ("GET",), give, "matter.read"),
)
