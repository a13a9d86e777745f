"""The page of a matter, its steps, and its notes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from babel.numbers import format_decimal
from starlette.responses import Response

from diembao.jobs.register.aftermath import Aftermath, aftermath
from diembao.jobs.register.matter_page import ShownStep, matter_page, shown_steps
from diembao.jobs.register.sight import add_note, find_matter, read_notes, take_step
from diembao.jobs.register.unit_names import unit_names
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.reading.asked import sight_of
from diembao.web.routes.register.forms import TEXT, local_today, step_request
from diembao.web.routes.register.sight import refusal_of
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.matters import Matter, MatterClash
from pipeline.register.steps import StepRefused
from pipeline.register.watch import ArticleWatch

#: What a page says after a step was taken: by kind of step, else that it is saved.
_DONE = {
    "assign": mark("Given to the unit."),
    "answer": mark("The answer is written down."),
    "close": mark("The matter is closed."),
    "drop": mark("The matter is marked as not needed."),
    "link": mark("The article belongs to the matter now."),
    "unlink": mark("The article is taken off the matter."),
}


def show(visit: Visit) -> Response:
    return _page(visit, _matter(visit))


def step(visit: Visit) -> Response:
    """Take a step of a matter that the path or the form names.

    What was typed comes back where it was refused, or where somebody was faster.
    """
    matter = _matter(visit)
    try:
        request = step_request(visit)
        result = take_step(visit.storage, visit.actor, visit.me, matter, request, visit.now)
    except StepRefused as error:
        return _page(visit, _matter(visit), 400, wrong=error.explanation())
    if isinstance(result, MatterClash):
        return _page(visit, result.theirs, 409, clash=result)
    return redirect(visit, f"/register/matter/{matter.id}", Message(_DONE.get(request.kind, mark("Saved."))))


def notes(visit: Visit) -> Response:
    """Show the notes alone; who may not read them is answered as if there were none, and the audit says so."""
    matter = _matter(visit)
    found = read_notes(visit.storage, visit.actor, visit.me, matter, visit.now)
    if found is None:
        raise DeskError(404)
    return _page(visit, matter, notes_only=True)


def write_note(visit: Visit) -> Response:
    matter = _matter(visit)
    try:
        add_note(visit.storage, visit.actor, visit.me, matter, visit.field("note", limit=TEXT), visit.now)
    except StepRefused as error:
        return _page(visit, matter, 400, wrong=error.explanation())
    return redirect(visit, f"/register/matter/{matter.id}#notes-h", Message(mark("The note is written down.")))


def _matter(visit: Visit) -> Matter:
    """Return the matter of the path, else of the form.

    Raises DeskError 404, and records it, for one that the account may not see.
    """
    found = find_matter(visit.storage, visit.actor, visit.me, visit.number("matter"), visit.now)
    if found is None:
        raise DeskError(404)
    return found


def _page(
    visit: Visit,
    matter: Matter,
    status: int = 200,
    *,
    wrong: str = "",
    clash: MatterClash | None = None,
    notes_only: bool = False,
) -> Response:
    book, zone = visit.context.register(), visit.context.zone
    page = matter_page(visit.storage, visit.me, matter, book, zone, visit.now)
    names = unit_names(visit.storage, book.units)
    since: Sequence[ShownStep] = ()
    if clash is not None:
        since = list(shown_steps(visit.storage, matter.id, clash.since, names, book, zone, sight_of(visit)))
    after = None if notes_only else aftermath(visit.storage, book.rules, page.matter)
    reports = () if after is None else _in_sight(visit, after)
    typed: Mapping[str, Any] = {}
    if wrong or clash:
        typed = {**visit.form, "taking_part": visit.form.getlist("taking_part")}
    return render(
        visit,
        "register/notes.html" if notes_only else "register/matter.html",
        status,
        page=page,
        matter=page.matter,
        amount=lambda number: format_decimal(round(number, 1), locale=visit.language),
        after=after,
        reports=reports,
        hidden_reports=0 if after is None else len(after.reports) - len(reports),
        kinds=book.rules.kinds,
        unexpected=book.rules.unexpected,
        typed=typed,
        today=local_today(visit).isoformat(),
        wrong=wrong,
        since=since,
        mine=lambda kind: typed if typed.get("step") == kind else {},
        taking_part=[str(number) for number in matter.taking_part],
        day_words=lambda text: date.fromisoformat(text).strftime("%d/%m/%Y"),
        moment_words=lambda text: datetime.fromisoformat(text).astimezone(zone).strftime("%H:%M %d/%m/%Y"),
    )


def _in_sight(visit: Visit, after: Aftermath) -> Sequence[ArticleWatch]:
    """Return the reports that the account may see; reprints of a linked article are no reason to see them."""
    sight = sight_of(visit)
    if sight.every_article:
        return after.in_order
    heads = visit.storage.office.heads(one.article.key for one in after.reports)
    stories = {key: head.story for key, head in heads.items()}
    return [one for one in after.in_order if sight.shows(one.article.key, stories.get(one.article.key, ""))]


ROUTES = (
    DeskRoute("/register/matter/{matter}", ("GET",), show, "matter.read", refused=refusal_of("matter")),
    DeskRoute("/register/matter/{matter}/step", ("POST",), step, "matter.work", refused=refusal_of("step")),
    DeskRoute("/register/link", ("POST",), step, "matter.work"),
    DeskRoute("/register/matter/{matter}/notes", ("GET",), notes, "matter.read", refused=refusal_of("notes")),
    DeskRoute("/register/matter/{matter}/notes", ("POST",), write_note, "matter.work", refused=refusal_of("notes")),
)
