"""ledger: what became of every source and every link of a day."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.options import DAY, begun_day
from diembao.jobs.reading.ledger_day import bounds_of, ending_words
from diembao.jobs.reading.sources import flags_in_words
from diembao.system.clock import now
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from pipeline.records import LedgerEntry, SourceDay


@translated.command(help=LISTED["ledger"].help)
@translated.option("--day", type=DAY, metavar="YYYY-MM-DD", help=mark("Default: today."))
@translated.option("--source", "only", multiple=True, metavar="ID", help=mark("Only this source."))
@translated.option(
    "--jsonl",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=mark("Write every link to FILE."),
)
@translated.option(
    "--archives",
    is_flag=True,
    help=mark("Instead: what became of the records of archives that were read back, and which are unreadable."),
)
@pass_context
def ledger(app: CliContext, day: datetime | None, only: tuple[str, ...], jsonl: Path | None, archives: bool) -> int:
    from diembao.jobs.collection import ledger as ledger_job

    if archives:
        if day or only or jsonl:
            raise click.UsageError(translate("--archives goes with no other option"))
        _print_archives(app)
        return DONE
    zone = app.zone()
    start, end = bounds_of(begun_day(app, day) or now().astimezone(zone).date(), zone)
    with app.storage() as storage:
        days = [d for d in ledger_job.watched_sources(storage, start, end) if not only or d.source_id in only]
        if unknown := set(only) - {d.source_id for d in days}:
            names = ", ".join(sorted(unknown))
            raise click.UsageError(translate("No such source: {names}", names=names))
        entries = storage.crawl.ledger(start, end, source_ids=only)
        if jsonl is not None:
            _print_sources(app, days)
            n = ledger_job.write_ledger(jsonl, days, entries)
            app.print(translate("Wrote {count} lines to {file}", count=n, file=jsonl))
            return DONE
        _print_sources(app, days)
        total = 0
        for entry in entries:
            total += 1
            _print_entry(app, entry)
        app.print(translate("{total} links, each with its end.", total=total))
    return DONE


def _print_archives(app: CliContext) -> None:
    """Print what each archive came to, then every record that is unreadable and every part that was not read."""
    from diembao.cli.views.backfill import counts_in_words

    with app.storage() as storage:
        for sums in storage.archives.sums():
            if app.as_json:
                app.print_json({"archive": dataclasses.asdict(sums)})
                continue
            shards = translate("{shards} parts, {unread} not read", shards=sums.shards, unread=sums.unread)
            app.print(f"{sums.archive}: {shards}; {counts_in_words(sums.counts)}")
        for fault in storage.archives.faults():
            if app.as_json:
                app.print_json({"fault": dataclasses.asdict(fault)})
                continue
            outcome = translate_code("reason", fault.reason) if fault.reason else translate("part not read")
            note = f": {fault.note}" if fault.note else ""
            app.print(f"  [{outcome}{note}] {fault.archive} @ {fault.place}  {fault.url}".rstrip())


def _print_sources(app: CliContext, days: list[SourceDay]) -> None:
    for day in days:
        if app.as_json:
            app.print_json({"source": dataclasses.asdict(day)})
            continue
        troubles = [f"{translate_code('reason', r)} ({n})" for r, n in day.reasons.items()]
        line = translate(
            "{name}: {state}; {candidates} new links, {documents} pages, {coverage} about the province",
            name=day.name,
            state=translate_code("state", day.state),
            candidates=day.candidates,
            documents=day.documents,
            coverage=day.coverage,
        )
        app.print(line + (translate("; failed: ") + ", ".join(troubles) if troubles else ""))
        for flag in flags_in_words(day):
            app.print(translate("  ! look at: {flag}", flag=flag))


def _print_entry(app: CliContext, entry: LedgerEntry) -> None:
    if app.as_json:
        app.print_json({"link": dataclasses.asdict(entry)})
        return
    outcome, reason = ending_words(entry)
    note = f": {reason}" if reason else ""
    # An entry without a link is told by its feed.
    app.print(f"  [{outcome}{note}] {entry.title or entry.url}\n      {entry.url or entry.feed_url}")


COMMANDS = (ledger,)
