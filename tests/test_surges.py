"""What is unusual is found; calm months raise few false alarms, whether counts vary by chance or come in bursts."""

from datetime import date, timedelta

import numpy as np
import pytest

from analysis.anomalies.surges import FALSE_DISCOVERIES, LEAST_DAYS, Series, find_surges, surge_sentence

DAY = date(2026, 11, 18)  # a Wednesday
PAST = 84


def days(count: int) -> list[date]:
    return [DAY - timedelta(days=n) for n in range(count, -1, -1)]


def series(counts: "np.ndarray[tuple[int], np.dtype[np.int64]]", name: str = "a") -> Series:
    return Series("topic", name, name, dict(zip(days(len(counts) - 1), map(int, counts), strict=True)))


def test_a_surge_is_told_with_its_figures() -> None:
    counts = np.random.default_rng(1).poisson(2.0, PAST + 1)
    counts[-1] = 14
    calm = [series(np.random.default_rng(n).poisson(2.0, PAST + 1), f"c{n}") for n in range(20)]
    [found, *more] = find_surges([*calm, series(counts, "surge")], DAY)
    assert (found.id, found.count) == ("surge", 14)
    assert not more
    assert found.days == 60, "workdays are compared with workdays"
    assert found.p <= found.adjusted <= FALSE_DISCOVERIES
    assert "14 bài, trung bình 2," in surge_sentence(found)
    assert "14 articles" in surge_sentence(found, "en")


@pytest.mark.parametrize("bursty", [False, True])
def test_false_alarms_are_few(bursty: bool) -> None:
    """On 120 calm days of 40 series: days with any signal at all, of which every one is false."""
    draw = np.random.default_rng(7)
    means = draw.uniform(0.2, 12, 40)
    alarms = 0
    for _ in range(120):
        if bursty:  # variance = mean + mean² / 2
            counts = [draw.negative_binomial(2.0, 2.0 / (2.0 + m), PAST + 1) for m in means]
        else:
            counts = [draw.poisson(m, PAST + 1) for m in means]
        alarms += bool(find_surges([series(c, str(n)) for n, c in enumerate(counts)], DAY))
    assert alarms <= 120 * FALSE_DISCOVERIES * 2, alarms


def test_a_day_without_data_is_no_zero() -> None:
    counts = np.full(PAST + 1, 5)
    counts[-1] = 7
    known = series(counts)
    gaps = Series("topic", "a", "a", {d: n for d, n in known.counts.items() if d.day % 2 or d == DAY})
    assert find_surges([known], DAY) == find_surges([gaps], DAY) == []
    without = Series("topic", "a", "a", {d: n for d, n in known.counts.items() if d != DAY})
    assert find_surges([without], DAY) == []


def test_too_short_a_past_says_nothing() -> None:
    assert find_surges([series(np.array([0] * (LEAST_DAYS - 1) + [50]))], DAY) == []


def test_a_first_mention_is_no_surge_and_many_are() -> None:
    silent = np.zeros(PAST + 1, dtype=np.int64)
    silent[-1] = 1
    assert find_surges([series(silent)], DAY) == []
    silent[-1] = 8
    assert [s.count for s in find_surges([series(silent)], DAY)] == [8]


def test_a_weekend_is_compared_with_weekends() -> None:
    sunday = DAY + timedelta(days=4)
    counts = {sunday - timedelta(days=n): 1 if (sunday - timedelta(days=n)).weekday() >= 5 else 20 for n in range(85)}
    counts[sunday] = 12
    [found] = find_surges([Series("source", "s", "Báo S", counts)], sunday)
    assert found.usual == 1
    assert surge_sentence(found).startswith("Báo S: 12 bài")
