"""Rows of a table that memory might not hold → the same in another order, by way of a file that nobody sees."""

import heapq
import marshal
from collections.abc import Iterable, Iterator
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

#: a number, a key, the rest: texts, numbers and tuples of them
SortedRow = tuple[float, str, *tuple[Any, ...]]

#: Rows that are sorted in memory, and those of each such run that are read back at once
_RUN, _READ = 10_000, 100


def sort_on_disk(rows: Iterable[SortedRow]) -> Iterator[SortedRow]:
    """Yield the rows by their numbers, those of one number by their keys; no two have the same key.

    Raises OSError where the disk does not take them.
    """
    rows = iter(rows)
    run = sorted(islice(rows, _RUN))
    if len(run) < _RUN:
        yield from run
        return
    with TemporaryFile() as disk:
        runs = []
        while run:
            runs.append(_write(run, disk))
            run = sorted(islice(rows, _RUN))
        yield from heapq.merge(*(_read(disk, places) for places in runs))


def _write(run: list[SortedRow], disk: IO[bytes]) -> list[tuple[int, int]]:
    """Put a run to disk; return where its parts begin and how many bytes they have."""
    places = []
    for first in range(0, len(run), _READ):
        part = marshal.dumps(run[first : first + _READ])
        places.append((disk.tell(), len(part)))
        disk.write(part)
    disk.flush()
    return places


def _read(disk: IO[bytes], places: list[tuple[int, int]]) -> Iterator[SortedRow]:
    for at, size in places:
        disk.seek(at)
        yield from marshal.loads(disk.read(size))
