"""Accounts: people are invited, given a role and a department, disabled, erased."""

from starlette.responses import Response

from diembao.jobs.people.account_words import check_mail, check_words
from diembao.jobs.people.accounts import INVITED_FOR, invite_account
from diembao.jobs.people.sign_in import clean_name
from diembao.web.desk_route import DeskRoute
from diembao.web.errors import DeskError
from diembao.web.rendering import redirect, render
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.accounts import ROLES, Account, NewAccount, Role
from storage.accounts.errors import AccountRefused


def show_all(visit: Visit) -> Response:
    departments = {one.id: one for one in visit.storage.accounts.departments()}
    return render(visit, "people/accounts.html", accounts=visit.storage.accounts.accounts(), departments=departments)


def show_new(visit: Visit) -> Response:
    return _new(visit, {"name": "", "full_name": "", "mail": "", "department": "", "role": "reviewer", "sso": ""})


def create(visit: Visit) -> Response:
    """Make an account, and show the link for its person once."""
    given = _given(visit)
    new = NewAccount(
        name=given["name"],
        role=_role(given["role"]),
        full_name=given["full_name"],
        mail=given["mail"],
        department=_department(given["department"]),
    )
    try:
        if visit.storage.accounts.by_name(clean_name(new.name)) is not None:
            raise AccountRefused(Message(mark("There is an account {name} already."), name=new.name))
        account, token = invite_account(visit.storage, new, visit.actor, visit.now)
    except AccountRefused as error:
        return _new(visit, given, error.message)
    return _link(visit, account, token)


def show(visit: Visit) -> Response:
    return _page(visit, _account(visit))


def change(visit: Visit) -> Response:
    """Change name, mail, role, department and the name at the provider; 409 where somebody else did meanwhile."""
    account, given = _account(visit), _given(visit)
    if visit.number("version") != account.version:
        wrong = Message(mark("Somebody else changed this account meanwhile; what it holds now is shown."))
        return _page(visit, account, 409, wrong=wrong)
    try:
        fields = {
            "full_name": check_words(given["full_name"]),
            "mail": check_mail(given["mail"]),
            "role": _role(given["role"]),
            "department": _department(given["department"]),
        }
        if visit.context.desk.sso.issuer:
            fields["sso_subject"] = given["sso"]
        changed = {name: value for name, value in fields.items() if value != getattr(account, name)}
        if account.id == visit.me.id and "role" in changed:
            raise AccountRefused(Message(mark("The own role is changed by another administrator.")))
        if changed:
            visit.storage.accounts.change(account.id, visit.actor, visit.now, **changed)
    except AccountRefused as error:
        return _page(visit, account, 400, wrong=error.message, given=given)
    return redirect(visit, f"/accounts/{account.id}", Message(mark("Saved.")))


def invite(visit: Visit) -> Response:
    """Make a new link for the account, and show it once."""
    account = _account(visit)
    known = NewAccount(account.name, account.role)
    resets = visit.form.get("resets", "") == "1"
    try:
        _, token = invite_account(visit.storage, known, visit.actor, visit.now, resets_second_factor=resets)
    except AccountRefused as error:
        return _page(visit, account, 400, wrong=error.message)
    return _link(visit, account, token)


def ask_disable(visit: Visit) -> Response:
    account = _account(visit)
    return render(
        visit,
        "confirm.html",
        title=Message(mark("Disable {name}"), name=account.full_name or account.name),
        message=Message(mark("The person is signed out everywhere and cannot sign in. What the person did stays.")),
        action=f"/accounts/{account.id}/disable",
        fields={},
        button=Message(mark("Disable")),
        back=f"/accounts/{account.id}",
    )


def disable(visit: Visit) -> Response:
    return _set_disabled(visit, True, Message(mark("The account is disabled; its sessions have ended.")))


def enable(visit: Visit) -> Response:
    return _set_disabled(visit, False, Message(mark("The account can be used again.")))


