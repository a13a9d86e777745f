"""Numbers of rows that are kept as rows come and go, so that a status counts none: the table `row_counts`.

Triggers keep them, whoever writes. Where a trigger is missing, as after a migration that made a table of SQLite anew,
`keep_counts` makes it again and counts everything once. `diembao db check` compares them with the tables.

PostgreSQL counts what one statement adds or takes away together: a row of `row_counts` that changed a million times in
one transaction would be looked for among a million dead ones. Changes of a row, which are few, are counted one by one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.engine.dialects import is_sqlite

TABLE = "row_counts"
#: Name under which the different stories of all items are counted.
STORIES = "stories"
#: Table → its columns by which rows are counted apart: outcome, reason.
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "candidates": ("outcome",),
    "documents": ("outcome", "outcome_reason"),
    "fetches": (),
    "items": (),
    "polls": (),
    "versions": (),
}
_ADD = "ON CONFLICT (kind, outcome, reason) DO UPDATE SET total = row_counts.total + excluded.total"
#: Number of rows of items that have a story, of which one is left out.
_OTHERS = "SELECT 1 FROM items WHERE story = {story} AND key <> {key}"


def read_counts(connection: Connection, kind: str) -> list[tuple[str, str, int]]:
    """Return (outcome, reason, rows) of a table, or of the stories, in this order; '' where they are not told apart."""
    query = f"SELECT outcome, reason, total FROM {TABLE} WHERE kind = :kind AND total <> 0"
    return sorted((row.outcome, row.reason, row.total) for row in connection.execute(text(query), {"kind": kind}))


def read_totals(connection: Connection) -> dict[str, int]:
    """Return the number of rows by table, and that of the stories."""
    query = f"SELECT kind, sum(total) AS total FROM {TABLE} GROUP BY kind ORDER BY kind"
    found = {row.kind: int(row.total) for row in connection.execute(text(query))}
    return {name: found.get(name, 0) for name in (*_COUNTED, STORIES)}


def keep_counts(connection: Connection, *, anew: bool = False) -> None:
    """Make the triggers that are missing, and count everything where one was, or where it is wanted (`anew`)."""
    if not inspect(connection).has_table(TABLE):
        return
    wanted = _sqlite_triggers() if is_sqlite(connection) else _postgres_triggers()
    missing = wanted.keys() - _triggers(connection)
    for name in sorted(missing):
        for statement in wanted[name]:
            connection.exec_driver_sql(statement)
    if missing or anew:
        connection.exec_driver_sql(f"DELETE FROM {TABLE}")
        connection.exec_driver_sql(f"INSERT INTO {TABLE} (kind, outcome, reason, total) {_count_everything()}")


def drop_triggers(connection: Connection) -> None:
    """Take the triggers away."""
    if is_sqlite(connection):
        for name in _sqlite_triggers():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    else:
        for name in _postgres_triggers():
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}() CASCADE")


@contextmanager
def counted_afterwards(connection: Connection) -> Iterator[None]:
    """Count what is written within the block at its end, and not row by row: for whole databases."""
    drop_triggers(connection)
    yield
    keep_counts(connection)


def count_faults(connection: Connection) -> Iterator[Message]:
    """Yield the kinds of rows whose kept number is not the one that is found."""
    query = text(
        "SELECT f.kind, f.outcome, f.reason, f.total AS found, coalesce(c.total, 0) AS kept "
        f"FROM ({_count_everything()}) f "
        f"LEFT JOIN {TABLE} c ON c.kind = f.kind AND c.outcome = f.outcome AND c.reason = f.reason "
        "WHERE coalesce(c.total, 0) <> f.total UNION ALL "
        f"SELECT c.kind, c.outcome, c.reason, 0, c.total FROM {TABLE} c LEFT JOIN ({_count_everything()}) f "
        "ON f.kind = c.kind AND f.outcome = c.outcome AND f.reason = c.reason WHERE f.kind IS NULL AND c.total <> 0"
    )
    for row in connection.execute(query):
        yield Message(
            mark("{kind}: {kept} are counted and {found} are there; diembao db upgrade counts them anew"),
            kind=" ".join(str(part) for part in (row.kind, row.outcome, row.reason) if part),
            kept=row.kept,
            found=row.found,
        )


def _count_everything() -> str:
    """Return a query of the rows that `row_counts` should hold."""
    queries = [
        f"SELECT '{table}' AS kind, {_values(columns)}, count(*) AS total FROM {table}"
        + (f" GROUP BY {', '.join(columns)}" if columns else "")
        for table, columns in _COUNTED.items()
    ]
    queries.append(
        f"SELECT '{STORIES}' AS kind, '' AS outcome, '' AS reason, count(*) AS total "
        "FROM (SELECT DISTINCT story FROM items) AS different"
    )
    return " UNION ALL ".join(queries)


def _values(columns: tuple[str, ...], row: str = "") -> str:
    """Return outcome and reason of a row as a list of SQL."""
    outcome, reason = (*columns, "", "")[:2]
    return ", ".join(
        f"{row}{column} AS {name}" if column else f"'' AS {name}"
        for column, name in ((outcome, "outcome"), (reason, "reason"))
    )


def _triggers(connection: Connection) -> set[str]:
    if is_sqlite(connection):
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
        )
    return set(connection.execute(text(query)).scalars())


def _added(table: str, columns: tuple[str, ...], row: str, sign: str) -> str:
    """Return SQL that counts one row of a table, NEW or OLD, once more or less."""
    values = f"SELECT '{table}', {_values(columns, f'{row}.')}, {sign}1 WHERE true"
    return f"INSERT INTO {TABLE} (kind, outcome, reason, total) {values} {_ADD};"


def _stories(change: str) -> str:
    return f"UPDATE {TABLE} SET total = total + ({change}) WHERE kind = '{STORIES}';"


def _one_where_alone(row: str) -> str:
    """Return SQL for 1 where no item but this one has its story, else 0."""
    return f"CASE WHEN EXISTS ({_OTHERS.format(story=f'{row}.story', key=f'{row}.key')}) THEN 0 ELSE 1 END"


def _changed(columns: tuple[str, ...], unlike: str) -> str:
    return " OR ".join(f"OLD.{column} {unlike} NEW.{column}" for column in columns)


def _sqlite_triggers() -> dict[str, tuple[str, ...]]:
    """Return the statements that make each trigger of SQLite, which runs them after each row."""
    triggers: dict[str, tuple[str, ...]] = {}

    def add(table: str, event: str, body: str, condition: str = "") -> None:
        name = f"count_{table}_{event.partition(' ')[0].lower()}"
        triggers[name] = (f"CREATE TRIGGER {name} AFTER {event} ON {table} {condition} BEGIN {body} END",)

    for table, columns in _COUNTED.items():
        new, old = _added(table, columns, "NEW", ""), _added(table, columns, "OLD", "-")
        story = table == "items"
        add(table, "INSERT", new + (_stories(_one_where_alone("NEW")) if story else ""))
        add(table, "DELETE", old + (_stories(f"-({_one_where_alone('OLD')})") if story else ""))
        if columns:
            add(table, f"UPDATE OF {', '.join(columns)}", old + new, f"WHEN {_changed(columns, 'IS NOT')}")
    change = f"{_one_where_alone('NEW')} - ({_one_where_alone('OLD')})"
    add("items", "UPDATE OF story", _stories(change), "WHEN OLD.story IS NOT NEW.story")
    return triggers


def _postgres_triggers() -> dict[str, tuple[str, ...]]:
    """Return the statements that make each trigger of PostgreSQL, with the function of its name."""
    triggers: dict[str, tuple[str, ...]] = {}

    def add(table: str, event: str, body: str, rows: str, *, before: bool = False) -> None:
        name = f"count_{table}_{event.partition(' ')[0].lower()}"
        result = "NEW" if before else "NULL"
        triggers[name] = (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN {result}; END $$",
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} {'BEFORE' if before else 'AFTER'} {event} ON {table} {rows} "
            f"EXECUTE FUNCTION {name}()",
        )

    for table, columns in _COUNTED.items():
        grouped = f" GROUP BY {', '.join(columns)}" if columns else " HAVING count(*) > 0"
        for event, kind, sign in (("INSERT", "NEW", ""), ("DELETE", "OLD", "-")):
            counted = f"SELECT '{table}', {_values(columns)}, {sign}count(*) FROM changed{grouped}"
            body = f"INSERT INTO {TABLE} (kind, outcome, reason, total) {counted} {_ADD};"
            if table == "items":
                # After the statement: stories that it brought, or of which it left no item.
                left = "n" if event == "INSERT" else "0"
                body += _stories(
                    f"{sign}(SELECT count(*) FROM (SELECT story, count(*) AS n FROM changed GROUP BY story) AS s "
                    f"WHERE {left} = (SELECT count(*) FROM items i WHERE i.story = s.story))"
                )
            add(table, event, body, f"REFERENCING {kind} TABLE AS changed FOR EACH STATEMENT")
        if columns:
            body = _added(table, columns, "OLD", "-") + _added(table, columns, "NEW", "")
            condition = f"FOR EACH ROW WHEN ({_changed(columns, 'IS DISTINCT FROM')})"
            add(table, f"UPDATE OF {', '.join(columns)}", body, condition)
    # Before each row, when the rows that the statement changed earlier are seen changed and the later ones not.
    change = f"{_one_where_alone('NEW')} - ({_one_where_alone('OLD')})"
    condition = "FOR EACH ROW WHEN (OLD.story IS DISTINCT FROM NEW.story)"
    add("items", "UPDATE OF story", _stories(change), condition, before=True)
    return triggers
