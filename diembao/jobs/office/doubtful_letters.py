"""Letters of the desk of which nobody knows whether they arrived: found, and settled by a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.records.reviews import Letter
    from storage.database import Database

#: Time after which a letter that was begun and not ended is in doubt: who sends it may still be at work before.
DOUBTFUL = timedelta(minutes=5)


def letters_in_doubt(storage: Database, at: datetime) -> list[Letter]:
    """Return the letters that may or may not have arrived."""
    return storage.letters.unsure(at - DOUBTFUL)


def settle_letters(storage: Database, at: datetime, *, arrived: bool) -> int:
    """Say of the letters in doubt that they arrived, or that they are to be sent anew; return how many."""
    return storage.letters.settle(at - DOUBTFUL, arrived)
