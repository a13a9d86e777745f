"""The audit's part of the database: append, read by filters, verify."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, String, cast, func, or_, select
from sqlalchemy.sql import and_

from pipeline.records.audit import AuditEvent, AuditFilter, AuditHead, AuditRow, AuditVerdict, Json
from storage.audit.chain import NO_HASH, append, read_head, time_text
from storage.audit.verify import missing_guards, verify_chain
from storage.engine.damage import tell_left_out
from storage.engine.facet import Facet
from storage.schema.audit import audit_entries, audit_people
from storage.schema.reviews import review_action_items

_ACTOR = audit_people.alias("actor")
_OBJECT = audit_people.alias("object")


class Audit(Facet):
    """The audit of one database; used by one thread."""

    def record(self, event: AuditEvent, /) -> int:
        """Append an entry that belongs to no other change (an export, a page that was read); return its number."""
        with self._writing() as connection:
            return append(connection, event)

    def page(self, wanted: AuditFilter, /, before_seq: int | None = None, limit: int = 100) -> list[AuditRow]:
        """Return the last `limit` entries that a filter lets through, newest first, of those before `before_seq`."""
        query = (
            select(audit_entries, _ACTOR.c.name, _ACTOR.c.address, _ACTOR.c.salt, _OBJECT.c.details)
            .select_from(audit_entries)
            .outerjoin(_ACTOR, and_(_ACTOR.c.seq == audit_entries.c.seq, _ACTOR.c.part == "actor"))
            .outerjoin(_OBJECT, and_(_OBJECT.c.seq == audit_entries.c.seq, _OBJECT.c.part == "object"))
            .where(*_conditions(wanted))
        )
        if before_seq is not None:
            query = query.where(audit_entries.c.seq < before_seq)
        with self._reading() as connection:
            return [_row(row) for row in connection.execute(query.order_by(audit_entries.c.seq.desc()).limit(limit))]

    def verify(self, known: Sequence[AuditHead] = (), /) -> AuditVerdict:
        """Check every entry; see storage.audit.verify.verify_chain."""
        with self._reading() as connection:
            return verify_chain(connection, known)

    def missing_guards(self) -> list[str]:
        """Return the triggers that should refuse changes and are not there."""
        with self._reading() as connection:
            return missing_guards(connection)

    def head(self) -> AuditHead:
        """Return the last entry: number 0 where there is none."""
        with self._reading() as connection:
            return read_head(connection)

    def head_of_day(self, day: date, zone: ZoneInfo, /) -> AuditHead:
        """Return the last entry made on a day of that zone, or else on the last day before that had one.

        Its number is 0 where there is none. Entries need not be in the order of their times: their number counts.
        """
        columns = audit_entries.c
        end = time_text(datetime.combine(day + timedelta(days=1), time.min, zone))
        with self._reading() as connection:
            latest = connection.execute(select(func.max(columns.at)).where(columns.at < end)).scalar()
            if latest is None:
                return AuditHead(0, NO_HASH)
            begin = time_text(datetime.combine(_parsed(latest).astimezone(zone).date(), time.min, zone))
            within = select(columns.seq, columns.hash).where(columns.at >= begin, columns.at < end)
            row = connection.execute(within.order_by(columns.seq.desc()).limit(1)).one()
        return AuditHead(row.seq, row.hash)


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    columns = audit_entries.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(columns.at >= time_text(wanted.since))
    if wanted.until is not None:
        conditions.append(columns.at < time_text(wanted.until))
    if wanted.account is not None:
        conditions.append(columns.account == wanted.account)
    if wanted.who:
        conditions.append(columns.seq.in_(select(_ACTOR.c.seq).where(_ACTOR.c.name == wanted.who)))
    if wanted.action:
        within = columns.action.startswith(f"{wanted.action}.", autoescape=True)
        conditions.append(or_(columns.action == wanted.action, within))
    conditions += _about(wanted)
    return conditions


def _about(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    """Return what an entry is to be about; an act on several articles is about each of them."""
    columns = audit_entries.c
    conditions = [] if not wanted.object_kind else [columns.object_kind == wanted.object_kind]
    keys = ((wanted.object_id,) if wanted.object_id else ()) + wanted.object_ids
    if wanted.object_id:
        conditions.append(columns.object_id == wanted.object_id)
    if wanted.object_ids:
        conditions.append(columns.object_id.in_(wanted.object_ids))
    if wanted.object_kind != "item" or not keys:
        return conditions
    acts = select(cast(review_action_items.c.action_id, String)).where(review_action_items.c.item_key.in_(keys))
    return [or_(and_(*conditions), and_(columns.object_kind == "act", columns.object_id.in_(acts)))]


def _row(row: Row[Any]) -> AuditRow:
    return AuditRow(
        seq=row.seq,
        at=_time(row),
        action=row.action,
        object_kind=row.object_kind,
        object_id=row.object_id,
        before=_json(row.seq, row.before),
        after=_json(row.seq, row.after),
        personal=_json(row.seq, row.details) if row.details else None,
        account=row.account,
        name=row.name or "",
        address=row.address or "",
        way=row.way,
        erased=not row.salt,
        previous=row.previous,
        hash=row.hash,
    )


def _time(row: Row[Any]) -> datetime:
    try:
        return _parsed(row.at)
    except ValueError as error:
        tell_left_out(f"audit_entries {row.seq}", error)
        return datetime(1970, 1, 1, tzinfo=UTC)


def _parsed(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(UTC)


def _json(seq: int, stored: str) -> Json:
    try:
        parsed: Json = json.loads(stored)
    except ValueError as error:
        tell_left_out(f"audit_entries {seq}", error)
        return None
    return parsed
