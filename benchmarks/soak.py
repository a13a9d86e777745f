"""`make soak`: the tables of chaos and of the desk, kill -9 at random moments, 90 days of the service, texts.

First the table of benchmarks.chaos, on SQLite and on PostgreSQL: 200 kills, 50 jumps of the clock, 20 full disks, 20
databases and 20 rows damaged, pages made to be slow, a host half of whose feeds are broken; of each kind how many
articles were offered, stored, lost and stored twice, how many digests were due, there and there twice, and at how many
moments `status` said well when it was not. Then the desk: 40 writers at once, 50 kills under load, 10,000 guesses
(benchmarks.desk_soak). Then runs compared with undisturbed ones after kills, writers killed and met
by a full disk, months of the service with its memory, and texts by the thousand. Ends with 1 if anything broke or grew.
"""

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.chaos.play import main as chaos
from benchmarks.desk_soak import main as desk
from benchmarks.retag import main as retag
from benchmarks.serve_soak import main as serve
from diembao.demo.server import Press
from tests.support.memory import peaks
from tests.support.postgres import start_postgres
from tests.support.stress.crash import crash, fill_up
from tests.support.stress.kill import try_kills
from tests.support.stress.serve_kill import kill

_HOMES, _KILLS, _TEXTS, _SPOILT = 5, 4, 100_000, 10_000
_DAYS, _SERVER_KILLS = 90, 50
_WRITER_SEEDS, _WRITER_KILLS = 4, 50


def crash_both(folder: Path) -> int:
    """Kill a writer of each kind of database over and over, and let one meet a full disk; return what failed."""
    server = start_postgres(lambda: folder / f"postgres-{len(list(folder.iterdir()))}")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    failed = 0
    for kind, at in (("SQLite", f"sqlite:///{folder / 'crash.db'}"), ("PostgreSQL", address)):
        for seed in range(_WRITER_SEEDS):
            problems = crash(at, folder / kind, _WRITER_KILLS, seed)
            print(f"{kind}, seed {seed}: a writer killed {_WRITER_KILLS} times, {len(problems)} problems", flush=True)
            print(*(f"  {problem}" for problem in problems), sep="\n", end="")
            failed += bool(problems)
    server.cleanup()
    said, problems = fill_up(folder / "full.db", folder / "full.txt", megabytes=3)
    print(f"a full disk: {len(problems)} problems; it said: {said.strip()}")
    return failed + bool(problems) + ("StorageError" in said)


def main() -> int:
    failed = chaos([]) + desk([])
    with tempfile.TemporaryDirectory() as folder, Press(datetime.now(UTC)) as press:
        for seed in range(_HOMES):
            differences = try_kills(press, Path(folder), kills=_KILLS, seed=seed)
            print(f"seed {seed}: {_KILLS} kills, {len(differences)} differences", flush=True)
            for difference in differences:
                print(f"  {difference}")
            failed += bool(differences)
        failed += crash_both(Path(folder))
        problems = kill(Path(folder) / "killed", _SERVER_KILLS, seed=0)
        print(f"the service killed {_SERVER_KILLS} times: {len(problems)} problems {problems or ''}", flush=True)
        failed += bool(problems)
        failed += serve(_DAYS, Path(folder) / "serve")
    early, late = peaks(_TEXTS)
    print(f"{_TEXTS} texts tagged: {early // 1024} MiB after a fifth, {late // 1024} MiB after all", flush=True)
    retagged = retag()
    # In a process of its own, since a process knows only its highest peak.
    spoilt = subprocess.run([sys.executable, "-m", "benchmarks.mutations", str(_SPOILT)], check=False).returncode
    return int(failed > 0 or late > early * 1.1 or retagged or spoilt != 0)


if __name__ == "__main__":
    sys.exit(main())
