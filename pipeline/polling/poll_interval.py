"""One poll of a feed → the time of the next poll, and whether that is unconditional."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pipeline.records import FeedState, Reason

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=24)
#: Interval of a feed before its first poll
FIRST = timedelta(minutes=30)
#: Factor on the interval after each poll without news: after any silence the next news waits at most 15 % of it
_GROWTH = 1.15
#: Longest interval that a publisher's wish (ttl, sy:updatePeriod, max-age, Expires) may set: many news feeds carry a
#: template's "1440 minutes" and publish every ten.
_LONGEST_WISH = timedelta(hours=2)
#: Longest wait that failures alone may cause, by kind of failure. A server that is down for three days is polled
#: every two hours, so it is read again within two hours of its return.
_LONGEST_BACKOFF = {"temporary": timedelta(hours=2), "soft": timedelta(hours=6), "hard": LONGEST}
_WEIGHT = {"temporary": 1, "soft": 2, "hard": 4}
#: Increase of the wait for each unit of weight: linear, not exponential, since no source is ever given up
_STEP = timedelta(minutes=10)
#: Time after the last full answer when a feed is polled unconditionally, despite its 304s
FULL_FETCH_EVERY = timedelta(hours=6)
#: Time of unconditional polls after a server answered 304 although it had new entries
DISTRUST_304_FOR = timedelta(days=30)

Failure = Literal["temporary", "soft", "hard"]

_HARD = frozenset(
    [
        *(Reason.NOT_FOUND, Reason.GONE, Reason.TLS, Reason.ROBOTS, Reason.UNSAFE_ADDRESS, Reason.INVALID_LINK),
        *(Reason.REDIRECTS, Reason.NO_LOCATION, Reason.NOT_A_FEED),
    ]
)
_SOFT = frozenset(
    [
        *(Reason.FORBIDDEN, Reason.BAD_FEED, Reason.EMPTY, Reason.TOO_LARGE, Reason.HTTP_OTHER, Reason.CHALLENGE),
        *(Reason.NOT_HTML, Reason.PAYWALL, Reason.NEEDS_BROWSER, Reason.UNASKED_304, Reason.NOT_HTTP),
    ]
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one poll of a feed, as far as it sets the pace."""

    at: datetime
    reason: Reason
    #: links the feed gave, and those of them never seen before
    entries: int = 0
    new: int = 0
    #: the publisher's own wish for the time between two polls
    wish: timedelta | None = None
    #: from Retry-After: not to be asked before
    not_before: datetime | None = None
    #: whether the feed was asked without conditions, although validators were at hand
    forced: bool = False


def failure_kind(reason: Reason) -> Failure | None:
    """Return the kind of a failed poll; None if it did not fail. 'hard' failures say most about the feed itself.

    A feed that was not asked did not fail.
    """
    if reason in (Reason.OK, Reason.NOT_MODIFIED, Reason.NOT_ASKED):
        return None
    return "hard" if reason in _HARD else "soft" if reason in _SOFT else "temporary"


def next_state(state: FeedState, outcome: Outcome) -> FeedState:
    """Return the feed's state after a poll: its interval, when it is due, its failures, its honesty.

    The share of new links sets the interval; the aim is about a twentieth. A feed may then publish twenty times as fast
    and still lose nothing before the next poll, and new links are minutes old. Validators are not changed. A feed that
    was not asked stays as it was, and so is among the longest overdue the next time.
    """
    if outcome.reason is Reason.NOT_ASKED:
        return state
    at = outcome.at
    kind = failure_kind(outcome.reason)
    interval = state.fixed or state.interval or FIRST
    if kind is not None:
        penalty = state.penalty + _WEIGHT[kind]
        # The interval of the feed, and a step more for each failure in a row.
        wait = min(interval + penalty * _STEP, max(_LONGEST_BACKOFF[kind], interval))
        due = _not_before(at + wait, outcome)
        return replace(state, polled_at=at, failures=state.failures + 1, penalty=penalty, next_poll=due)
    honest = state.distrusted_until
    if outcome.forced and outcome.new and state.unchanged_since_full:
        honest = at + DISTRUST_304_FOR
    full = outcome.reason is Reason.OK
    interval = state.fixed or _interval(interval, outcome, first=state.full_at is None)
    wish = min(outcome.wish or timedelta(0), _LONGEST_WISH)
    outran = outcome.entries > 0 and outcome.new * 2 >= outcome.entries
    wait = interval if outran else max(interval, wish)
    return replace(
        state,
        polled_at=at,
        failures=0,
        penalty=0,
        interval=interval,
        next_poll=_not_before(at + wait, outcome),
        full_at=at if full else state.full_at,
        unchanged_since_full=0 if full else state.unchanged_since_full + 1,
        distrusted_until=honest,
    )


def _interval(interval: timedelta, outcome: Outcome, *, first: bool) -> timedelta:
    if outcome.reason is Reason.OK and outcome.entries and not first:
        share = outcome.new / outcome.entries
        factor = 0.3 if share >= 0.3 else 0.6 if share >= 0.1 else 1.0 if share >= 0.04 else _GROWTH
    else:
        # On the first poll all links are new, which says nothing about the pace.
        factor = 1.0 if first else _GROWTH
    return min(max(interval * factor, SHORTEST), LONGEST)


def _not_before(due: datetime, outcome: Outcome) -> datetime:
    if outcome.not_before is None:
        return due
    return max(due, min(outcome.not_before, outcome.at + LONGEST))


def needs_full_fetch(state: FeedState, at: datetime) -> bool:
    """Whether to poll unconditionally: never read, not read in full for long, or its 304s are not trusted."""
    if state.full_at is None or state.full_at + FULL_FETCH_EVERY <= at:
        return True
    return state.distrusted_until is not None and state.distrusted_until > at
