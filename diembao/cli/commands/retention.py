"""retention: rows past their retention limit, shown or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from diembao.jobs.retention import RetentionResult


@translated.command(help=LISTED["retention"].help)
@translated.option("--apply", "apply_", is_flag=True, help=mark("Take it away."))
@translated.option(
    "--vacuum",
    is_flag=True,
    help=mark("Give room that holds nothing back to the disk (needs as much again meanwhile)."),
)
@pass_context
def retention(app: CliContext, apply_: bool, vacuum: bool) -> int:
    from config.register.register import load_register
    from diembao.jobs.retention import apply_retention

    notes = load_register(app.home.config if app.home.config.exists() else None).retention.notes_days
    with app.home.lock("process"), app.storage() as storage, app.progress() as progress:
        kept = app.settings().retention
        result = apply_retention(
            storage, app.home, kept, delete=apply_, vacuum=vacuum, notes_days=notes, progress=progress
        )
    if app.as_json:
        rows = {kind.kind: {"rows": kind.rows, "bytes": kind.bytes} for kind in result.expired}
        app.print_json({"retention": rows, "applied": result.deleted, "free_bytes": result.free_bytes})
        return DONE
    _print(app, result)
    return DONE


def _print(app: CliContext, result: RetentionResult) -> None:
    deleted, free = result.deleted, result.free_bytes
    for expired in result.expired:
        done = "" if deleted is None else translate(", {rows} taken away", rows=deleted[expired.kind])
        app.print(f"{expired.rows:>9} ({_size(expired.bytes)})  {translate_code('expired kind', expired.kind)}{done}")
    if deleted is None and any(expired.rows for expired in result.expired):
        app.print(translate("To take it away: diembao retention --apply"))
    if result.held_back:
        app.print(
            translate(
                "More is as old by the clock, and stays until collection has worked on as many days: the clock may be "
                "ahead."
            )
        )
    if free > 2**20:
        app.print(
            translate(
                "{size} of the database hold nothing and will be used for what comes; to give them back to the "
                "disk: diembao retention --vacuum",
                size=_size(free),
            )
        )


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{count / 2**10:.0f} kB"


COMMANDS = (retention,)
