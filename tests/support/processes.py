"""The processes of this machine, as /proc tells of them."""

import os
from pathlib import Path


def processes() -> dict[int, tuple[int, float]]:
    """Return parent and seconds of CPU of every process by its id, but those that have ended."""
    found: dict[int, tuple[int, float]] = {}
    tick = os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent, *rest = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if state != "Z":
                found[int(entry.name)] = int(parent), (int(rest[9]) + int(rest[10])) / tick
    return found


def below(top: int, all_: dict[int, tuple[int, float]]) -> set[int]:
    """Return the processes that a process started, and those that these started."""
    found: set[int] = set()
    new = {top}
    while new:
        new = {pid for pid, (parent, _) in all_.items() if parent in new} - found
        found |= new
    return found
