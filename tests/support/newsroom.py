"""A synthetic newsroom: fingerprints at the rates of the press, and the cost of placing its articles in stories."""

import math
import multiprocessing
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, Row, insert, select

from pipeline.records import Entry, Poll, Reason, Source
from pipeline.stories.fingerprints import Fingerprint, dump
from pipeline.stories.term_weights import unit_vector
from storage.database import open_database
from storage.engine.migrate import open_engine
from storage.schema.core import documents, items, versions
from storage.stories.groups import name_groups
from storage.stories.placement import Placer, group_stories, unplaced_items
from tests.support.factories import store_pages
from tests.support.memory import peak

_T0 = datetime(2024, 1, 1, tzinfo=UTC)
#: articles a day, of all outlets that are watched; an event is in the news for a few days
_A_DAY, _EVENT_DAYS = 1000, 2.0
# Of the 8,900 background articles of the press one in six tells of what another does; wire reports are carried by up
# to some dozens. So: of two articles one is of an event that others tell of too, and of these half are reprints.
_TOLD_AGAIN, _REPRINTED = 0.5, 0.5
_MOST_TOLD = 60
#: names in an article
_NAMES = 30
_BATCH = 500
_CPU_EVERY = 16


@dataclass(frozen=True, slots=True)
class _Event:
    """What articles of one happening share: its own rare terms, the names in the news, and one report of it."""

    own: Any
    #: and how rare they are
    names: Any
    rarity: Any
    report: Any
    started: float


class Newsroom:
    """Makes sketches of articles that share terms as articles of the press do, at a tenth of the cost of texts."""

    def __init__(self, seed: int) -> None:
        self._draw = np.random.default_rng(seed)
        # Names that come up again and again, some every day: the keys under which many articles are found.
        self._names = self._draw.integers(1, 2**32, 20_000, dtype=np.uint32)
        self._common = self._draw.integers(1, 2**32, 4_000, dtype=np.uint32)
        self._running: list[tuple[_Event, int]] = []

    def article(self, day: float) -> tuple[Fingerprint, float]:
        """Return the sketch of an article that is stored at `day`, and the day on which it was published."""
        draw = self._draw
        self._running = [(e, left) for e, left in self._running if left and day - e.started < _EVENT_DAYS]
        published = max(0.0, day - float(draw.exponential(0.05)))
        if self._running and draw.random() < _TOLD_AGAIN:
            at = int(draw.integers(len(self._running)))
            event, left = self._running[at]
            self._running[at] = (event, left - 1)
            return self._sketch(event, published, again=bool(draw.random() < _REPRINTED)), published
        ranks = self._ranks(self._names, _NAMES)
        # Weighted by rarity as in pipeline.stories.term_weights: the r-th name is in one of r / 3 articles.
        rarity = np.maximum(0.5, np.log((ranks + 1) / (_NAMES / np.log(len(self._names))))).astype(np.float32)
        event = _Event(self._new(14), self._names[ranks], rarity, self._new(240), day)
        self._running.append((event, min(_MOST_TOLD, int(draw.zipf(1.7)))))
        return self._sketch(event, published, again=True), published

    def _new(self, count: int) -> Any:
        return self._draw.integers(1, 2**32, count, dtype=np.uint32)

    def _ranks(self, pool: Any, count: int) -> Any:
        # The n-th comes up 1/n as often as the first.
        return np.exp(self._draw.random(count) * np.log(len(pool))).astype(int) - 1

    def _known(self, pool: Any, count: int) -> Any:
        return pool[self._ranks(pool, count)]

    def _sketch(self, event: _Event, published: float, *, again: bool) -> Fingerprint:
        kept = event.report[self._draw.random(240) < 0.93] if again else self._new(240)
        own, common = self._new(40), self._known(self._common, 120)
        terms, first = np.unique(np.concatenate([event.own, event.names, common, own]), return_index=True)
        # In the title, in the lead, in the text.
        parts = [np.full(14, 16.0), event.rarity * 1.5, np.full(120, 3.0), np.full(40, 8.0)]
        weights = np.concatenate(parts)[first].astype(np.float32)
        title, at = np.unique(np.concatenate([event.own[:4], self._known(self._common, 6)]), return_index=True)
        return Fingerprint(
            runs=np.unique(kept),
            lead=np.unique(kept[:76]),
            title=title,
            title_weights=unit_vector(np.ones(len(at), np.float32)),
            terms=terms,
            weights=unit_vector(weights),
            anchors=np.unique(event.names[:8]),
            numbers=np.unique(event.own[:4]),
            # As many as a report of 40 words has: a dozen, half of them of the event.
            particulars=np.unique(np.concatenate([event.own[:6], own[:6]])),
            # As many as a report has: seven numbers with units, three names, nine concepts.
            measures=np.unique(np.concatenate([event.own[:4], own[:3]])),
            names=np.unique(event.names[:3]),
            concepts=np.unique(np.concatenate([event.own[4:8], own[6:11]])),
            days=(),
            title_days=(),
            at=(_T0 + timedelta(days=published)).timestamp(),
            language="vi",
            title_hash=int(self._new(1)[0]),
            text_hash=int(self._new(1)[0]),
        )


def open_store(path: Path) -> Engine:
    """Open a store with one outlet and one page, of which every article is said to be."""
    storage = open_database(path)
    storage.crawl.set_sources([Source("a", "Báo A", "http://a.example/", ())])
    run = storage.service.begin_run("collect", _T0)
    entry = Entry("http://a.example/1.html")
    poll = Poll("a", "http://a.example/rss", _T0, Reason.OK, entries=(entry,))
    store_pages(storage, run, poll)
    storage.close()
    return open_engine(f"sqlite:///{path}")


