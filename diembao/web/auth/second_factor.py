"""The second factor: set up with an app, recovery codes shown once, taken off."""

import segno
from starlette.responses import Response

from diembao.jobs.people.passwords import is_password
from diembao.jobs.people.second_factor import confirm_totp, enrol_totp, new_recovery_codes
from diembao.system.desk_key import DeskKeyError
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

_PER_MINUTE = 20


def show(visit: Visit) -> Response:
    """Show the QR code of a secret that waits for its first code."""
    return redirect(visit, "/profile") if _is_set_up(visit) else _enrolment(visit)


def submit(visit: Visit) -> Response:
    """Take the first code; from then on the second factor holds, and the recovery codes are shown."""
    if _is_set_up(visit):
        return redirect(visit, "/profile")
    try:
        codes = confirm_totp(
            visit.storage, visit.context.key, visit.me, visit.field("code", limit=100), visit.actor, visit.now
        )
    except DeskKeyError as error:
        raise DeskError(409, error.message) from error
    if codes is None:
        wrong = Message(mark("The code is wrong, or was used before. Wait for the next one."))
        return _enrolment(visit, wrong)
    return render(visit, "auth/recovery_codes.html", codes=codes)


def ask_codes(visit: Visit) -> Response:
    """Ask for the password before new recovery codes are made."""
    return _ask_codes(visit)


def make_codes(visit: Visit) -> Response:
    """Make new recovery codes and show them this once."""
    if not _is_set_up(visit):
        return redirect(visit, "/profile")
    if not _has_confirmed(visit):
        return _ask_codes(visit, Message(mark("The present password is another one.")))
    codes = new_recovery_codes(visit.storage, visit.me, visit.actor, visit.now)
    return render(visit, "auth/recovery_codes.html", codes=codes)


def ask_removal(visit: Visit) -> Response:
    return _ask_removal(visit)


def remove(visit: Visit) -> Response:
    """Take the second factor off the own account; its sessions end."""
    if not _has_confirmed(visit):
        return _ask_removal(visit, Message(mark("The present password is another one.")))
    visit.storage.accounts.remove_totp(visit.me.id, visit.actor, visit.now)
    return redirect(visit, "/sign-in", Message(mark("The second factor is taken off. Sign in again.")))


def _is_set_up(visit: Visit) -> bool:
    """Whether the account itself has a second factor, whatever a provider of single sign-on vouched for."""
    state = visit.storage.accounts.totp(visit.me.id)
    return state is not None and state.confirmed


def _has_confirmed(visit: Visit) -> bool:
    """Whether the person knows the password; an account that has none signs in by the provider alone."""
    hashed = visit.storage.accounts.password_hash(visit.me.id)
    return hashed is None or is_password(hashed, visit.form.get("password", ""))


def _enrolment(visit: Visit, wrong: Message | None = None) -> Response:
    enrolment = enrol_totp(visit.storage, visit.context.key, visit.me)
    secret = " ".join(enrolment.secret[n : n + 4] for n in range(0, len(enrolment.secret), 4))
    return render(
        visit,
        "auth/second_factor.html",
        403 if wrong else 200,
        qr=segno.make(enrolment.uri, error="m").svg_data_uri(scale=4, border=2),
        secret=secret,
        forced=visit.me.needs_second_factor,
        wrong=wrong or "",
    )


def _ask_codes(visit: Visit, wrong: Message | None = None) -> Response:
    return _confirm(
        visit,
        "/second-factor/codes",
        Message(mark("New recovery codes")),
        Message(mark("The present recovery codes will be worth nothing.")),
        Message(mark("Make new codes")),
        wrong,
    )


def _ask_removal(visit: Visit, wrong: Message | None = None) -> Response:
    return _confirm(
        visit,
        "/second-factor/remove",
        Message(mark("Take off the second factor")),
        Message(mark("The password alone will be enough to get in, and all your sessions end.")),
        Message(mark("Take it off")),
        wrong,
    )


def _confirm(
    visit: Visit, action: str, title: Message, message: Message, button: Message, wrong: Message | None
) -> Response:
    """Show the page that asks once more, with the password where there is one."""
    return render(
        visit,
        "confirm.html",
        403 if wrong else 200,
        title=title,
        message=message,
        action=action,
        fields={},
        button=button,
        back="/profile",
        asks_password=visit.me.has_password,
        wrong=wrong or "",
    )


ROUTES = (
    DeskRoute("/second-factor", ("GET",), show, "signed in", before_enrolment=True),
    DeskRoute("/second-factor", ("POST",), submit, "signed in", before_enrolment=True, per_minute=_PER_MINUTE),
    DeskRoute("/second-factor/codes", ("GET",), ask_codes, "signed in"),
    DeskRoute("/second-factor/codes", ("POST",), make_codes, "signed in", per_minute=_PER_MINUTE),
    DeskRoute("/second-factor/remove", ("GET",), ask_removal, "signed in"),
    DeskRoute("/second-factor/remove", ("POST",), remove, "signed in", per_minute=_PER_MINUTE),
)
