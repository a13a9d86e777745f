"""A home folder → its tables as pandas DataFrames, for analysts' own notebooks; see docs/notebooks/."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from diembao.jobs.export import ExportRequest, rows_of
from pipeline.records import Relevance
from storage.database import Database

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Notebook:
    """The tables of one home folder; every method queries the database anew.

    `since` and `until` are local days, both included; None: no limit.
    """

    storage: Database
    zone: ZoneInfo
    #: Vietnamese names of topics, by id
    topic_labels: dict[str, str]

    def articles(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return articles about the province or naming it, one row each, with the columns of `items`."""
        return self._frame("items", since, until)

    def stories(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return stories, one row each: a report and the outlets that carried it, counted within these days."""
        return self._frame("stories", since, until)

    def tags(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return the places and topics of articles, one row each."""
        return self._frame("tags", since, until)

    def daily(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return the number of articles of each outlet on each day; NA where it was not read on that day."""
        return self._frame("daily", since, until)

    def ledger(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return the links that were found or fetched in these days, one row each, with their outcome."""
        return self._frame("ledger", since, until)

    def _frame(
        self,
        table: str,
        since: date | None,
        until: date | None,
        relevance: Sequence[Relevance] = ("main", "mention"),
    ) -> "pd.DataFrame":
        from analysis.frames import frame
        from analysis.tables.definitions import TABLES

        request = ExportRequest(table, since, until, relevance, (), (), self.zone)
        return frame(TABLES[table].columns, rows_of(self.storage, request, self.topic_labels), zone=self.zone)


@contextmanager
def open_home(home: Path | str | None = None) -> Iterator[Notebook]:
    """Open a home folder (None: $DIEMBAO_HOME, else the platform's folder) for reading.

    Raises StorageError and ConfigError.
    """
    from diembao.cli.context import CliContext
    from diembao.system.home import Home, default_home

    app = CliContext(Home(Path(home) if home is not None else default_home()), False, quiet=True, as_json=False)
    labels = {topic.id: topic.label_vi for topic in app.rules().topics.topic}
    with app.storage() as storage:
        yield Notebook(storage, ZoneInfo(app.settings().province.time_zone), labels)
