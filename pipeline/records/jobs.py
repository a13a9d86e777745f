"""Records of the service: runs of jobs, and alerts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

#: Most by which a clock is set back that was right by its own lights (a wrong zone, summer time). What was recorded
#: later than that from now was recorded by a clock that was ahead.
AHEAD_LIMIT = timedelta(hours=3)


class JobOutcome(StrEnum):
    """How one run of a job ended."""

    DONE = "done"
    FAILED = "failed"  # its exit code says so
    CRASHED = "crashed"  # a signal ended it
    TIMEOUT = "timeout"  # ended because it took longer than its limit
    STOPPED = "stopped"  # ended because the service stopped; it is run again
    LOST = "lost"  # the service was killed while it ran
    LOCKED = "locked"  # another run held its lock
    WAITING = "waiting"  # what it is for waits for a person; it looks again soon
    PLANNED = "planned"  # no run: a mark of the time from which on the job is known
    AHEAD = "ahead"  # run for a time that had not come, because the clock was ahead: it does not count


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job of the schedule."""

    id: int
    job: str
    #: time of the schedule; of a job with an interval its start
    due: datetime
    started: datetime
    ended: datetime | None = None
    #: '' while it runs
    outcome: JobOutcome | Literal[""] = ""
    #: negative: signal that ended it
    exit_code: int | None = None
    #: seconds between `due` and `started` if that is more than the schedule allows, else 0
    late: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    #: last lines of its output, without secrets
    output_tail: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """A message to the persons in charge, once a day for each cause."""

    #: e.g. job:digest
    cause: str
    #: YYYY-MM-DD in the province's zone
    day: str
    at: datetime
    #: what happened, and what to do
    text: str
    #: name of the channel → when it took the alert
    sent: Mapping[str, str] = field(default_factory=dict)
