"""The own profile: language, password, second factor, sessions."""

import re

from starlette.responses import Response

from diembao.jobs.people.accounts import change_password
from diembao.jobs.people.passwords import LEAST, PasswordRefused
from diembao.web.auth.sessions import forget_session
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Department

#: Names in a browser's account of itself, the more particular first → what people call it.
_BROWSERS = (
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("coc_coc", "Coc Coc"),
    ("firefox/", "Firefox"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
)
_SYSTEMS = (("android", "Android"), ("iphone", "iPhone"), ("ipad", "iPad"), ("windows", "Windows"), ("mac os", "macOS"))
_PER_MINUTE = 20


def show(visit: Visit) -> Response:
    return _page(visit)


def set_language(visit: Visit) -> Response:
    language = visit.form.get("language", "")
    if language not in ("vi", "en"):
        raise DeskError(400)
    visit.storage.accounts.change(visit.me.id, visit.actor, visit.now, language=language)
    return redirect(visit, "/profile", Message(mark("Saved.")))


def set_password(visit: Visit) -> Response:
    """Change the own password; all other sessions end."""
    if visit.form.get("password", "") != visit.form.get("again", ""):
        return _page(visit, 400, wrong=Message(mark("The two passwords are not the same.")))
    if visit.session is None or not visit.me.has_password:
        raise DeskError(400)
    passwords = (visit.form.get("old", ""), visit.form.get("password", ""))
    province = visit.context.settings().province.name
    try:
        change_password(visit.storage, visit.me, passwords, province, visit.actor, visit.now, visit.session.id)
    except PasswordRefused as error:
        return _page(visit, 400, wrong=error.message)
    return redirect(visit, "/profile", Message(mark("The password is changed; all your other sessions have ended.")))


def sign_out_everywhere(visit: Visit) -> Response:
    """End all sessions of the account, this one too."""
    visit.storage.accounts.end_sessions(visit.me.id, visit.actor, visit.now)
    response = redirect(visit, "/sign-in", Message(mark("You are signed out everywhere.")))
    forget_session(visit, response)
    return response


def _page(
    visit: Visit,
    status: int = 200,
    *,
    wrong: str = "",
) -> Response:
    storage = visit.storage.accounts
    state = storage.totp(visit.me.id)
    return render(
        visit,
        "auth/profile.html",
        status,
        account=visit.me,
        department=_department(visit),
        has_totp=state is not None and state.confirmed,
        codes_left=storage.recovery_codes_left(visit.me.id),
        least=LEAST,
        wrong=wrong,
        calendar_at=storage.calendar_token_at(visit.me.id),
        sessions=storage.sessions(visit.me.id, visit.now),
        agent=browser_name,
    )


def _department(visit: Visit) -> Department | None:
    number = visit.me.department
    return next((one for one in visit.storage.accounts.departments() if one.id == number), None)


def browser_name(agent: str) -> str:
    """Return what people call a browser, by its account of itself; its own first words where it is not known."""
    lower = agent.lower()
    browser = next((name for part, name in _BROWSERS if part in lower), "")
    system = next((name for part, name in _SYSTEMS if part in lower), "")
    known = ", ".join(part for part in (browser, system) if part)
    return known or re.sub(r"[^\w ./-]", "", agent)[:40] or "?"


ROUTES = (
    DeskRoute("/profile", ("GET",), show, "signed in"),
    DeskRoute("/profile/language", ("POST",), set_language, "signed in"),
    DeskRoute("/profile/password", ("POST",), set_password, "signed in", per_minute=_PER_MINUTE),
    DeskRoute("/profile/sign-out-everywhere", ("POST",), sign_out_everywhere, "signed in", before_enrolment=True),
)
