"""`python -m benchmarks.searching`: searches of 200,000 articles beside those of a table made by hand, as ratios.

By hand is what an office would make of the same texts on one evening: on SQLite an FTS5 table of titles and texts with
`snippet()`, on PostgreSQL a column of `to_tsvector` under an index, with `ts_headline()`; the newest 50 that match.
Both answer the same queries in turn, in one run. 9,000 articles are stored as collections do, the others are copies of
them on later days.
"""

import argparse
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text

from benchmarks import press_texts
from benchmarks.goals import Goal, print_goals
from benchmarks.growing import grow
from benchmarks.press_texts import Kind, headlines, is_there, texts_of
from benchmarks.store import load
from config.rulebook import load_rulebook
from diembao.jobs.reading.searching import run_search
from pipeline.rules.rulebook import Rulebook
from pipeline.text.search_tokens import exact_words, fold
from storage.database import Database, open_database
from storage.search.parser import parse
from tests.support.postgres import start_postgres

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_END = datetime(2026, 11, 1, tzinfo=UTC)
_A_DAY, _BASE = 1_000, 9_000
#: queries of a kind, and how often each is asked; the best counts, since others share the machine
_QUERIES, _ROUNDS = 60, 3
_HITS = 50
#: Of how many queries the desk's page is asked for one.
_EVERY = 4
#: tokens of a snippet made by hand: about as long as ours of 240 characters
_TOKENS = 48
_TIMES, _MILLISECONDS = 1.5, 50.0
_KINDS = ("folded", "exact", "phrase", "common")
#: What PostgreSQL's extension unaccent would be used for, which not every server has.
_LETTERS = "".join(c for c in map(chr, range(0xC0, 0x1F00)) if c == c.lower() != fold(c))
_UNACCENTED = f"translate(lower(title || ' ' || text), '{_LETTERS}', '{fold(_LETTERS)}')"
#: Words that very many articles have.
_COMMON = ("viet nam", "thanh pho", "nguoi dan", "chinh phu", "nam nay", "cong ty", "trong nuoc", "cho biet")


@dataclass(slots=True)
class Seen:
    """Milliseconds of each query: ours, by hand, and of the desk's page with its numbers and facets."""

    ours: list[float] = field(default_factory=list)
    by_hand: list[float] = field(default_factory=list)
    desk: list[float] = field(default_factory=list)


def queries(kind: str, texts: Kind) -> Iterator[str]:
    """Yield queries of a kind without end, of words that stand in a headline."""
    draw = random.Random(f"searching {kind}")
    if kind == "common":
        yield from (f"{one} {other}" for one in _COMMON for other in _COMMON if one != other)
    for headline in headlines(texts):
        words = [word for word in exact_words(headline) if word.isalpha() and len(word) > 1]
        if len(words) < 4:
            continue
        at = draw.randrange(len(words) - 1)
        if kind == "phrase":
            yield f'"{words[at]} {words[at + 1]}"'
        else:
            pair = " ".join(draw.sample(words, 2))
            yield fold(pair) if kind == "folded" else pair


class ByHand:
    """The same texts in a table made by hand."""

    def __init__(self, address: str) -> None:
        self._engine = create_engine(address)
        self._sqlite: sqlite3.Connection | None = None
        if address.startswith("sqlite"):
            file = Path(address.removeprefix("sqlite:///"))
            self._sqlite = sqlite3.connect(file.with_name(f"{file.name}.by-hand"))
            self._fill_sqlite(self._sqlite, file)
        else:
            self._fill_postgres()

    @staticmethod
    def _fill_sqlite(connection: sqlite3.Connection, file: Path) -> None:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'news'").fetchone():
            return
        connection.execute(
            "CREATE VIRTUAL TABLE news USING fts5(title, text, tokenize='unicode61 remove_diacritics 2')"
        )
        connection.execute("ATTACH ? AS ours", (str(file),))
        connection.execute(
            "INSERT INTO news(rowid, title, text) SELECT s.id, v.article ->> 'title', v.article ->> 'text' "
            "FROM ours.search_items s JOIN ours.versions v ON v.id = s.version_id ORDER BY s.id"
        )
        connection.commit()

    def _fill_postgres(self) -> None:
        with self._engine.begin() as connection:
            if connection.execute(text("SELECT to_regclass('by_hand')")).scalar_one() is not None:
                return
            for statement in (
                "CREATE TABLE by_hand AS SELECT s.id, v.article ->> 'title' AS title, v.article ->> 'text' AS text "
                "FROM search_items s JOIN versions v ON v.id = s.version_id",
                "ALTER TABLE by_hand ADD COLUMN words tsvector",
                f"UPDATE by_hand SET words = to_tsvector('simple', {_UNACCENTED})",
                "CREATE INDEX ON by_hand USING gin (words)",
                "CREATE INDEX ON by_hand (id)",
            ):
                connection.execute(text(statement))
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE by_hand"))

    def ask(self, query: str) -> Callable[[], Sequence[Any]]:
        """Return what asks the table a query of ours: words, or one phrase in quotation marks."""
        if self._sqlite is not None:
            connection = self._sqlite
            return lambda: connection.execute(
                f"SELECT rowid, title, snippet(news, 1, '«', '»', '…', {_TOKENS}) FROM news WHERE news MATCH ? "
                f"ORDER BY rowid DESC LIMIT {_HITS}",
                (query,),
            ).fetchall()
        words = (" <-> " if query.startswith('"') else " & ").join(fold(query.strip('"')).split())
        statement = text(
            "SELECT id, title, ts_headline('simple', text, asked, 'MaxWords=48, MinWords=30') FROM (SELECT id, title, "
            "text, asked FROM by_hand, to_tsquery('simple', :words) asked WHERE words @@ asked "
            f"ORDER BY id DESC LIMIT {_HITS}) found"
        )

        def asked() -> Sequence[Any]:
            with self._engine.connect() as connection:
                return connection.execute(statement, {"words": words}).all()

        return asked

    def close(self) -> None:
        if self._sqlite is not None:
            self._sqlite.close()
        self._engine.dispose()


