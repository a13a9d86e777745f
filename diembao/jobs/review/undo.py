"""The undoing of what an account did last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diembao.jobs.review.acts import agree
from pipeline.records.reviews import ActResult, Clash

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.records.audit import Actor
    from pipeline.records.reviews import PastAct
    from storage.database import Database


def undo(storage: Database, actor: Actor, at: datetime, action: int | None = None) -> ActResult | Clash | None:
    """Take back the last act of the actor's account that holds, or the act of that number, among its last 50.

    A bulk act is one act. A Clash says who has acted on which of its articles since; then nothing is changed. None
    where there is nothing to take back. The undoing has an audit entry of its own.
    """
    result = storage.reviews.undo(actor, at, action)
    if isinstance(result, ActResult):
        agree(storage, result)
    return result


def undoable_acts(storage: Database, account: int) -> list[PastAct]:
    """Return the acts of an account that can be undone, the newest first."""
    return [act for act in storage.reviews.past_acts(account=account) if act.undone_at is None]
