"""register upkeep: what the register does by itself as time goes by."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from diembao.cli import translated
from diembao.cli.context import DONE, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from diembao.jobs.register_upkeep.upkeep import Upkeep


@translated.command(
    help=mark(
        "Do what is due in the register: let units, their heads and the office be told of what is due (diembao letters "
        "sends it), hand over the matters of units that ended, erase notes past their time. Nothing is done twice."
    )
)
@pass_context
def upkeep(app: CliContext) -> int:
    from config.register.book import load_register_book
    from diembao.jobs.register_upkeep.upkeep import keep_up
    from diembao.system.clock import now

    book = load_register_book(app.home.config if app.home.config.exists() else None)
    with app.storage() as storage:
        done = keep_up(storage, book, app.settings(), now())
    if app.as_json:
        app.print_json(asdict(done))
    _print(app, done)
    return DONE


def _print(app: CliContext, done: Upkeep) -> None:
    app.print(
        translate(
            "Register: {reminders} reminders and {clocks} warnings wait to be sent, {transferred} matters handed over, "
            "{notes} notes erased",
            reminders=done.reminders,
            clocks=done.clocks,
            transferred=done.transferred,
            notes=done.notes,
        )
    )
