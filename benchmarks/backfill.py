"""Archives read back: `backfill` with its database beside trafilatura with metadata on every page; 1 and 5 provinces.

Each pass is a process of its own with one worker; its figure is the CPU time of it and of all its processes, starts
counted in, without the second opinion, which costs a quarter of a second an article. The archive is written here, 2 %
of it about the province; trafilatura's share is measured on a part of it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import tomlkit

from benchmarks.goals import Goal, print_goals
from diembao.jobs.backfill.provinces import open_provinces
from diembao.jobs.configuration import write_configuration
from diembao.system.home import Home
from pipeline.records.archives import RecordOutcome
from tests.support.archive import read_archive, write_archive

#: Speeds that are required: of one pass for one province to the yardstick, and of one for five to one for one.
_TIMES, _FIVE = 25, 1.3
#: Pages on which trafilatura is timed.
_SAMPLE = 150
#: What stands for "n" in the names of each invented neighbour, and at the end of each.
_LETTERS = ("", "l", "m", "s", "r")
#: A name among the strings of places.toml.
_NAME = re.compile(r'("[A-ZĐÀ-Ỹ\u3040-\uffff][^"\\]*")')
_NAME_END = re.compile(r'(\*?")$')


def write_homes(folder: Path, count: int) -> list[Home]:
    """Write so many home folders without an encoder; all but the first have names that no page of the archive holds."""
    homes: list[Home] = []
    for number in range(count):
        home = Home(folder / f"province{number}")
        write_configuration(home.config)
        if letter := _LETTERS[number]:
            file = home.config / "places.toml"
            pieces = _NAME.split(file.read_text("utf-8"))  # what stands between the names stays
            pieces[1::2] = [_NAME_END.sub(letter + r"\1", name.replace("n", letter)) for name in pieces[1::2]]
            file.write_text("".join(pieces), "utf-8")
        settings = tomlkit.parse((home.config / "settings.toml").read_text("utf-8"))
        settings["encoder"] = {"backend": "none"}
        (home.config / "settings.toml").write_text(tomlkit.dumps(settings), "utf-8")
        homes.append(home)
    return homes


def run_once(archive: Path, folder: Path, count: int) -> tuple[float, int]:
    """Return the seconds of CPU of a first pass for so many provinces, and the articles stored for the first.

    Raises RuntimeError where the pass fails.
    """
    homes = write_homes(folder, count)
    with open_provinces(homes):
        pass  # new databases are made once, and not by each pass
    given = [word for home in homes for word in ("--province", str(home.root))]
    words = ("--quiet", "backfill", str(archive), "--workers", "1", *given)
    with subprocess.Popen([sys.executable, "-W", "ignore", "-m", "diembao", *words]) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"backfill ended with {process.returncode}")
    with open_provinces(homes[:1]) as provinces:
        [sums] = provinces[0].storage.archives.sums()
    return usage.ru_utime + usage.ru_stime, sums.counts[RecordOutcome.STORED]


def measure(pages: int, seed: int) -> list[Goal]:
    """Print the figures; return them with their goals."""
    import trafilatura

    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "pages.warc.gz"
        kinds = write_archive(archive, pages, seed)
        about = sum(kind == "about" for kind in kinds.values())
        for _, body in islice(read_archive(archive), 3):
            trafilatura.bare_extraction(body, with_metadata=True)
        began = time.process_time()
        for _, body in islice(read_archive(archive), _SAMPLE):
            trafilatura.bare_extraction(body, with_metadata=True)
        yardstick = (time.process_time() - began) / _SAMPLE * pages
        one, kept = run_once(archive, Path(folder) / "one", 1)
        five, _ = run_once(archive, Path(folder) / "five", 5)
    print(f"{pages} pages: trafilatura {yardstick:.1f} s, one province {one:.1f} s, five {five:.1f} s")
    return [
        Goal("one province, × trafilatura on every page", yardstick / one, least=_TIMES, unit=" ×"),
        Goal("five provinces to one", five / one, most=_FIVE, unit=" ×"),
        Goal("about the province and missed", about - kept, most=0),
    ]


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Return the goals that are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(words)
    return print_goals("archives read back", measure(given.pages, given.seed))


if __name__ == "__main__":
    sys.exit(bool(main()))
