"""Reviews, holds, comments and assignments of one database; every method that writes is one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Engine, select

from pipeline.records.accounts import Assigned
from pipeline.records.audit import Actor
from pipeline.records.reviews import ActResult, Assignment, Clash, Comment, Hold, LastWord, PastAct, Review, ReviewAct
from storage.engine.facet import Facet
from storage.reviews import acts, assignments, cards, comments, holds, log, rows, states
from storage.reviews.queues import QueueQuery, QueueRead, read_queue
from storage.reviews.rows import QueueRow, Window
from storage.reviews.undo import undo
from storage.schema.core import items


class Reviews(Facet):
    """What people do to articles at the desk."""

    def __init__(self, engine: Engine, reindex: acts.Reindex) -> None:
        super().__init__(engine)
        self._reindex = reindex

    # queue and card
    def queue(self, wanted: QueueQuery, at: datetime, /) -> QueueRead:
        """Return a queue, in one transaction: its articles in no order, and what else its page needs.

        The search index and the facts are to be up to date (`Search.catch_up`).
        """
        with self._reading() as connection:
            return read_queue(connection, wanted, at)

    def rows(self, keys: Sequence[str], at: datetime, /) -> list[QueueRow]:
        """Return articles as rows of a queue, in the order of their keys, without unknown ones."""
        with self._reading() as connection:
            return rows.load_keys(connection, keys, at)

    def sample(self, window: Window, many: int, at: datetime, /) -> list[QueueRow]:
        """Return articles of a day that the rules judged not relevant, the most doubtful first; at most so many."""
        with self._reading() as connection:
            return rows.load_sample(connection, window, many, at)

    def uncertain(self, window: Window, many: int, at: datetime, /) -> list[QueueRow]:
        """Return articles of a day that name a place which may be ours, the newest first; at most so many."""
        with self._reading() as connection:
            return rows.load_uncertain(connection, window, many, at)

    def card(self, key: str, at: datetime, /) -> cards.CardData | None:
        """Return one article with all that its card shows; None for an unknown key."""
        with self._reading() as connection:
            return cards.load_card(connection, key, at)

    def reviews(self, keys: Sequence[str], /) -> dict[str, Review]:
        """Return where articles stand, by key; those on which nobody acted are left out."""
        with self._reading() as connection:
            return states.load_reviews(connection, keys)

    def changed_since(self, since: datetime, /, limit: int = 2000) -> list[Review]:
        """Return the reviews whose last act was at `since` or later, the newest first."""
        with self._reading() as connection:
            return states.load_changed(connection, since, limit)

    def stories(self, keys: Sequence[str], /) -> list[str]:
        """Return the stories that hold these articles."""
        with self._reading() as connection:
            return sorted(connection.execute(select(items.c.story).where(items.c.key.in_(keys)).distinct()).scalars())

    # acts
    def act(self, actor: Actor, wanted: ReviewAct, at: datetime, /) -> ActResult | Clash:
        """Do an act: decisions, rulings, reviews, its row in the log and its audit entry are stored together.

        An act on several articles is done as a whole or not at all: where one of them was changed since the person saw
        it (`expected`), the answer is a Clash and nothing is stored. Only 'reviewed' leaves those out on which somebody
        decided before: it overwrites nothing. Raises StorageError for an unknown article, or a value that the kind
        cannot have.
        """
        with self._writing() as connection:
            return acts.act(connection, actor, wanted, at, self._reindex)

    def act_all(self, actor: Actor, wanted: Sequence[ReviewAct], at: datetime, /) -> list[ActResult]:
        """Do several acts in one transaction, whatever versions the articles have; each is undone by itself."""
        with self._writing() as connection:
            results = [acts.act(connection, actor, replace(one, expected={}), at, self._reindex) for one in wanted]
            return [result for result in results if isinstance(result, ActResult)]

    def undo(self, actor: Actor, at: datetime, /, action: int | None = None) -> ActResult | Clash | None:
        """Take back the last act of an account that holds, or the one of that number, among its last 50.

        What it set is as it was before, groups of stories too. Where somebody else has acted on one of the articles
        since, the answer is a Clash, and nothing is changed. None where there is nothing to take back.
        """
        with self._writing() as connection:
            return undo(connection, actor, at, self._reindex, action)

    def past_acts(self, *, account: int | None = None, item: str = "", limit: int = log.UNDOABLE) -> list[PastAct]:
        """Return acts of an account, or on an article, the newest first."""
        with self._reading() as connection:
            return log.past_acts(connection, account=account, item=item, limit=limit)

    def last_word(self, account: int, /) -> LastWord | None:
        """Return the comment or assignment that an account made after its last act or undoing; None for none."""
        with self._reading() as connection:
            return log.last_word(connection, account)

    def pace(self, account: int, at: datetime, /, minutes: int) -> float | None:
        """Return the seconds that an account took for an article in the last minutes, the median; None: not known."""
        with self._reading() as connection:
            return log.pace(connection, account, at, minutes)

    # holds
    def hold(self, account: int, key: str, at: datetime, /) -> bool:
        """Say that an account has an article open for the next 90 seconds; False for an unknown article.

        An account holds one article: the one that it opened last. Calling it again is the heartbeat.
        """
        with self._writing() as connection:
            return holds.store_hold(connection, account, key, at)

    def release(self, account: int, key: str | None = None, /) -> None:
        """Say that an account has an article (None: any) no longer open."""
        with self._writing() as connection:
            holds.drop_hold(connection, account, key)

    def holds(self, keys: Sequence[str] | None, at: datetime, /) -> dict[str, list[Hold]]:
        """Return by key who has articles open (None: all of them)."""
        with self._reading() as connection:
            return holds.load_holds(connection, keys, at)

    # comments
    def comment(self, actor: Actor, key: str, text: str, at: datetime, /) -> tuple[Comment, tuple[str, ...]]:
        """Store a comment, letters to those it names, and its audit entry; return it and the names that nobody has.

        Raises StorageError for an empty or too long text, or an unknown article.
        """
        with self._writing() as connection:
            return comments.store_comment(connection, actor, key, text, at)

    def unknown_names(self, text: str, /) -> tuple[str, ...]:
        """Return the names after '@' in a comment that neither a person nor a department has."""
        with self._reading() as connection:
            return comments.resolve(connection, comments.named_in(text))[1]

    def comments(self, keys: Sequence[str], /) -> dict[str, list[Comment]]:
        """Return the comments on articles by key, the oldest first."""
        with self._reading() as connection:
            return comments.load_comments(connection, keys)

    def comment_by_number(self, number: int, /) -> Comment | None:
        """Return a comment by its number; None for an unknown one."""
        with self._reading() as connection:
            return comments.load_comment(connection, number)

    # assignments
    def assign(
        self,
        actor: Actor,
        key: str,
        department: int,
        at: datetime,
        /,
        *,
        scope: Literal["item", "story"] = "item",
        due: date | None = None,
        note: str = "",
    ) -> Assignment:
        """Assign an article, or its story, to a department; one that is assigned already gets the new day and note.

        Its members get a letter the first time. Raises StorageError for an unknown article or department.
        """
        with self._writing() as connection:
            return assignments.assign(connection, actor, key, department, at, scope=scope, due=due, note=note)

    def set_done(self, actor: Actor, number: int, done: bool, at: datetime, /) -> Assignment:
        """Say that an assignment is done, or that it is not. Raises StorageError for an unknown one."""
        with self._writing() as connection:
            return assignments.set_done(connection, actor, number, done, at)

    def withdraw(self, actor: Actor, number: int, at: datetime, /) -> Assignment:
        """Take an assignment back, with its letters that wait; return it. Raises StorageError for an unknown one."""
        with self._writing() as connection:
            return assignments.withdraw(connection, actor, number, at)

    def assignments(
        self,
        *,
        keys: Sequence[str] | None = None,
        department: int | None = None,
        account: int | None = None,
        is_open: bool = False,
        done_since: datetime | None = None,
    ) -> list[Assignment]:
        """Return assignments of articles, to a department, or by an account, those due first first.

        With `is_open` the undone ones; with `done_since` those and what was done from then on.
        """
        with self._reading() as connection:
            return assignments.load_assignments(
                connection,
                keys=keys,
                department=department,
                account=account,
                is_open=is_open,
                done_since=done_since,
            )

    def count_open(self, department: int, /) -> int:
        """Return how many assignments a department has not done."""
        with self._reading() as connection:
            return assignments.count_open(connection, department)

    def assignment(self, number: int, /) -> Assignment | None:
        """Return an assignment by its number; None for an unknown one."""
        with self._reading() as connection:
            return next(iter(assignments.load_assignments(connection, number=number)), None)

    def assigned_to(self, department: int, /) -> Assigned:
        """Return the articles and the stories that are assigned to a department."""
        with self._reading() as connection:
            return assignments.load_assigned(connection, department)

    def is_assigned(self, department: int, key: str, /) -> bool:
        """Return whether an article is assigned to a department, itself or with its story."""
        with self._reading() as connection:
            query = assignments.assigned_keys(department).where(items.c.key == key)
            return bool(connection.execute(select(query.exists())).scalar_one())
