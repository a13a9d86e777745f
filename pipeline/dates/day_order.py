"""Numeric dates of one feed → whether the month is written before the day."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from pipeline.dates.written_days import plain_digits

_NUMERIC = re.compile(r"(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2((?:19|20)?\d\d)(?![\d/-])")
#: How many times as many days the dates of a feed must spread in one order as in the other to decide between them.
#: A week of reports read in the wrong order spreads over half a year, as each day becomes a month.
_SPREAD = 5
_LEAST_DATES = 3


def decide_month_first(texts: Iterable[str], today: date, *, default: bool) -> bool:
    """Return whether dates such as '11/05/2026' in the texts of one feed are month first.

    A number above 12 decides, or an order in which a date would lie in the future; if both orders are so excluded, or
    neither, then an order in which the dates are close together and not older; else `default`, the outlet's custom.
    """
    pairs = {
        (int(m[1]), int(m[3]), int(m[4]) % 100 + 2000) for text in texts if (m := _NUMERIC.search(plain_digits(text)))
    }
    limit = today + timedelta(days=1)
    day_first, month_first = [], []
    votes = {True: 0, False: 0}
    for one, two, year in pairs:
        as_day_first, as_month_first = _day(year, two, one), _day(year, one, two)
        fits = (
            as_day_first is not None and as_day_first <= limit,
            as_month_first is not None and as_month_first <= limit,
        )
        if fits[0] != fits[1]:
            votes[fits[1]] += 1
        elif as_day_first and as_month_first and fits[0] and one != two:
            day_first.append(as_day_first)
            month_first.append(as_month_first)
    if bool(votes[True]) != bool(votes[False]):
        return bool(votes[True])
    if not votes[True] and len(day_first) >= _LEAST_DATES:
        spreads = {True: _spread(month_first), False: _spread(day_first)}
        newest = {True: max(month_first), False: max(day_first)}
        for order in (True, False):
            if spreads[order] * _SPREAD <= spreads[not order] and newest[order] >= newest[not order]:
                return order
    return default


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _spread(days: list[date]) -> int:
    return (max(days) - min(days)).days + 1
