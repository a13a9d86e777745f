"""Chances of counts are those of the library for statistics."""

from random import Random

import pytest
from scipy.special import betainc, pdtr, pdtrc
from scipy.stats import false_discovery_control

from analysis.anomalies.chances import (
    adjusted_chances,
    negative_binomial_at_least,
    poisson_at_least,
    poisson_at_most,
)

MEANS = (0.006, 0.4, 1.0, 7.6, 33.3, 250.0, 4_000.0)


@pytest.mark.parametrize("mean", MEANS)
def test_tails(mean: float) -> None:
    for share in (0.0, 0.3, 0.8, 1.0, 1.2, 2.0, 9.0):
        count = round(mean * share) + (share > 1)
        assert poisson_at_most(count, mean) == pytest.approx(float(pdtr(count, mean)), rel=1e-8, abs=1e-300)
        for size in (0.2, 3.0, 900.0):
            chance = float(betainc(count, size, mean / (size + mean))) if count else 1.0
            assert negative_binomial_at_least(count, mean, size) == pytest.approx(chance, rel=1e-8, abs=1e-290)
        if count:
            assert poisson_at_least(count, mean) == pytest.approx(float(pdtrc(count - 1, mean)), rel=1e-8, abs=1e-290)


def test_ends() -> None:
    assert (poisson_at_least(0, 0.0), poisson_at_least(3, 0.0), poisson_at_most(0, 0.0)) == (1.0, 0.0, 1.0)
    assert negative_binomial_at_least(0, 1.0, 1.0) == 1.0
    assert adjusted_chances([]) == []


def test_adjustment() -> None:
    draw = Random(1)
    for _ in range(50):
        chances = [draw.choice((draw.random(), 0.01, 1.0, 0.0)) for _ in range(draw.randrange(1, 60))]
        assert adjusted_chances(chances) == [float(q) for q in false_discovery_control(chances, method="bh")]
