"""Rows that a PostgreSQL has lost with the files of its tables; of SQLite its own checks of the file tell them.

PostgreSQL takes a file that was emptied, cut at a page or filled with zeros for a table with fewer rows. Two things
still tell of those that are gone: rows that refer to them, and the index of the table's primary key.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, and_, column, exists, func, inspect, select, table, text

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Fault of a row whose reference leads nowhere, in either kind of database.
MISSING_ROW = mark("row {row} of {table} refers to a missing row of {other}")
#: Settings of PostgreSQL under which a query reads the tables themselves. An index answers for rows that are gone.
_FROM_TABLES = {"seqscan": "on", "indexscan": "off", "indexonlyscan": "off", "bitmapscan": "off", "sort": "on"}
#: Settings under which it reads the index that a query is ordered by, and of the table only what it must.
_FROM_INDEX = {"seqscan": "off", "indexscan": "on", "indexonlyscan": "on", "bitmapscan": "off", "sort": "off"}


def find_lost_rows(connection: Connection) -> Iterator[Message]:
    """Yield a sentence for each table whose key knows rows that cannot be read, and for each row that refers to none.

    Needs no right but to read. Raises StorageError where an index leads past the end of its table's file.
    """
    keys_of = _keys_of_tables(connection)
    yield from _lost_references(connection, keys_of)
    for name, keys in sorted(keys_of.items()):
        if not keys:
            continue
        stored = table(name, *(column(key) for key in keys))
        _plan(connection, _FROM_TABLES)
        read = connection.execute(select(func.count()).select_from(stored)).scalar_one()
        _plan(connection, _FROM_INDEX)
        in_order = select(*stored.columns).order_by(*stored.columns).subquery()
        known = connection.execute(select(func.count()).select_from(in_order)).scalar_one()
        if known != read:
            yield Message(
                mark("{table}: its key knows {known} rows, and {read} are there"), table=name, known=known, read=read
            )
    _plan_as_ever(connection)


def _keys_of_tables(connection: Connection) -> dict[str, list[str]]:
    """Return the columns of each table's primary key, none where it has none; of all tables by one query."""
    found = inspect(connection).get_multi_pk_constraint()
    return {name: list(key["constrained_columns"]) if key else [] for (_, name), key in found.items()}


def _lost_references(connection: Connection, keys_of: Mapping[str, Sequence[str]]) -> Iterator[Message]:
    """Yield the rows whose foreign key leads to no row."""
    references = inspect(connection).get_multi_foreign_keys()
    _plan(connection, _FROM_TABLES)
    for name, keys in sorted(keys_of.items()):
        for reference in references.get((None, name), []):
            columns, other = reference["constrained_columns"], reference["referred_table"]
            child = table(name, *(column(key) for key in dict.fromkeys((*keys, *columns)))).alias("child")
            parent = table(other, *(column(key) for key in reference["referred_columns"])).alias("parent")
            pairs = zip(columns, reference["referred_columns"], strict=True)
            found = exists().where(and_(*(child.c[here] == parent.c[there] for here, there in pairs)))
            given = and_(*(child.c[here].is_not(None) for here in columns))
            query = (
                select(*(child.c[key] for key in keys)).where(given, ~found).order_by(*(child.c[key] for key in keys))
            )
            for row in connection.execute(query):
                yield Message(MISSING_ROW, row=" ".join(map(str, row)), table=name, other=other)
    _plan_as_ever(connection)


def _plan(connection: Connection, ways: Mapping[str, str]) -> None:
    """Let PostgreSQL read tables in these ways only, until the transaction ends."""
    connection.execute(select(*(func.set_config(f"enable_{way}", value, True) for way, value in ways.items())))


def _plan_as_ever(connection: Connection) -> None:
    """Leave the choice of ways to PostgreSQL again."""
    for way in _FROM_INDEX:
        connection.execute(text(f"SET LOCAL enable_{way} TO DEFAULT"))
