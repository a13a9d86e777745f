"""Rows past their retention limit: how many there are, and their deletion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from diembao.system.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import RetentionSettings
    from storage.database import Database
    from storage.maintenance.retention import Expired, Limits


@dataclass(frozen=True, slots=True)
class RetentionResult:
    expired: list[Expired]
    #: Rows deleted by kind; None where nothing was to be deleted.
    deleted: dict[str, int] | None
    #: Bytes of the database file that hold nothing.
    free_bytes: int


def apply_retention(
    storage: Database,
    settings: RetentionSettings,
    *,
    delete: bool,
    vacuum: bool,
    progress: Callable[[str, int, int], None],
) -> RetentionResult:
    """Count what is past its limit; delete it (as a job run) and shrink the database file where that is asked for."""
    at = now()
    limits = _limits(settings, at)
    expired = storage.maintenance.plan(limits)
    deleted = None
    if delete:
        run = storage.service.begin_run("retention", at)
        deleted = storage.maintenance.purge(limits, at, progress)
        storage.service.end_run(run, now(), 0, deleted)
    if vacuum:
        storage.maintenance.vacuum()
    return RetentionResult(expired, deleted, storage.maintenance.free_bytes())


def _limits(settings: RetentionSettings, at: datetime) -> Limits:
    from storage.maintenance.retention import Limits

    def days_before(days: int) -> datetime | None:
        return (at - timedelta(days=days)).astimezone(UTC) if days else None

    return Limits(
        days_before(settings.irrelevant_pages_days),
        days_before(settings.coverage_pages_days),
        days_before(settings.attempts_days),
        days_before(settings.irrelevant_texts_days),
    )