def _made(count: int, seed: int) -> Iterator[list[tuple[bytes, float]]]:
    """Yield `count` articles as they are stored, `_BATCH` at a time: made by a process of its own, in no one's time."""
    context = multiprocessing.get_context("spawn")
    ready: Any = context.Queue(4)
    maker = context.Process(target=_make, args=(ready, count, seed), daemon=True)
    maker.start()
    try:
        for _ in range(0, count, _BATCH):
            yield ready.get(timeout=120)
    finally:
        maker.terminate()
        maker.join()


def _make(ready: Any, count: int, seed: int) -> None:
    newsroom = Newsroom(seed)
    for start in range(0, count, _BATCH):
        made = (newsroom.article((start + n) / _A_DAY) for n in range(min(_BATCH, count - start)))
        ready.put([(dump(found), published) for found, published in made])


def _store(connection: Connection, made: list[tuple[bytes, float]], start: int) -> None:
    document = connection.execute(select(documents.c.id, documents.c.candidate_id)).one()
    new_items, new_versions = [], []
    for number, (found, published) in enumerate(made, start):
        key = f"{zlib.crc32(str(number).encode()):08x}{number:08x}"
        at = _T0 + timedelta(days=published)
        new_items.append(
            {"key": key, "url": key, "source_id": "a", "candidate_id": document.candidate_id, "first_seen": at,
             "version": 1, "story": key, "event": key}
        )  # fmt: skip
        new_versions.append(
            {"item_key": key, "number": 1, "document_id": document.id, "fetched_at": at, "text_hash": key, "title": "",
             "published": at, "article": {"text": ""}, "fingerprint": found}
        )  # fmt: skip
    connection.execute(insert(items), new_items)
    connection.execute(insert(versions), new_versions)


def inserts(engine: Engine, count: int, *, seed: int = 1) -> Iterator[tuple[bool, float, float | None]]:
    """Place `count` articles; yield of each whether it came alone, and the seconds that it took: by the clock, of CPU.

    What it took of CPU is known of some only: to ask for it can cost as much as to place an article.

    As `diembao process` does it: in one transaction for many, with the groups named at its end, which is shared out
    among them. The first of each many is placed as if it came alone, with nothing in memory and its groups named.
    """
    for batch, made in enumerate(_made(count, seed)):
        start = batch * _BATCH
        with engine.begin() as connection:
            _store(connection, made[:1], start)
            began = _clocks()
            group_stories(connection, _T0)
            yield True, *_since(began)
            _store(connection, made[1:], start + 1)
            placer = Placer(connection)
            taken: list[tuple[float, float | None]] = []
            while rows := unplaced_items(connection):
                taken += _timed(placer, rows)
            began = _clocks()
            name_groups(connection, placer.touched, _T0, fresh=placer.fresh)
            named = _since(began)
        many = max(1, len(taken))
        for wall, cpu in taken:
            yield False, wall + named[0] / many, None if cpu is None else cpu + named[1] / many


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    wall, cpu = _clocks()
    return wall - began[0], cpu - began[1]


def _timed(placer: Placer, rows: Sequence[Row[Any]]) -> Iterator[tuple[float, float | None]]:
    """Place articles; yield of each the seconds by the clock, and of every `_CPU_EVERY`-th those of CPU."""
    for n, row in enumerate(rows):
        if n % _CPU_EVERY:
            start = time.perf_counter()
            placer.place([row])
            yield time.perf_counter() - start, None
        else:
            began = _clocks()
            placer.place([row])
            yield _since(began)


def figures(count: int, folder: Path) -> dict[str, float]:
    """Place `count` articles and return what it took, printing a line for every tenth."""
    engine = open_store(folder / "stories.db")
    taken: list[tuple[float, float | None]] = []
    alone: list[float] = []
    tenth = max(1, count // 10)
    means: list[float] = []
    for by_itself, wall, cpu in inserts(engine, count):
        taken.append((wall, cpu))
        if by_itself and cpu is not None:
            alone.append(cpu)
        if len(taken) % tenth == 0:
            walls, cpus = _sorted(taken[-tenth:])
            means.append(sum(cpus) / len(cpus))
            print(
                f"{len(taken):>9} articles: {sum(walls) / tenth * 1000:.2f} ms each ({means[-1] * 1000:.2f} of CPU), "
                f"slowest 1 % from {_percentile(walls) * 1000:.1f} ms ({_percentile(cpus) * 1000:.1f} of CPU), "
                f"peak {peak() // 1024} MiB",
                flush=True,
            )
    walls, cpus = _sorted(taken)
    with engine.connect() as connection:
        stories = len(set(connection.execute(select(items.c.story)).scalars()))
        events = len(set(connection.execute(select(items.c.event)).scalars()))
    engine.dispose()
    print(f"{len(taken)} items, {stories} stories, {events} events")
    return {
        "inserts per second": count / sum(walls),
        "inserts per second of CPU": len(cpus) / sum(cpus),
        "slowest 1 % from, ms": _percentile(walls) * 1000,
        "slowest 1 % from, ms of CPU": _percentile(cpus) * 1000,
        "one alone, ms of CPU, median": sorted(alone)[len(alone) // 2] * 1000,
        "peak, MiB": peak() / 1024,
        "last tenth / first tenth, CPU": means[-1] / means[0],
        # What a cost that grows with the logarithm of the articles would give.
        "the same if logarithmic": math.log(count) / math.log(count / 10),
    }


def _sorted(taken: list[tuple[float, float | None]]) -> tuple[list[float], list[float]]:
    return sorted(wall for wall, _ in taken), sorted(cpu for _, cpu in taken if cpu is not None)


def _percentile(ordered: list[float]) -> float:
    return ordered[int(len(ordered) * 0.99)]
