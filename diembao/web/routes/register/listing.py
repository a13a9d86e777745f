"""The register's list: which matters there are, whose they are, what is due."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from diembao.jobs.register.due_state import URGENCIES, Urgency
from diembao.jobs.register.matter_list import (
    PAGE,
    STATE_CHOICES,
    ListFilter,
    StateChoice,
    answered_matters,
    matter_list,
    returned_matters,
    waiting_matters,
)
from diembao.jobs.register.sight import sees_every_matter
from diembao.jobs.register.unit_names import unit_names
from diembao.web.desk_route import DeskRoute
from diembao.web.rendering import render
from diembao.web.routes.reading.asked import address, asked_number, chosen, query_text
from diembao.web.visit import Visit, Waiting
from pipeline.i18n.catalogs import mark, translate
from pipeline.text.line_length import cut_line

_STATES: Mapping[str, StateChoice] = {one: one for one in STATE_CHOICES}
#: Reasons of matters that were sent back on the start page, and characters of one.
_REASONS, _REASON = 3, 200
_URGENCIES: Mapping[str, Urgency] = {one: one for one in URGENCIES}


def show(visit: Visit) -> Response:
    book, zone = visit.context.register(), visit.context.zone
    state = chosen(visit, "state", STATE_CHOICES)
    wanted = ListFilter(
        _STATES.get(state, "current" if visit.allows("matter.manage") else "open"),
        chosen(visit, "kind", ("", *book.rules.kinds)),
        asked_number(visit, "unit", most=10**9 - 1),
        _URGENCIES[chosen(visit, "due", _URGENCIES)],
        query_text(visit, "q"),
    )
    page = max(asked_number(visit, "page", most=10**6) or 1, 1)
    found = matter_list(visit.storage, visit.me, book, wanted, zone, visit.now, page)
    names, today = unit_names(visit.storage, book.units), visit.now.astimezone(zone).date()
    given = {"state": state, "kind": wanted.kind, "unit": wanted.unit, "due": wanted.urgency, "q": wanted.text}
    return render(
        visit,
        "register/list.html",
        found=found,
        wanted=wanted,
        is_filtered=any(value not in ("", None) for value in given.values()),
        page=page,
        newer=address("/register", **given, page=page - 1) if page > 1 else "",
        older=address("/register", **given, page=page + 1) if found.total > page * PAGE else "",
        states=STATE_CHOICES,
        kinds=book.rules.kinds,
        units=names.choices(today),
        unit_name=lambda number: names.at(number, today),
        sees_all=sees_every_matter(visit.me),
        is_office=visit.allows("matter.manage"),
    )


def waiting(visit: Visit) -> Sequence[Waiting]:
    """Return what waits in the register for the account's unit; for the office without one, what waits at all.

    For the office also what was answered and not looked at, for a unit what was sent back to it, with the reasons.
    """
    if visit.me.department is not None:
        path = f"/register?unit={visit.me.department}"
        labels = (
            mark("{count} matters of your unit wait for an answer"),
            mark("{count} matters of your unit are overdue"),
        )
    elif visit.allows("matter.manage"):
        path = "/register?state=open"
        labels = (
            mark("{count} matters of the register wait for an answer"),
            mark("{count} matters of the register are overdue"),
        )
    else:
        return ()
    found, overdue = waiting_matters(visit.storage, visit.me, visit.context.zone, visit.now)
    lines = [Waiting(found, labels[0], path), Waiting(overdue, labels[1], f"{path}&due=overdue")]
    if returned := returned_matters(visit.storage, visit.me):
        label = mark("{count} matters of your unit were sent back")
        note = "; ".join(f"{_number(step.matter)}: {cut_line(step.text, _REASON)}" for step in returned[:_REASONS])
        lines.append(Waiting(len(returned), label, f"{path}&state=preparing", note))
    if visit.allows("matter.manage"):
        label = mark("{count} matters are answered and wait for the office to look at them")
        lines.append(Waiting(answered_matters(visit.storage, visit.me), label, "/register?state=answered"))
    return lines


def _number(matter: int) -> str:
    return translate(mark("No. {number}"), number=matter)


ROUTES = (DeskRoute("/register", ("GET",), show, "matter.read", menu=mark("Register"), order=37, waiting=waiting),)
