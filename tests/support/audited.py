"""Events of the audit, four of them in a database, and its tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.records.audit import Actor, AuditEvent
from storage.database import Database
from storage.schema.audit import audit_entries, audit_head, audit_people

T0 = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
LAN = Actor(7, "lan", "10.0.0.7", "desk")


def event(n: int = 1, actor: Actor = LAN, **more: Any) -> AuditEvent:
    values: dict[str, Any] = {
        "action": "article.approved",
        "object_kind": "article",
        "object_id": f"k{n}",
        "before": {"state": "new"},
        "after": {"state": "approved", "at": T0, "note": "Điện gió “Bình”"},
        "actor": actor,
        "at": T0 + timedelta(minutes=n),
    }
    return AuditEvent(**(values | more))


def fill(db: Database, count: int = 4) -> None:
    for n in range(1, count + 1):
        personal = {"after": {"mail": "x@y"}} if n % 2 else None
        db.audit.record(event(n, personal=personal, about=9 if personal else None))


TABLES = {audit_entries: "seq", audit_people: "seq", audit_head: "id"}
