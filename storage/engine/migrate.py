"""Versions of the tables: which one a database has, and the migrations that bring it up to today's.

`open_engine` is how the program opens its database. An SQLite file is saved beside itself before it is upgraded; a
PostgreSQL database is upgraded only for a caller that has saved it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.engine.connection import connect
from storage.engine.driver_errors import error_of
from storage.engine.errors import StorageError
from storage.engine.row_counts import keep_counts

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def open_engine(url: str, *, upgrade: bool = False, patience: float | None = None) -> Engine:
    """Open the database at a SQLAlchemy address, with today's tables in it.

    An empty database gets the tables. An older SQLite file is saved beside itself and upgraded; an older database of
    another kind only with `upgrade`, which is for a caller that has saved it. `patience`: that of
    storage.engine.connection.connect. Raises StorageError for a database that cannot be opened, is not diembao's, or
    is newer than this program.
    """
    engine = connect(url, patience)
    name = engine.url.render_as_string()
    try:
        with engine.connect().execution_options(reads=True) as connection:
            version = version_of(connection)
        if version is not None and version not in _versions():
            raise StorageError(newer_than_program(name, version))
        if version is not None and version != head():
            if engine.dialect.name == "sqlite":
                _save_before_upgrade(engine, version)
            elif not upgrade:
                raise StorageError(
                    Message(
                        mark("{database}: its tables are of version {version}, older than {today}; diembao db upgrade"),
                        database=name,
                        version=version,
                        today=head(),
                    )
                )
        # A database of today's is left alone: opening it needs neither a lock nor room on the disk.
        if version != head():
            with engine.begin() as connection:
                migrate(connection)
    except StorageError:
        engine.dispose()
        raise
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        raise error_of(engine, getattr(error, "orig", None) or error) from error
    return engine


def newer_than_program(database: object, version: str) -> Message:
    """Return the message that a database is of a version that this program does not know."""
    return Message(
        mark("{database}: was written by a newer diembao (its tables are {version}); upgrade the program"),
        database=database,
        version=version,
    )


def is_known(version: str) -> bool:
    """Whether the tables of this version can be used, upgraded where they are older."""
    return version in _versions()


def _save_before_upgrade(engine: Engine, version: str) -> None:
    """Copy an SQLite file to `<name>.before-upgrade-<version>`, unless that copy exists."""
    file = Path(engine.url.database or "")
    copy = file.with_name(f"{file.name}.before-upgrade-{version}")
    if copy.exists():
        return
    draft = copy.with_name(f".{copy.name}.part")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    draft.replace(copy)


def migrate(connection: Connection, version: str = "head") -> None:
    """Bring the tables up to today's schema (or an earlier version), within the connection's transaction."""
    if head() == version_of(connection):
        return
    from alembic import command  # takes a tenth of a second to import, and is hardly ever needed

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)
    keep_counts(connection)


def head() -> str:
    """Return the version of the tables that this program works with."""
    return _versions()[-1]


def _versions() -> list[str]:
    """Return every version the tables have had, oldest first; the names of the migration scripts begin with them."""
    return sorted(script.name.partition("_")[0] for script in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables in a database; None for a database without tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if version is None else str(version)
