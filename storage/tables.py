"""A database → those of our tables that are in it."""

from sqlalchemy import Connection, Table, inspect

from storage import schema_publishing, schema_runs, schema_search, schema_stories, schema_upkeep
from storage.schema import metadata

#: Modules whose tables must be known before `metadata` is asked for them.
_DEFINED = (schema_publishing, schema_runs, schema_search, schema_stories, schema_upkeep)


def our_tables(connection: Connection) -> list[Table]:
    """Return our tables as they are defined today, those that lean on others after them.

    Tables made out of others (their `info` says "derived": search indexes) and the version of the schema are left out.
    """
    there = set(inspect(connection).get_table_names())
    return [t for t in metadata.sorted_tables if t.name in there and not t.info.get("derived")]
