"""Departments: made, renamed, closed."""

from collections import Counter

from starlette.responses import Response

from diembao.jobs.people.account_words import check_handle, check_mail, check_words
from diembao.jobs.people.sign_in import clean_name
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Department
from storage.accounts.errors import AccountRefused


def show_all(visit: Visit) -> Response:
    return _list(visit, {"name": "", "handle": "", "mail": ""})


def create(visit: Visit) -> Response:
    given = _given(visit)
    try:
        name, handle, mail = _checked(given)
        visit.storage.accounts.create_department(handle, name, mail, visit.actor, visit.now)
    except AccountRefused as error:
        return _list(visit, given, error.message)
    return redirect(visit, "/departments", Message(mark("Saved.")))


def show(visit: Visit) -> Response:
    found = _department(visit)
    given = {"name": found.name, "handle": found.handle, "mail": found.mail, "disabled": found.disabled}
    return render(visit, "people/department.html", department=found, given=given, wrong="")


def change(visit: Visit) -> Response:
    found, given = _department(visit), _given(visit)
    disabled = visit.form.get("disabled", "") == "1"
    try:
        name, handle, mail = _checked(given)
        fields = {"name": name, "handle": handle, "mail": mail, "disabled": disabled}
        visit.storage.accounts.change_department(found.id, visit.actor, visit.now, **fields)
    except AccountRefused as error:
        given = {**given, "disabled": "1" if disabled else ""}
        return render(visit, "people/department.html", 400, department=found, given=given, wrong=error.message)
    return redirect(visit, "/departments", Message(mark("Saved.")))


def _checked(given: dict[str, str]) -> tuple[str, str, str]:
    """Return name, handle and mail as they are stored. Raises AccountRefused."""
    name = check_words(given["name"])
    if not name:
        raise AccountRefused(Message(mark("A department has a name.")))
    return name, check_handle(clean_name(given["handle"].lstrip("@"))), check_mail(given["mail"])


def _given(visit: Visit) -> dict[str, str]:
    return {name: visit.field(name, limit=300) for name in ("name", "handle", "mail")}


def _department(visit: Visit) -> Department:
    """Return the department of the path. Raises DeskError 404."""
    number = visit.number("department")
    for one in visit.storage.accounts.departments():
        if one.id == number:
            return one
    raise DeskError(404)


def _list(visit: Visit, given: dict[str, str], wrong: str = "") -> Response:
    members = Counter(one.department for one in visit.storage.accounts.accounts() if not one.disabled)
    return render(
        visit,
        "people/departments.html",
        400 if wrong else 200,
        departments=visit.storage.accounts.departments(),
        members=members,
        given=given,
        wrong=wrong,
    )


ROUTES = (
    DeskRoute("/departments", ("GET",), show_all, "account.manage"),
    DeskRoute("/departments", ("POST",), create, "account.manage"),
    DeskRoute("/departments/{department}", ("GET",), show, "account.manage"),
    DeskRoute("/departments/{department}", ("POST",), change, "account.manage"),
)
