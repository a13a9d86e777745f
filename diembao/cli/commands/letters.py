"""letters: what the desk has to tell people, sent by mail; each of them once for each cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.options import gather
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from diembao.jobs.office.letters import LettersResult
    from pipeline.records.reviews import Letter
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class _Options:
    again: bool
    arrived: bool


@translated.command(help=LISTED["letters"].help)
@translated.option("--again", is_flag=True, help=mark("Also what was begun before and may or may not have arrived."))
@translated.option(
    "--arrived", is_flag=True, help=mark("Note that what was in doubt has arrived, and do not send it anew.")
)
@pass_context
@gather(_Options)
def letters(app: CliContext, arguments: _Options) -> int:
    from config.alerts import load_alerts
    from config.register.book import load_register_book
    from diembao.jobs.office.doubtful_letters import settle_letters
    from diembao.jobs.office.letters import is_mail_set_up, send_letters
    from diembao.system.clock import now

    if arguments.again and arguments.arrived:
        raise click.UsageError(translate("Either --again or --arrived"))
    folder = app.home.config if app.home.config.exists() else None
    mail = load_alerts(folder).mail
    with app.storage() as storage:
        if arguments.again or arguments.arrived:
            settle_letters(storage, now(), arrived=arguments.arrived)
        result = send_letters(storage, app.settings(), mail, lambda: load_register_book(folder))
        if app.as_json:
            app.print_json(_row(storage, result))
        _print(app, storage, result)
    if result.waiting and not is_mail_set_up(mail):
        file = app.home.config / "alerts.toml"
        app.warn(translate("No letter was sent: [mail] of {file} names no sender with an address", file=file))
        return FAILED
    return DONE if result.is_well else FAILED


def _row(storage: Database, result: LettersResult) -> dict[str, object]:
    return {
        "sent": result.sent,
        "dropped": result.dropped,
        "refused": {_to_whom(storage, letter): why for letter, why in result.refused},
        "unsure": [_to_whom(storage, letter) for letter in result.unsure],
        "waiting": result.waiting,
        "problem": result.problem,
    }


def _print(app: CliContext, storage: Database, result: LettersResult) -> None:
    app.print(translate("Letters sent: {sent}; waiting: {waiting}", sent=result.sent, waiting=result.waiting))
    for reason, count in sorted(result.dropped.items()):
        app.print(translate("  not sent: {count} ({reason})", count=count, reason=translate_code("letter", reason)))
    for letter, why in result.refused:
        app.warn(f"{_to_whom(storage, letter)}: {why}")
    for letter in result.unsure:
        app.warn(
            translate(
                "{letter}: it is not known whether it arrived; diembao letters --arrived (it has), "
                "--again (it has not)",
                letter=_to_whom(storage, letter),
            )
        )
    if result.problem:
        app.warn(result.problem)


def _to_whom(storage: Database, letter: Letter) -> str:
    if letter.account is None:
        mailbox = next((one for one in storage.accounts.departments() if one.id == letter.department), None)
        return f"{mailbox.mail if mailbox is not None else letter.department} ({letter.cause})"
    account = storage.accounts.account(letter.account)
    return f"{account.name if account is not None else letter.account} ({letter.cause})"


COMMANDS = (letters,)
