"""Drafts of digests: what people chose for the digest of a day before it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.records.reviews import DigestDraft, DraftClash
from storage.accounts.names import account_names
from storage.audit.chain import append
from storage.engine.facet import Facet
from storage.schema.reviews import digest_drafts


class Drafts(Facet):
    """The drafts of one database, one for each day."""

    def draft(self, day: date, /) -> DigestDraft:
        """Return the draft of a day; of version 0 where nobody changed anything."""
        with self._reading() as connection:
            return _load(connection, day)

    def change(
        self,
        day: date,
        actor: Actor,
        at: datetime,
        /,
        *,
        expected: int | None = None,
        order: Sequence[str] | None = None,
        lead: str | None = None,
        left_out: Mapping[str, str] | None = None,
        erratum: str | None = None,
    ) -> DigestDraft | DraftClash:
        """Store what is given of a draft (None: as it is), with its audit entry.

        With `expected`, the version that the person saw, a draft that was changed since is left as it is, and both are
        returned.
        """
        with self._writing() as connection:
            present = _load(connection, day)
            mine = replace(
                present,
                order=present.order if order is None else tuple(dict.fromkeys(order)),
                lead=present.lead if lead is None else lead.strip(),
                left_out=dict(present.left_out if left_out is None else left_out),
                erratum=present.erratum if erratum is None else erratum.strip(),
                version=present.version + 1,
                account=actor.account,
                who=actor.name,
                at=at,
            )
            if _content(mine) == _content(present):
                return present
            if expected is not None and expected != present.version:
                return DraftClash(present, mine)
            row = {
                "top": list(mine.order),
                "lead": mine.lead,
                "left_out": dict(mine.left_out),
                "erratum": mine.erratum,
                "version": mine.version,
                "account": actor.account,
                "who": "" if actor.account is not None else actor.name,
                "at": at,
            }
            if present.version:
                connection.execute(update(digest_drafts).where(digest_drafts.c.day == day.isoformat()).values(**row))
            else:
                connection.execute(insert(digest_drafts).values(day=day.isoformat(), **row))
            event = AuditEvent("draft.changed", "digest", day.isoformat(), _content(present), _content(mine), actor, at)
            append(connection, event)
            return _load(connection, day)


def _content(draft: DigestDraft) -> Json:
    said: dict[str, Json] = {"order": list(draft.order), "lead": draft.lead, "left_out": dict(draft.left_out)}
    return {**said, "erratum": draft.erratum} if draft.erratum else said


def _load(connection: Connection, day: date) -> DigestDraft:
    row = connection.execute(select(digest_drafts).where(digest_drafts.c.day == day.isoformat())).first()
    if row is None:
        return DigestDraft(day)
    who = row.who or account_names(connection, [row.account]).get(row.account, "")
    top = tuple(row.top)
    return DigestDraft(day, top, row.lead, row.left_out, row.version, row.account, who, row.at, row.erratum)
