"""Articles and stories that departments are to look at, with a day and whether it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from diembao.jobs.periods import local_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from config.settings import Settings
    from pipeline.records.accounts import Account
    from pipeline.records.audit import Actor
    from pipeline.records.reviews import Assignment
    from storage.database import Database
    from storage.reviews.rows import QueueRow


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment with the article that it is about, as a row of a list."""

    assignment: Assignment
    article: QueueRow | None
    #: whether its day is over and it is not done
    overdue: bool


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


def tasks(
    storage: Database, settings: Settings, at: datetime, *, department: int | None = None, is_open: bool = False
) -> Sequence[Task]:
    """Return the assignments of a department (None: of all), those due first before the others, done ones last."""
    found = storage.reviews.assignments(department=department, is_open=is_open)
    today = local_day(at, ZoneInfo(settings.province.time_zone))
    rows = {row.key: row for row in storage.reviews.rows([one.item for one in found], at)}
    return [
        Task(one, rows.get(one.item), one.done_at is None and one.due is not None and one.due < today) for one in found
    ]
