"""`python -m benchmarks.backfilled_year`: a year that archives bring beside ten days of collections, and what it costs.

`--pages` of the year are written as a WARC file, of which every 50th is about the province and every 100th names it in
a menu, and are read by `diembao backfill`; `--simulated` pages more are stored as shards whose reading is left out, as
many of them about the province. The archive has nothing of one week. Status, searches, the digest of a collected day
and the report of the year are run in new processes before and after: CPU time counts. A digest that was published
before must be the same bytes after.
"""

import argparse
import gzip
import io
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from analysis.report.figures import Span
from benchmarks.backfill import write_homes
from benchmarks.goals import Goal, print_goals
from benchmarks.press_texts import Newsroom
from benchmarks.reads import END, Store, load, seconds
from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.publishing.publish import publish
from diembao.jobs.reporting.report import build_report
from pipeline.records import Article, Coverage, Document, Entry, Reason
from pipeline.records.archives import COUNTED, ArchivedArticle, ArchiveKind, RecordOutcome, Shard, ShardResult
from pipeline.records.publications import Publication
from pipeline.rules.rulebook import Rulebook
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import dump
from storage.archives.shards import Selection
from storage.database import Database, open_database
from storage.search.parser import parse
from tests.support.archive import FORMS, MENUS, build_page

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: Days that collections read, at the end of the year
_LIVE = 10
#: First moment and days of the year; days of which the archive has nothing
_BEGIN, _DAYS = END - timedelta(days=365), 365
_GAP = range(100, 107)
#: One page in so many is about the province, one in so many names it in a menu; pages without it that are drawn
_ABOUT, _MENU, _POOL = 50, 100, 150
#: Records of a shard that is stored without being read, bytes of a page, articles that are put into stories at once
_RECORDS, _PAGE, _GROUPED = 3_000, 3_000, 3_000
#: What each may take of what it takes without the year; seconds of CPU that the report of the year may take
_MOST = {"status": 1.25, "search": 1.25, "digest": 1.25}
_REPORT = 10.0
#: Articles from which on every day of the archive has one, and the share of these days that must then be told
_EVERY_DAY, _TOLD = 5 * _DAYS, 0.97


@dataclass(slots=True)
class Costs:
    """Seconds of CPU of each command, by name."""

    status: float
    search: float
    digest: float
    report: float


def captured(n: int, pages: int) -> datetime:
    """Return when page n of so many was captured: over the year, but for the days without any."""
    days = [day for day in range(_DAYS) if day not in _GAP]
    place = n * len(days) / pages
    return (_BEGIN + timedelta(days=days[int(place)], seconds=place % 1 * 86_000)).astimezone(UTC)


