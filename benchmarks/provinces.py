"""What a further province costs that uses the collection of another: `collect` and `process` beside those of the first.

The recorded pages of `benchmarks.processing`, each several times under addresses of its own, are stored as a collection
stores them, and read and tagged for the first province; then each further one takes over what was collected and read,
and tags it by its own rules. CPU of each command and all its processes, starts counted in.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from benchmarks.goals import Goal, print_goals
from benchmarks.processing import recorded_pages, store
from diembao.jobs.configuration import write_configuration
from diembao.system.home import Home

#: What a further province may take of what the first takes.
_MOST = 0.3
_COPIES = 6


def write_homes(folder: Path) -> tuple[Home, Home]:
    """Write the home that collects and one of Bình Thuận that uses it."""
    first, further = Home(folder / "first"), Home(folder / "further")
    for home in (first, further):
        write_configuration(home.config)
    places = Path(str(files("config") / "examples" / "binh-thuan" / "places.toml"))
    (further.config / "places.toml").write_bytes(places.read_bytes())
    for home, key, value in ((first, "share_days = 0", "share_days = 30"), (further, 'home = ""', 'home = "../first"')):
        settings = home.config / "settings.toml"
        text = settings.read_text("utf-8")
        if f"\n{key}\n" not in text:
            raise ValueError(f"{settings}: no line {key}")
        settings.write_text(text.replace(f"\n{key}\n", f"\n{value}\n"), "utf-8")
    return first, further


def seconds_of(home: Home, *words: str) -> float:
    """Return the seconds of CPU of a command and its processes. Raises RuntimeError where it fails."""
    command = [sys.executable, "-W", "ignore", "-m", "diembao", "--home", str(home.root), "--quiet", *words]
    with subprocess.Popen(command) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{words} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure(copies: int) -> list[Goal]:
    """Print the figures; return them with their goals."""
    with tempfile.TemporaryDirectory() as folder:
        first, further = write_homes(Path(folder))
        pages = list(recorded_pages(copies))
        store(f"sqlite:///{first.database}", pages)
        reading = seconds_of(first, "process")
        taking, tagging = seconds_of(further, "collect"), seconds_of(further, "process")
    each = [1000 * seconds / len(pages) for seconds in (reading, taking, tagging)]
    words = "{} pages; CPU of each: read and tagged {:.1f} ms; by a further one taken over {:.1f} ms, tagged {:.1f} ms"
    print(words.format(len(pages), *each))
    return [Goal("a further province beside the reading of the first", (taking + tagging) / reading, most=_MOST)]


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Return the goals that are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=_COPIES)
    return print_goals("several provinces, one collection", measure(parser.parse_args(words).copies))


if __name__ == "__main__":
    sys.exit(bool(main()))
