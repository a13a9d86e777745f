"""Assignments and mentions as the pages of the office list them, each only to those who may see the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from diembao.jobs.access import visible
from diembao.jobs.periods import local_day

if TYPE_CHECKING:
    from pipeline.records.accounts import Account
    from pipeline.records.reviews import Assignment
    from storage.database import Database
    from storage.office.heads import ArticleHead
    from storage.office.mentions import MentionOf

#: What is listed: what the own department has to do, what the account assigned to others, or all.
TaskView = Literal["department", "mine", "all"]
#: Days for which what is done stays in the list.
DONE_DAYS = 30
#: Mentions that are looked at for a list.
_MOST_MENTIONS = 100
#: Preference that holds the number of the last mention that was read.
READ_TO = "mentions.read"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An assignment as a row of a list; `article` None: it is gone."""

    assignment: Assignment
    article: ArticleHead | None
    #: not done, and its day is over, is today, is tomorrow
    is_overdue: bool
    is_due_today: bool
    is_due_tomorrow: bool


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A comment that names the account, on an article that it may see."""

    mention: MentionOf
    article: ArticleHead
    is_unread: bool


def views_of(account: Account) -> tuple[TaskView, ...]:
    """Return the lists that an account may choose from, the first one to begin with."""
    own: tuple[TaskView, ...] = ("department",) if account.department is not None else ()
    others: tuple[TaskView, ...] = ("mine", "all") if account.allows("assign") else ()
    return (*own, *others)


def task_rows(
    storage: Database, account: Account, view: TaskView, zone: ZoneInfo, at: datetime, *, with_done: bool = False
) -> list[TaskRow]:
    """Return the assignments of a list, those due first before the others; with those done lately where asked for."""
    if view not in views_of(account):
        return []
    found = storage.reviews.assignments(
        department=account.department if view == "department" else None,
        account=account.id if view == "mine" else None,
        is_open=not with_done,
        done_since=at - timedelta(days=DONE_DAYS),
    )
    heads = storage.office.heads(one.item for one in found)
    today = local_day(at, zone)
    return [_row(one, heads.get(one.item), today) for one in found]


def _row(one: Assignment, article: ArticleHead | None, today: date) -> TaskRow:
    due = one.due if one.done_at is None else None
    return TaskRow(
        one,
        article,
        due is not None and due < today,
        due == today,
        due == today + timedelta(days=1),
    )


def visible_assignment(storage: Database, account: Account, number: int) -> Assignment | None:
    """Return an assignment that an account may see: of the own department, or any with the permission to assign."""
    found = storage.reviews.assignment(number)
    if found is None or not (account.allows("assign") or _is_own(account, found)):
        return None
    return found


def may_finish(account: Account, assignment: Assignment) -> bool:
    """Whether an account may say that an assignment is done: as a member of the department, or as who may assign."""
    return account.allows("assign") or _is_own(account, assignment)


def _is_own(account: Account, assignment: Assignment) -> bool:
    return account.allows("assigned.read") and account.department == assignment.department


def mention_rows(storage: Database, account: Account, *, unread_only: bool = False) -> Sequence[MentionRow]:
    """Return the comments that name an account or its department, the newest first, on what it may see."""
    read_to = read_mentions_to(storage, account)
    found = storage.office.mentions(account.id, read_to if unread_only else 0, _MOST_MENTIONS)
    if not found:
        return []
    heads = storage.office.heads(one.comment.item for one in found)
    sight = visible(storage, account)
    shown = [(one, heads[one.comment.item]) for one in found if one.comment.item in heads]
    return [MentionRow(one, head, one.number > read_to) for one, head in shown if sight.shows(head.key, head.story)]


def read_mentions_to(storage: Database, account: Account) -> int:
    """Return the number of the last mention that an account has read; 0: none."""
    stored = storage.accounts.preferences(account.id).get(READ_TO)
    return stored if isinstance(stored, int) else 0


def mark_mentions_read(storage: Database, account: Account, number: int) -> None:
    """Store that an account has read its mentions up to that number; it never goes back."""
    if number > read_mentions_to(storage, account):
        storage.accounts.set_preference(account.id, READ_TO, number)
