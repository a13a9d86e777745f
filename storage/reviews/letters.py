"""Letters that are due: one for each cause and account, begun at most as often as its attempts fail for sure."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from pipeline.records.reviews import Letter
from storage.engine.facet import Facet
from storage.schema.reviews import letters


def store_letters(connection: Connection, cause: str, to: Iterable[int], at: datetime) -> None:
    """Let letters about a cause be due, to accounts that have none of that cause."""
    known = set(connection.execute(select(letters.c.account).where(letters.c.cause == cause)).scalars())
    row = {"cause": cause, "at": at, "state": "waiting", "attempts": 0, "message_id": "", "note": ""}
    new = [{**row, "account": account} for account in sorted(set(to) - known)]
    if new:
        connection.execute(insert(letters), new)


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


def _letter(row: object) -> Letter:
    return Letter(*(getattr(row, name) for name in Letter.__dataclass_fields__))
