"""Database, home folder and schedule → the status of the service, and what is wrong with it."""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config.desk import DeskSettings
from config.schedule import Job
from config.settings import Settings, load_settings
from diembao.jobs.collection.ledger import watched_sources
from diembao.jobs.office.doubtful_letters import letters_in_doubt
from diembao.jobs.publishing.gate_messages import gate_troubles, waiting_digests
from diembao.jobs.register_upkeep.health import register_troubles
from diembao.jobs.translating.health import engine_trouble
from diembao.service.alert_rules import FAILURES, lacks_digest
from diembao.service.collection_health import CollectionHealth, collection_health
from diembao.service.scheduler import KEEP, Schedule
from diembao.system.clock import steady
from diembao.system.home import Home
from pipeline.i18n.catalogs import translate
from pipeline.records import Alert, JobOutcome, JobRun, SourceDay
from storage.database import Database
from storage.maintenance.disk import database_bytes

#: Bytes of free disk below which the status is bad, whatever alerts.toml says: one day may collect as much.
_LEAST_FREE = 200 * 2**20
#: Time after which a digest that is due counts as missing.
_DIGEST_DELAY = timedelta(minutes=30)
#: Time that a letter of the desk may wait: its job and a try that failed.
_LETTERS_DELAY = timedelta(hours=1)
#: Time for which a status tells of articles that the encoder failed to read.
_ENCODER_DAYS = timedelta(days=2)
#: Days before today of which digests are looked for; the service makes up for them.
_WEEK = 6


@dataclass(frozen=True, slots=True)
class JobStatus:
    """The last and the next run of a job."""

    name: str
    last: JobRun | None
    #: last run with the outcome DONE
    done: JobRun | None
    #: None: the service does not run
    next: datetime | None


