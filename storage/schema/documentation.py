"""The tables of ours that are in a database, and the document of all tables and columns."""

from sqlalchemy import Connection, Table, inspect

from storage.engine.instants import Instant
from storage.schema import (
    accounts,
    archives,
    audit,
    derived,
    identity,
    maintenance,
    publications,
    register,
    renditions,
    reviews,
    search,
    service,
    sharing,
    stories,
)
from storage.schema.core import metadata

#: Modules that define tables: importing them adds the tables to `metadata`.
_DEFINED = (
    derived,
    identity,
    publications,
    service,
    search,
    stories,
    maintenance,
    renditions,
    audit,
    accounts,
    reviews,
    register,
    archives,
    sharing,
)


def our_tables(connection: Connection) -> list[Table]:
    """Return our tables as they are defined today, each after the tables it refers to.

    Derived tables (`info` has "derived": search index, facts), momentary ones ("momentary": sessions, invitations) and
    the table of the schema's version are left out.
    """
    names = set(inspect(connection).get_table_names())
    return [t for t in metadata.sorted_tables if t.name in names and not (t.info.keys() & {"derived", "momentary"})]


def momentary_tables(connection: Connection) -> list[Table]:
    """Return our tables of what ends by itself, each before the tables it refers to: no backup holds their rows."""
    names = set(inspect(connection).get_table_names())
    return [t for t in reversed(metadata.sorted_tables) if t.name in names and t.info.get("momentary")]


def schema_document() -> str:
    """Return the part of docs/columns.md that describes the database."""
    lines = [
        "# The database",
        "",
        "SQLite keeps times in UTC without a zone, PostgreSQL with one. Tables whose columns hold other people's words",
        "(`article`, `tags`, `entry`) keep them as JSON, as the records of `pipeline/records` are written.",
    ]
    for table in metadata.sorted_tables:
        lines += ["", f"## `{table.name}`", ""]
        if table.info.get("derived"):
            lines += ["Made out of other tables, and in no backup's checksum.", ""]
        if table.info.get("momentary"):
            lines += ["Ends by itself: in no backup, so that a restored database revives nothing that was ended.", ""]
        lines += ["| column | kind | meaning |", "|---|---|---|"]
        for column in table.columns:
            key = next(iter(column.foreign_keys), None)
            reference = f" → `{key.target_fullname}`" if key is not None else ""
            empty = ", may be empty" if column.nullable else ""
            meaning = column.comment or "its number, in the order they came"
            kind = "instant" if isinstance(column.type, Instant) else type(column.type).__name__.lower()
            lines.append(f"| `{column.name}` | {kind}{empty} | {meaning}{reference} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(schema_document(), end="")
