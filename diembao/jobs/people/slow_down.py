"""How long the next attempt to sign in has to wait: guessing gets slow, and nobody can lock another out.

What counts is the pair of a name and the place it is typed at, so that a stranger's failures make the stranger wait. A
browser that has signed in to the account before is a place of its own. A place that tries many names waits for all of
them. Where a name is tried from many places, each new place has one attempt at once, and waits longer for a second.
"""

from datetime import datetime, timedelta

from pipeline.records.accounts import Failures

#: Failures count for so long.
WINDOW = timedelta(hours=1)
#: Failures of a pair that cost nothing, and those of a place with any names.
_FREE, _FREE_OF_PLACE = 5, 30
#: Failures of a name from anywhere from which on a new place has one free failure only, and what the second one costs.
_FLOOD, _FLOODED = 50, 60.0
#: Longest waits, in seconds.
_MOST, _MOST_OF_PLACE = 900.0, 300.0
#: Failures of a pair, and of a name, at which an audit entry says so.
TOLD_OF_PAIR, TOLD_OF_NAME = 10, 50


def delay(failures: Failures, at: datetime, *, is_known: bool) -> float:
    """Return the seconds to wait from `at` on; 0 for an attempt that may be made. `is_known`: the place is a device."""
    wait = _left(_wait_of_pair(failures, is_known), failures.pair_last, at)
    if not is_known:
        wait = max(wait, _left(_wait_of_place(failures), failures.source_last, at))
    return wait


def _wait_of_pair(failures: Failures, is_known: bool) -> float:
    """Return 2, 4, 8 … 900 seconds after each failure beyond those that are free."""
    is_flooded = failures.name >= _FLOOD and not is_known
    over = failures.pair - (1 if is_flooded else _FREE)
    if over < 0:
        return 0.0
    return min(max(2.0 ** min(over + 1, 12), _FLOODED if is_flooded else 0.0), _MOST)


def _wait_of_place(failures: Failures) -> float:
    """Return 2 seconds, doubled after each five failures, up to 300."""
    over = failures.source - _FREE_OF_PLACE
    return 0.0 if over < 0 else min(2.0 ** min(over // 5 + 1, 12), _MOST_OF_PLACE)


def _left(wait: float, last: datetime | None, at: datetime) -> float:
    if not wait or last is None:
        return 0.0
    # After a clock was set back the last failure lies ahead.
    return min(max(wait - (at - last).total_seconds(), 0.0), wait)
