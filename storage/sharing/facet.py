"""The sharing of a collection: both sides of it, each in its own database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from storage.engine.facet import Facet
from storage.sharing import collected, taking

if TYPE_CHECKING:
    from storage.sharing.records import CrawlPart, Positions, SharedReading


class Sharing(Facet):
    """What a database that collects gives to others, and what a database takes over."""

    # of the database that collects
    def first_positions(self) -> Positions:
        """Return where a province begins that takes over for the first time."""
        with self._reading() as connection:
            return collected.first_positions(connection)

    def part_after(self, positions: Positions, /) -> CrawlPart:
        """Return rows of the crawl after these positions, some thousands at most."""
        with self._reading() as connection:
            return collected.load_part(connection, positions)

    def readings(self, pages: Mapping[int, tuple[str, datetime]], /) -> dict[int, SharedReading]:
        """Return what is known of pages, given by id with address and time of fetching."""
        with self._reading() as connection:
            return collected.load_readings(connection, pages)

    def forget_readings(self, before: datetime, /) -> int:
        """Delete what was read of pages before a moment; return of how many."""
        with self._writing() as connection:
            return collected.forget_readings(connection, before)

    def watch_pages(self, numbers: Sequence[int], at: datetime, /) -> None:
        """Look again at these pages, by the ids of documents, as at those about the own province."""
        with self._writing() as connection:
            collected.watch_pages(connection, numbers, at)

    def ask_for(self, urls: Sequence[str], at: datetime, /) -> int:
        """Let the pages of known links be fetched with the next collection; return how many that changes."""
        with self._writing() as connection:
            return collected.ask_for(connection, urls, at)

    # of the database that takes over
    def positions(self) -> Positions | None:
        """Return how far the collection was taken over; None: never yet."""
        with self._reading() as connection:
            return taking.load_positions(connection)

    def save_part(self, run: int, part: CrawlPart, at: datetime, /) -> None:
        """Store rows of the crawl and the positions behind them in one transaction."""
        with self._writing() as connection:
            taking.store_part(connection, run, part, at)

    def numbers(self, document_ids: Sequence[int], /) -> dict[int, int]:
        """Return the ids that pages have in the collecting database, by their ids here."""
        with self._reading() as connection:
            return taking.load_numbers(connection, document_ids)

    def keep_pages(self, bodies: Mapping[int, bytes], /) -> None:
        """Store the compressed bytes of pages, by their ids here."""
        with self._writing() as connection:
            taking.keep_pages(connection, bodies)

    def wanted_links(self, at: datetime, /) -> list[str]:
        """Return the addresses of links at whose pages another look is wanted."""
        with self._reading() as connection:
            return taking.load_wanted(connection, at)
