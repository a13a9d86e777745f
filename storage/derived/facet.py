"""The derived tables' part of the database: facts for counting, and articles chosen by them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Engine

from pipeline.records import Item, Relevance
from pipeline.tables.facts import Fact
from storage.articles.items import load_chosen
from storage.derived.facts import load_events, load_facts, sample_texts
from storage.engine.facet import Facet


class Derived(Facet):
    """Derived tables of one database; `catch_up` fills in what is stored and not in them yet."""

    def __init__(self, engine: Engine, catch_up: Callable[[], int]) -> None:
        super().__init__(engine)
        self._catch_up = catch_up

    def facts(
        self, start: datetime, end: datetime, /, *, relevance: Sequence[Relevance] = ("main", "mention")
    ) -> Iterator[Fact]:
        """Yield the facts of every article published (else first seen) in [start, end), in no order."""
        self._catch_up()
        with self._reading() as connection:
            yield from load_facts(connection, start, end, relevance)

    def events(self, start: datetime, end: datetime, /) -> list[tuple[str, str]]:
        """Return each event of articles about the province of [start, end) with each source that took it up."""
        self._catch_up()
        with self._reading() as connection:
            return list(load_events(connection, start, end))

    def sample_items(self, start: datetime, end: datetime, most: int, /) -> list[Item]:
        """Return at most `most` Vietnamese articles about the province of [start, end), each of another story.

        The choice is random, and the same as long as the stored articles are the same.
        """
        self._catch_up()
        with self._reading() as connection:
            return list(load_chosen(connection, sample_texts(connection, start, end, most)).values())
