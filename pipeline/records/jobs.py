"""Records of the service: runs of jobs, and alerts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


class JobOutcome(StrEnum):
    """How one turn of the schedule ended."""

    DONE = "done"
    FAILED = "failed"  # its exit code says so
    CRASHED = "crashed"  # a signal ended it
    TIMEOUT = "timeout"  # it took longer than its limit, and was ended
    STOPPED = "stopped"  # the service was told to stop, and handed it back
    LOST = "lost"  # the service itself was killed while it ran
    LOCKED = "locked"  # another run held its lock
    PLANNED = "planned"  # did not run: from here on the job is known


@dataclass(frozen=True, slots=True)
class JobRun:
    """One turn of a job of the schedule."""

    id: int
    job: str
    #: the time it was for; of a job with an interval when it began
    due: datetime
    started: datetime
    ended: datetime | None = None
    how: JobOutcome | Literal[""] = ""
    #: negative: the signal that ended it
    exit_code: int | None = None
    #: seconds between `due` and `started` where that is later than the schedule allows, else 0
    late: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    #: its last lines, without secrets
    said: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should know of: once a day for each cause."""

    #: e.g. job:digest
    cause: str
    #: YYYY-MM-DD in the province's zone
    day: str
    at: datetime
    #: what happened, and the way out
    said: str
    #: name of the channel → when it took the alert
    sent: Mapping[str, str] = field(default_factory=dict)
