"""`python -m benchmarks.chaos [--scale 0.1] [--only kills …] [--database sqlite …] [--seed 0]`: the table of chaos."""

import sys

from benchmarks.chaos.play import main

sys.exit(main(sys.argv[1:]))
