"""One run of what the register does by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from diembao.jobs.periods import local_day
from diembao.jobs.register_upkeep.reminders import remind, warn_of_clocks
from diembao.jobs.register_upkeep.transfers import transfer_matters
from diembao.jobs.retention import erase_old_notes

if TYPE_CHECKING:
    from datetime import datetime

    from config.register.book import RegisterBook
    from config.settings import Settings
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a run did."""

    #: matters handed over to units that took over
    transferred: int
    #: letters of the day, and about clocks, put into the outbox
    reminders: int
    clocks: int
    #: notes whose text was erased
    notes: int


def keep_up(storage: Database, book: RegisterBook, settings: Settings, at: datetime) -> Upkeep:
    """Do what is due at a moment: transfers first, so that the unit that took over is told.

    Nothing is done twice, however often this runs. Raises StorageError.
    """
    zone = ZoneInfo(settings.province.time_zone)
    transferred = transfer_matters(storage, book, local_day(at, zone), at)
    return Upkeep(
        transferred,
        remind(storage, book, zone, at),
        warn_of_clocks(storage, book, zone, at),
        erase_old_notes(storage, book.rules.retention.notes_days, at),
    )
