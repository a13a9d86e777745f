"""Rows past their retention limit: how many there are, and their deletion.

A day is over once the clock says so and something was collected on a later day: a clock that says 2035 for an hour
takes nothing away, and adds at most one day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from diembao.system.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from config.settings import RetentionSettings
    from diembao.system.home import Home
    from pipeline.records import StoredImage
    from storage.database import Database
    from storage.maintenance.retention import Expired, Limits


@dataclass(frozen=True, slots=True)
class RetentionResult:
    expired: list[Expired]
    #: Rows deleted by kind; None where nothing was to be deleted.
    deleted: dict[str, int] | None
    #: Bytes of the database file that hold nothing.
    free_bytes: int
    #: Whether rows stay that are too old by the clock alone, because collection has worked on fewer days since.
    held_back: bool


def apply_retention(
    storage: Database,
    home: Home,
    settings: RetentionSettings,
    *,
    delete: bool,
    vacuum: bool,
    notes_days: int = 0,
    progress: Callable[[str, int, int], None],
) -> RetentionResult:
    """Count what is past its limit; delete it (as a job run) and shrink the database file where that is asked for.

    `notes_days`: [retention] of register.toml.
    """
    from diembao.jobs.collection.page_images import delete_images
    from storage.maintenance.retention import Expired

    at = now()
    limits = _limits(storage, settings, at)
    by_clock = _limits(None, settings, at)
    held_back = limits != by_clock and _rows(storage, by_clock) > _rows(storage, limits)
    images, strays = _old_images(storage, home, settings, limits, at)
    size = sum(image.size for image in images) + sum(path.stat().st_size for path in strays)
    expired = [*storage.maintenance.plan(limits), Expired("page_images", len(images) + len(strays), size)]
    expired.append(_old_notes(storage, notes_days, at))
    deleted = None
    if delete:
        run = storage.service.begin_run("retention", at)
        deleted = storage.maintenance.purge(limits, at, progress)
        deleted["page_images"] = delete_images(storage, home, images, at) + len(strays)
        deleted["matter_notes"] = erase_old_notes(storage, notes_days, at)
        for path in strays:
            path.unlink(missing_ok=True)
        storage.service.end_run(run, now(), 0, deleted)
    if vacuum:
        storage.maintenance.vacuum()
    return RetentionResult(expired, deleted, storage.maintenance.free_bytes(), held_back)


def erase_old_notes(storage: Database, days: int, at: datetime) -> int:
    """Erase the notes of matters that were over for so many days (0: never); return how many."""
    before = _days_before(storage, days, at)
    if before is None or not storage.register.count_old_notes(before)[0]:
        return 0
    return storage.register.erase_notes(before, at)


def _old_notes(storage: Database, days: int, at: datetime) -> Expired:
    from storage.maintenance.retention import Expired

    before = _days_before(storage, days, at)
    return Expired("matter_notes", *((0, 0) if before is None else storage.register.count_old_notes(before)))


def _old_images(
    storage: Database, home: Home, settings: RetentionSettings, limits: Limits, at: datetime
) -> tuple[list[StoredImage], list[Path]]:
    """Return the images past their limit, and files as old that no image names."""
    from diembao.jobs.collection.page_images import stray_files

    before = _days_before(storage, settings.images_days, at)
    images = storage.page_images.expired(before, limits.irrelevant_pages)
    return images, [] if before is None else stray_files(storage, home, before)


def _rows(storage: Database, limits: Limits) -> int:
    return sum(kind.rows for kind in storage.maintenance.plan(limits))


def _limits(storage: Database | None, settings: RetentionSettings, at: datetime) -> Limits:
    """Return the limits by the clock and by the days of collection; without a database by the clock alone."""
    from storage.maintenance.retention import Limits

    return Limits(
        _days_before(storage, settings.irrelevant_pages_days, at),
        _days_before(storage, settings.coverage_pages_days, at),
        _days_before(storage, settings.attempts_days, at),
        _days_before(storage, settings.irrelevant_texts_days, at),
    )


def _days_before(storage: Database | None, days: int, at: datetime) -> datetime | None:
    if not days:
        return None
    by_clock = (at - timedelta(days=days)).astimezone(UTC)
    if storage is None:
        return by_clock
    since = storage.maintenance.collected_since(days)
    return None if since is None else min(by_clock, since)
