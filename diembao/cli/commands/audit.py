"""audit: check the chain of what people did, list it, write it as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.options import DAY, MOST_ROWS, gather
from pipeline.i18n.catalogs import mark, translate
from pipeline.records.audit import AuditFilter, AuditHead, AuditRow


@translated.group(help=LISTED["audit"].help)
def audit() -> None: ...


@audit.command(
    help=mark(
        "Check that no entry is missing and each is as it was written; names the first that is not.\n\n"
        "--head NUMBER:HASH: a head that a digest's notes give; shows an end that was cut off."
    )
)
@translated.option("--head", "heads", multiple=True, metavar="NUMBER:HASH", help=mark("A head that was written down."))
@pass_context
def verify(app: CliContext, heads: tuple[str, ...]) -> int:
    known = [_head(text) for text in heads]
    with app.storage() as storage:
        verdict = storage.audit.verify(known)
        missing = storage.audit.missing_guards()
    fault = verdict.fault
    if app.as_json:
        found = None if fault is None else {"seq": fault.seq, "why": fault.why.translated()}
        app.print_json(
            {"entries": verdict.rows, "head": str(verdict.head), "fault": found, "missing_triggers": missing}
        )
    for name in missing:
        app.warn(translate("the audit is not protected: trigger {name} is missing", name=name))
    if fault is not None:
        app.warn(translate("audit entry {seq}: {why}", seq=fault.seq, why=fault.why.translated()))
        return FAILED
    app.print(translate("{count} entries, each as it was written. Head: {head}", count=verdict.rows, head=verdict.head))
    return FAILED if missing else DONE


def _head(text: str) -> AuditHead:
    from diembao.jobs.audit import read_head

    head = read_head(text)
    if head is None:
        raise click.UsageError(translate("{head} is no head; write NUMBER:HASH as the digest's notes do", head=text))
    return head


@dataclass(frozen=True, slots=True)
class _Options:
    since: datetime | None
    until: datetime | None
    who: str
    action: str
    object: str
    limit: int
    target: Path | None


@audit.command("list", help=mark("List entries, the newest first; or write them to a CSV."))
@translated.option("--since", type=DAY, metavar="YYYY-MM-DD", help=mark("From this day on."))
@translated.option("--until", type=DAY, metavar="YYYY-MM-DD", help=mark("Up to the end of this day."))
@translated.option("--who", default="", metavar="NAME", help=mark("Only what this person did (name to sign in with)."))
@translated.option("--action", default="", help=mark("Only this action, or all that begin with this word (account)."))
@translated.option("--object", default="", metavar="KIND[:ID]", help=mark("Only what was done to this."))
@translated.option("--limit", type=click.IntRange(1, MOST_ROWS), default=50, show_default=True)
@translated.option("--csv", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@pass_context
@gather(_Options)
def list_entries(app: CliContext, arguments: _Options) -> int:
    from diembao.jobs.audit import audit_rows, write_audit_csv
    from diembao.system.files import stream_atomically

    zone = app.zone()
    kind, _, key = arguments.object.partition(":")
    until = arguments.until
    wanted = AuditFilter(
        since=None if arguments.since is None else arguments.since.replace(tzinfo=zone),
        until=None if until is None else (until + timedelta(days=1)).replace(tzinfo=zone),
        who=arguments.who.casefold(),
        action=arguments.action,
        object_kind=kind,
        object_id=key,
    )
    with app.storage() as storage:
        if arguments.target is not None:
            with stream_atomically(arguments.target) as stream:
                count = write_audit_csv(audit_rows(storage, wanted), stream, zone)
            app.print(translate("Wrote {count} lines to {file}", count=count, file=arguments.target))
            return DONE
        for row in storage.audit.page(wanted, None, arguments.limit):
            _print(app, row)
    return DONE


def _print(app: CliContext, row: AuditRow) -> None:
    from diembao.jobs.audit import AUDIT_COLUMNS, audit_cells

    cells = dict(zip(AUDIT_COLUMNS, audit_cells(row, app.zone()), strict=True))
    if app.as_json:
        app.print_json(cells)
        return
    who = row.name or (translate("(erased)") if row.erased else row.way)
    change = " → ".join(str(cells[name]) for name in ("before", "after") if cells[name])
    place = f" ({row.address})" if row.address else ""
    line = f"{row.seq:>6}  {row.at.astimezone(app.zone()):%Y-%m-%d %H:%M:%S}  {who}{place}  {row.action}"
    # Names and keys may hold what moves a terminal's cursor.
    text = f"{line}  {row.object_kind} {row.object_id}  {change} {cells['personal']}".rstrip()
    app.print("".join(letter if letter.isprintable() else "�" for letter in text))


COMMANDS = (audit,)
