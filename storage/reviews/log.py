"""The log of acts at the desk: what was done to which articles, with what undoes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from pipeline.records.audit import Actor
from pipeline.records.reviews import LastWord, PastAct, ReviewAct
from storage.accounts.names import account_names
from storage.schema.reviews import assignments, comments, review_action_items, review_actions

#: Acts of one account that can be undone, the newest.
UNDOABLE = 50
#: Acts of an account that tell its pace, the newest: more than anybody does in some minutes.
_PACED = 500
#: Longer than this between two decisions is a pause.
_PAUSE = timedelta(minutes=2)
#: Times between two decisions from which on a pace is told.
_LEAST_SPENT = 2
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """What an act changed in one article: its snapshots (storage.reviews.states) and the decisions it stored."""

    key: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    decisions: Sequence[int] = ()


def store_action(
    connection: Connection, actor: Actor, act: ReviewAct, at: datetime, changed: Sequence[Changed], change: Any
) -> int:
    """Store an act; return its number."""
    row = {
        "account": actor.account,
        "who": "" if actor.account is not None else actor.name,
        "kind": act.kind,
        "at": at,
        "value": act.value,
        "note": act.note,
        "change": change,
    }
    inserted = connection.execute(insert(review_actions).values(**row)).inserted_primary_key
    assert inserted is not None
    number = int(inserted[0])
    connection.execute(
        insert(review_action_items),
        [
            {
                "action_id": number,
                "item_key": one.key,
                "before": dict(one.before),
                "after": dict(one.after),
                "decisions": list(one.decisions),
            }
            for one in changed
        ],
    )
    return number


def mark_undone(connection: Connection, number: int, at: datetime) -> None:
    connection.execute(update(review_actions).where(review_actions.c.id == number).values(undone_at=at))


def undoable(connection: Connection, account: int, number: int | None) -> Any | None:
    """Return the row of an account's last act that holds, or of the one of that number; None where there is none.

    Only its last 50 acts count.
    """
    columns = (review_actions.c.id, review_actions.c.undone_at)
    newest = select(*columns).where(review_actions.c.account == account).order_by(review_actions.c.id.desc())
    ids = [row.id for row in connection.execute(newest.limit(UNDOABLE)) if row.undone_at is None]
    wanted = ids[0] if number is None and ids else number
    if wanted is None or wanted not in ids:
        return None
    return connection.execute(select(review_actions).where(review_actions.c.id == wanted)).one()


def last_word(connection: Connection, account: int) -> LastWord | None:
    """Return the comment or assignment that an account made after its last act or undoing; None where there is none.

    Only the newest of all accounts are looked at: it is about what somebody has just done.
    """
    newest: Any = (
        select(review_actions.c.at, review_actions.c.undone_at)
        .where(review_actions.c.account == account)
        .order_by(review_actions.c.id.desc())
        .limit(UNDOABLE)
    )
    moments = [at for row in connection.execute(newest) for at in (row.at, row.undone_at) if at is not None]
    found: list[tuple[datetime, LastWord]] = []
    kinds: tuple[tuple[Literal["comment", "assignment"], Any], ...] = (
        ("comment", comments), ("assignment", assignments)
    )  # fmt: skip
    for kind, table in kinds:
        columns = (table.c.id, table.c.item_key, table.c.account, table.c.at)
        recent = select(*columns).order_by(table.c.id.desc()).limit(_PACED).subquery()
        own = select(recent).where(recent.c.account == account).order_by(recent.c.at.desc(), recent.c.id.desc())
        if (row := connection.execute(own.limit(1)).first()) is not None:
            found.append((row.at, LastWord(kind, row.id, row.item_key)))
    at, word = max(found, key=lambda pair: pair[0], default=(None, None))
    return word if at is not None and all(moment < at for moment in moments) else None


def changed_by(connection: Connection, number: int) -> list[Changed]:
    """Return what an act changed, an article each."""
    query = select(review_action_items).where(review_action_items.c.action_id == number)
    rows = connection.execute(query.order_by(review_action_items.c.item_key))
    return [Changed(row.item_key, row.before, row.after, row.decisions) for row in rows]


def later_acts(connection: Connection, keys: Sequence[str], number: int) -> dict[str, str]:
    """Return by key the kind of the last act on an article after the act of that number, of those that hold."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), _CHUNK):
        query = (
            select(review_action_items.c.item_key, review_actions.c.kind)
            .join(review_actions, review_actions.c.id == review_action_items.c.action_id)
            .where(
                review_action_items.c.item_key.in_(keys[start : start + _CHUNK]),
                review_action_items.c.action_id > number,
                review_actions.c.undone_at.is_(None),
            )
            .order_by(review_actions.c.id)
        )
        found |= {row.item_key: row.kind for row in connection.execute(query)}
    return found


def last_kinds(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return by key the kind of the last act on an article, of those that hold."""
    return later_acts(connection, keys, 0)


def past_acts(connection: Connection, *, account: int | None = None, item: str = "", limit: int) -> list[PastAct]:
    """Return acts of an account or on an article, the newest first."""
    query = select(review_actions).order_by(review_actions.c.id.desc()).limit(limit)
    if account is not None:
        query = query.where(review_actions.c.account == account)
    if item:
        of_item = select(review_action_items.c.action_id).where(review_action_items.c.item_key == item)
        query = query.where(review_actions.c.id.in_(of_item))
    rows = connection.execute(query).all()
    changes: dict[int, list[Any]] = {}
    of_acts = review_action_items.c.action_id.in_([row.id for row in rows])
    narrow = select(review_action_items).where(of_acts)
    for change in connection.execute(narrow.where(review_action_items.c.item_key == item) if item else narrow):
        changes.setdefault(change.action_id, []).append(change)
    names = account_names(connection, (row.account for row in rows))
    return [
        PastAct(
            row.id,
            row.account,
            row.who or names.get(row.account, ""),
            row.kind,
            row.at,
            row.value,
            row.note,
            tuple(change.item_key for change in changes.get(row.id, ())),
            row.undone_at,
            {change.item_key: change.before for change in changes.get(row.id, ())},
            {change.item_key: change.after for change in changes.get(row.id, ())},
        )
        for row in rows
    ]


def pace(connection: Connection, account: int, at: datetime, minutes: int) -> float | None:
    """Return the seconds that an account took for an article lately, the median; None: too few decisions to tell.

    Whole lists marked as reviewed say nothing of how long an article takes: they do not count. Neither do pauses.
    """
    mine = select(review_actions.c.id).where(review_actions.c.account == account)
    # By the newest of them alone, so that years of work cost nothing.
    newest = mine.order_by(review_actions.c.id.desc()).limit(_PACED).subquery()
    query = (
        select(review_actions.c.at, func.count())
        .select_from(newest)
        .join(review_actions, review_actions.c.id == newest.c.id)
        .join(review_action_items, review_action_items.c.action_id == review_actions.c.id)
        .where(
            review_actions.c.at > at - timedelta(minutes=minutes),
            review_actions.c.at <= at,
            review_actions.c.undone_at.is_(None),
            review_actions.c.kind.in_(("approve", "reject")),
        )
        .group_by(review_actions.c.id, review_actions.c.at)
        .order_by(review_actions.c.at, review_actions.c.id)
    )
    acts: list[tuple[datetime, int]] = [(row[0], int(row[1])) for row in connection.execute(query)]
    gaps = [(later - earlier, articles) for (earlier, _), (later, articles) in pairwise(acts)]
    spent = [gap.total_seconds() / articles for gap, articles in gaps if gap <= _PAUSE]
    return median(spent) if len(spent) >= _LEAST_SPENT else None
