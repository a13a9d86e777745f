"""`python -m benchmarks.stories [N]`: cost of placing one article among up to N others (1,000,000)."""

import sys
import tempfile
from pathlib import Path

from tests.support.newsroom import figures


def main(count: int = 1_000_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, value in figures(count, Path(folder)).items():
            print(f"{name}: {value:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
