"""The check of the audit's chain: is every entry there, and as it was written?"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, func, inspect, or_, select, text

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.audit import ERASED, AuditFault, AuditHead, AuditVerdict
from storage.audit.chain import NO_HASH, commitment, entry_hash, read_head
from storage.engine.dialects import is_sqlite
from storage.schema.audit import audit_entries, audit_people

#: Entries read at a time.
_CHUNK = 500
#: Triggers without which the audit could be changed (migration 0017), by kind of database.
_GUARDS = frozenset(
    {
        "audit_entries_no_update",
        "audit_entries_no_delete",
        "audit_people_only_erasure",
        "audit_people_no_delete",
        "audit_head_only_forward",
        "audit_head_no_delete",
    }
)
_GUARDS_OF_SQLITE = frozenset({"audit_entries_no_replace", "audit_people_no_replace", "audit_head_no_replace"})
_GUARDS_OF_POSTGRES = frozenset(f"{name}_no_truncate" for name in ("audit_entries", "audit_people", "audit_head"))


def verify_chain(connection: Connection, known: Sequence[AuditHead] = ()) -> AuditVerdict:
    """Follow the chain from its first entry; stop at the first that is missing or not as it was written.

    `known`: heads that were written down elsewhere, as in the notes of a digest. An end that was cut off together with
    the stored head can be seen only by them.
    """
    erasures = _erasures(connection)
    expected = {head.seq: head.hash for head in known}
    previous, seq = NO_HASH, 0
    for row, people in _entries(connection):
        fault = _fault(row, people, seq + 1, previous, erasures)
        if fault is None and expected.get(seq + 1, row.hash) != row.hash:
            fault = Message(mark("its hash is not the one that was written down for it"))
        if fault is not None:
            return AuditVerdict(seq, AuditHead(seq, previous), AuditFault(seq + 1, fault))
        previous, seq = row.hash, seq + 1
    last = AuditHead(seq, previous)
    return AuditVerdict(seq, last, _fault_of_end(connection, last, expected))


def missing_guards(connection: Connection) -> list[str]:
    """Return the triggers, by name, that should refuse changes of the audit and are not there or switched off."""
    if is_sqlite(connection):
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        wanted = _GUARDS | _GUARDS_OF_SQLITE
    else:
        query = (
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND pg_table_is_visible(c.oid)"
        )
        wanted = _GUARDS | _GUARDS_OF_POSTGRES
    return sorted(wanted - set(connection.execute(text(query)).scalars()))


def audit_faults(connection: Connection) -> Iterator[Message]:
    """Yield what is wrong with the audit of a database, for `diembao db check`; nothing of one that has none."""
    if not inspect(connection).has_table(audit_entries.name):
        return
    for name in missing_guards(connection):
        yield Message(mark("the audit is not protected: trigger {name} is missing"), name=name)
    if (fault := verify_chain(connection).fault) is not None:
        yield Message(mark("audit entry {seq}: {why}"), seq=fault.seq, why=fault.why)


def _erasures(connection: Connection) -> dict[str, int]:
    """Return by number of an account (as text) the entry by which it was erased."""
    query = select(audit_entries.c.object_id, func.max(audit_entries.c.seq)).where(
        audit_entries.c.action == ERASED, audit_entries.c.object_kind == "account"
    )
    return {row[0]: row[1] for row in connection.execute(query.group_by(audit_entries.c.object_id))}


def _entries(connection: Connection) -> Iterator[tuple[Row[Any], Mapping[str, Mapping[str, Any]]]]:
    """Yield the entries in order, each with its rows of audit_people by part."""
    after: int | None = None
    while True:
        query = select(audit_entries).order_by(audit_entries.c.seq).limit(_CHUNK)
        rows = connection.execute(query if after is None else query.where(audit_entries.c.seq > after)).all()
        if not rows:
            return
        first, after = rows[0].seq, rows[-1].seq
        within = select(audit_people).where(audit_people.c.seq.between(first, after)).order_by(audit_people.c.seq)
        people = {
            seq: {person.part: person._asdict() for person in of}
            for seq, of in groupby(connection.execute(within).all(), lambda person: person.seq)
        }
        for row in rows:
            yield row, people.get(row.seq, {})


def _fault(
    row: Row[Any], people: Mapping[str, Mapping[str, Any]], seq: int, previous: str, erasures: Mapping[str, int]
) -> Message | None:
    """Return what is wrong with the entry that should be number `seq`; None where nothing is."""
    if row.seq != seq:
        return Message(mark("is missing; the next one there is {seq}"), seq=row.seq)
    if row.previous != previous:
        return Message(mark("does not follow the entry before it"))
    if entry_hash(row._asdict()) != row.hash:
        return Message(mark("is not as it was written"))
    expected = {"actor": row.actor_hash, **({"object": row.object_hash} if row.object_hash else {})}
    if people.keys() != expected.keys():
        return Message(mark("the names of people that belong to it are not there, or too many of them"))
    for part, hashed in expected.items():
        if not _is_sound(people[part], hashed, erasures):
            return Message(mark("the names of people that belong to it are not as they were written"))
    return _json_fault(row)


def _is_sound(person: Mapping[str, Any], hashed: str, erasures: Mapping[str, int]) -> bool:
    """Whether a row of audit_people is what its entry says, or was erased with its account later on."""
    if any(person[name] for name in ("salt", "name", "address", "details")):
        return commitment(person) == hashed
    return person["account"] is not None and erasures.get(str(person["account"]), 0) >= person["seq"]


def _json_fault(row: Row[Any]) -> Message | None:
    try:
        json.loads(row.before)
        json.loads(row.after)
    except ValueError:
        return Message(mark("cannot be read"))
    return None


def _fault_of_end(connection: Connection, last: AuditHead, expected: Mapping[int, str]) -> AuditFault | None:
    """Return what is wrong behind the last entry that is there."""
    head = read_head(connection)
    if head.seq > last.seq or max(expected, default=0) > last.seq:
        missing = max(head.seq, *expected, 0)
        why = Message(mark("is missing, and so are all up to {seq}: the end was cut off"), seq=missing)
        return AuditFault(last.seq + 1, why)
    if head != last:
        return AuditFault(last.seq, Message(mark("the chain should end here, but its head says otherwise")))
    outside = or_(audit_people.c.seq < 1, audit_people.c.seq > last.seq)
    stray = connection.execute(select(func.min(audit_people.c.seq)).where(outside)).scalar()
    if stray is not None:
        return AuditFault(stray, Message(mark("is missing, but names of people that belong to it are there")))
    return None
