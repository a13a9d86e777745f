"""The provinces that one pass over archives serves: for each its folder, rules, sources and database."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from config.settings import load_settings
from config.sources import load_sources
from diembao.encoding.rules import load_rules
from diembao.system.home import Home
from pipeline.records import Source
from pipeline.rules.rulebook import Rulebook
from storage.database import Database, open_database


@dataclass(frozen=True, slots=True)
class Province:
    """One configuration with its database, which is open and locked."""

    home: Home
    rules: Rulebook
    sources: tuple[Source, ...]
    storage: Database


@contextmanager
def open_provinces(homes: Sequence[Home], own_address: str = "") -> Iterator[list[Province]]:
    """Give the provinces of these home folders, each locked against another backfill.

    `own_address`: the database of a single one; '': by its settings. Raises ConfigError, StorageError, HomeInUse.
    """
    with ExitStack() as stack:
        provinces: list[Province] = []
        for home in homes:
            settings = load_settings(home.config)
            rules = load_rules(home.config, settings.encoder, home.root)
            sources = tuple(load_sources(home.config))
            stack.enter_context(home.lock("backfill"))
            home.root.mkdir(parents=True, exist_ok=True)
            storage = open_database(own_address or settings.storage.database or f"sqlite:///{home.database}")
            stack.callback(storage.close)
            provinces.append(Province(home, rules, sources, storage))
        yield provinces
