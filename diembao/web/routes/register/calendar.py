"""The register's days as an iCalendar file: behind the login, and by a personal address for calendar programs.

Whoever has the address reads it without signing in. It is off until its person asks for it, can be taken back at the
profile, shows no titles, and shows nothing once the account is disabled or may no longer read matters.
"""

from starlette.responses import Response

from diembao.jobs.office.letters import desk_address
from diembao.jobs.people.tokens import hash_token, new_token
from diembao.jobs.periods import local_day
from diembao.jobs.register_upkeep.calendar_days import calendar_entries
from diembao.jobs.register_upkeep.calendar_file import calendar_file
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.language import use_language
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Account

#: A calendar program asks once an hour or so; one that guesses addresses is held up.
_PER_MINUTE = 30
#: Characters of the longest token that is looked up.
_LONGEST = 100
#: End of an address: programs know by it what they are to expect.
_SUFFIX = ".ics"


def own(visit: Visit) -> Response:
    """Give the calendar to whoever is signed in, with the titles of matters."""
    return _answer(visit, visit.me, with_titles=True)


def by_token(visit: Visit) -> Response:
    """Give the calendar to the bearer of an address, without titles."""
    token, suffix, more = visit.path["token"].partition(_SUFFIX)
    is_whole = bool(suffix) and not more and len(token) <= _LONGEST
    account = visit.storage.accounts.of_calendar_token(hash_token(token)) if is_whole else None
    if account is None or not account.allows("matter.read"):
        raise DeskError(404)
    with use_language(account.language):
        return _answer(visit, account, with_titles=False)


def _answer(visit: Visit, account: Account, *, with_titles: bool) -> Response:
    context = visit.context
    today, desk = local_day(visit.now, context.zone), desk_address(context.settings())
    entries = calendar_entries(visit.storage, context.register(), account, today, desk, with_titles=with_titles)
    headers = {"Content-Disposition": 'inline; filename="diem-bao.ics"'}
    return Response(calendar_file(entries, visit.now), media_type="text/calendar", headers=headers)


def make_address(visit: Visit) -> Response:
    """Make a new personal address and show it this once; an earlier one ends."""
    token, hashed = new_token()
    visit.storage.accounts.set_calendar_token(visit.me.id, hashed, visit.actor, visit.now)
    addresses = visit.context.desk.addresses
    scheme = "https" if visit.is_secure else "http"
    base = addresses[0] if addresses else f"{scheme}://{visit.headers.get('host', '')}"
    return render(visit, "register/calendar_address.html", address=f"{base}/register/calendar/{token}{_SUFFIX}")


def end_address(visit: Visit) -> Response:
    """End the personal address."""
    visit.storage.accounts.set_calendar_token(visit.me.id, None, visit.actor, visit.now)
    return redirect(visit, "/profile", Message(mark("The address of your calendar has ended.")))


ROUTES = (
    DeskRoute("/register/calendar.ics", ("GET",), own, "matter.read"),
    DeskRoute("/register/calendar/{token}", ("GET",), by_token, "anybody", per_minute=_PER_MINUTE),
    DeskRoute("/profile/calendar", ("POST",), make_address, "matter.read", per_minute=_PER_MINUTE),
    DeskRoute("/profile/calendar/end", ("POST",), end_address, "matter.read", per_minute=_PER_MINUTE),
)
