"""New SQLite files, which begin as a copy of one with our tables: making the tables takes longer than most tests.

How they are made and upgraded is shown by tests/test_upgrades.py and tests/test_database.py, which make them.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError

from storage import database
from storage.engine.migrate import open_engine


def make_tables(file: Path) -> Path:
    """Make a new SQLite file with our tables in it."""
    open_engine(f"sqlite:///{file}").dispose()
    return file


def copy_tables(tables: Path, patch: Callable[[Any, str, Any], None] = setattr) -> None:
    """Let `open_database` of this process, and of those forked from it, make new files by copying this one."""

    def open_copy(url: str, **options: Any) -> Engine:
        with suppress(ArgumentError, OSError):  # what is wrong is for the program to say
            name = make_url(url)
            if name.get_backend_name() == "sqlite" and name.database not in (None, "", ":memory:"):
                _copy(tables, Path(str(name.database)))
        return open_engine(url, **options)

    patch(database, "open_engine", open_copy)


def _copy(tables: Path, file: Path) -> None:
    """Copy the tables to a new file, whole or not at all, also where another process makes it at this moment."""
    if file.exists():
        return
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        shutil.copyfile(tables, draft)
        os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
