"""What another installation collects → the database of a province that uses its collection: no request is made."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.load import Faults, resolve
from config.settings import load_settings
from diembao.jobs.register.aftermath import ask_for_looks
from diembao.system.clock import now
from diembao.system.home import Home
from diembao.system.secrets import secret
from pipeline.i18n.catalogs import mark
from storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diembao.jobs.collection.collect import Progress
    from pipeline.register.rules import RegisterRules
    from storage.database import Database


@dataclass(slots=True)
class TakenOver:
    """Rows that were taken over: polls of feeds, links, fetches of pages, and pages."""

    polls: int = 0
    links: int = 0
    fetches: int = 0
    pages: int = 0
    #: looks at pages of the register that were asked of the collection
    asked: int = 0


def collecting_address(home: Home, own_address: str) -> str | None:
    """Return the address of the database of the installation that collects for a home; None where it does so itself.

    Raises ConfigError where the two installations do not fit each other.
    """
    settings = load_settings(home.config).collection
    if not settings.home:
        return None
    there = Home(settings.folder(home.root))
    faults = Faults(*resolve(home.config, "settings.toml"))
    key = ("collection", "home")
    if not (there.config / "settings.toml").exists():
        faults.add(key, mark("there is no installation in {folder}"), folder=there.root)
        faults.raise_any()
    theirs = load_settings(there.config)
    address = secret("DIEMBAO_COLLECTION_DATABASE") or settings.database or theirs.storage.database
    address = address or f"sqlite:///{there.database}"
    if there.root == home.root.resolve() or address == own_address:
        faults.add(key, mark("is this installation itself, or has the same database: {folder}"), folder=there.root)
    elif theirs.collection.home:
        words = mark("{folder} does not collect itself: its pages come from {home}")
        faults.add(key, words, folder=there.root, home=theirs.collection.folder(there.root))
    elif not theirs.process.share_days:
        words = mark("{folder} keeps nothing for others: write share_days = 30 under [process] of its settings.toml")
        faults.add(key, words, folder=there.root)
    faults.raise_any()
    return address


@contextmanager
def open_collecting(home: Home, own_address: str) -> Iterator[Database | None]:
    """Open the database of the installation that collects for a home; None where that home collects for itself.

    Raises ConfigError where the two installations do not fit each other, StorageError.
    """
    if (address := collecting_address(home, own_address)) is None:
        yield None
        return
    storage = open_database(address)
    try:
        yield storage
    finally:
        storage.close()


def take_over(
    storage: Database, collecting: Database, register: RegisterRules | None, *, progress: Progress
) -> TakenOver:
    """Store all that was collected since the last time; ask for the pages that the register wants to see again."""
    began = now()
    run = storage.service.begin_run("collect", began)
    taken = TakenOver()
    if register is not None:
        ask_for_looks(storage, register, began)
    if wanted := storage.sharing.wanted_links(began):
        taken.asked = collecting.sharing.ask_for(wanted, began)
    positions = storage.sharing.positions() or collecting.sharing.first_positions()
    has_more = True
    while has_more:
        part = collecting.sharing.part_after(positions)
        storage.sharing.save_part(run, part, now())
        positions, has_more = part.positions, part.has_more
        taken.polls += len(part.polls)
        taken.links += len(part.links)
        taken.fetches += len(part.fetches)
        taken.pages += len(part.documents)
        progress("collect", taken.pages, taken.pages)
    counts = {"polls": taken.polls, "links": taken.links, "fetches": taken.fetches, "pages": taken.pages}
    storage.service.end_run(run, now(), 0, counts)
    return taken
