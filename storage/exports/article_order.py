"""Rows of articles by the second of their time → newest first to the microsecond, and by key.

A query that orders by all of that sorts whole rows, texts and all; by the second, which an index of the facts gives, it
sorts none. Hardly any articles share a second, so that these are put in order here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func

from storage.schema.core import items, versions
from storage.schema.derived import facts

#: Time by which an article is listed, of a query that joins items and versions.
LISTED_AT = func.coalesce(versions.c.published, items.c.first_seen)
#: Order of exported articles, of the same query.
NEWEST_FIRST = (facts.c.at.desc(), LISTED_AT.desc(), facts.c.item_key)
#: Rows of one second that are held in memory.
MOST = 2_000

Row = Sequence[Any]


def newest_first(
    chunks: Iterable[Sequence[Row]],
    times: Callable[[Sequence[Row]], Sequence[Any]],
    in_order: Callable[[int], Iterable[Sequence[Row]]],
) -> Iterator[Sequence[Row]]:
    """Yield rows in the order NEWEST_FIRST, some at a time; they come by their second, the latest first.

    A row begins with its second and its key. `times` gives the LISTED_AT of rows, `in_order` the rows
    of a second from a query with the whole order: for those of which there are more than MOST.
    """
    held: list[Row] = []
    passed: int | None = None
    for chunk in chunks:
        rows = chunk if passed is None else [row for row in chunk if row[0] != passed]
        if not rows:
            continue
        passed = None
        rows = [*held, *rows]
        last = rows[-1][0]
        cut = len(rows)
        while cut and rows[cut - 1][0] == last:
            cut -= 1
        if cut:
            yield _sorted(rows[:cut], times)
        held = rows[cut:]
        if len(held) > MOST:
            yield from in_order(last)
            held, passed = [], last
    if held:
        yield _sorted(held, times)


def _sorted(rows: list[Row], times: Callable[[Sequence[Row]], Sequence[Any]]) -> Sequence[Row]:
    """Return rows with those of each second in order."""
    seconds = [row[0] for row in rows]
    if len(set(seconds)) == len(rows):
        return rows
    groups = [list(some) for _, some in groupby(rows, key=itemgetter(0))]
    tied = [row for some in groups if len(some) > 1 for row in some]
    time_of = dict(zip((row[1] for row in tied), times(tied), strict=True))
    for some in groups:
        if len(some) > 1:
            some.sort(key=itemgetter(1))
            some.sort(key=lambda row: time_of[row[1]], reverse=True)
    return list(chain.from_iterable(groups))
