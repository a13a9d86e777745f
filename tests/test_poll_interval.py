"""The pace of a feed: heard, clamped, never given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from pipeline.polling.poll_interval import (
    FULL_FETCH_EVERY,
    LONGEST,
    SHORTEST,
    Outcome,
    failure_kind,
    needs_full_fetch,
    next_state,
)
from pipeline.records import FeedState, Reason

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
URL = "https://bao.example/rss"


def known(**changes: object) -> FeedState:
    state = FeedState(URL, polled_at=NOW, interval=timedelta(hours=1), full_at=NOW, next_poll=NOW)
    return replace(state, **changes)  # type: ignore[arg-type]


def after(state: FeedState, *outcomes: Outcome) -> FeedState:
    for outcome in outcomes:
        state = next_state(state, outcome)
    return state


def test_mostly_new_shortens_and_mostly_known_lengthens() -> None:
    busy = next_state(known(), Outcome(NOW, Reason.OK, entries=20, new=18))
    idle = next_state(known(), Outcome(NOW, Reason.OK, entries=20, new=0))
    assert busy.interval is not None
    assert idle.interval is not None
    assert busy.interval < timedelta(hours=1) < idle.interval
    assert busy.next_poll == NOW + busy.interval


def test_the_interval_stays_between_ten_minutes_and_a_day() -> None:
    busy = after(known(), *[Outcome(NOW, Reason.OK, entries=20, new=20)] * 50)
    idle = after(known(), *[Outcome(NOW, Reason.NOT_MODIFIED)] * 50)
    assert busy.interval == SHORTEST
    assert idle.interval == LONGEST


def test_all_that_a_feed_shows_at_first_sight_is_new_and_says_nothing_of_its_pace() -> None:
    first = next_state(FeedState(URL), Outcome(NOW, Reason.OK, entries=50, new=50))
    assert first.interval == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("wish", "wait"),
    [
        (timedelta(minutes=90), timedelta(minutes=90)),
        (timedelta(days=1), timedelta(hours=2)),  # a template's nonsense
        (timedelta(minutes=1), timedelta(minutes=60)),  # nobody may ask us to hurry
        (None, timedelta(minutes=60)),
    ],
)
def test_the_publishers_wish_is_heard_and_clamped(wish: timedelta | None, wait: timedelta) -> None:
    state = next_state(known(), Outcome(NOW, Reason.OK, entries=20, new=1, wish=wish))
    assert state.next_poll == NOW + wait


def test_a_feed_that_outruns_its_own_wish_is_asked_sooner() -> None:
    state = next_state(known(), Outcome(NOW, Reason.OK, entries=20, new=15, wish=timedelta(hours=2)))
    assert state.next_poll is not None
    assert state.next_poll < NOW + timedelta(hours=1)


def test_retry_after_is_kept_to_and_clamped() -> None:
    kept = next_state(known(), Outcome(NOW, Reason.RATE_LIMITED, not_before=NOW + timedelta(hours=9)))
    nonsense = next_state(known(), Outcome(NOW, Reason.RATE_LIMITED, not_before=NOW + timedelta(days=4000)))
    assert kept.next_poll == NOW + timedelta(hours=9)
    assert nonsense.next_poll == NOW + LONGEST


@pytest.mark.parametrize("reason", [r for r in Reason if r not in (Reason.OK, Reason.NOT_MODIFIED, Reason.NOT_ASKED)])
def test_no_failure_ends_the_asking(reason: Reason) -> None:
    state, at = known(), NOW
    waits = []
    for _ in range(200):
        state = next_state(state, Outcome(at, reason))
        assert state.next_poll is not None
        waits.append(state.next_poll - at)
        at = state.next_poll
    assert max(waits) <= LONGEST
    assert state.failures == 200
    steps = {b - a for a, b in pairwise(waits)}
    assert len(steps - {timedelta(0)}) <= 2, "linear: one step, and a last one cut by the limit"


def test_hard_failures_weigh_more_than_passing_ones() -> None:
    waits = {}
    for reason in (Reason.TIMEOUT, Reason.FORBIDDEN, Reason.NOT_FOUND):
        state = after(known(), *[Outcome(NOW, reason)] * 3)
        assert state.next_poll is not None
        waits[failure_kind(reason)] = state.next_poll - NOW
    assert waits["temporary"] < waits["soft"] < waits["hard"]


def test_one_good_answer_forgives() -> None:
    state = after(known(), *[Outcome(NOW, Reason.NOT_FOUND)] * 9, Outcome(NOW, Reason.NOT_MODIFIED))
    assert (state.failures, state.penalty) == (0, 0)
    assert state.next_poll is not None
    assert state.next_poll <= NOW + timedelta(minutes=70)


def test_a_pace_set_by_hand_is_kept() -> None:
    fixed = known(fixed=timedelta(minutes=45))
    assert after(fixed, *[Outcome(NOW, Reason.NOT_MODIFIED)] * 9).next_poll == NOW + timedelta(minutes=45)


def test_a_server_that_lies_is_found_out_and_asked_in_full() -> None:
    state = after(known(), *[Outcome(NOW, Reason.NOT_MODIFIED)] * 3)
    later = NOW + FULL_FETCH_EVERY
    assert not needs_full_fetch(state, NOW + timedelta(hours=1))
    assert needs_full_fetch(state, later), "long not read in full"
    caught = next_state(state, Outcome(later, Reason.OK, entries=20, new=4, forced=True))
    honest = next_state(state, Outcome(later, Reason.OK, entries=20, new=0, forced=True))
    assert needs_full_fetch(caught, later + timedelta(days=2))
    assert not needs_full_fetch(honest, later + timedelta(hours=2))
