"""The one place where the time is read."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path


def now() -> datetime:
    """Return the time, aware, in UTC."""
    played = _played()
    return datetime.now(UTC) if played is None else played[0]


def steady() -> float:
    """Return seconds that never jump, since some moment of the past: what an interval is measured with."""
    played = _played()
    return time.monotonic() if played is None else played[1]


def overdue() -> datetime | None:
    """Return when the work of this process was due, where it began late: `diembao serve` says so in $DIEMBAO_DUE."""
    said = os.environ.get("DIEMBAO_DUE")
    return datetime.fromisoformat(said) if said else None


def _played() -> tuple[datetime, float] | None:
    """Return what $DIEMBAO_CLOCK says, a file with {"now": ISO time, "steady": seconds} in which months are played."""
    if not (file := os.environ.get("DIEMBAO_CLOCK")):
        return None
    said = json.loads(Path(file).read_text("utf-8"))
    return datetime.fromisoformat(said["now"]).astimezone(UTC), float(said["steady"])
