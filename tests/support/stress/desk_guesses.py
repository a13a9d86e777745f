"""Guessing at one account from one place and from many, with a played clock: who gets in, and what it costs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from diembao.jobs.people.sign_in import Refused, SignedIn, Visitor, sign_in
from diembao.jobs.people.tokens import device_token
from pipeline.records.accounts import Account
from storage.database import Database
from storage.schema.accounts import sign_in_attempts


@dataclass(slots=True)
class Guesses:
    """What came of it."""

    #: attempts that cost the hash of a password
    hashed: int = 0
    #: rows that were stored
    stored: int = 0
    #: attempts that got in: there must be none
    entered: int = 0
    #: attempts of the owner that were refused, from the own device and from a new one: there must be none
    owner_refused: int = 0


def guess(storage: Database, key: bytes, account: Account, password: str, begin: datetime, count: int) -> Guesses:
    """Try `count` wrong passwords four times a second, nine of ten from one place, the others from one place each.

    The owner signs in with the right one in the middle and at the end.
    """
    found, before = Guesses(), _rows(storage)
    owner = [Visitor("192.0.2.7", "own", device_token(key, account.id)), Visitor("192.0.2.8", "another browser")]
    signed_in = 0
    for n in range(count):
        at = begin + timedelta(seconds=n / 4)
        address = "203.0.113.9" if n % 10 else f"198.51.{n // 2500}.{n // 10 % 250}"
        result = sign_in(storage, key, (account.name, f"guess {n}"), Visitor(address), at)
        found.entered += not isinstance(result, Refused)
        found.hashed += not isinstance(result, Refused) or result.wait == 0
        if n in (count // 2, count - 1):
            for visitor in owner:
                is_in = isinstance(sign_in(storage, key, (account.name, password), visitor, at), SignedIn)
                signed_in += is_in
                found.owner_refused += not is_in
    found.stored = _rows(storage) - before - signed_in
    return found


def _rows(storage: Database) -> int:
    with storage.accounts._reading() as connection:
        return int(connection.execute(select(func.count()).select_from(sign_in_attempts)).scalar_one())
