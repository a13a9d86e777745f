"""The gate before the scheduled dispatch: a person releases the digest of a day, or a time passes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from config.schedule import Job
from config.settings import Settings
from pipeline.records import JobOutcome
from storage.database import Database

#: open: it may go out; waiting: for a person; late: nobody released it in time, and it goes out marked so; held: nobody
#: released it in time, and it stays
GateState = Literal["open", "waiting", "late", "held"]


def gate_state(storage: Database, settings: Settings, day: date, at: datetime) -> GateState:
    """Return where the digest of a day stands at the gate.

    Whoever publishes it releases it, at the desk or by `diembao publish`. Of a day that was missed the time has passed.
    """
    if not settings.desk.gate or storage.publications.latest_number(day):
        return "open"
    if at < gate_end(settings, day):
        return "waiting"
    return "late" if settings.desk.gate_otherwise == "send" else "held"


def gate_end(settings: Settings, day: date) -> datetime:
    """Return the time until which the digest of a day waits for a person, aware, in the province's zone."""
    return datetime.combine(day, time.fromisoformat(settings.desk.gate_until), ZoneInfo(settings.province.time_zone))


@dataclass(frozen=True, slots=True)
class AtGate:
    """A day whose scheduled dispatch came to the gate, and how it stands there now."""

    day: date
    #: 'late': it went out marked as not approved
    state: Literal["waiting", "late", "held"]
    until: datetime


def days_at_gate(
    storage: Database, settings: Settings, jobs: Sequence[Job], at: datetime, since: datetime
) -> Iterator[AtGate]:
    """Yield the days, oldest first, whose scheduled dispatch began since `since` and was not released by a person."""
    if not settings.desk.gate or not (settings.sending.list or settings.sending.hooks):
        return
    zone = ZoneInfo(settings.province.time_zone)
    names = tuple(job.name for job in jobs if job.command[:1] == ("send",) and job.for_each_day)
    reached = (JobOutcome.WAITING, JobOutcome.DONE)
    runs = [run for run in storage.service.jobs_since(since, names) if run.outcome in reached] if names else []
    outcomes: dict[date, set[JobOutcome | str]] = {}
    for run in runs:
        outcomes.setdefault(run.due.astimezone(zone).date(), set()).add(run.outcome)
    for day in sorted(outcomes):
        until = gate_end(settings, day)
        number = storage.publications.latest_number(day)
        if not number:
            state = gate_state(storage, settings, day, at)
            if state == "waiting":
                yield AtGate(day, "waiting", until)
            elif state == "held" and JobOutcome.DONE in outcomes[day]:
                yield AtGate(day, "held", until)
        elif any(head.id == number and head.unapproved for head in storage.publications.heads(day, _next(day))):
            yield AtGate(day, "late", until)


def _next(day: date) -> date:
    return day + timedelta(days=1)
