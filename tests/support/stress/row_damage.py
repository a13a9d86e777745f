"""Rows that are damaged so that the file of the database stays sound, for `db check` to name."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.stress.stores import PostgresDatabase, Store

#: (table, key, column, what its value becomes); each changes every value that the program stores there.
ROW_DAMAGES = (
    ("versions", "id", "title", "{column} || 'x'"),
    ("versions", "id", "text_hash", "'f' || substr({column}, 2) || 'x'"),
    ("versions", "id", "article", "replace({text}, '\"lead\"', '\"leae\"')"),
    ("taggings", "id", "relevance", "CASE {column} WHEN 'no' THEN 'main' ELSE 'no' END"),
    ("taggings", "id", "tags", "replace({text}, '\"tone\"', '\"tonf\"')"),
    ("taggings", "id", "score", "{column} + 0.013"),
    ("candidates", "id", "entry", "replace({text}, '\"title\"', '\"titlf\"')"),
    ("fetches", "id", "reason", "'oj'"),
    # One hash in sixteen begins with an f of its own.
    (
        "publication_files",
        "publication_id",
        "sha256",
        "CASE substr({column}, 1, 1) WHEN 'f' THEN 'e' ELSE 'f' END || substr({column}, 2)",
    ),
    ("publications", "id", "day", "'2026-0s-01'"),
)


@contextmanager
def damaged_row(store: Store, number: int, dice: random.Random) -> Iterator[str]:
    """Damage a row that is drawn in the way of this number, give its name, and put it right.

    Raises ValueError where the damage changed nothing.
    """
    table, key, column, value = ROW_DAMAGES[number % len(ROW_DAMAGES)]
    row = dice.choice(store.rows(f"SELECT {key} FROM {table}"))[0]
    new, where = value.format(column=column, text=f"CAST({column} AS TEXT)"), f"WHERE {key} = {row}"
    if table == "publication_files":
        where += " AND name = 'letter.txt'"
    if isinstance(store, PostgresDatabase) and column in ("article", "tags", "entry"):
        new = f"CAST({new} AS JSON)"
    name, saved, look = f"{table} {row}", f"saved_{number}", f"SELECT CAST({column} AS TEXT) FROM {table} {where}"
    store.change(f"CREATE TABLE {saved} AS SELECT {column} AS value FROM {table} {where}")
    try:
        before = store.rows(look)
        store.change(f"UPDATE {table} SET {column} = {new} {where}")
        if store.rows(look) == before:
            raise ValueError(f"{name}: {column} is as it was")
        yield name
    finally:
        store.change(f"UPDATE {table} SET {column} = (SELECT value FROM {saved}) {where}")
        store.change(f"DROP TABLE {saved}")


def is_named(name: str, said: str) -> bool:
    """Return whether a row is named in a text, and not only one whose number begins with its number."""
    return re.search(rf"\b{re.escape(name)}\b", said) is not None
