"""The log of contacts with the press: what was told or refused, by whom and why; entries are taken back, not edited."""

from collections.abc import Mapping
from datetime import date

from starlette.responses import Response

from diembao.jobs.register.unit_names import unit_names
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.routes.reading.asked import asked_number
from diembao.web.routes.register.forms import LINE, TEXT, typed_day, typed_number
from diembao.web.routes.register.sight import refuse_units
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.matters import CONTACT_KINDS, ContactKind, PressContact
from pipeline.register.steps import StepRefused

_FIELDS = ("day", "kind", "unit", "outlet", "subject", "matter", "refusal", "document")
#: Years whose log can be asked for.
_YEARS = range(2000, 2101)
_KINDS: Mapping[str, ContactKind] = {kind: kind for kind in CONTACT_KINDS}


def show_all(visit: Visit) -> Response:
    refuse_units(visit)
    today = visit.now.astimezone(visit.context.zone).date()
    return _list(visit, {**dict.fromkeys(_FIELDS, ""), "day": today.isoformat()})


def write(visit: Visit) -> Response:
    given = {name: visit.field(name, limit=TEXT if name == "subject" else LINE) for name in _FIELDS}
    try:
        visit.storage.register.save_contact(visit.actor, _entry(visit, given), visit.now)
    except StepRefused as error:
        return _list(visit, given, error.message)
    day = date.fromisoformat(given["day"])
    year = visit.context.register().rules.calendar.report_year(day)
    return redirect(visit, f"/register/contacts?year={year}", Message(mark("It is written in the log.")))


def withdraw(visit: Visit) -> Response:
    """Take an entry back, once the person said that it is meant."""
    number = visit.number("contact")
    found = next((one for one in visit.storage.register.contacts() if one.id == number), None)
    if found is None:
        raise DeskError(404)
    year = visit.context.register().rules.calendar.report_year(found.day)
    back, day = f"/register/contacts?year={year}", found.day.strftime("%d/%m/%Y")
    if visit.field("sure", limit=LINE) != "1":
        words = mark("The entry of {day} leaves the log and the yearly figures: {subject}")
        return render(
            visit,
            "confirm.html",
            title=Message(mark("Withdraw the entry")),
            message=Message(words, day=day, subject=found.subject),
            button=Message(mark("Withdraw")),
            action=f"/register/contacts/{number}/withdraw",
            fields={"sure": "1"},
            back=back,
        )
    visit.storage.register.withdraw_contact(visit.actor, number, visit.now)
    return redirect(visit, back, Message(mark("The entry of {day} is withdrawn from the log."), day=day))


def _entry(visit: Visit, given: dict[str, str]) -> PressContact:
    """Return the entry that a form holds. Raises StepRefused for what cannot be meant."""
    day = typed_day(visit, "day")
    if day is None:
        raise StepRefused(Message(mark("Choose a day.")))
    if day > visit.now.astimezone(visit.context.zone).date():
        raise StepRefused(Message(mark("The day has not come yet: the log holds what was done.")))
    kind = _KINDS.get(given["kind"])
    if kind is None:
        raise StepRefused(Message(mark("Choose what it was.")))
    if given["refusal"] and given["refusal"] not in visit.context.register().rules.refusals:
        raise StepRefused(Message(mark("Choose a reason of the list.")))
    unit, matter = typed_number(given["unit"]), typed_number(given["matter"])
    if given["unit"] and unit not in {one.id for one in visit.storage.accounts.departments()}:
        raise StepRefused(Message(mark("There is no such unit, or it is disabled.")))
    if given["matter"] and matter is None:
        raise StepRefused(Message(mark("There is no matter number {number}."), number=given["matter"][:40]))
    return PressContact(
        0,
        day,
        kind,
        unit,
        given["outlet"],
        given["subject"],
        matter,
        given["refusal"],
        given["document"],
        visit.now,
        visit.me.id,
        "",
    )


def _list(visit: Visit, given: dict[str, str], wrong: str = "") -> Response:
    book, zone = visit.context.register(), visit.context.zone
    today = visit.now.astimezone(zone).date()
    year = asked_number(visit, "year") or book.rules.calendar.report_year(today)
    if year not in _YEARS:
        raise DeskError(404)
    first, last = book.rules.calendar.report_window(year)
    names = unit_names(visit.storage, book.units)
    found = visit.storage.register.contacts(first, last)
    return render(
        visit,
        "register/contacts.html",
        400 if wrong else 200,
        contacts=list(reversed(found)),
        year=year,
        window=(first, last),
        this_year=book.rules.calendar.report_year(today),
        kinds=CONTACT_KINDS,
        reasons=book.rules.refusals,
        units=names.choices(today),
        unit_name=names.at,
        given=given,
        wrong=wrong,
    )


ROUTES = (
    DeskRoute("/register/contacts", ("GET",), show_all, "matter.read"),
    DeskRoute("/register/contacts", ("POST",), write, "matter.manage"),
    DeskRoute("/register/contacts/{contact}/withdraw", ("POST",), withdraw, "matter.manage"),
)
