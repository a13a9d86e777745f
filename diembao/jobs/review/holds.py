"""Soft claims: who has which article open, for 90 seconds after the last sign of life; they block nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pipeline.records.reviews import Hold
    from storage.database import Database


def hold(storage: Database, account: int, key: str, at: datetime) -> bool:
    """Say that an account has opened an article, in place of the one before; False for an unknown article."""
    return storage.reviews.hold(account, key, at)


def heartbeat(storage: Database, account: int, key: str, at: datetime) -> list[Hold]:
    """Say that an account still has an article open; return who else has."""
    storage.reviews.hold(account, key, at)
    return [one for one in storage.reviews.holds([key], at).get(key, ()) if one.account != account]


def release(storage: Database, account: int, key: str | None = None) -> None:
    """Say that an account has an article (None: whichever) no longer open."""
    storage.reviews.release(account, key)


def holders(storage: Database, keys: Sequence[str] | None, at: datetime) -> dict[str, list[Hold]]:
    """Return by key who has articles open (None: all)."""
    return storage.reviews.holds(keys, at)
