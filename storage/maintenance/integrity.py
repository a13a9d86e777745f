"""The integrity check of a database, and the number of its rows."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.audit.verify import audit_faults
from storage.engine.connection import connect
from storage.engine.damage import brief
from storage.engine.dialects import is_sqlite
from storage.engine.driver_errors import error_of_file
from storage.engine.errors import StorageError
from storage.engine.sqlite_connections import open_file
from storage.maintenance.lost_rows import MISSING_ROW, find_lost_rows
from storage.maintenance.row_faults import find_row_faults
from storage.schema.documentation import our_tables


def check_integrity(address: str) -> list[Message]:
    """Return the faults of a database, a sentence each; none for a sound one.

    The check covers the pages of an SQLite file, or the rows that PostgreSQL lost (storage.maintenance.lost_rows),
    foreign keys, what must hold of rows together (every link, page and article has one outcome, the versions of an
    article are 1 to n), every row by itself (storage.maintenance.row_faults), and the audit's chain with the triggers
    that protect it. A table that an older database lacks is skipped. Raises StorageError for a database that is held by
    another program or not reached.
    """
    engine = connect(address)
    database = engine.url.render_as_string()
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        raise StorageError(
            Message(mark("{database}: there is no database yet; diembao run makes one"), database=database)
        )
    problems: list[Message] = []
    try:
        with engine.connect().execution_options(reads=True) as connection:
            if not our_tables(connection):
                return [Message(mark("{database}: is empty: it holds no tables"), database=database)]
            for check in (_page_faults, _faults_together, find_row_faults, audit_faults):
                problems += _until_unreadable(connection, check)
    except StorageError as error:
        if error.cause not in ("damaged", "foreign"):
            raise
        problems.append(Message(mark("cannot be read: {error}"), error=error.message))
    finally:
        engine.dispose()
    return problems


def check_structure(file: Path) -> list[Message]:
    """Return the faults of an SQLite file's pages and references, which nothing in it vouches for."""
    try:
        with closing(open_file(file)) as connection:
            says = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            lost = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise error_of_file(file, error) from error
    faults = [_sqlite_says(sentence) for sentence in says if sentence != "ok"]
    return faults + [Message(MISSING_ROW, row=row[1], table=row[0], other=row[2]) for row in lost]


def _sqlite_says(sentence: str) -> Message:
    return Message(mark("SQLite says: {sentence}"), sentence=sentence)


def _until_unreadable(connection: Connection, check: Callable[[Connection], Iterator[Message]]) -> Iterator[Message]:
    """Yield faults; where the database can be read no further, a last one says so, and the next check begins."""
    try:
        yield from check(connection)
    except StorageError as error:
        yield Message(mark("cannot be read: {error}"), error=error.message)
    except SQLAlchemyError as error:
        yield Message(mark("cannot be read: {error}"), error=brief(error))
    finally:
        # PostgreSQL reads nothing more in a transaction in which something failed.
        connection.rollback()


def _page_faults(connection: Connection) -> Iterator[Message]:
    if not is_sqlite(connection):
        yield from find_lost_rows(connection)
        return
    for row in connection.exec_driver_sql("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield _sqlite_says(str(row[0]))
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Message(MISSING_ROW, row=row[1], table=row[0], other=row[2])


def _faults_together(connection: Connection) -> Iterator[Message]:
    tables = set(inspect(connection).get_table_names())
    for fault, query in _INVARIANTS.items():
        if not _tables_in(query) <= tables:
            continue
        if rows := connection.execute(text(query)).scalar_one():
            yield Message(fault, count=rows)


def _tables_in(query: str) -> set[str]:
    words = query.replace("(", " ").replace(")", " ").split()
    return {after for word, after in pairwise(words) if word in ("FROM", "JOIN")}


#: Fault → query of the number of rows that have it.
_INVARIANTS = {
    mark("{count} links that were fetched and have no page"): (
        "SELECT count(*) FROM candidates c WHERE c.outcome IN ('fetched', 'summary') "
        "AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.candidate_id = c.id)"
    ),
    mark("{count} links that wait and are never asked again"): (
        "SELECT count(*) FROM candidates c WHERE c.outcome = 'waiting' AND c.next_try IS NULL"
    ),
    mark("{count} examined pages of which nothing was kept"): (
        "SELECT count(*) FROM documents d JOIN candidates c ON c.id = d.candidate_id "
        "WHERE d.outcome IN ('coverage', 'irrelevant') AND c.item_key IS NULL"
    ),
    mark("{count} pages that end without a time"): (
        "SELECT count(*) FROM documents d WHERE d.outcome <> 'waiting' AND d.examined_at IS NULL"
    ),
    mark("{count} articles whose versions are not 1 to n"): (
        "SELECT count(*) FROM items i WHERE i.version < 1 OR i.version <> "
        "(SELECT count(*) FROM versions v WHERE v.item_key = i.key) OR i.version <> "
        "(SELECT max(v.number) FROM versions v WHERE v.item_key = i.key)"
    ),
    mark("{count} texts that were never tagged"): (
        "SELECT count(*) FROM versions v WHERE NOT EXISTS (SELECT 1 FROM taggings t WHERE t.version_id = v.id)"
    ),
    mark("{count} articles kept twice under one address"): (
        "SELECT count(*) FROM (SELECT url FROM items GROUP BY url HAVING count(*) > 1) AS twice"
    ),
    mark("{count} links to an article that is not there"): (
        "SELECT count(*) FROM candidates c WHERE c.item_key IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM items i WHERE i.key = c.item_key)"
    ),
}


def table_rows(address: str) -> dict[str, int]:
    """Return the number of rows by table."""
    engine = connect(address)
    try:
        with engine.connect().execution_options(reads=True) as connection:
            return {
                t.name: connection.execute(select(func.count()).select_from(t)).scalar_one()
                for t in our_tables(connection)
            }
    finally:
        engine.dispose()
