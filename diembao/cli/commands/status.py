"""status: the health of the service, its jobs and its sources on one screen, and as an exit code for monitors."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.jobs.reading.sources import flags_in_words
from pipeline.i18n.catalogs import mark, translate, translate_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diembao.service.status import ServiceStatus
    from pipeline.records import JobRun, SourceDay

#: Sources listed without --all, the worst first: together with the rest they fill one screen.
_SOURCES = 12
#: JobRun field → key of its printed row, where they differ
_ROW_KEYS = {"outcome": "how", "output_tail": "said"}


@translated.command(help=LISTED["status"].help)
@translated.option("--all", "everything", is_flag=True, help=mark("Every source that is worth a word."))
@pass_context
def status(app: CliContext, everything: bool) -> int:
    from config.schedule import load_schedule
    from diembao.service.status import service_status
    from diembao.system.clock import now

    zone = app.zone()
    with app.storage() as storage:
        jobs, settings = load_schedule(app.home.config), app.settings()
        service = service_status(storage, app.home, jobs, app.database(), now(), zone, settings)
        candidates, documents = storage.crawl.candidate_outcomes(), storage.articles.document_outcomes()
        totals = storage.maintenance.totals()
        unreadable = storage.articles.unreadable_reasons()
        archives = {"waiting": storage.archives.waiting(), "unread": storage.archives.unread()}
    code = FAILED if service.troubles else DONE
    if app.as_json:
        row: dict[str, object] = {"candidates": candidates, "documents": documents, "unreadable": unreadable}
        row |= {"totals": totals, "archives": archives, **_row(service)}
        app.print_json(row)
        return code
    _print_service(app, service, zone)
    if settings.collection.home:
        folder = settings.collection.folder(app.home.root)
        app.print(translate("Its pages are collected and read by {folder}.", folder=folder))
    _print_collection(app, service, zone)
    _print_sources(app, service.sources, None if everything else _SOURCES, zone)
    app.print(translate("Links: ") + _sum_in_words(totals["candidates"], candidates.items(), "candidate outcome"))
    app.print(translate("Stored pages: ") + _sum_in_words(totals["documents"], documents.items(), "document outcome"))
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
    if any(archives.values()):
        app.print(
            translate(
                "Archives: {waiting} articles wait to be placed, {unread} parts were not read (diembao backfill)",
                waiting=archives["waiting"],
                unread=archives["unread"],
            )
        )
    return code


def _row(service: ServiceStatus) -> dict[str, Any]:
    def run_row(run: JobRun | None) -> dict[str, Any] | None:
        return (
            None
            if run is None
            else {_ROW_KEYS.get(f.name, f.name): getattr(run, f.name) for f in dataclasses.fields(run)}
        )

    return {
        "healthy": not service.troubles,
        "troubles": service.troubles,
        "serving": service.serving,
        "jobs": {
            job.name: {"last": run_row(job.last), "last_done": run_row(job.done), "next": job.next}
            for job in service.jobs
        },
        "desk_answers": service.desk_answers,
        "collection": _collection_row(service),
        "digest": service.digest,
        "digest_sent": service.sent,
        "letters": dataclasses.asdict(service.letters),
        "digests_waiting": service.waiting,
        "backup": service.backup,
        "store_bytes": service.store_bytes,
        "disk_free_bytes": service.disk_free,
        "alerts": [{"cause": a.cause, "at": a.at, "sent": dict(a.sent)} for a in service.alerts],
        "sources": [dataclasses.asdict(d) for d in service.sources if d.state != "paused"],
    }


def _collection_row(service: ServiceStatus) -> dict[str, Any]:
    health, figures = service.collection, service.collection.figures
    return {
        "healthy": not health.troubles,
        "sources": len(figures.sources),
        "asked": len(health.asked),
        "failing": [source.source_id for source in health.failing],
        "waiting": [source.source_id for source in figures.sources if source.waits],
        "last_poll": health.last_poll,
        "new_links": figures.new,
        "pages": figures.pages,
        "pages_read": figures.pages_read,
    }


def _print_collection(app: CliContext, service: ServiceStatus, zone: ZoneInfo) -> None:
    health, figures = service.collection, service.collection.figures
    if health.last_poll is None:
        app.print(translate("Collection: nothing was collected yet (diembao run)"))
        return
    app.print(
        translate(
            "Collection: {read} of {asked} sources can be read; last asked {time}; in 24 hours {new} new links, "
            "{pages} of {tried} pages",
            read=len(health.asked) - len(health.failing),
            asked=len(health.asked),
            time=f"{health.last_poll.astimezone(zone):%H:%M %d/%m}",
            new=figures.new,
            pages=figures.pages_read,
            tried=figures.pages,
        )
    )


def _print_service(app: CliContext, service: ServiceStatus, zone: ZoneInfo) -> None:
    def when(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%H:%M %d/%m}" if at else "–"

    if service.troubles:
        app.print(translate("NOT WELL:"))
        for trouble in service.troubles:
            app.print(f"  {trouble}")
    else:
        app.print(translate("All is well."))
    for waiting in service.waiting:
        app.print(waiting)
    if service.serving:
        app.print(translate("Service: runs ({process})", process=service.serving))
    else:
        app.print(translate("Service: does not run (diembao serve)"))
    for job in service.jobs:
        if job.last is None:
            continue
        outcome = job_outcome_words(job.last)
        if job.last.late:
            outcome += translate(", {minutes} minutes late", minutes=job.last.late // 60)
        last_done = when(job.done.ended if job.done else None)
        app.print(
            translate(
                "  {job:<12} {started} {how}; last done {done}; next {next}",
                job=job.name,
                started=when(job.last.started),
                how=outcome,
                done=last_done,
                next=when(job.next),
            )
        )
    megabytes, free = service.store_bytes / 2**20, service.disk_free / 2**30
    app.print(
        translate(
            "Store: {megabytes:,.1f} MB, disk {free:,.1f} GB free; last backup: {backup}; last digest: {digest}",
            megabytes=megabytes,
            free=free,
            backup=when(service.backup),
            digest=when(service.digest),
        )
    )
    if service.sent is not None:
        deliveries = ", ".join(f"{channel} {'✓' if last_done else '?'}" for channel, last_done in service.sent.items())
        none = translate("sent to nobody yet")
        app.print(translate("Sent: {recipients}", recipients=deliveries or none))
    letters = service.letters
    if letters.waiting or letters.unsure:
        app.print(
            translate(
                "Letters of the desk: {waiting} wait, {unsure} in doubt", waiting=letters.waiting, unsure=letters.unsure
            )
        )
    for alert in service.alerts:
        sent = ", ".join(alert.sent) or translate("not sent yet")
        app.print(translate("  Alert {time}", time=when(alert.at)) + f" [{_cause_words(alert.cause)}] ({sent})")


def _cause_words(cause: str) -> str:
    """Return the words for the cause of an alert, e.g. 'job:collect'."""
    kind, colon, name = cause.partition(":")
    return translate_code("alert cause", kind) + (f" {name}" if colon else "")


def job_outcome_words(run: JobRun) -> str:
    """Return the words for the outcome of a job run."""
    code = run.exit_code or 0
    return translate_code("job outcome", run.outcome or "running", code=run.exit_code, signal=-code)


def _sum_in_words(total: int, parts: Iterable[tuple[str, int]], context: str) -> str:
    """Return e.g. '12 = 10 page fetched + 2 to be fetched (again)'."""
    sum_ = " + ".join(f"{n:,} {translate_code(context, part)}" for part, n in parts if n)
    return f"{total:,} = {sum_}" if sum_ else str(total)


def _print_sources(app: CliContext, days: list[SourceDay], limit: int | None, zone: ZoneInfo) -> None:
    polled = [d for d in days if d.state not in ("paused", "not_due", "waiting")]
    failed = [d for d in polled if d.state == "failed"]
    app.print(
        translate(
            "Last 24 hours: {sources} sources asked, {failed} failed altogether.",
            sources=len(polled),
            failed=len(failed),
        )
    )
    troubled = [d for d in polled if d.reasons or d.flags]
    troubled.sort(key=lambda day: (day.state != "failed", not day.flags, -sum(day.reasons.values())))
    for day in troubled[:limit]:
        notes = [
            f"{translate_code('reason', r)} ({n})" for r, n in sorted(day.reasons.items(), key=lambda pair: -pair[1])
        ]
        notes += flags_in_words(day)
        app.print(f"  {day.name} [{translate_code('state', day.state)}]: {'; '.join(notes)}")
    if limit is not None and (more := len(troubled) - limit) > 0:
        app.print(translate("  … and {more} more: diembao status --all", more=more))
    for day in days:
        for wait in day.waits:
            reason = translate_code("reason", wait.reason)
            app.print(
                translate(
                    "  {name} waits until {until:%H:%M %d/%m}: {feeds} feeds at {host} ({reason})",
                    name=day.name,
                    until=wait.until.astimezone(zone),
                    feeds=wait.feeds,
                    host=wait.host,
                    reason=reason,
                )
                if wait.until is not None
                else translate(
                    "  {name} waits for the next collection: {feeds} feeds at {host} ({reason})",
                    name=day.name,
                    feeds=wait.feeds,
                    host=wait.host,
                    reason=reason,
                )
            )


COMMANDS = (status,)