def ask_erase(visit: Visit) -> Response:
    account = _account(visit)
    return render(
        visit,
        "confirm.html",
        title=Message(mark("Erase {name}"), name=account.full_name or account.name),
        message=Message(
            mark(
                "Name, mail address and secrets of this person are erased for good, in the audit too; a number stays "
                "in their place. This cannot be undone."
            )
        ),
        action=f"/accounts/{account.id}/erase",
        fields={},
        button=Message(mark("Erase for good")),
        back=f"/accounts/{account.id}",
    )


def erase(visit: Visit) -> Response:
    account = _account(visit)
    try:
        visit.storage.accounts.erase(account.id, visit.actor, visit.now)
    except AccountRefused as error:
        return _page(visit, account, 400, wrong=error.message)
    return redirect(visit, "/accounts", Message(mark("The person is erased.")))


def _set_disabled(visit: Visit, disabled: bool, told: Message) -> Response:
    account = _account(visit)
    try:
        if disabled and account.id == visit.me.id:
            raise AccountRefused(Message(mark("The own account is disabled by another administrator.")))
        visit.storage.accounts.change(account.id, visit.actor, visit.now, disabled=disabled)
    except AccountRefused as error:
        return _page(visit, account, 400, wrong=error.message)
    return redirect(visit, f"/accounts/{account.id}", told)


def _account(visit: Visit) -> Account:
    """Return the account of the path. Raises DeskError 404."""
    found = visit.storage.accounts.account(visit.number("account"))
    if found is None:
        raise DeskError(404)
    return found


def _given(visit: Visit) -> dict[str, str]:
    names = ("name", "full_name", "mail", "department", "role", "sso")
    return {name: visit.field(name, limit=300) for name in names}


def _role(text: str) -> Role:
    for role in ROLES:
        if text == role:
            return role
    raise DeskError(400)


def _department(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise DeskError(400)
    return int(text)


def _new(visit: Visit, given: dict[str, str], wrong: str = "") -> Response:
    return render(
        visit,
        "people/new_account.html",
        400 if wrong else 200,
        given=given,
        departments=visit.storage.accounts.departments(),
        roles=ROLES,
        wrong=wrong,
    )


def _page(
    visit: Visit, account: Account, status: int = 200, *, wrong: str = "", given: dict[str, str] | None = None
) -> Response:
    stored = {
        "full_name": account.full_name,
        "mail": account.mail,
        "department": "" if account.department is None else str(account.department),
        "role": account.role,
        "sso": account.sso_subject,
    }
    return render(
        visit,
        "people/account.html",
        status,
        account=account,
        given=given or stored,
        departments=visit.storage.accounts.departments(),
        roles=ROLES,
        days=INVITED_FOR.days,
        has_sso=bool(visit.context.desk.sso.issuer),
        wrong=wrong,
    )


def _link(visit: Visit, account: Account, token: str) -> Response:
    """Show a link this once: it is part of no address and of no later page."""
    scheme = "https" if visit.is_secure else "http"
    addresses = visit.context.desk.addresses
    base = addresses[0] if addresses else f"{scheme}://{visit.headers.get('host', '')}"
    link = f"{base}/invitation/{token}"
    return render(visit, "people/link.html", account=account, link=link, until=visit.now + INVITED_FOR)


ROUTES = (
    DeskRoute("/accounts", ("GET",), show_all, "account.manage", menu=mark("Accounts"), order=90),
    DeskRoute("/accounts", ("POST",), create, "account.manage"),
    DeskRoute("/accounts/new", ("GET",), show_new, "account.manage"),
    DeskRoute("/accounts/{account}", ("GET",), show, "account.manage"),
    DeskRoute("/accounts/{account}", ("POST",), change, "account.manage"),
    DeskRoute("/accounts/{account}/invite", ("POST",), invite, "account.manage"),
    DeskRoute("/accounts/{account}/disable", ("GET",), ask_disable, "account.manage"),
    DeskRoute("/accounts/{account}/disable", ("POST",), disable, "account.manage"),
    DeskRoute("/accounts/{account}/enable", ("POST",), enable, "account.manage"),
    DeskRoute("/accounts/{account}/erase", ("GET",), ask_erase, "account.manage"),
    DeskRoute("/accounts/{account}/erase", ("POST",), erase, "account.manage"),
)
