"""`make soak`: kill -9 at 20 random moments, over several homes; ends with 1 where anything was lost."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.kill import try_kills
from diembao.demo.server import Press

_HOMES, _KILLS = 5, 4


def main() -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as folder, Press(datetime.now(UTC)) as press:
        for seed in range(_HOMES):
            differences = try_kills(press, Path(folder), kills=_KILLS, seed=seed)
            print(f"seed {seed}: {_KILLS} kills, {len(differences)} differences", flush=True)
            for difference in differences:
                print(f"  {difference}")
            failed += bool(differences)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
