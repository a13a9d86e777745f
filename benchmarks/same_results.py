"""`python -m benchmarks.same_results FOLDER`: results of known pages in files, to compare before and after a change.

The pages are those of the sample press and, where the real texts lie beside the project, 5,000 real items and the
recorded pages. They are put into a database at times of their own and processed by the command, with a clock that
stands still; then every command that shows or exports what was stored writes into FOLDER. Two programs agree if
`diff -r` of their folders says nothing.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from config.rulebook import load_rulebook
from diembao.demo import site
from diembao.demo.articles import outlets
from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.system.home import Home
from pipeline.prefilter.gate import build_gate
from pipeline.records import Candidate, Entry, Poll, Reason, Source
from storage.database import open_database
from tests.support.factories import store_pages

REAL = Path(__file__).resolve().parents[2] / "shared" / "real"
#: real items that are taken, all that pass the gate among them
_ITEMS = 5_000
_NOON = datetime(2026, 11, 16, 5, tzinfo=UTC)
YEAR_END = datetime(2026, 7, 1, tzinfo=UTC)
_TABLES = {"items": ("csv", "xlsx", "parquet", "jsonl")} | dict.fromkeys(
    ("stories", "tags", "daily", "ledger"), ("csv", "xlsx", "parquet", "jsonl")
)
_QUERIES = (
    "điện hạt nhân",
    "dien gio",
    '"Cà Ná"',
    "topic:tourism biển",
    "người chết",
    "outlet:vnexpress.net Ninh Thuận",
)

#: address, page, when it was fetched
Page = tuple[str, bytes, datetime]


def sample_pages() -> Iterator[Page]:
    """Yield the pages of the sample press, from ports that stay the same."""
    press = Press(_NOON, ports={paper.id: 20_001 + n for n, paper in enumerate(outlets())})
    for paper in outlets():
        for article in press.printed(paper.id):
            address = press.address(paper.id, article.slug)
            answer = site.reply(press, paper, address)
            if answer.status == 200:
                yield address, answer.body, _NOON - timedelta(minutes=5)


def real_items(folder: Path, wanted: int = _ITEMS) -> Iterator[Page]:
    """Yield real items as pages, oldest first: those that pass the gate, and others at even distances."""
    gate = build_gate(load_rulebook(None))
    with gzip.open(folder / "year.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = [item_page(json.loads(line)) for line in lines]
    step = max(1, len(pages) // wanted)
    taken = [page for n, page in enumerate(pages) if n % step == 0 or gate.look(page[1], page[0]).open]
    yield from sorted(taken[-wanted:], key=lambda page: (page[2], page[0]))


def item_page(item: dict[str, str]) -> Page:
    """Return the page that an item of a feed would have, were its summary all its text."""
    at = datetime.fromisoformat(item["published"]).astimezone(UTC)
    title, text = escape(item["title"]), escape(item["text"])
    page = (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="article:published_time" content="{at.isoformat()}"></head>'
        f"<body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    )
    return item["url"], page.encode(), at + timedelta(minutes=7)


def recorded_pages(folder: Path) -> Iterator[Page]:
    """Yield the recorded pages of real outlets."""
    for line in (folder / "pages" / "expected.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["url"], gzip.decompress((folder / "pages" / row["file"]).read_bytes()), _NOON - timedelta(minutes=5)


def fill(home: Home, pages: Iterable[Page], database: str) -> list[Source]:
    """Write a configuration whose sources are the sites of the pages, and store the pages; return the sources."""
    found = sorted(pages, key=lambda page: page[2])
    hosts = sorted({urlsplit(url).netloc for url, _, _ in found})
    sources = [Source(_identifier(host), host, f"http://{host}/", ()) for host in hosts]
    write_home(home, (), workers=1)
    settings = home.config / "settings.toml"
    settings.write_text(
        re.sub(r"(?m)^database = .*$", f'database = "{database}"', settings.read_text("utf-8")), "utf-8"
    )
    (home.config / "sources.toml").write_text(
        "\n".join(
            f'[[source]]\nid = "{s.id}"\nname = "{s.name}"\nhome = "{s.home}"\nlanguages = ["vi"]\ncountry = "VN"\n'
            f'feeds = [{{ url = "{s.home}rss", kind = "feed" }}]\n'
            for s in sources
        ),
        "utf-8",
    )
    storage = open_database(database or home.database)
    storage.crawl.set_sources(sources)
    run = storage.service.begin_run("collect", found[0][2])
    by_time: dict[tuple[datetime, str], list[tuple[str, bytes]]] = {}
    for url, body, at in found:
        hour = at.replace(minute=0, second=0, microsecond=0)
        by_time.setdefault((hour, urlsplit(url).netloc), []).append((url, body))
    for (hour, host), some in by_time.items():
        bodies = dict(some)
        # A stored address has lost what only counts readers.
        by_path = {url.partition("?")[0]: body for url, body in some} | bodies

        def body_of(candidate: Candidate, by_path: dict[str, bytes] = by_path) -> bytes:
            return by_path.get(candidate.url) or by_path[candidate.url.partition("?")[0]]

        poll = Poll(
            _identifier(host), f"http://{host}/rss", hour, Reason.OK, 200, entries=tuple(Entry(url) for url in bodies)
        )
        store_pages(storage, run, poll, body_of)
    storage.service.end_run(run, found[-1][2], 0, {})
    storage.close()
    return sources


def _identifier(host: str) -> str:
    return "s" + re.sub(r"[^a-z0-9]", "", host)


def results(name: str, pages: Sequence[Page], now: datetime, out: Path, database: str = "") -> None:
    """Process the pages with a clock that stands at `now`; write what every command says of them below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.config.mkdir(parents=True, exist_ok=True)
        clock = Path(folder) / "clock.json"
        clock.write_text(json.dumps({"now": now.isoformat(), "steady": 0.0}))
        fill(home, pages, database)
        command = _Command(home, clock, out)
        command.run("process", "--json", "process")
        for day in _busy_days(pages):
            command.run(f"digest-{day}", "digest", "--day", f"{day}", "--out", str(out / f"digest-{day}"))
            command.run(f"ledger-{day}", "ledger", "--day", f"{day}")
        for table, forms in _TABLES.items():
            for form in forms:
                command.run(f"export-{table}-{form}", "export", str(out / f"{table}.{form}"), "--table", table)
        yesterday = (now - timedelta(days=1)).date()
        for table in ("items", "tags"):
            command.run("", "export", str(out / f"{table}-then.csv"), "--table", table, "--as-of", f"{yesterday}")
        for n, query in enumerate(_QUERIES):
            command.run(f"search-{n}", "search", query)
        command.run("ledger", "ledger", "--jsonl", str(out / "whole-ledger.jsonl"))
        command.run("status", "--json", "status")
    _unpack(out)
    print(f"{name}: {len(pages)} pages, {sum(1 for _ in out.rglob('*'))} files in {out}")


