"""The exports' part of the database: rows of the tables of tags, stories, days and links."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from pipeline.records import Item, SourceDay
from pipeline.tables.columns import Cell
from pipeline.tables.csv_rows import CsvRow
from pipeline.tables.narrow_rows import DayFact, StoryPart, TaggedItem
from storage.engine.facet import Facet
from storage.exports.choice import ArticleChoice
from storage.exports.counted_days import load_counted_days
from storage.exports.csv_rows import load_csv_rows
from storage.exports.day_facts import load_day_facts, load_outlets
from storage.exports.json_lines import load_json_lines
from storage.exports.ledger_rows import load_ledger_rows
from storage.exports.narrow_rows import load_story_parts, load_tagged


class Exports(Facet):
    """Tables of one database, as they stand today; `catch_up` fills in what is stored and not among the facts yet."""

    def __init__(self, engine: Engine, catch_up: Callable[[], int]) -> None:
        super().__init__(engine)
        self._catch_up = catch_up

    def tagged_items(self, choice: ArticleChoice, /) -> Iterator[TaggedItem]:
        """Yield the chosen articles with their tags, newest first: those of Articles.items, without their texts."""
        self._catch_up()
        with self._reading() as connection:
            yield from load_tagged(connection, choice)

    def story_parts(self, choice: ArticleChoice, /) -> Iterator[StoryPart]:
        """Yield the chosen articles as parts of their stories, story by story."""
        self._catch_up()
        with self._reading() as connection:
            yield from load_story_parts(connection, choice)

    def day_facts(self, choice: ArticleChoice, zone: ZoneInfo, /) -> Iterator[DayFact]:
        """Yield what the figures of each day count, by day. Days are calendar days of `zone`."""
        self._catch_up()
        with self._reading() as connection:
            yield from load_day_facts(connection, choice, zone)

    def outlets(self, choice: ArticleChoice, /) -> dict[str, tuple[str, str, str]]:
        """Return name, country and category of every outlet; the latter two '' where no chosen article is of it."""
        self._catch_up()
        with self._reading() as connection:
            return load_outlets(connection, choice)

    def csv_rows(self, choice: ArticleChoice, /, *, exact: bool = False) -> Iterator[CsvRow]:
        """Yield the rows of the chosen articles as tables list them, newest first: those of Articles.items.

        `exact`: whether a row whose cells do not tell all that other formats list has the whole article.
        """
        self._catch_up()
        with self._reading() as connection:
            yield from load_csv_rows(connection, choice, exact=exact)

    def json_lines(self, choice: ArticleChoice, /) -> Iterator[bytes | Item]:
        """Yield the chosen articles with translations, newest first: as lines of JSON, or whole where they differ."""
        self._catch_up()
        with self._reading() as connection:
            yield from load_json_lines(connection, choice)

    def counted_days(
        self, days: Iterable[tuple[date, datetime, datetime]], /
    ) -> Iterator[tuple[date, list[SourceDay]]]:
        """Yield each day, given with its bounds [start, end), with what the table of days lists of every source."""
        with self._reading() as connection:
            yield from load_counted_days(connection, days)

    def ledger_rows(self, start: datetime, end: datetime, source_ids: Sequence[str], /) -> Iterator[tuple[Cell, ...]]:
        """Yield the cells of what Crawl.ledger yields."""
        with self._reading() as connection:
            yield from load_ledger_rows(connection, start, end, source_ids)