def write_year(path: Path, pages: int, seed: int) -> int:
    """Write the year as a WARC file, each record compressed by itself; return how many pages are about the province."""
    from fastwarc.warc import WarcRecord, WarcRecordType

    draw = random.Random(seed)
    others = [build_page(draw, None) for _ in range(_POOL)]
    about = 0
    with path.open("wb") as stream:
        for n in range(pages):
            at = captured(n, pages)
            body = others[n % _POOL]
            if n % _ABOUT == 7:
                about += 1
                body = build_page(draw, FORMS[about % len(FORMS)])
                body = body.replace(b"2026-03-02T", f"{at.astimezone(_ZONE):%Y-%m-%d}T".encode())
            elif n % _MENU == 3:
                body = build_page(draw, None, menu=MENUS[n // _MENU % len(MENUS)])
            record = WarcRecord()
            record.init_headers(WarcRecordType.resource, content_length=len(body))
            record.headers["WARC-Target-URI"] = f"https://bao{n % 40}.example/bai-{n}.html"
            record.headers["WARC-Date"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
            record.headers["Content-Type"] = "text/html; charset=utf-8"
            record.set_bytes_content(body)
            written = io.BytesIO()
            record.write(written)
            stream.write(gzip.compress(written.getvalue(), compresslevel=1))
    return about


def read_year(store: Store, file: Path) -> tuple[float, int]:
    """Read the file by the command with one worker; return its seconds of CPU and how many articles it stored."""
    spent = seconds(store, ["backfill", str(file), "--workers", "1"])
    with closing(open_database(store.address)) as storage:
        [sums] = storage.archives.sums()
    assert not sums.unread, sums
    return spent, sums.counts[RecordOutcome.STORED]


def store_shards(storage: Database, pages: int, rules: Rulebook) -> int:
    """Store so many pages as the shards of archives bring them, with what was read; return the articles among them."""
    room, draw = Newsroom(), random.Random(3)
    at, stored, grouped = END.astimezone(UTC), 0, 0
    for first in range(0, pages, _RECORDS):
        numbers = range(first, min(first + _RECORDS, pages))
        articles = tuple(_article(n, pages, room, draw, rules) for n in numbers if n % _ABOUT == 7)
        counts = dict.fromkeys(COUNTED, 0) | {RecordOutcome.GATED: len(numbers) - len(articles)}
        shard = Shard("simulated", "simulated", ArchiveKind.WARC, "simulated", numbers.start, numbers.stop)
        storage.archives.save_shard(shard, ShardResult(counts, articles), Selection("", rules.version), at)
        while placed := storage.archives.place(at):
            stored += placed.get(RecordOutcome.STORED, 0)
        if stored - grouped >= _GROUPED:
            storage.stories.group(at)
            grouped = stored
            print(f"{stored:,} articles of {numbers.stop:,} simulated pages", file=sys.stderr, flush=True)
    storage.stories.group(at)
    return stored


def _article(n: int, pages: int, room: Newsroom, draw: random.Random, rules: Rulebook) -> ArchivedArticle:
    at = captured(n, pages)
    url = f"https://kho{n % 40}.example/bai-{n}.html"
    title, body, tags = room.write()
    published = at - timedelta(seconds=draw.randrange(20_000))
    article = Article(url, url, title, "", body, published=published, published_from="page", language="vi")
    mark = dump(fingerprint_tagged(title, body, published, tags, rules))
    page = Document(n, 0, "", url, at, draw.randbytes(_PAGE), "text/html", Entry(url), Reason.OK)
    return ArchivedArticle(page, Coverage(n, article, tags, mark))


def measure_costs(store: Store) -> Costs:
    """Return what the commands cost that read the store, each the least of three runs."""
    out = ("--out", str(store.home / "out"))
    year = ("--since", f"{_BEGIN.date() + timedelta(days=1)}", "--until", f"{END.date() - timedelta(days=1)}")
    commands = {
        "status": ["status"],
        "search": ["search", "--limit", "50", "dự án"],
        "digest": ["digest", "--day", f"{_digest_day()}", *out],
        "report": ["report", *year, *out],
    }
    return Costs(**{name: min(seconds(store, words) for _ in range(3)) for name, words in commands.items()})


def _digest_day() -> date:
    return END.date() - timedelta(days=3)


def published(storage: Database, rules: Rulebook) -> Publication:
    """Publish the digest of a collected day, as on that day."""
    made_at = END - timedelta(days=3) + timedelta(minutes=15)
    return publish(storage, load_settings(None), rules, day=_digest_day(), language="vi", made_at=made_at)


def check(storage: Database, before: Publication, stored: int) -> Iterator[Goal]:
    """Yield what the year is to show: its articles in the report and in searches, its gap, the digest as before."""
    span = Span(_BEGIN.date(), END.date())
    began = time.process_time()
    figures = build_report(storage, load_settings(None), span, {}, keywords=False).now
    print(f"figures of the year: {time.process_time() - began:.1f} s of CPU, {figures.items:,} articles")
    found = storage.search.count(parse("provenance:archive"), zone=_ZONE, most=None).items
    yield Goal("articles stored and not shown as of an archive in the report", stored - figures.archived, most=0)
    yield Goal("and not found by provenance:archive", stored - found, most=0)
    # Calendar days without any capture: those of the archive begin in the morning.
    gap = {(_BEGIN + timedelta(days=day)).date() for day in _GAP[1:]}
    yield Goal("days without any capture that the report does not show", len(gap - set(figures.gaps())), most=0)
    if stored >= _EVERY_DAY:
        of_archives = _DAYS - len(_GAP) - _LIVE
        told = len(figures.only_archived()) / of_archives
        yield Goal(f"share of the {of_archives} days of archives alone that are told", told, least=_TOLD)
    changed = storage.publications.publication(before.id) != before
    yield Goal("published digests that changed", int(changed), most=0)


def measure(folder: Path, pages: int, simulated: int) -> list[Goal]:
    """Print the figures of a year of so many pages; return them with their goals."""
    [home] = write_homes(folder, 1)
    home.root.mkdir(parents=True, exist_ok=True)
    store = Store("SQLite", f"sqlite:///{home.root}/diembao.db", home.root)
    rules = load_rulebook(None)
    with closing(open_database(store.address)) as storage:
        load(storage, END - timedelta(days=_LIVE), _LIVE)
        storage.stories.group(END.astimezone(UTC))
        digest = published(storage, rules)
    before = measure_costs(store)
    file = folder / "year.warc.gz"
    about = write_year(file, pages, 1)
    print(f"{pages:,} pages written, {file.stat().st_size / 2**20:,.0f} MiB, {about:,} about the province", flush=True)
    spent, stored = read_year(store, file)
    file.unlink()
    print(
        f"diembao backfill: {spent:.1f} s of CPU, {spent / pages * 1000:.2f} ms a page, {stored:,} stored", flush=True
    )
    goals = [Goal("about the province and not stored", about - stored, most=0)]
    with closing(open_database(store.address)) as storage:
        if simulated:
            began = time.process_time()
            bulk = store_shards(storage, simulated, rules)
            took = time.process_time() - began
            print(f"{simulated:,} pages stored without reading: {bulk:,} articles, {bulk / took:.0f} a second of CPU")
            stored += bulk
        goals += check(storage, digest, stored)
    after = measure_costs(store)
    for name, most in _MOST.items():
        was, now = getattr(before, name), getattr(after, name)
        print(f"{name}: {was:.2f} s of CPU without the year, {now:.2f} s with it")
        goals.append(Goal(f"{name} with the year, × without it", now / was, most=most, unit=" ×"))
    print(f"report: {before.report:.2f} s without the year")
    return [*goals, Goal("report of the year in DOCX and PDF, CPU", after.report, most=_REPORT, unit=" s")]


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Print the figures; return the goals that are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--simulated", type=int, default=0)
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        goals = measure(Path(folder), given.pages, given.simulated)
    return print_goals(f"A backfilled year of {given.pages + given.simulated:,} pages", goals)


if __name__ == "__main__":
    sys.exit(bool(main()))
