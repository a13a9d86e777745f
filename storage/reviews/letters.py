"""Letters that are due: one for each cause and account, begun at most as often as its attempts fail for sure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from storage.engine.facet import Facet
from storage.schema.accounts import accounts
from storage.schema.reviews import assignments, letters

if TYPE_CHECKING:
    from pipeline.records.reviews import Letter


def store_letters(connection: Connection, cause: str, to: Iterable[int], at: datetime) -> None:
    """Let letters about a cause be due, to accounts that have none of that cause."""
    known = set(connection.execute(select(letters.c.account).where(letters.c.cause == cause)).scalars())
    row = {"cause": cause, "at": at, "state": "waiting", "attempts": 0, "message_id": "", "note": ""}
    new = [{**row, "account": account} for account in sorted(set(to) - known)]
    if new:
        connection.execute(insert(letters), new)


def _to_all(
    connection: Connection, cause: str, accounts: Collection[int], mailboxes: Collection[int], at: datetime
) -> None:
    row = {"cause": cause, "at": at, "state": "waiting", "attempts": 0, "message_id": "", "note": ""}
    for column, numbers in (("account", accounts), ("department", mailboxes)):
        if numbers:
            connection.execute(insert(letters), [{**row, column: number} for number in sorted(set(numbers))])


class Letters(Facet):
    """The outbox of one database: who sends a letter begins it first, so that nobody sends it a second time."""

    def waiting(self, at: datetime, /, limit: int = 100) -> list[Letter]:
        """Return letters that are due at a moment, the oldest first."""
        due = or_(letters.c.next_try.is_(None), letters.c.next_try <= at)
        query = select(letters).where(letters.c.state == "waiting", due).order_by(letters.c.id).limit(limit)
        with self._reading() as connection:
            return [_letter(row) for row in connection.execute(query)]

    def begin(self, number: int, message_id: str, at: datetime, /) -> bool:
        """Store that a letter is about to be sent; return False, and store nothing, where it does not wait (any more).

        A letter whose sending was begun and not ended (the machine went down) stays begun: it may have arrived.
        """
        values = {"state": "begun", "attempts": letters.c.attempts + 1, "message_id": message_id, "next_try": at}
        with self._writing() as connection:
            waiting = update(letters).where(letters.c.id == number, letters.c.state == "waiting")
            return bool(connection.execute(waiting.values(**values)).rowcount)

    def end(
        self, number: int, taken: bool, /, *, note: str = "", next_try: datetime | None = None, give_up: bool = False
    ) -> None:
        """Store that a letter was accepted; or that it surely was not, and is tried again (or given up)."""
        state = "sent" if taken else "failed" if give_up else "waiting"
        values = {"state": state, "note": note, "next_try": None if taken else next_try}
        with self._writing() as connection:
            begun = update(letters).where(letters.c.id == number, letters.c.state == "begun")
            connection.execute(begun.values(**values))

    def give_up(self, number: int, note: str, /) -> None:
        """Store that a letter that waits is not sent at all, and why (a code of the context 'letter')."""
        values = {"state": "failed", "note": note, "next_try": None}
        with self._writing() as connection:
            waiting = update(letters).where(letters.c.id == number, letters.c.state == "waiting")
            connection.execute(waiting.values(**values))

    def settle(self, before: datetime, arrived: bool, /) -> int:
        """Store of the letters in doubt (`unsure`) that they arrived, or that they wait anew; return how many."""
        values = {"state": "sent" if arrived else "waiting", "next_try": None}
        with self._writing() as connection:
            begun = update(letters).where(letters.c.state == "begun", letters.c.next_try < before)
            return connection.execute(begun.values(**values)).rowcount

    def remind(self, cause: str, day: datetime, at: datetime, /) -> None:
        """Let one letter be due to each member of the departments that have to finish something by the day after.

        `day` is the beginning of the day on which they are told; what was assigned on that day was told already.
        """
        wanted = set(self._read(_reminded(day)))
        with self._reading() as connection:
            told = connection.execute(select(letters.c.account).where(letters.c.cause == cause)).scalars()
            new = wanted - set(told)
        if new:
            with self._writing() as connection:
                store_letters(connection, cause, new, at)

    def tell(self, cause: str, to: Collection[int], mailboxes: Collection[int], at: datetime, /) -> int:
        """Let letters be due to accounts and to mailboxes of departments, all in one go; return how many.

        Nothing is stored, and 0 returned, where there are letters about that cause already, whoever stored them.
        """
        if not (to or mailboxes) or self.of_cause(cause):
            return 0
        try:
            with self._writing() as connection:
                _to_all(connection, cause, to, mailboxes, at)
        except IntegrityError:  # somebody else did so since
            return 0
        return len(set(to)) + len(set(mailboxes))

    def last_days(self, kind: str, before: date, /) -> dict[tuple[Literal["account", "mailbox"], int], date]:
        """Return by reader the last day before another of which a letter was sent, or begun: it may have arrived.

        Causes name the day: 'register 2026-11-23'. Letters that wait or were given up told nobody anything.
        """
        same = and_(letters.c.cause.like(f"{kind} ____-__-__"), letters.c.cause < f"{kind} {before.isoformat()}")
        query = (
            select(letters.c.account, letters.c.department, func.max(letters.c.cause))
            .where(same, letters.c.state.in_(("sent", "begun")))
            .group_by(letters.c.account, letters.c.department)
        )
        with self._reading() as connection:
            return {
                ("mailbox", department) if account is None else ("account", account): date.fromisoformat(cause[-10:])
                for account, department, cause in connection.execute(query)
            }

    def counts(self) -> Mapping[str, int]:
        """Return how many letters are in each state."""
        query = select(letters.c.state, func.count()).group_by(letters.c.state)
        with self._reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def oldest_waiting(self) -> datetime | None:
        """Return since when a letter has waited; None where none does."""
        query = select(letters.c.at).where(letters.c.state == "waiting").order_by(letters.c.id).limit(1)
        return next(iter(self._read(query)), None)

    def _read(self, query: Select[*tuple[Any, ...]]) -> list[Any]:
        with self._reading() as connection:
            return list(connection.execute(query).scalars())

    def of_cause(self, cause: str, /) -> list[Letter]:
        """Return the letters about a cause, e.g. 'comment 12'."""
        with self._reading() as connection:
            query = select(letters).where(letters.c.cause == cause).order_by(letters.c.id)
            return [_letter(row) for row in connection.execute(query)]

    def unsure(self, before: datetime, /) -> list[Letter]:
        """Return letters that were begun before a moment and never ended: whether they arrived is not known."""
        begun = select(letters).where(letters.c.state == "begun", letters.c.next_try < before)
        with self._reading() as connection:
            return [_letter(row) for row in connection.execute(begun.order_by(letters.c.id))]


def _reminded(day: datetime) -> Select[tuple[int]]:
    """Select the accounts of departments with something to do by the day after `day`, assigned before it."""
    tomorrow = (day + timedelta(days=1)).date().isoformat()
    is_due = (assignments.c.done_at.is_(None), assignments.c.due <= tomorrow, assignments.c.at < day)
    return (
        select(accounts.c.id)
        .where(accounts.c.disabled == 0, accounts.c.department_id.in_(select(assignments.c.department).where(*is_due)))
        .order_by(accounts.c.id)
    )


def _letter(row: object) -> Letter:
    from pipeline.records.reviews import Letter  # with all records of the desk; most readers find no letter

    return Letter(*(getattr(row, name) for name in Letter.__dataclass_fields__))