@dataclass(frozen=True, slots=True)
class LettersStanding:
    """The letters of the desk: how many wait, are in doubt, were given up."""

    waiting: int
    unsure: int
    failed: int


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The status of an installation at one time."""

    #: messages, each with what to do; empty: all is well
    troubles: list[str]
    #: host, process id and start of the service; '': it does not run
    serving: str
    jobs: list[JobStatus]
    sources: list[SourceDay]
    #: time of the newest digest file
    digest: datetime | None
    #: channel → whether the last published digest surely arrived; None: none was published in the last week
    sent: dict[str, bool] | None
    #: time of the newest backup file
    backup: datetime | None
    store_bytes: int
    disk_free: int
    #: alerts of the last 24 hours
    alerts: list[Alert]
    collection: CollectionHealth
    letters: LettersStanding
    #: whether the desk answers; None: it is not to run, or the service does not
    desk_answers: bool | None
    #: messages on digests that wait for a person to approve them
    waiting: list[str] = field(default_factory=list)


def service_status(
    storage: Database,
    home: Home,
    jobs: Sequence[Job],
    address: str,
    at: datetime,
    zone: ZoneInfo,
    settings: Settings | None = None,
) -> ServiceStatus:
    """Return the status at `at`; a service that never ran is no trouble, one that ran and does not now is.

    With `settings` a digest that nobody approved in time and that was held is a trouble too. Raises ConfigError for
    faults of settings.toml.
    """
    serving, last = _serving(home), storage.service.last_of_each()
    done, runs = storage.service.last_of_each(JobOutcome.DONE), storage.service.jobs_since(at - KEEP)
    schedule = Schedule(jobs, zone, [*last.values(), *runs], at, steady())
    next_times = schedule.next_times(at, steady()) if serving else {}
    job_statuses = [JobStatus(j.name, last.get(j.name), done.get(j.name), next_times.get(j.name)) for j in jobs]
    free = shutil.disk_usage(home.root).free
    collection = collection_health(storage, jobs, at, zone)
    troubles = [*_troubles(job_statuses, home), *collection.troubles]
    if last and not serving:
        troubles.append(
            translate("The service does not run: diembao serve"),
        )
    if serving and (trouble := _trouble_of_service(home)):
        troubles.append(trouble)
    configured = settings or load_settings(home.config if home.config.exists() else None)
    if trouble := engine_trouble(storage, configured.translation, at, zone):
        troubles.append(trouble)
    if failed := storage.service.counted(("process",), at - _ENCODER_DAYS, at)[0].get("without_opinion", 0):
        troubles.append(
            translate(
                "{articles} articles have topics and tone by words alone: the encoder failed. diembao doctor says why; "
                "then diembao retag",
                articles=failed,
            )
        )
    desk = configured.desk
    desk_words = _desk_trouble(home, desk) if serving and desk.enabled else ""
    if desk_words:
        troubles.append(desk_words)
    if storage.maintenance.was_ahead(at):
        troubles.append(
            translate("Records are dated later than now: compare the clock; the next collection dates them anew"),
        )
    elif storage.maintenance.is_ahead(at):
        troubles.append(translate("The clock is behind: the last days are recorded as days to come; set it right"))
    local = at.astimezone(zone)
    # A digest that is being made is not missing yet.
    if (local - _DIGEST_DELAY).date() == local.date() and lacks_digest(storage, home, jobs, local - _DIGEST_DELAY):
        troubles.append(translate("No digest of {day:%Y-%m-%d}: diembao run, then diembao digest", day=local))
    if missed := _missed_days(storage, home, jobs, local):
        days = ", ".join(day.isoformat() for day in missed)
        troubles.append(
            translate("No digest of {days}: the service makes up for it, or diembao digest --day DAY", days=days)
        )
    if settings is not None:
        troubles += gate_troubles(storage, settings, jobs, at)
    if free < _LEAST_FREE:
        troubles.append(translate("Only {megabytes:.0f} MB of disk left: free some", megabytes=free / 2**20))
    heads = storage.publications.heads(local.date() - timedelta(days=7), local.date() + timedelta(days=1))
    sent = {d.channel: d.done for d in storage.publications.dispatches(heads[-1].id)} if heads else None
    if sent and (unconfirmed := [channel for channel, done in sent.items() if not done]):
        listed = ", ".join(unconfirmed)
        troubles.append(
            translate(
                "It is not known whether digest {number} reached {listed}: ask them, then diembao send --id "
                "{number} --arrived (it has) or --again (it has not)",
                number=heads[-1].id,
                listed=listed,
            )
        )
    letters = _letters(storage, at)
    troubles += _letter_troubles(storage, letters, at)
    troubles += register_troubles(storage, home.config, jobs, at, zone)
    return ServiceStatus(
        troubles,
        serving,
        job_statuses,
        watched_sources(storage, at - timedelta(days=1), at),
        _newest(home.digests, "*.html"),
        sent,
        _newest(home.root / "backups", "*.db"),
        database_bytes(address),
        free,
        storage.service.alerts_since(at - timedelta(days=1)),
        collection,
        letters,
        not desk_words if serving and desk.enabled else None,
        waiting_digests(storage, settings, jobs, at) if settings is not None else [],
    )


def _letters(storage: Database, at: datetime) -> LettersStanding:
    counts = storage.letters.counts()
    return LettersStanding(counts.get("waiting", 0), len(letters_in_doubt(storage, at)), counts.get("failed", 0))


def _letter_troubles(storage: Database, letters: LettersStanding, at: datetime) -> list[str]:
    """Return what is wrong with the outbox of the desk."""
    troubles = []
    oldest = storage.letters.oldest_waiting()
    if oldest is not None and oldest < at - _LETTERS_DELAY:
        troubles.append(
            translate("{count} letters of the desk wait to be sent: diembao letters says why", count=letters.waiting)
        )
    if letters.unsure:
        troubles.append(
            translate(
                "It is not known whether {count} letters of the desk arrived: ask them, then diembao letters --arrived "
                "(they did) or --again (they did not)",
                count=letters.unsure,
            )
        )
    return troubles


def _missed_days(storage: Database, home: Home, jobs: Sequence[Job], local: datetime) -> list[date]:
    """Return the days of the last week, oldest first, of which a digest was due and does not exist."""
    ends = [local.replace(hour=23, minute=59) - timedelta(days=back) for back in range(_WEEK, 0, -1)]
    return [end.date() for end in ends if lacks_digest(storage, home, jobs, end)]


def _serving(home: Home) -> str:
    """Return host, process id and start of the service that holds the home folder; '' if none does."""
    if not home.is_locked("serve"):
        return ""
    with suppress(OSError, ValueError, KeyError):
        info = json.loads((home.root / "serve.json").read_text("utf-8"))
        return f"{info['who']}, {info['since']}"
    return translate("starts")


def _trouble_of_service(home: Home) -> str:
    """Return what keeps the running service from its work, by its own word; '' where it says nothing of the kind.

    Runs tell of jobs that began: those that it cannot even begin, as the disk is full, leave no trace in the database.
    """
    from diembao.service.health import service_trouble

    with suppress(OSError, ValueError, KeyError):
        if address := json.loads((home.root / "serve.json").read_text("utf-8"))["health"]:
            return service_trouble(address)
    return ""


def _desk_trouble(home: Home, settings: DeskSettings) -> str:
    from diembao.service.desk_process import desk_trouble

    return desk_trouble(home, settings)


def _troubles(jobs: Sequence[JobStatus], home: Home) -> list[str]:
    """Return a message for each job whose last run failed."""
    return [
        translate("Job '{job}' failed when it last ran: see {log_file}", job=job.name, log_file=_log_file(home, job))
        for job in jobs
        if job.last is not None and job.last.outcome in FAILURES
    ]


def _log_file(home: Home, job: JobStatus) -> str:
    return f"{home.root / 'logs' / job.name}.log"


def _newest(folder: Path, pattern: str) -> datetime | None:
    """Return the time of the newest file in a folder; None if there is none."""
    times = [path.stat().st_mtime for path in folder.glob(pattern)]
    return datetime.fromtimestamp(max(times), UTC) if times else None
