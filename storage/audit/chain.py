"""Appending to the audit: one chain, each entry with the hash of the one before.

The row of audit_head is locked from the reading of the head to the end of the writer's transaction, so that there is
one next entry. On SQLite the transaction of a writer holds the lock of the whole file from its beginning.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from pipeline.records.audit import AuditEvent, AuditHead
from storage.engine.connection import storable
from storage.schema.audit import audit_entries, audit_head, audit_people

#: What stands in place of a hash before the first entry.
NO_HASH = "0" * 64
#: The columns of an entry that its hash covers, `previous` among them.
_HASHED = tuple(column.name for column in audit_entries.columns if column.name != "hash")
_PERSONAL = ("seq", "part", "account", "salt", "name", "address", "details")


def append(connection: Connection, event: AuditEvent) -> int:
    """Append an entry within the caller's own writing transaction; return its number.

    It is stored if, and only if, that transaction is. Raises ValueError for a number that JSON cannot hold (NaN).
    """
    if connection.get_execution_options().get("reads"):
        raise ValueError("an audit entry belongs into a transaction that writes")
    head = read_head(connection, lock=True)
    row: dict[str, Any] = {
        "seq": head.seq + 1,
        "at": time_text(event.at),
        "action": storable(event.action),
        "object_kind": storable(event.object_kind),
        "object_id": storable(event.object_id),
        "before": canonical(event.before),
        "after": canonical(event.after),
        "account": event.actor.account,
        "way": event.actor.way,
        "previous": head.hash,
    }
    people = [_person(row["seq"], "actor", event.actor.account, event.actor.name, event.actor.address)]
    if event.personal is not None:
        people.append(_person(row["seq"], "object", event.about, details=canonical(event.personal)))
    row["actor_hash"] = commitment(people[0])
    row["object_hash"] = commitment(people[1]) if len(people) > 1 else ""
    row["hash"] = entry_hash(row)
    connection.execute(insert(audit_entries).values(**row))
    connection.execute(insert(audit_people), people)
    forward = insert(audit_head).values(id=1) if not head.seq else update(audit_head).where(audit_head.c.id == 1)
    connection.execute(forward.values(seq=row["seq"], hash=row["hash"]))
    return head.seq + 1


def read_head(connection: Connection, *, lock: bool = False) -> AuditHead:
    """Return the last entry of the chain; its number is 0 where there is none. `lock`: until the transaction ends."""
    query = select(audit_head.c.seq, audit_head.c.hash).where(audit_head.c.id == 1)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return AuditHead(0, NO_HASH) if row is None else AuditHead(row.seq, row.hash)


def erase_person(connection: Connection, account: int) -> None:
    """Erase the names, addresses and personal fields of an account from all entries; the chain holds as before."""
    erased = {"salt": "", "name": "", "address": "", "details": ""}
    connection.execute(update(audit_people).where(audit_people.c.account == account).values(**erased))


def _person(
    seq: int, part: str, account: int | None, name: str = "", address: str = "", details: str = ""
) -> dict[str, Any]:
    return {
        "seq": seq,
        "part": part,
        "account": account,
        "salt": secrets.token_hex(16),
        "name": storable(name),
        "address": storable(address),
        "details": details,
    }


def commitment(person: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a row of audit_people: with its random salt erased nobody can guess what was hashed."""
    return _sha256({name: person[name] for name in _PERSONAL})


def entry_hash(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an entry's columns, that of the entry before among them."""
    return _sha256({name: row[name] for name in _HASHED})


def _sha256(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Return a value as canonical JSON: ASCII, keys sorted, no white space, times as text in UTC with microseconds."""
    return json.dumps(_plain(value), ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(member) for member in value]
    return value


def time_text(at: datetime) -> str:
    """Return a time as it is hashed and compared: 2026-11-30T06:30:00.000000Z. Raises ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"naive datetime {at!r}: every time in the database has a zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
