"""The clock, compared with seconds that never jump: by how much it jumped since the service began."""

from datetime import datetime

from pipeline.records import AHEAD_LIMIT

#: Seconds by which the clock may drift from steady time between two looks before that counts as a jump.
_JUMP = 30.0


class ClockWatch:
    """What the service knows of its clock."""

    def __init__(self, at: datetime, ticks: float) -> None:
        self._began = self._at = at
        self._ticks = ticks
        #: sum of the jumps, in seconds
        self._shift = 0.0
        #: whether it was set back by more than a correction; set to False once that was dealt with
        self.is_set_back = False

    def look(self, at: datetime, ticks: float) -> float:
        """Return by how many seconds the clock jumped since the last look; 0.0: it did not."""
        drift = (at - self._at).total_seconds() - (ticks - self._ticks)
        self._at, self._ticks = at, ticks
        if abs(drift) <= _JUMP:
            return 0.0
        self._shift += drift
        if drift < -AHEAD_LIMIT.total_seconds():
            self.is_set_back = True
        return drift

    def known_since(self) -> datetime | None:
        """Return since when the clock did not jump ahead, where that is sure and it is back to a time since then.

        Set back to before the service began, it may have been ahead when that began.
        """
        fell_back = self._shift < -AHEAD_LIMIT.total_seconds()
        return self._began if fell_back and self._at >= self._began else None
