"""A database → those of our tables that are in it, and what each of their columns is."""

from sqlalchemy import Connection, Table, inspect

from storage.schema import derived, maintenance, publications, search, service, stories
from storage.schema.core import Instant, metadata

#: Modules whose tables must be known before `metadata` is asked for them.
_DEFINED = (derived, publications, service, search, stories, maintenance)


def our_tables(connection: Connection) -> list[Table]:
    """Return our tables as they are defined today, those that lean on others after them.

    Tables made out of others (their `info` says "derived": search index, facts) and the schema's version are left out.
    """
    there = set(inspect(connection).get_table_names())
    return [t for t in metadata.sorted_tables if t.name in there and not t.info.get("derived")]


def schema_document() -> str:
    """Return the part of docs/columns.md that tells of the database."""
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
        lines += ["| column | kind | meaning |", "|---|---|---|"]
        for column in table.columns:
            key = next(iter(column.foreign_keys), None)
            refers = f" → `{key.target_fullname}`" if key is not None else ""
            empty = ", may be empty" if column.nullable else ""
            said = column.comment or "its number, in the order they came"
            kind = "instant" if isinstance(column.type, Instant) else type(column.type).__name__.lower()
            lines.append(f"| `{column.name}` | {kind}{empty} | {said}{refers} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(schema_document(), end="")
