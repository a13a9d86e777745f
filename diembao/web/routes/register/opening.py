"""Opening a matter from an article, its story or its event."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from diembao.jobs.register.opening import Opening, chosen_due, opening
from diembao.jobs.register.unit_names import unit_names
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.register.forms import (
    LINE,
    TEXT,
    local_today,
    refuse_past_due,
    typed_day,
    typed_number,
    typed_units,
)
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.matters import MATTER_SCOPES, MatterScope, NewMatter
from pipeline.register.steps import StepRefused

_SCOPES: Mapping[str, MatterScope] = {one: one for one in MATTER_SCOPES}


def show(visit: Visit) -> Response:
    return _page(visit, _opening(visit, visit.query), {})


def open_matter(visit: Visit) -> Response:
    """Open a matter; what was typed comes back where it was refused."""
    proposed = _opening(visit, visit.form)
    typed = {**visit.form, "taking_part": visit.form.getlist("taking_part")}
    numbers = (typed_number(text) for text in visit.field("seen", limit=TEXT).split())
    seen = {number for number in numbers if number is not None}
    if any(one.id not in seen for one in proposed.similar):
        words = mark("A matter that may be the same one was opened meanwhile: it is shown below. Nothing is saved yet.")
        return _page(visit, proposed, typed, 409, Message(words).translated())
    try:
        made = visit.storage.register.open(visit.actor, _new_matter(visit, proposed), visit.now, seen=seen)
    except StepRefused as error:
        # The same form may have arrived at the same time: what it opened is shown.
        proposed = _opening(visit, visit.form)
        return _page(visit, proposed, typed, 400, error.explanation())
    return redirect(visit, f"/register/matter/{made.id}", Message(mark("Matter no. {number} is open."), number=made.id))


def _new_matter(visit: Visit, proposed: Opening) -> NewMatter:
    typed, concluded = typed_day(visit, "due"), typed_day(visit, "concluded")
    kind, is_unexpected = visit.field("kind", limit=LINE), visit.field("is_unexpected", limit=LINE) == "1"
    due = chosen_due(
        visit.context.register(),
        kind,
        typed=typed,
        concluded=concluded,
        is_unexpected=is_unexpected,
        first_seen=proposed.item.first_seen,
        zone=visit.context.zone,
        at=visit.now,
    )
    # What is counted from now on is never over; a day that was typed may be, and what is counted from one.
    if due is not None and (typed is not None or (concluded is not None and not is_unexpected)):
        refuse_past_due(visit, due.day)
    new = NewMatter(
        visit.field("title", limit=LINE),
        kind,
        proposed.item.key,
        proposed.scope,
        passage=visit.field("passage", limit=TEXT),
        is_unexpected=is_unexpected,
        unit=_unit(visit),
        taking_part=typed_units(visit),
    )
    return new if due is None else replace(new, due=due.day, due_at=due.at)


def _unit(visit: Visit) -> int | None:
    text = visit.field("unit", limit=LINE)
    number = typed_number(text)
    if text and number is None:
        raise StepRefused(Message(mark("There is no such unit, or it is disabled.")))
    return number


def _opening(visit: Visit, asked: Mapping[str, str]) -> Opening:
    """Return what is proposed for the article that is asked for. Raises DeskError 404 for an unknown one."""
    scope = _SCOPES.get(asked.get("scope", ""), "item")
    book, zone = visit.context.register(), visit.context.zone
    found = opening(visit.storage, visit.me, book, asked.get("item", "")[:LINE], scope, zone, visit.now)
    if found is None:
        raise DeskError(404)
    return found


def _page(visit: Visit, proposed: Opening, typed: Mapping[str, Any], status: int = 200, wrong: str = "") -> Response:
    book = visit.context.register()
    names, today = unit_names(visit.storage, book.units), local_today(visit)
    return render(
        visit,
        "register/open.html",
        status,
        proposed=proposed,
        item=proposed.item,
        typed=typed,
        wrong=wrong,
        asks_past_due=bool(wrong) and _may_be_over(typed, today.isoformat()),
        units=names.choices(today),
        unit_name=lambda number: names.at(number, today),
        rules=book.rules,
    )


def _may_be_over(typed: Mapping[str, Any], today: str) -> bool:
    """Whether a typed due day is over, or a conclusion, from which it may be counted: days in ISO 8601."""
    return any("" < typed.get(name, "") < today for name in ("due", "concluded"))


ROUTES = (
    DeskRoute("/register/open", ("GET",), show, "matter.manage"),
    DeskRoute("/register/open", ("POST",), open_matter, "matter.manage"),
)
