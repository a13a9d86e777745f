"""Database, home folder and schedule → how the whole thing stands, and what is wrong with it."""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config.schedule import Job
from diembao.jobs.ledger import watched_sources
from diembao.service.alert_rules import FAILURES, lacks_digest
from diembao.service.scheduler import KEEP, Schedule
from diembao.system.clock import steady
from diembao.system.home import Home, HomeInUse
from pipeline.i18n.catalogs import translate
from pipeline.records import Alert, JobOutcome, JobRun, SourceDay
from storage.base import Storage
from storage.maintenance.disk import database_bytes

#: Free space below which nothing is well, whatever alerts.toml says: a collection of a day may need as much.
_LEAST_FREE = 200 * 2**20
#: How long after its time a digest may be missing before the day is called not well.
_DIGEST_BY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class JobStatus:
    name: str
    last: JobRun | None
    #: the last turn that was done
    done: JobRun | None
    #: None: the service does not run, or never did
    next: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    #: in words, each with the way out; none: all is well
    troubles: list[str]
    #: host, process and since when; '': it does not run
    serving: str
    jobs: list[JobStatus]
    sources: list[SourceDay]
    digest: datetime | None
    #: of the last published digest of a week: channel → whether it surely arrived; None: none was published
    sent: dict[str, bool] | None
    backup: datetime | None
    store_bytes: int
    disk_free: int
    #: of the last 24 hours
    alerts: list[Alert]


def service_status(
    storage: Storage, home: Home, jobs: Sequence[Job], address: str, at: datetime, zone: ZoneInfo
) -> ServiceStatus:
    """Return how all stands at a moment; a service that never ran is no trouble, one that stopped running is."""
    serving, served = _serving(home), storage.runs.last_of_each()
    done, runs = storage.runs.last_of_each(JobOutcome.DONE), storage.runs.jobs_since(at - KEEP)
    schedule = Schedule(jobs, zone, [*served.values(), *runs], at, steady())
    next_times = schedule.next_times(at, steady()) if serving else {}
    standings = [JobStatus(j.name, served.get(j.name), done.get(j.name), next_times.get(j.name)) for j in jobs]
    free = shutil.disk_usage(home.root).free
    troubles = list(_troubles(standings, home))
    if served and not serving:
        troubles.append(
            translate("The service does not run: diembao serve"),
        )
    local = at.astimezone(zone)
    # Half an hour ago of the same day: a digest that is being made is not missing yet.
    if (local - _DIGEST_BY).date() == local.date() and lacks_digest(storage, home, jobs, local - _DIGEST_BY):
        troubles.append(translate("No digest of {day:%Y-%m-%d}: diembao run, then diembao digest", day=local))
    if free < _LEAST_FREE:
        troubles.append(translate("Only {megabytes:.0f} MB of disk left: free some", megabytes=free / 2**20))
    heads = storage.publications.heads(local.date() - timedelta(days=7), local.date() + timedelta(days=1))
    sent = {d.channel: d.done for d in storage.publications.dispatches(heads[-1].id)} if heads else None
    if sent and (unsure := [channel for channel, done in sent.items() if not done]):
        listed = ", ".join(unsure)
        troubles.append(
            translate(
                "It is not known whether digest {number} reached {listed}: ask them, then diembao send --id "
                "{number} --arrived (it has) or --again (it has not)",
                number=heads[-1].id,
                listed=listed,
            )
        )
    return ServiceStatus(
        troubles,
        serving,
        standings,
        watched_sources(storage, at - timedelta(days=1), at),
        _newest(home.digests, "*.html"),
        sent,
        _newest(home.root / "backups", "*.db"),
        database_bytes(address),
        free,
        storage.runs.alerts_since(at - timedelta(days=1)),
    )


def _serving(home: Home) -> str:
    try:
        with home.lock("serve"):
            return ""
    except HomeInUse:
        with suppress(OSError, ValueError, KeyError):
            told = json.loads((home.root / "serve.json").read_text("utf-8"))
            return f"{told['who']}, {told['since']}"
        return translate("starts")


def _troubles(jobs: Sequence[JobStatus], home: Home) -> list[str]:
    return [
        translate("Job '{job}' failed when it last ran: see {log_file}", job=job.name, log_file=_log_file(home, job))
        for job in jobs
        if job.last is not None and job.last.outcome in FAILURES
    ]


def _log_file(home: Home, job: JobStatus) -> str:
    return f"{home.root / 'logs' / job.name}.log"


def _newest(folder: Path, pattern: str) -> datetime | None:
    times = [path.stat().st_mtime for path in folder.glob(pattern)]
    return datetime.fromtimestamp(max(times), UTC) if times else None
