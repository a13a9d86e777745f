"""status: in one screen, whether all is well; the exit code says it to monitors."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from diembao.cli import translated
from diembao.cli.commands.ledger import flags_in_words
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diembao.service.status import ServiceStatus
    from pipeline.records import JobRun, SourceDay

#: Sources that are listed, the worst first: with all else they fill one screen.
_SOURCES = 12


@translated.command(
    help=mark(
        "How things stand: whether all is well, which jobs ran, failed, are due; which sources failed in "
        "the last 24 hours; how every link and page ended. Exit code: 0 well, 1 not."
    )
)
@translated.option("--all", "everything", is_flag=True, help=mark("Every source that is worth a word."))
@pass_context
def status(app: CliContext, everything: bool) -> int:
    from config.schedule import load_schedule
    from diembao.service.status import service_status
    from diembao.system.clock import now

    zone = app.zone()
    with app.storage() as storage:
        standing = service_status(storage, app.home, load_schedule(app.home.config), app.database(), now(), zone)
        candidates, documents, totals = storage.candidate_outcomes(), storage.document_outcomes(), storage.totals()
        unreadable = storage.unreadable_reasons()
    code = FAILED if standing.troubles else DONE
    if app.as_json:
        row: dict[str, object] = {"candidates": candidates, "documents": documents, "unreadable": unreadable}
        row |= {"totals": totals, **_row(standing)}
        app.print_json(row)
        return code
    _print_standing(app, standing, zone)
    _print_sources(app, standing.sources, None if everything else _SOURCES)
    app.print(translate("Links: ") + _sum(totals["candidates"], candidates.items(), "candidate outcome"))
    app.print(translate("Stored pages: ") + _sum(totals["documents"], documents.items(), "document outcome"))
    if unreadable:
        listed = ", ".join(f"{n} {translate_code('reason', why)}" for why, n in unreadable.items())
        app.print(translate("  Unreadable because: {listed}", listed=listed))
    app.print(
        translate(
            "Items: {items} (stories: {stories}, versions: {versions}); polls: {polls}; fetches: {fetches}",
            items=totals["items"],
            stories=totals["stories"],
            versions=totals["versions"],
            polls=totals["polls"],
            fetches=totals["fetches"],
        )
    )
    return code


def _row(standing: ServiceStatus) -> dict[str, Any]:
    def told(run: JobRun | None) -> dict[str, Any] | None:
        return None if run is None else {f.name: getattr(run, f.name) for f in dataclasses.fields(run)}

    return {
        "healthy": not standing.troubles,
        "troubles": standing.troubles,
        "serving": standing.serving,
        "jobs": {
            job.name: {"last": told(job.last), "last_done": told(job.done), "next": job.next} for job in standing.jobs
        },
        "digest": standing.digest,
        "digest_sent": standing.sent,
        "backup": standing.backup,
        "store_bytes": standing.store_bytes,
        "disk_free_bytes": standing.disk_free,
        "alerts": [{"cause": a.cause, "at": a.at, "sent": dict(a.sent)} for a in standing.alerts],
        "sources": [dataclasses.asdict(d) for d in standing.sources if d.state != "paused"],
    }


def _print_standing(app: CliContext, standing: ServiceStatus, zone: ZoneInfo) -> None:
    def when(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%H:%M %d/%m}" if at else "–"

    if standing.troubles:
        app.print(translate("NOT WELL:"))
        for trouble in standing.troubles:
            app.print(f"  {trouble}")
    else:
        app.print(translate("All is well."))
    if standing.serving:
        app.print(translate("Service: runs ({process})", process=standing.serving))
    else:
        app.print(translate("Service: does not run (diembao serve)"))
    for job in standing.jobs:
        if job.last is None:
            continue
        how = job_outcome_words(job.last)
        if job.last.late:
            how += translate(", {minutes} minutes late", minutes=job.last.late // 60)
        done = when(job.done.ended if job.done else None)
        app.print(
            translate(
                "  {job:<12} {started} {how}; last done {done}; next {next}",
                job=job.name,
                started=when(job.last.started),
                how=how,
                done=done,
                next=when(job.next),
            )
        )
    megabytes, free = standing.store_bytes / 2**20, standing.disk_free / 2**30
    app.print(
        translate(
            "Store: {megabytes:,.1f} MB, disk {free:,.1f} GB free; last backup: {backup}; last digest: {digest}",
            megabytes=megabytes,
            free=free,
            backup=when(standing.backup),
            digest=when(standing.digest),
        )
    )
    if standing.sent is not None:
        arrived = ", ".join(f"{channel} {'✓' if done else '?'}" for channel, done in standing.sent.items())
        none = translate("sent to nobody yet")
        app.print(translate("Sent: {recipients}", recipients=arrived or none))
    for alert in standing.alerts:
        sent = ", ".join(alert.sent) or translate("not sent yet")
        app.print(translate("  Alert {time}", time=when(alert.at)) + f" [{alert.cause}] ({sent})")


def job_outcome_words(run: JobRun) -> str:
    """Return how a turn ended in words."""
    code = run.exit_code or 0
    return translate_code("job outcome", run.how or "running", code=run.exit_code, signal=-code)


def _sum(total: int, parts: Iterable[tuple[str, int]], context: str) -> str:
    """Return e.g. '12 = 10 page fetched + 2 to be fetched (again)'."""
    told = " + ".join(f"{n:,} {translate_code(context, part)}" for part, n in parts if n)
    return f"{total:,} = {told}" if told else str(total)


def _print_sources(app: CliContext, days: list[SourceDay], limit: int | None) -> None:
    asked = [d for d in days if d.state not in ("paused", "not_due")]
    failed = [d for d in asked if d.state == "failed"]
    app.print(
        translate(
            "Last 24 hours: {sources} sources asked, {failed} failed altogether.",
            sources=len(asked),
            failed=len(failed),
        )
    )
    ill = [d for d in asked if d.reasons or d.flags]
    ill.sort(key=lambda day: (day.state != "failed", not day.flags, -sum(day.reasons.values())))
    for day in ill[:limit]:
        said = [
            f"{translate_code('reason', r)} ({n})" for r, n in sorted(day.reasons.items(), key=lambda pair: -pair[1])
        ]
        said += flags_in_words(day)
        app.print(f"  {day.name} [{translate_code('state', day.state)}]: {'; '.join(said)}")
    if limit is not None and (more := len(ill) - limit) > 0:
        app.print(translate("  … and {more} more: diembao status --all", more=more))


COMMANDS = (status,)
