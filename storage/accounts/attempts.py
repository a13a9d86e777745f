"""Attempts to sign in: counted by name and by place, so that guessing gets slower and slower."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from pipeline.records.accounts import Failures
from storage.schema.accounts import sign_in_attempts

#: How long attempts are kept.
_KEPT = timedelta(days=30)

#: Failures so far → seconds to wait from now on; 0 lets the attempt be made.
Delay = Callable[[Failures], float]


def begin_attempt(
    connection: Connection, name: str, source: str, at: datetime, since: datetime, delay: Delay
) -> tuple[int, float]:
    """See storage.accounts.facet.Accounts.begin_attempt."""
    wait = delay(count_failures(connection, name, source, since))
    if wait > 0:
        return 0, wait
    connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.at < at - _KEPT))
    values = {"at": at, "name_hash": _hash(name), "source": source, "succeeded": 0}
    inserted = connection.execute(insert(sign_in_attempts).values(**values)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0]), 0.0


def succeed(connection: Connection, attempt: int) -> None:
    """Note that an attempt was one that got in."""
    connection.execute(update(sign_in_attempts).where(sign_in_attempts.c.id == attempt).values(succeeded=1))


def count_failures(connection: Connection, name: str, source: str, since: datetime) -> Failures:
    """Return the failures since a time, of the pair only those after its last success."""
    columns = sign_in_attempts.c
    of_name, of_source = columns.name_hash == _hash(name), columns.source == source
    last = select(func.max(columns.id)).where(of_name, of_source, columns.at >= since, columns.succeeded == 1)
    success = connection.execute(last).scalar() or 0
    pair, pair_last = _failures(connection, since, of_name, of_source, columns.id > success)
    everywhere, source_last = _failures(connection, since, of_source)
    name_failures, _ = _failures(connection, since, of_name)
    return Failures(pair, pair_last, everywhere, source_last, name_failures)


def _failures(connection: Connection, since: datetime, *conditions: ColumnElement[bool]) -> tuple[int, datetime | None]:
    columns = sign_in_attempts.c
    query = select(func.count(), func.max(columns.at)).where(columns.at >= since, columns.succeeded == 0, *conditions)
    row = connection.execute(query).one()
    return int(row[0]), row[1]


def _hash(name: str) -> str:
    return hashlib.sha256(name.casefold().encode("utf-8", "replace")).hexdigest()
