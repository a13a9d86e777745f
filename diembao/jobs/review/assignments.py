"""Articles and stories that departments are to look at, with a day and whether it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    from pipeline.records.accounts import Account
    from pipeline.records.audit import Actor
    from pipeline.records.reviews import Assignment
    from storage.database import Database


def assign(
    storage: Database,
    actor: Actor,
    key: str,
    department: int,
    at: datetime,
    *,
    scope: Literal["item", "story"] = "item",
    due: date | None = None,
    note: str = "",
) -> Assignment:
    """Assign an article, or its story, to a department; what is assigned already gets the new day and note.

    Raises StorageError, with a message for the person, for an unknown article or department.
    """
    return storage.reviews.assign(actor, key, department, at, scope=scope, due=due, note=note)


def set_done(storage: Database, actor: Actor, number: int, done: bool, at: datetime) -> Assignment:
    """Say that an assignment is done, or not. Raises StorageError for an unknown one."""
    return storage.reviews.set_done(actor, number, done, at)


def may_withdraw(account: Account, assignment: Assignment) -> bool:
    """Whether an account may take an assignment back: who made it, or an editor, before it is done."""
    is_maker = account.id == assignment.account and account.allows("assign")
    return assignment.done_at is None and (is_maker or account.allows("publish"))


def withdraw(storage: Database, actor: Actor, number: int, at: datetime) -> Assignment:
    """Take an assignment back: the department does not see its article by it any more. Raises StorageError."""
    return storage.reviews.withdraw(actor, number, at)
