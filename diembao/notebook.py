"""A home folder → what it holds as pandas DataFrames, for analysts' own notebooks; see docs/notebooks/."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from diembao.jobs.export import ExportRequest, rows_of
from pipeline.records import Relevance
from storage.base import Storage

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Notebook:
    """What the database of one home folder holds; every method reads anew."""

    storage: Storage
    zone: ZoneInfo
    #: Vietnamese names of topics, by id
    topic_labels: dict[str, str]

    def articles(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return articles about the province or naming it, one row each, with the columns of `items`."""
        return self._frame("items", since, until)

    def stories(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return stories: a report and everybody who carried it, counted within the days asked for."""
        return self._frame("stories", since, until)

    def tags(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return every place and topic of every article."""
        return self._frame("tags", since, until)

    def daily(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return what each outlet published on each day; NA where it was not read on that day."""
        return self._frame("daily", since, until)

    def ledger(self, since: date | None = None, until: date | None = None) -> "pd.DataFrame":
        """Return every link that was found or asked for in these days, and how it ended."""
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

        wanted = ExportRequest(table, since, until, relevance, (), (), self.zone)
        return frame(TABLES[table].columns, rows_of(self.storage, wanted, self.topic_labels), zone=self.zone)


@contextmanager
def open_home(home: Path | str | None = None) -> Iterator[Notebook]:
    """Open a home folder (None: $DIEMBAO_HOME, else the platform's folder) to read from; days are those of `since`
    and `until`, both included, in the province's time zone.

    Raises StorageError and ConfigError.
    """
    from diembao.cli.context import CliContext
    from diembao.system.home import Home, default_home

    app = CliContext(Home(Path(home) if home is not None else default_home()), False, quiet=True, as_json=False)
    labels = {topic.id: topic.label_vi for topic in app.rules().topics.topic}
    with app.storage() as storage:
        yield Notebook(storage, ZoneInfo(app.settings().province.time_zone), labels)
