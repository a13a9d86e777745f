"""account: invite to the desk, list and disable accounts; the way in for a lost only administrator."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, cast, get_args

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.options import gather
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.i18n.language import Language
from pipeline.records.accounts import NewAccount, Role

if TYPE_CHECKING:
    from pipeline.records.accounts import Account
    from storage.database import Database

#: Path of the desk's page for an invitation; its token follows.
_PATH = "/invitation/"


@translated.group(help=LISTED["account"].help)
def account() -> None: ...


@dataclass(frozen=True, slots=True)
class _Options:
    name: str
    role: str
    full_name: str
    mail: str
    department: str | None
    language: str
    reset_second_factor: bool


@account.command(
    help=mark(
        "Make the account NAME, or take the one that is there, and print a link by which its password is set, once, "
        "within seven days.\n\n"
        "For an only administrator whose password or second factor is lost: --role administrator "
        "--reset-second-factor."
    )
)
@translated.argument("name")
@translated.option("--role", type=click.Choice(get_args(Role)), required=True)
@translated.option("--full-name", default="", help=mark("The person's name as it is shown."))
@translated.option("--mail", default="", help=mark("The person's mail address."))
@translated.option("--department", metavar="HANDLE", help=mark("The department, e.g. so-y-te."))
@translated.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@translated.option("--reset-second-factor", is_flag=True, help=mark("Take the second factor off the account."))
@pass_context
@gather(_Options)
def invite(app: CliContext, arguments: _Options) -> int:
    from diembao.jobs.audit import command_actor
    from diembao.jobs.people.accounts import INVITED_FOR, invite_account
    from diembao.jobs.people.sign_in import clean_name
    from storage.accounts.errors import AccountRefused

    actor, at, role = command_actor(), now(), cast("Role", arguments.role)
    with app.storage() as storage:
        new = NewAccount(
            name=arguments.name,
            role=role,
            full_name=arguments.full_name,
            mail=arguments.mail,
            department=_department(storage, arguments.department),
            language=cast("Language", arguments.language),
        )
        try:
            if (known := storage.accounts.by_name(clean_name(arguments.name))) is not None:
                storage.accounts.change(known.id, actor, at, role=role)
            invited, token = invite_account(storage, new, actor, at, resets_second_factor=arguments.reset_second_factor)
        except AccountRefused as error:
            raise click.UsageError(error.explanation()) from error
    if app.as_json:
        app.print_json({"name": invited.name, "path": _PATH + token, "until": at + INVITED_FOR})
    app.print(
        translate(
            "Give this link to {name} alone; it holds once, until {until:%d/%m/%Y %H:%M}: "
            "the address of the desk, then {path}",
            name=invited.name,
            until=(at + INVITED_FOR).astimezone(app.zone()),
            path=_PATH + token,
        )
    )
    return DONE


def _department(storage: Database, handle: str | None) -> int | None:
    if handle is None:
        return None
    found = {department.handle: department.id for department in storage.accounts.departments()}
    if handle not in found:
        listed = ", ".join(sorted(found)) or "-"
        raise click.UsageError(translate("No such department: {name}; there are {listed}", name=handle, listed=listed))
    return found[handle]


@account.command("list", help=mark("List the accounts."))
@pass_context
def list_accounts(app: CliContext) -> int:
    with app.storage() as storage:
        accounts = storage.accounts.accounts()
        handles = {department.id: department.handle for department in storage.accounts.departments()}
    for one in accounts:
        department = handles.get(one.department or 0, "")
        if app.as_json:
            app.print_json({**asdict(one), "department": department})
            continue
        state = translate("disabled") if one.disabled else "" if one.has_password else translate("invited")
        factor = translate("second factor") if one.has_totp else ""
        words = (f"{one.name:<20}", f"{translate_code('role', one.role):<16}", one.full_name, department, state, factor)
        app.print("  ".join(word for word in words if word))
    return DONE


@account.command(help=mark("Disable the account NAME: its sessions end, and it can no longer sign in."))
@translated.argument("name")
@translated.option("--enable", is_flag=True, help=mark("Enable it again."))
@pass_context
def disable(app: CliContext, name: str, enable: bool) -> int:
    from diembao.jobs.audit import command_actor
    from storage.accounts.errors import AccountRefused

    with app.storage() as storage:
        found: Account | None = storage.accounts.by_name(name.casefold())
        if found is None:
            raise click.UsageError(translate("No such account: {name}", name=name))
        try:
            storage.accounts.change(found.id, command_actor(), now(), disabled=not enable)
        except AccountRefused as error:
            raise click.UsageError(error.explanation()) from error
    app.print(
        translate("{name} can sign in again.", name=found.name)
        if enable
        else translate("{name} is disabled; the sessions have ended.", name=found.name)
    )
    return DONE


COMMANDS = (account,)
