"""The tables of the audit: a chain of entries, each with the hash of the one before, and people's names beside it.

Triggers (migration 0017) refuse to change or delete an entry. Of people's fields they allow only the erasure.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.schema.core import metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 … without a gap"),
    Column("at", String, nullable=False, comment="when, as text in UTC with microseconds"),
    Column("action", String, nullable=False, comment="what was done, e.g. account.created"),
    Column("object_kind", String, nullable=False, comment="what it was done to, e.g. account"),
    Column("object_id", String, nullable=False, comment="its key"),
    Column("before", Text, nullable=False, comment="its state before, as canonical JSON"),
    Column("after", Text, nullable=False, comment="its state after, as canonical JSON"),
    Column("account", Integer, comment="number of the account that did it; empty: a command or the machine"),
    Column("way", String, nullable=False, comment="desk, command or machine"),
    Column("actor_hash", String, nullable=False, comment="SHA-256 of the actor's row of audit_people"),
    Column("object_hash", String, nullable=False, comment="SHA-256 of the object's row of audit_people; '': none"),
    Column("previous", String, nullable=False, comment="hash of the entry before; of the first 64 zeros"),
    Column("hash", String, nullable=False, comment="SHA-256 of all other columns as canonical JSON"),
    UniqueConstraint("previous"),
    CheckConstraint("way IN ('desk', 'command', 'machine')", name="way"),
    Index(None, "at"),
    Index(None, "action", "seq"),
    Index(None, "account", "seq"),
    Index(None, "object_kind", "object_id", "seq"),
)

audit_people = Table(
    "audit_people",
    metadata,
    Column("seq", Integer, ForeignKey("audit_entries.seq"), primary_key=True, comment="the entry"),
    Column("part", String, primary_key=True, comment="actor: who did it; object: whom it was done to"),
    Column("account", Integer, comment="number of the account that the fields are about"),
    Column("salt", String, nullable=False, comment="random; '' once the fields were erased"),
    Column("name", Text, nullable=False, comment="sign-in name of the actor"),
    Column("address", Text, nullable=False, comment="network address of the actor"),
    Column("details", Text, nullable=False, comment="personal fields of the object, as canonical JSON"),
    CheckConstraint("part IN ('actor', 'object')", name="part"),
    Index(None, "account"),
    Index(None, "name", "seq"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="1: there is one row"),
    Column("seq", Integer, nullable=False, comment="number of the last entry: shows where the end was cut off"),
    Column("hash", String, nullable=False, comment="its hash"),
    CheckConstraint("id = 1", name="id"),
)
