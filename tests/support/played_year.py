"""A simulated year in a database, with its exported tables as pandas reads them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from analysis.register.state import RegisterState
from diembao.jobs.export import ExportRequest, export
from diembao.jobs.register_papers.state import register_state
from storage.database import Database
from tests.support.register_replay import (
    END,
)
from tests.support.register_year import (
    ZONE,
    RegisterYear,
)


@dataclass(frozen=True)
class Played:
    """A database with the year in it, one in how many weeks is compared, and its tables as pandas reads them."""

    storage: Database
    year: RegisterYear
    every: int
    matters: pd.DataFrame
    steps: pd.DataFrame
    contacts: pd.DataFrame

    def state(self, moment: datetime) -> RegisterState:
        return register_state(self.storage, self.year.book, ZONE, moment, years=(2026,))


def read_table(storage: Database, year: RegisterYear, table: str, folder: Path) -> pd.DataFrame:
    """Export a table of the register and return it as pandas reads it, times in the zone of the office."""
    path = folder / f"{table}.csv"
    request = ExportRequest(table, None, None, ("main",), (), (), ZONE, END)
    rows = export(storage, path, request, topic_labels={}, register=year.book)
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"refusal": str})
    assert len(frame) == rows
    for column in ("at", "opened", "answered", "settled", "ended", "closed", "due_at", "recorded", "first_seen"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column], utc=True).dt.tz_convert(ZONE.key)
    for column in ("due", "day"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column])
    return frame