def fill(address: str, items: int, texts: Kind) -> None:
    """Store so many articles, unless something is stored already."""
    storage = open_database(address)
    if not storage.maintenance.totals()["items"]:
        base = min(items, _BASE)
        load(storage, _END - timedelta(days=items / _A_DAY), base, a_day=_A_DAY, writer=texts_of(texts))
        storage.close()
        if items > base:
            grow(address, _END, lambda said: print(said, file=sys.stderr, flush=True))
    storage.close()
    if address.startswith("postgresql"):
        with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as autovacuum does in time


def compare(address: str, texts: Kind, rules: Rulebook) -> dict[str, Seen]:
    """Ask a database and a table made by hand of its texts the same; return what it took, by kind of query."""
    storage, by_hand = open_database(address), ByHand(address)
    # A server's work is no time of this process: there the clock on the wall counts.
    clock = time.process_time if address.startswith("sqlite") else time.perf_counter
    found = {kind: Seen() for kind in _KINDS}
    for kind, seen in found.items():
        for query in islice(queries(kind, texts), _QUERIES):
            ours, theirs = _best(clock, _searching(storage, query), by_hand.ask(query))
            seen.ours.append(ours)
            seen.by_hand.append(theirs)
            if len(seen.ours) % _EVERY == 1:
                seen.desk += _best(clock, _desk_page(storage, query, rules))
    storage.close()
    by_hand.close()
    return found


def _best(clock: Callable[[], float], *asked: Callable[[], object]) -> list[float]:
    """Return the milliseconds of the best call of each, called in turn, so that a slow spell meets all of them."""
    best = [float("inf")] * len(asked)
    for _ in range(_ROUNDS):
        for n, ask in enumerate(asked):
            began = clock()
            ask()
            best[n] = min(best[n], (clock() - began) * 1000)
    return best


def _searching(storage: Database, query: str) -> Callable[[], object]:
    return lambda: storage.search.search(parse(query), zone=_ZONE, limit=_HITS)


def _desk_page(storage: Database, query: str, rules: Rulebook) -> Callable[[], object]:
    return lambda: run_search(storage, query, rules, {}, zone=_ZONE)


def percentile(times: Sequence[float], share: float) -> float:
    """Return the value below which that share of the times lies."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def goals_of(found: dict[str, Seen]) -> Iterator[Goal]:
    """Yield the goals of all queries together, after the figures of each kind."""
    for kind, seen in found.items():
        yield from _figures(kind, seen)
    every = Seen(*([time for seen in found.values() for time in getattr(seen, part)] for part in Seen.__slots__))
    yield from _figures("all", every)
    yield Goal("all: p95 beside by hand", _p95(every.ours) / _p95(every.by_hand), most=_TIMES, unit=" ×")
    yield Goal("all: p95", _p95(every.ours), most=_MILLISECONDS, unit=" ms")


def _figures(name: str, seen: Seen) -> Iterator[Goal]:
    for said, times in (("ours", seen.ours), ("by hand", seen.by_hand), ("desk's first page", seen.desk)):
        yield Goal(f"{name}: {said}, p50", percentile(times, 0.5), unit=" ms")
        yield Goal(f"{name}: {said}, p95", _p95(times), unit=" ms")


def _p95(times: Sequence[float]) -> float:
    return percentile(times, 0.95)


def main(words: Sequence[str] | None = None) -> list[Goal]:
    """Measure; return the goals that are missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searching", description=__doc__)
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--texts", choices=get_args(Kind), default="articles")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="where the real texts lie")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the databases there, and load them only once")
    asked = parser.parse_args(words)
    press_texts.REAL = asked.real or press_texts.REAL
    texts: Kind = asked.texts if is_there(asked.texts) else "invented"
    if texts != asked.texts:
        print(f"The real texts are not at {press_texts.REAL}: these are invented ones, easier than the press.")
    rules = load_rulebook(None)
    missed: list[Goal] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if asked.only != "postgresql":
            address = f"sqlite:///{folder / texts}.db"
            fill(address, asked.items, texts)
            missed += _shown("SQLite", asked.items, texts, compare(address, texts, rules))
        if asked.only != "sqlite":
            os.environ.setdefault("XDG_RUNTIME_DIR", temporary)
            server = start_postgres(lambda: folder / f"postgres-{texts}")
            try:
                address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
                fill(address, asked.items, texts)
                missed += _shown("PostgreSQL", asked.items, texts, compare(address, texts, rules))
            finally:
                server.cleanup()
    return missed


def _shown(database: str, items: int, texts: Kind, found: dict[str, Seen]) -> list[Goal]:
    return print_goals(f"{database}, {items:,} {texts}: the newest {_HITS} matches", goals_of(found))


if __name__ == "__main__":
    sys.exit(bool(main()))
