"""What keeps the register from its work → what status and alerts say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from config.schedule import Job
    from storage.database import Database


def register_causes(
    storage: Database, folder: Path, jobs: Sequence[Job], at: datetime, zone: tzinfo
) -> Iterator[tuple[str, str]]:
    """Yield (cause of an alert, its text) for what is wrong with the register; nothing where it holds no matter.

    `folder`: the home's configuration, which may not exist. Raises StorageError.
    """
    if not storage.maintenance.holds_matters():
        return
    from diembao.jobs.register_upkeep.obstacles import find_obstacles

    yield from find_obstacles(storage, folder, jobs, at, zone)


def register_troubles(storage: Database, folder: Path, jobs: Sequence[Job], at: datetime, zone: tzinfo) -> list[str]:
    """Return the same as messages of one line each."""
    return [text.replace("\n", " ") for _, text in register_causes(storage, folder, jobs, at, zone)]
