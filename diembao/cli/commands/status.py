"""status: in one screen, whether all is well; the exit code says it to monitors."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from diembao.cli.commands.ledger import flags_in_words
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.system.messages import CANDIDATES, DOCUMENTS, named, reason, say, word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diembao.service.status import ServiceStatus
    from diembao.system.messages import Words
    from pipeline.records import JobRun, SourceDay

#: Sources that are listed, the worst first: with all else they fill one screen.
_SOURCES = 12
#: JobRun field → key of its printed row, where they differ
_ROW_KEYS = {"outcome": "how", "output_tail": "said"}


@click.command(
    help=say(
        "Tình hình: có ổn không, việc nào đã chạy, hỏng, sắp chạy; nguồn nào hỏng trong 24 giờ qua; mỗi liên kết, mỗi "
        "trang đã kết thúc ra sao. Mã thoát: 0 ổn, 1 không ổn.",
        "How things stand: whether all is well, which jobs ran, failed, are due; which sources failed in the last 24 "
        "hours; how every link and page ended. Exit code: 0 well, 1 not.",
    )
)
@click.option(
    "--all", "everything", is_flag=True, help=say("Mọi nguồn có điều đáng nói.", "Every source that is worth a word.")
)
@pass_context
def status(app: CliContext, everything: bool) -> int:
    from config.schedule import load_schedule
    from diembao.service.status import service_status
    from diembao.system.clock import now

    zone = ZoneInfo(app.settings().province.time_zone)
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
    app.print(say("Liên kết: ", "Links: ") + _sum(totals["candidates"], candidates.items(), CANDIDATES))
    app.print(say("Trang đã lưu: ", "Stored pages: ") + _sum(totals["documents"], documents.items(), DOCUMENTS))
    if unreadable:
        listed = ", ".join(f"{n} {reason(why)}" for why, n in unreadable.items())
        app.print(say(f"  Không đọc được vì: {listed}", f"  Unreadable because: {listed}"))
    app.print(
        say(
            f"Bài: {totals['items']} (câu chuyện: {totals['stories']}, bản: {totals['versions']}); "
            f"lượt hỏi nguồn: {totals['polls']}; lượt tải trang: {totals['fetches']}",
            f"Items: {totals['items']} (stories: {totals['stories']}, versions: {totals['versions']}); "
            f"polls: {totals['polls']}; fetches: {totals['fetches']}",
        )
    )
    return code


def _row(standing: ServiceStatus) -> dict[str, Any]:
    def told(run: JobRun | None) -> dict[str, Any] | None:
        return (
            None
            if run is None
            else {_ROW_KEYS.get(f.name, f.name): getattr(run, f.name) for f in dataclasses.fields(run)}
        )

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
        app.print(say("KHÔNG ỔN:", "NOT WELL:"))
        for trouble in standing.troubles:
            app.print(f"  {trouble}")
    else:
        app.print(say("Ổn.", "All is well."))
    if standing.serving:
        app.print(say(f"Dịch vụ: đang chạy ({standing.serving})", f"Service: runs ({standing.serving})"))
    else:
        app.print(say("Dịch vụ: không chạy (diembao serve)", "Service: does not run (diembao serve)"))
    for job in standing.jobs:
        if job.last is None:
            continue
        how = job_outcome_words(job.last)
        if job.last.late:
            how += say(f", muộn {job.last.late // 60} phút", f", {job.last.late // 60} minutes late")
        done = when(job.done.ended if job.done else None)
        app.print(
            say(
                f"  {job.name:<12} {when(job.last.started)} {how}; xong gần nhất {done}; tới {when(job.next)}",
                f"  {job.name:<12} {when(job.last.started)} {how}; last done {done}; next {when(job.next)}",
            )
        )
    megabytes, free = standing.store_bytes / 2**20, standing.disk_free / 2**30
    app.print(
        say(
            f"Kho: {megabytes:,.1f} MB, ổ đĩa còn {free:,.1f} GB; sao lưu gần nhất: {when(standing.backup)}; "
            f"điểm báo gần nhất: {when(standing.digest)}",
            f"Store: {megabytes:,.1f} MB, disk {free:,.1f} GB free; last backup: {when(standing.backup)}; "
            f"last digest: {when(standing.digest)}",
        )
    )
    if standing.sent is not None:
        arrived = ", ".join(f"{channel} {'✓' if done else '?'}" for channel, done in standing.sent.items())
        none = say("chưa gửi cho ai", "sent to nobody yet")
        app.print(say(f"Gửi: {arrived or none}", f"Sent: {arrived or none}"))
    for alert in standing.alerts:
        sent = ", ".join(alert.sent) or say("chưa gửi", "not sent")
        app.print(say(f"  Cảnh báo {when(alert.at)}", f"  Alert {when(alert.at)}") + f" [{alert.cause}] ({sent})")


def job_outcome_words(run: JobRun) -> str:
    """Return how a turn ended in words."""
    words = {
        "": ("đang chạy", "runs"),
        "done": ("xong", "done"),
        "failed": (f"hỏng (mã {run.exit_code})", f"failed (code {run.exit_code})"),
        "crashed": (f"bị tín hiệu {-(run.exit_code or 0)} dừng", f"ended by signal {-(run.exit_code or 0)}"),
        "timeout": ("quá giờ", "ran out of time"),
        "stopped": ("trả lại khi dừng dịch vụ", "handed back when the service stopped"),
        "lost": ("mất cùng dịch vụ", "lost with the service"),
        "locked": ("nhường lượt khác", "gave way to another run"),
        "planned": ("chưa tới giờ lần nào", "not due yet"),
    }
    return say(*words[run.outcome])


def _sum(total: int, parts: Iterable[tuple[str, int]], words: Words) -> str:
    """Return e.g. '12 = 10 page fetched + 2 to be fetched (again)'."""
    told = " + ".join(f"{n:,} {word(words, part)}" for part, n in parts if n)
    return f"{total:,} = {told}" if told else str(total)


def _print_sources(app: CliContext, days: list[SourceDay], limit: int | None) -> None:
    asked = [d for d in days if d.state not in ("paused", "not_due")]
    failed = [d for d in asked if d.state == "failed"]
    app.print(
        say(
            f"24 giờ qua: hỏi {len(asked)} nguồn, {len(failed)} nguồn hỏng hẳn.",
            f"Last 24 hours: {len(asked)} sources asked, {len(failed)} failed altogether.",
        )
    )
    ill = [d for d in asked if d.reasons or d.flags]
    ill.sort(key=lambda day: (day.state != "failed", not day.flags, -sum(day.reasons.values())))
    for day in ill[:limit]:
        said = [f"{reason(r)} ({n})" for r, n in sorted(day.reasons.items(), key=lambda pair: -pair[1])]
        said += flags_in_words(day)
        app.print(f"  {day.name} [{named('state', day.state)}]: {'; '.join(said)}")
    if limit is not None and (more := len(ill) - limit) > 0:
        app.print(say(f"  … và {more} nguồn nữa: diembao status --all", f"  … and {more} more: diembao status --all"))


COMMANDS = (status,)
