"""`python -m benchmarks.start_up`: CPU seconds of commands that do little, each in new processes, on a small database.

Seconds are of user and system, the median of several processes. Compiled modules are on the disk, as they are after the
first run or an installation, in a folder of this benchmark's own.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median

from benchmarks.goals import Goal, print_goals
from benchmarks.store import load
from diembao.jobs.configuration import write_configuration
from diembao.system.clock import now
from storage.database import open_database
from tests.support.postgres import start_postgres

#: Articles of the small database, and those of a day.
_ITEMS, _A_DAY = 300, 100
#: Processes of each command, after one that is not counted.
_RUNS = 5
#: Words of a command → CPU seconds that it may take; None: shown alone.
_COMMANDS: dict[tuple[str, ...], float | None] = {
    ("--help",): 0.25,
    ("status",): 0.6,
    ("search", "x"): 0.6,
    ("search", "điện gió"): None,
    ("ledger",): None,
    ("source", "list"): None,
}


def cpu_seconds(words: Sequence[str], environment: Mapping[str, str]) -> float:
    """Run the command line in a new process; return its CPU seconds. Raises CalledProcessError where it crashes."""
    command = [sys.executable, "-m", "diembao", *words]
    before = _spent()
    code = subprocess.run(command, env=environment, capture_output=True, check=False).returncode
    if code not in (0, 1):  # 1: status finds no digest
        raise subprocess.CalledProcessError(code, command)
    return _spent() - before


def _spent() -> float:
    """Return the CPU seconds of the processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _goals(database: str, environment: Mapping[str, str]) -> Iterator[Goal]:
    for words, most in _COMMANDS.items():
        seconds = [cpu_seconds(words, environment) for _ in range(_RUNS + 1)][1:]
        yield Goal(f"diembao {' '.join(words)}, {database}", median(seconds), most=most, unit=" s")


def _environment(folder: Path, address: str) -> dict[str, str]:
    """Return the environment of the commands, with a database that was just filled."""
    storage = open_database(address)
    load(storage, now() - timedelta(days=_ITEMS / _A_DAY), _ITEMS, _A_DAY, _A_DAY // 6)
    storage.close()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {"DIEMBAO_HOME": folder / "home", "DIEMBAO_DATABASE": address, "PYTHONPYCACHEPREFIX": folder / "compiled"}
    return environment | {name: str(value) for name, value in own.items()}


def main() -> list[Goal]:
    """Print the figures with their goals; return the goals that are missed."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_configuration(folder / "home" / "config")
        goals = list(_goals("SQLite", _environment(folder, f"sqlite:///{folder / 'store.db'}")))
        os.environ.setdefault("XDG_RUNTIME_DIR", temporary)
        server = start_postgres(lambda: folder / "postgres")
        try:
            address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            goals += _goals("PostgreSQL", _environment(folder, address))
        finally:
            server.cleanup()
    return print_goals(f"start-up, CPU of a new process, median of {_RUNS}", goals)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
