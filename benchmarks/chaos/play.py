"""Kinds of trouble, databases → their scenes, played one after the other, and the table."""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.chaos.damages import damage_rows, restore
from benchmarks.chaos.disks import fill
from benchmarks.chaos.jumps import jump
from benchmarks.chaos.kills import kill
from benchmarks.chaos.pages import break_feeds, half_broken_host, poison, poison_at_once
from benchmarks.chaos.press import GrowingPress
from benchmarks.chaos.scene import Scene, scene
from benchmarks.chaos.tally import Tally, table
from tests.support.postgres import start_postgres
from tests.support.stress.stores import PostgresStore, SqliteStore, Store


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind of trouble: what makes it, how often, and the scene that it needs."""

    work: Callable[[Scene, int], None]
    times: int
    press: Callable[[], GrowingPress] = GrowingPress
    #: `check` and `settings` of the scene
    more: dict[str, Any] = field(default_factory=dict)


TROUBLES = {
    "kills": Trouble(kill, 200),
    "clock jumps": Trouble(jump, 50),
    "full disks": Trouble(fill, 20),
    "databases restored": Trouble(restore, 20, more={"check": True}),
    "rows damaged": Trouble(damage_rows, 20, more={"check": True}),
    "poison pages": Trouble(poison, 20),
    "4 slow pages at once": Trouble(poison_at_once, 4),
    "40 slow pages, 2 s each": Trouble(poison_at_once, 40, more={"settings": {"seconds_per_document": "2.0"}}),
    "half a host": Trouble(break_feeds, 5, half_broken_host),
}


def play(folder: Path, names: Sequence[str], databases: Sequence[str], scale: float, seed: int) -> list[Tally]:
    """Play every kind of trouble on every database; print each row when it is known, and return them."""
    rows = []
    for database in databases:
        with _stores(folder / database, database) as make:
            for name in names:
                trouble, store = TROUBLES[name], make(name)
                tally = Tally(name, store.name, planned=max(1, round(trouble.times * scale)))
                place = folder / database / name
                with scene(place, store, tally, seed=seed, press=trouble.press(), **trouble.more) as played:
                    trouble.work(played, tally.planned)
                rows.append(tally)
                print(table([tally]), flush=True)
    return rows


@contextmanager
def _stores(folder: Path, database: str) -> Iterator[Callable[[str], Store]]:
    """Give a function that makes an empty database of a kind for a scene."""
    folder.mkdir(parents=True, exist_ok=True)
    if database == "sqlite":
        yield lambda name: SqliteStore(folder / name / "home" / "diembao.db")
        return
    server = start_postgres(lambda: folder / f"server-{len(list(folder.iterdir()))}")
    try:
        yield lambda name: PostgresStore(server, name)
    finally:
        server.cleanup()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description="Print the table of chaos.")
    parser.add_argument("--scale", type=float, default=1.0, help="of the counts; 0.1: a tenth of each")
    parser.add_argument("--only", nargs="+", choices=TROUBLES, default=list(TROUBLES))
    parser.add_argument("--database", nargs="+", choices=("sqlite", "postgres"), default=["sqlite", "postgres"])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        rows = play(Path(folder), options.only, options.database, options.scale, options.seed)
    print("\n" + table(rows), flush=True)
    return int(any(row.problems or row.wrongly_well or row.done < row.planned for row in rows))
