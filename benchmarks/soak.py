"""`make soak`: kill -9 at 20 random moments, then 100,000 texts; ends with 1 where anything was lost or has grown."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.kill import try_kills
from benchmarks.memory import peaks
from diembao.demo.server import Press

_HOMES, _KILLS, _TEXTS = 5, 4, 100_000


def main() -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as folder, Press(datetime.now(UTC)) as press:
        for seed in range(_HOMES):
            differences = try_kills(press, Path(folder), kills=_KILLS, seed=seed)
            print(f"seed {seed}: {_KILLS} kills, {len(differences)} differences", flush=True)
            for difference in differences:
                print(f"  {difference}")
            failed += bool(differences)
    early, late = peaks(_TEXTS)
    print(f"{_TEXTS} texts tagged: {early // 1024} MiB after a fifth, {late // 1024} MiB after all", flush=True)
    return int(failed > 0 or late > early * 1.1)


if __name__ == "__main__":
    sys.exit(main())
