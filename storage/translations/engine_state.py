"""Whether the engine works: the runs in which that changed, in the table `runs`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from storage.schema.core import runs

_COMMAND = "translate"


def note_engine(connection: Connection, works: bool, at: datetime) -> None:
    """See storage.translations.facet.Translations.note_engine."""
    last = _last(connection)
    code = 0 if works else 1
    if last is None or last.exit_code != code:
        connection.execute(insert(runs).values(command=_COMMAND, started=at, ended=at, exit_code=code, counts={}))


def failing_since(connection: Connection) -> datetime | None:
    """See storage.translations.facet.Translations.failing_since."""
    last = _last(connection)
    if last is None or last.exit_code == 0:
        return None
    since: datetime = last.started
    return since


def _last(connection: Connection) -> Any:
    query = select(runs.c.exit_code, runs.c.started).where(runs.c.command == _COMMAND)
    return connection.execute(query.order_by(runs.c.id.desc()).limit(1)).first()
