"""Pages of an archive: what gate, skimming and reading cost beside trafilatura with metadata on every page.

One core, one run, CPU time. The first archive is written here: pages as heavy as real ones, 2 % about the province in
many written forms, 8 % that only name it in a menu. The other one is the recorded pages, where they lie beside the
project: none is about the province, as nearly none of a real archive is.
"""

import argparse
import gzip
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.goals import Goal, print_goals
from config.rulebook import load_rulebook
from config.settings import ProcessSettings
from diembao.jobs.process import process
from pipeline.examine import examine
from pipeline.prefilter.gate import build_gate
from pipeline.records import Document, Entry, Poll, Reason, Source
from pipeline.rules.rulebook import Rulebook
from pipeline.text.language import detect_language
from pipeline.text.segmentation import is_word
from pipeline.text.urls import normalise_url
from storage.database import open_database
from tests.support.archive import FORMS, MENUS, build_page, read_archive, write_archive
from tests.support.factories import store_pages
from tests.support.funnel import relevant

#: Speeds that are required, as multiples of the yardstick: of gate and reading on the written archive and on recorded
#: pages, of `examine` with `read_all = false` and `true`, and of `process` with `read_all = false` and SQLite.
_WRITTEN, _RECORDED, _CLOSED, _OPEN, _STORED = 25, 45, 12, 0.9, 12
#: Pages of one turn.
_TURN = 100
_YARDSTICK = "trafilatura with metadata on everything"
_NOON = datetime(2026, 11, 16, 5, tzinfo=UTC)

#: (address, bytes) of the pages of an archive, read anew at each call
Pages = Callable[[], Iterator[tuple[str, bytes]]]


def compare(pages: Pages, count: int, rules: Rulebook, title: str) -> dict[str, float]:
    """Time the ways over the same pages and print them; return how many times as fast as the yardstick each is.

    They take turns of a hundred pages, so that a slow spell of the machine meets all of them; a page is read from its
    archive before.
    """
    import trafilatura

    gate = build_gate(rules)

    def examined(url: str, body: bytes, *, read_all: bool) -> bool:
        document = Document(1, 1, "archive", url, _NOON, body, "text/html; charset=utf-8", Entry(url))
        return type(examine(document, rules, read_all=read_all)).__name__ == "Coverage"

    ways: dict[str, Callable[[str, bytes], bool]] = {
        "the gate": lambda url, body: gate.look(body, url).open,
        "gate, reading, relevance": lambda url, body: relevant(url, body, rules),
        "examine, read_all = false": lambda url, body: examined(url, body, read_all=False),
        "examine, read_all = true": lambda url, body: examined(url, body, read_all=True),
        _YARDSTICK: lambda _, body: trafilatura.bare_extraction(body, with_metadata=True) is not None,
    }
    for number, form in enumerate(FORMS):  # everything is loaded and built once before it is timed
        for way in ways.values():
            way("https://bao.example/a.html", build_page(random.Random(number), form))
    is_word("biển đảo xa", 5, 8)
    detect_language("A title in one of the other languages", "")
    stream = pages()
    seconds, found = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0)
    while turn := list(islice(stream, _TURN)):
        for name, way in ways.items():
            began = time.process_time()
            found[name] += sum(way(url, body) for url, body in turn)
            seconds[name] += time.process_time() - began
    table = Table("one core", "ms a page", "pages/s", "×", "found", title=f"{title}: {count} pages")
    times = {name: seconds[_YARDSTICK] / max(spent, 1e-9) for name, spent in seconds.items()}
    for name, spent in seconds.items():
        table.add_row(
            name,
            f"{1000 * spent / count:.2f}",
            f"{count / max(spent, 1e-9):.0f}",
            f"{times[name]:.2f}",
            str(found[name]),
        )
    Console().print(table)
    return {**times, "seconds of the yardstick": seconds[_YARDSTICK] / count}


def process_archive(pages: Pages, rules: Rulebook, folder: Path) -> float:
    """Return the CPU seconds a page of `process` with `read_all = false`, one worker and a SQLite database of its own.

    They are those of its workers too, from their start on; what it costs to store the fetched pages is none of them.
    """
    bodies = {normalise_url(url): body for url, body in pages()}
    with closing(open_database(f"sqlite:///{folder / 'archive.db'}")) as storage:
        storage.crawl.set_sources([Source("archive", "archive", "https://bao.example/", ())])
        run = storage.service.begin_run("collect", _NOON)
        entries = tuple(Entry(url) for url in bodies)
        poll = Poll("archive", "https://bao.example/feed", _NOON, Reason.OK, 200, entries=entries)
        stored = store_pages(storage, run, poll, lambda candidate: bodies[candidate.url])
        # Workers read in what this program reads: numpy's threads would keep them from being forked.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        began = _cpu()
        process(storage, (), rules, ProcessSettings(workers=1, read_all=False), progress=lambda *_: None)
        return (_cpu() - began) / len(stored)


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure(count: int, seed: int) -> list[Goal]:
    """Print the figures; return them with their goals."""
    rules = load_rulebook(None)
    goals: list[Goal] = []

    def add(title: str, times: dict[str, float], funnel: float) -> None:
        goals.append(
            Goal(f"{title}: gate, reading, relevance", times["gate, reading, relevance"], least=funnel, unit=" ×")
        )
        for way, least in (("examine, read_all = false", _CLOSED), ("examine, read_all = true", _OPEN)):
            goals.append(Goal(f"{title}: {way}", times[way], least=least, unit=" ×"))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.warc.gz"
        kinds = write_archive(path, count, seed)
        times = compare(lambda: read_archive(path), count, rules, "a written archive")
        add("written", times, _WRITTEN)
        spent = process_archive(lambda: read_archive(path), rules, Path(folder))
        Console().print(f"process, read_all = false, one worker, SQLite: {1000 * spent:.2f} ms of CPU a page")
        ratio = times["seconds of the yardstick"] / spent
        goals.append(Goal("written: process, read_all = false, SQLite", ratio, least=_STORED, unit=" ×"))
        found = {url for url, body in read_archive(path) if kinds.get(url) and relevant(url, body, rules)}
    missed = [url for url, kind in kinds.items() if kind == "about" and url not in found]
    wrong = [url for url, kind in kinds.items() if kind in MENUS and url in found]
    print(*missed[:5], *wrong[:5], sep="\n")
    goals += (
        Goal("about the province and missed", len(missed), most=0),
        Goal("menu-only and relevant", len(wrong), most=0),
    )
    recorded = Path(__file__).parent.parent / ".." / "shared" / "real" / "pages" / "html"
    if not recorded.is_dir():
        print("the recorded pages are not here")
        return goals
    bodies = [
        (f"https://paper.example/{n}-article.html", gzip.decompress(file.read_bytes()))
        for n, file in enumerate(sorted(recorded.iterdir()))
    ]
    add("recorded", compare(lambda: iter(bodies * 2), 2 * len(bodies), rules, "the recorded pages, twice"), _RECORDED)
    return goals


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Return the goals that are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(words)
    return print_goals("gate and reading, × trafilatura with metadata", measure(given.pages, given.seed))


if __name__ == "__main__":
    sys.exit(bool(main()))
