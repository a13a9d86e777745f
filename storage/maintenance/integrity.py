"""The integrity check of a database, and the number of its rows."""

from itertools import pairwise

from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from storage.engine.connection import connect
from storage.engine.dialects import is_sqlite
from storage.schema.documentation import our_tables


def check_integrity(address: str) -> list[str]:
    """Return the faults of a database, a sentence each; none for a sound one.

    The check covers the pages of an SQLite file, foreign keys, and what must hold of rows: every link, page and article
    has one outcome, the versions of an article are 1 to n. A table that an older database lacks is skipped.
    """
    engine = connect(address)
    problems: list[str] = []
    try:
        with engine.connect().execution_options(reads=True) as connection:
            if is_sqlite(connection):
                problems += [str(r[0]) for r in connection.exec_driver_sql("PRAGMA integrity_check") if r[0] != "ok"]
                problems += [
                    f"row {r[1]} of {r[0]} refers to a missing row of {r[2]}"
                    for r in connection.exec_driver_sql("PRAGMA foreign_key_check")
                ]
            tables = set(inspect(connection).get_table_names())
            for fault, query in _INVARIANTS.items():
                if not _tables_in(query) <= tables:
                    continue
                rows = connection.execute(text(query)).scalar_one()
                if rows:
                    problems.append(f"{rows} {fault}")
    except SQLAlchemyError as error:
        problems.append(f"cannot be read: {getattr(error, 'orig', None) or error}")
    finally:
        engine.dispose()
    return problems


def _tables_in(query: str) -> set[str]:
    words = query.replace("(", " ").replace(")", " ").split()
    return {after for word, after in pairwise(words) if word in ("FROM", "JOIN")}


#: Fault, as it follows a number → query of the number of rows that have it.
_INVARIANTS = {
    "links that were fetched and have no page": (
        "SELECT count(*) FROM candidates c WHERE c.outcome IN ('fetched', 'summary') "
        "AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.candidate_id = c.id)"
    ),
    "links that wait and are never asked again": (
        "SELECT count(*) FROM candidates c WHERE c.outcome = 'waiting' AND c.next_try IS NULL"
    ),
    "examined pages of which nothing was kept": (
        "SELECT count(*) FROM documents d JOIN candidates c ON c.id = d.candidate_id "
        "WHERE d.outcome IN ('coverage', 'irrelevant') AND c.item_key IS NULL"
    ),
    "pages that end without a time": (
        "SELECT count(*) FROM documents d WHERE d.outcome <> 'waiting' AND d.examined_at IS NULL"
    ),
    "articles whose versions are not 1 to n": (
        "SELECT count(*) FROM items i WHERE i.version < 1 OR i.version <> "
        "(SELECT count(*) FROM versions v WHERE v.item_key = i.key) OR i.version <> "
        "(SELECT max(v.number) FROM versions v WHERE v.item_key = i.key)"
    ),
    "texts that were never tagged": (
        "SELECT count(*) FROM versions v WHERE NOT EXISTS (SELECT 1 FROM taggings t WHERE t.version_id = v.id)"
    ),
    "articles kept twice under one address": (
        "SELECT count(*) FROM (SELECT url FROM items GROUP BY url HAVING count(*) > 1) AS twice"
    ),
    "links to an article that is not there": (
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
