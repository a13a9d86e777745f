"""`python -m benchmarks.retag [N]`: retagging N texts, killed half-way and restarted, ends as an undisturbed one."""

import sys
import tempfile
from pathlib import Path

from tests.support.stress.retag import interrupt


def main(texts: int = 10_000) -> int:
    with tempfile.TemporaryDirectory() as folder:
        problems = interrupt(Path(folder), texts, seconds=3600)
    print(f"{texts} texts retagged, killed half-way and started again: {len(problems)} problems", flush=True)
    print(*(f"  {problem}" for problem in problems), sep="\n", end="")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
