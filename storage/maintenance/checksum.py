"""The checksum of a database's content, the same for the same content on SQLite and PostgreSQL."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, inspect, select

from storage.engine.connection import connect
from storage.engine.damage import DamagedJson, DamagedText, DamagedTime, is_damaged
from storage.engine.dialects import primary_key_order
from storage.schema.documentation import our_tables

#: Rows read at a time.
CHUNK = 500

#: Receives a table and a row of it that holds bytes that are no text, JSON or time.
OnDamage = Callable[[Table, Any], None]


def checksum(address: str, on_damage: OnDamage | None = None) -> str:
    """Return the SHA-256 of every row of every table, the same for the same content in either kind of database.

    Derived tables are left out. Of a damaged value its stored bytes count. Raises StorageError.
    """
    engine = connect(address)
    digest = hashlib.sha256()
    try:
        with engine.connect().execution_options(reads=True) as connection:
            for table in our_tables(connection):
                digest.update(f"\x1e{table.name}".encode())
                for row in stored_rows(connection, table):
                    digest.update(b"\x1f" + _canonical(row))
                    if on_damage is not None and is_damaged(row):
                        on_damage(table, row)
    finally:
        engine.dispose()
    return digest.hexdigest()


def stored_rows(connection: Connection, table: Table) -> Iterator[Any]:
    """Yield the rows of a table in the order of its primary key; an older database lacks some of the columns."""
    present = {c["name"] for c in inspect(connection).get_columns(table.name)}
    columns = [c for c in table.columns if c.name in present]
    yield from connection.execute(
        select(*columns).order_by(*primary_key_order(connection, table)).execution_options(yield_per=CHUNK)
    )


def row_name(table: Table, row: Any) -> str:
    """Return how a row is named to a person: its table and its primary key, e.g. 'versions 12'."""
    return f"{table.name} {' '.join(str(row._mapping[column.name]) for column in table.primary_key.columns)}"


def _canonical(row: Any) -> bytes:
    values = [_canonical_value(value) for value in row]
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")


def _canonical_value(value: Any) -> Any:
    if isinstance(value, DamagedText | DamagedJson):
        return {"damaged": value.raw.hex()}
    if isinstance(value, DamagedTime):
        return {"damaged": value.raw}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(bytes(value)).hexdigest()
    return value