class _Command:
    """The command line with a home and a clock of its own."""

    def __init__(self, home: Home, clock: Path, out: Path) -> None:
        self._home, self._out = home, out
        self._env = {**os.environ, "DIEMBAO_CLOCK": str(clock), "DIEMBAO_ENCODER": "none", "COLUMNS": "200"}

    def run(self, name: str, *words: str) -> None:
        """Run a command; keep what it says in the file `name`, without the folders, which differ."""
        call = [sys.executable, "-m", "diembao", "--home", str(self._home.root), *words]
        said = subprocess.run(call, env=self._env, capture_output=True, text=True, check=False)
        if said.returncode not in (0, 1):
            raise RuntimeError(f"{words}: exit {said.returncode}: {said.stderr[-2000:]}")
        if name:
            text = said.stdout.replace(str(self._home.root), "HOME").replace(str(self._out), "OUT")
            (self._out / f"{name}.txt").write_text(f"exit {said.returncode}\n{text}", "utf-8")


def _busy_days(pages: Iterable[Page]) -> list[date]:
    """Return the three days on which most pages came, and the last one."""
    days = Counter((at + timedelta(hours=7)).date() for _, _, at in pages)
    return sorted({day for day, _ in days.most_common(3)} | {max(days)})


def _unpack(out: Path) -> None:
    """Unpack documents and workbooks: their parts are compared, not how they are packed."""
    for file in [*out.rglob("*.docx"), *out.rglob("*.xlsx")]:
        with zipfile.ZipFile(file) as packed:
            packed.extractall(file.with_name(file.name + ".parts"))
        file.unlink()


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same_results")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=["sample", "items", "recorded"])
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL; needs --only")
    given = parser.parse_args(words)
    if given.database and not given.only:
        parser.error("--database needs --only: each set of pages wants an empty database")
    chosen = [given.only] if given.only else ["sample", "items", "recorded"]
    if not REAL.is_dir():
        print("The real texts are not here: only the sample press is compared.")
        chosen = [name for name in chosen if name == "sample"]
    for name in chosen:
        match name:
            case "sample":
                pages, now = list(sample_pages()), _NOON
            case "items":
                pages, now = list(real_items(REAL)), YEAR_END
            case _:
                pages, now = list(recorded_pages(REAL)), _NOON
        results(name, pages, now, given.folder / name, given.database)
    return 0


if __name__ == "__main__":
    sys.exit(main())
