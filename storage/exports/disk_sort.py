"""Rows of a table that memory might not hold → the same in another order, by way of a file that nobody sees."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice

#: end, key, start, the rest
SortedRow = tuple[float, str, float, bytes]

#: Rows that are put to disk at once.
_BATCH = 1_000


def sort_on_disk(rows: Iterable[SortedRow]) -> Iterator[SortedRow]:
    """Yield the rows, the latest end first, those of one end by their keys.

    Raises OSError where the disk does not take them.
    """
    rows = iter(rows)
    with closing(sqlite3.connect("")) as disk:
        try:
            disk.execute("PRAGMA journal_mode=OFF")
            disk.execute("PRAGMA synchronous=OFF")
            disk.execute("CREATE TABLE sorted (finish REAL, key TEXT, start REAL, rest BLOB)")
            while batch := list(islice(rows, _BATCH)):
                disk.executemany("INSERT INTO sorted VALUES (?, ?, ?, ?)", batch)
            found = disk.execute("SELECT finish, key, start, rest FROM sorted ORDER BY finish DESC, key")
            while some := found.fetchmany(_BATCH):
                yield from some
        except sqlite3.Error as error:
            raise OSError(str(error)) from error
