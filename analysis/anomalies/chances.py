"""Chances of counts: tails of Poisson and negative binomial distributions, and their adjustment for many tests.

Sums of logarithms: the library that has the same functions takes longer to load than a whole status.
"""

from collections.abc import Iterator, Sequence
from math import exp, fsum, lgamma, log

#: A term of a tail that is so small beside those before it ends the sum.
_SMALL = 1e-18


def poisson_at_most(count: int, mean: float) -> float:
    """Return the chance of at most `count` of a Poisson variable; its mean is at least 0."""
    if mean <= 0:
        return 1.0
    if count > mean:
        return 1 - _poisson_tail(count + 1, mean)
    return min(1.0, fsum(_poisson(k, mean) for k in range(count + 1)))


def poisson_at_least(count: int, mean: float) -> float:
    """Return the chance of at least `count` of a Poisson variable; its mean is at least 0."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    return _poisson_tail(count, mean) if count > mean else 1 - poisson_at_most(count - 1, mean)


def negative_binomial_at_least(count: int, mean: float, size: float) -> float:
    """Return the chance of at least `count` of a negative binomial variable (variance: mean + mean² / size)."""
    if count <= 0:
        return 1.0
    share = mean / (size + mean)

    def weight(k: int) -> float:
        return exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log(1 - share) + k * log(share))

    if count <= mean:
        return max(0.0, 1 - fsum(weight(k) for k in range(count)))

    def tail() -> Iterator[float]:
        k, term, total = count, weight(count), 0.0
        while term > total * _SMALL:
            yield term
            total += term
            term *= (k + size) / (k + 1) * share
            k += 1

    return fsum(tail())


def adjusted_chances(chances: Sequence[float]) -> list[float]:
    """Return p-values adjusted by the procedure of Benjamini and Hochberg (1995), in the order given."""
    order = sorted(range(len(chances)), key=lambda n: chances[n])
    adjusted = [0.0] * len(chances)
    least = 1.0
    for rank in range(len(order), 0, -1):
        least = min(least, chances[order[rank - 1]] * (len(order) / rank))
        adjusted[order[rank - 1]] = least
    return adjusted


def _poisson(k: int, mean: float) -> float:
    return exp(k * log(mean) - mean - lgamma(k + 1))


def _poisson_tail(count: int, mean: float) -> float:
    def terms() -> Iterator[float]:
        k, term, total = count, _poisson(count, mean), 0.0
        while term > total * _SMALL:
            yield term
            total += term
            k += 1
            term *= mean / k

    return fsum(terms())
