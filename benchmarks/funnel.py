"""Pages of an archive: speed of the funnel beside the extraction of every page.

One core, one run. The archive is written here: pages as heavy as real ones, 2 % about the province in many written
forms, 8 % that only name it in a menu.
"""

import argparse
import gzip
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from config.rulebook import load_rulebook
from pipeline.prefilter.gate import build_gate
from pipeline.rules.rulebook import Rulebook
from tests.support.archive import FORMS, MENUS, build_page, read_archive, write_archive
from tests.support.funnel import relevant

#: Required speed of the funnel, as a multiple of trafilatura with metadata on every page.
_TIMES = 20
#: Pages of one turn.
_TURN = 300


def compare(pages: Callable[[], Iterator[tuple[str, bytes]]], count: int, rules: Rulebook, title: str) -> float:
    """Time the four ways over the same pages and print them; return how many times the last the funnel is.

    Each way reads its pages itself, in turns of some hundred, so that a slow spell of the machine meets all of them.
    """
    import trafilatura

    gate = build_gate(rules)
    ways: dict[str, Callable[[str, bytes], bool]] = {
        "bodies only": lambda _, body: len(body) > 0,
        "the gate": lambda url, body: gate.look(body, url).open,
        "the whole funnel": lambda url, body: relevant(url, body, rules),
        "trafilatura with metadata on everything": lambda _, body: (
            trafilatura.bare_extraction(body, with_metadata=True) is not None
        ),
    }
    for form in FORMS:  # everything is loaded and built once before it is timed
        relevant("", build_page(random.Random(0), form), rules)
    trafilatura.bare_extraction(build_page(random.Random(0), FORMS[0]), with_metadata=True)
    streams = {name: pages() for name in ways}
    seconds, found = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0)
    for _ in range(0, count, _TURN):
        for name, way in ways.items():
            began = time.process_time()
            found[name] += sum(way(url, body) for url, body in islice(streams[name], _TURN))
            seconds[name] += time.process_time() - began
    table = Table("one core", "pages/s", "found", title=f"{title}: {count} pages")
    rates = {name: count / max(spent, 1e-9) for name, spent in seconds.items()}
    for name, rate in rates.items():
        table.add_row(name, f"{rate:.0f}", str(found[name]))
    Console().print(table)
    times = rates["the whole funnel"] / rates["trafilatura with metadata on everything"]
    Console().print(f"the funnel is {times:.1f} times the last")
    return times


def main() -> int:
    """Print the figures; return 1 where the funnel misses a mention, takes a menu for one, or is too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rules = load_rulebook(None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.warc.gz"
        kinds = write_archive(path, given.pages, given.seed)
        times = compare(lambda: read_archive(path), given.pages, rules, "an archive")
        found = {url for url, body in read_archive(path) if kinds.get(url) and relevant(url, body, rules)}
    missed = [url for url, kind in kinds.items() if kind == "about" and url not in found]
    wrong = [url for url, kind in kinds.items() if kind in MENUS and url in found]
    print(f"about the province and missed: {len(missed)}; menu-only and called relevant: {len(wrong)}")
    print(*missed[:5], *wrong[:5], sep="\n")
    recorded = Path(__file__).parent.parent / ".." / "shared" / "real" / "pages" / "html"
    if not recorded.is_dir():
        print("the recorded pages are not here")
        return int(bool(missed or wrong) or times < _TIMES)
    bodies = [(file.name, gzip.decompress(file.read_bytes())) for file in sorted(recorded.iterdir())]
    times = min(times, compare(lambda: iter(bodies * 3), 3 * len(bodies), rules, "the recorded pages, three times"))
    return int(bool(missed or wrong) or times < _TIMES)


if __name__ == "__main__":
    sys.exit(main())
