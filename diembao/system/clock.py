"""The time, and when the job of this process was due."""

import os
from datetime import datetime

from pipeline.clock import now, reading, steady

__all__ = ["now", "overdue", "reading", "steady"]


def overdue() -> datetime | None:
    """Return when the job of this process was due, if it began late; `diembao serve` sets $DIEMBAO_DUE then."""
    value = os.environ.get("DIEMBAO_DUE")
    return datetime.fromisoformat(value) if value else None
