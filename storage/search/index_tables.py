"""Where the words of the search index are kept: on SQLite in the FTS5 table search_index, on PostgreSQL in the column
`vector` of search_items.

The FTS5 table has no content of its own, so that no row can be deleted from it: rows of an article that changed stay,
under an id that no row of search_items has any more. Ids are therefore never used twice.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Text, bindparam, cast, delete, insert, select, text

from storage.engine.dialects import is_sqlite
from storage.schema.search import TsVector, search_items
from storage.search.index_words import IndexWords, fts5_columns, tsvector

# The words come in small letters and apart; this tokenizer leaves all that is not ASCII as it is.
_CREATE_FTS5 = (
    "CREATE VIRTUAL TABLE search_index USING fts5(title, text, title_exact, text_exact, marks, "
    "content='', tokenize=\"ascii tokenchars '_:'\")"
)
_INSERT_FTS5 = text(
    "INSERT INTO search_index(rowid, title, text, title_exact, text_exact, marks) "
    "VALUES (:id, :title, :text, :title_exact, :text_exact, :marks)"
)
_INSERT_ROWS = insert(search_items)
_INSERT_VECTORS = insert(search_items).values(vector=cast(bindparam("vector", type_=Text), TsVector))
_USED_IDS_FTS5 = text("SELECT rowid FROM search_index WHERE rowid IN :ids").bindparams(bindparam("ids", expanding=True))
_USED_IDS = select(search_items.c.id).where(search_items.c.id.in_(bindparam("ids", expanding=True)))


def has_index(connection: Connection) -> bool:
    """Whether there is a place for the words: an SQLite database has none until something is indexed."""
    if not is_sqlite(connection):
        return True
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'search_index'"
    return connection.exec_driver_sql(query).first() is not None


def create_index(connection: Connection) -> None:
    """Create the place for the words where there is none."""
    if not has_index(connection):
        # A database that came from elsewhere may bring the rows without the words.
        connection.execute(delete(search_items))
        connection.exec_driver_sql(_CREATE_FTS5)


def empty_index(connection: Connection) -> None:
    """Delete all rows and words."""
    connection.execute(delete(search_items))
    if is_sqlite(connection):
        connection.exec_driver_sql("DROP TABLE IF EXISTS search_index")


def used_ids(connection: Connection, ids: Collection[int]) -> set[int]:
    """Return the ids among these that are, or ever were, in the index."""
    query: Executable = _USED_IDS_FTS5 if is_sqlite(connection) else _USED_IDS
    return set(connection.execute(query, {"ids": sorted(ids)}).scalars())


def insert_rows(connection: Connection, rows: Sequence[dict[str, Any]], words: Sequence[IndexWords]) -> None:
    """Insert rows of search_items together with their words, in the same order."""
    if is_sqlite(connection):
        with_words = [{**row, **fts5_columns(of)} for row, of in zip(rows, words, strict=True)]
        connection.execute(_INSERT_ROWS, with_words)
        connection.execute(_INSERT_FTS5, with_words)
    else:
        vectors = [
            {**row, "vector": tsvector(of, row["marks"], row["id"])} for row, of in zip(rows, words, strict=True)
        ]
        connection.execute(_INSERT_VECTORS, vectors)
