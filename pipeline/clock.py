"""The one place where the time is read, by all that records when something was done."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    fake = _test_clock()
    return datetime.now(UTC) if fake is None else fake[0]


def steady() -> float:
    """Return seconds since some past time; they never jump, so intervals are measured with them."""
    fake = _test_clock()
    return time.monotonic() if fake is None else fake[1]


def reading() -> tuple[datetime, float]:
    """Return the current time and steady seconds of one moment: whoever compares the two reads them together."""
    return _test_clock() or (datetime.now(UTC), time.monotonic())


def _test_clock() -> tuple[datetime, float] | None:
    """Return time and steady seconds from the file $DIEMBAO_CLOCK, in which tests let months pass; None without it.

    The file holds {"now": ISO time, "steady": seconds}.
    """
    if not (file := os.environ.get("DIEMBAO_CLOCK")):
        return None
    clock = json.loads(Path(file).read_text("utf-8"))
    return datetime.fromisoformat(clock["now"]).astimezone(UTC), float(clock["steady"])
