"""Published digests, their files, and their dispatches to channels."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.publications import Dispatch, Publication, PublicationHead, PublishedItem
from storage.engine.damage import tell_left_out
from storage.engine.errors import StorageError
from storage.engine.facet import Facet
from storage.engine.json_records import JsonRecord
from storage.schema.publications import dispatches, publication_files, publications

if TYPE_CHECKING:
    from pipeline.records.audit import AuditEvent

#: What a published digest said of its articles, as it is stored.
PUBLISHED_ITEMS = JsonRecord(tuple[PublishedItem, ...])


class Publications(Facet):
    """The published digests of one database; used by one thread."""

    def publish(self, made: Publication, /, *, audit: Callable[[int], AuditEvent] | None = None) -> int:
        """Store a digest for good; return its number, by which `audit` makes the entry that is recorded with it."""
        row = {
            "day": made.day.isoformat(),
            "made_at": made.made_at,
            "language": made.language,
            "title": made.title,
            "sha256": made.sha256,
            "rules": made.rules,
            "number": made.number,
            "items": PUBLISHED_ITEMS.dump_python(made.items, mode="json"),
            "unapproved": int(made.unapproved),
            "lead": made.lead,
            "erratum": made.erratum,
        }
        with self._writing() as connection:
            found = connection.execute(insert(publications).values(**row)).inserted_primary_key
            assert found is not None
            for name, body in made.files.items():
                hashed = hashlib.sha256(body).hexdigest()
                values = {"publication_id": found[0], "name": name, "sha256": hashed, "body": zlib.compress(body)}
                connection.execute(insert(publication_files).values(**values))
            if audit is not None:
                _record(connection, audit(int(found[0])))
            return int(found[0])

    def publication(self, number: int, /) -> Publication | None:
        """Return a digest as it was published; None for an unknown number. Raises StorageError for changed bytes."""
        with self._reading() as connection:
            row = connection.execute(select(publications).where(publications.c.id == number)).first()
            return None if row is None else _publication(connection, row)

    def latest(self, day: date, /) -> Publication | None:
        """Return the last published digest of a day; None where there is none but what a clock ahead of time made."""
        query = (
            select(publications)
            .where(publications.c.day == day.isoformat(), publications.c.ahead == 0)
            .order_by(publications.c.id.desc())
        )
        with self._reading() as connection:
            row = connection.execute(query.limit(1)).first()
            return None if row is None else _publication(connection, row)

    def latest_number(self, day: date, /) -> int:
        """Return the number of `latest`; 0 where there is none."""
        query = select(func.max(publications.c.id)).where(
            publications.c.day == day.isoformat(), publications.c.ahead == 0
        )
        with self._reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def made_after(self, at: datetime, /) -> tuple[int, date, datetime] | None:
        """Return number, day and moment of the last digest published after a moment; None where there is none."""
        query = (
            select(publications.c.id, publications.c.day, publications.c.made_at)
            .where(publications.c.made_at > at, publications.c.ahead == 0)
            .order_by(publications.c.id.desc())
        )
        with self._reading() as connection:
            row = connection.execute(query.limit(1)).first()
            return None if row is None else (row.id, date.fromisoformat(row.day), row.made_at)

    def editions(self, days: Iterable[date], /) -> dict[date, list[int]]:
        """Return the numbers of the digests of each day, the first published first; days without one are left out."""
        named = sorted({day.isoformat() for day in days})
        query = select(publications.c.day, publications.c.id).where(
            publications.c.day.in_(named), publications.c.ahead == 0
        )
        found: dict[date, list[int]] = {}
        with self._reading() as connection:
            for row in connection.execute(query.order_by(publications.c.id)):
                found.setdefault(date.fromisoformat(row.day), []).append(row.id)
        return found

    def recent(self, limit: int, /, *, before: int | None = None) -> list[PublicationHead]:
        """Return the newest digests, of numbers below `before`, the last published first; no article, no bytes."""
        query = select(publications).order_by(publications.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(publications.c.id < before)
        columns = query.with_only_columns(*(c for c in publications.columns if c.name != "items"))
        with self._reading() as connection:
            rows = connection.execute(columns).all()
            names: dict[int, list[str]] = {row.id: [] for row in rows}
            files = select(publication_files.c.publication_id, publication_files.c.name)
            for file in connection.execute(files.where(publication_files.c.publication_id.in_(names))):
                names[file.publication_id].append(file.name)
            sent: dict[int, list[Dispatch]] = {row.id: [] for row in rows}
            given = select(dispatches).where(dispatches.c.publication_id.in_(names)).order_by(dispatches.c.id)
            for row in connection.execute(given):
                sent[row.publication_id].append(_dispatch(row))
            return [
                PublicationHead(
                    row.id,
                    date.fromisoformat(row.day),
                    row.made_at,
                    row.language,
                    row.title,
                    bool(row.unapproved),
                    tuple(sorted(names[row.id])),
                    tuple(sent[row.id]),
                )
                for row in rows
            ]

    def heads(self, since: date, before: date, /) -> list[Publication]:
        """Return the digests of the days in [since, before), oldest first, without their files."""
        query = (
            select(publications)
            .where(publications.c.day >= since.isoformat(), publications.c.day < before.isoformat())
            .order_by(publications.c.id)
        )
        with self._reading() as connection:
            return list(_sound_heads(connection.execute(query)))

    def begin_dispatch(self, dispatch: Dispatch, /, *, audit: AuditEvent | None = None) -> bool:
        """Store that a digest is about to be sent; return False, and store nothing, where that was begun before."""
        row = {
            "publication_id": dispatch.publication,
            "channel": dispatch.channel,
            "at": dispatch.at,
            "done": int(dispatch.done),
            "message_id": dispatch.message_id,
        }
        try:
            with self._writing() as connection:
                connection.execute(insert(dispatches).values(**row))
                if audit is not None:
                    _record(connection, audit)
        except IntegrityError:
            return False
        return True

    def end_dispatch(self, dispatch: Dispatch, taken: bool, /, *, audit: AuditEvent | None = None) -> None:
        """Store that a dispatch was accepted, or delete it: it was surely not accepted and may be sent again."""
        this = (dispatches.c.publication_id == dispatch.publication, dispatches.c.channel == dispatch.channel)
        with self._writing() as connection:
            if taken:
                connection.execute(update(dispatches).where(*this).values(done=1))
            else:
                connection.execute(delete(dispatches).where(*this))
            if audit is not None:
                _record(connection, audit)

    def dispatches(self, number: int, /) -> list[Dispatch]:
        """Return the dispatches of a digest, oldest first."""
        query = select(dispatches).where(dispatches.c.publication_id == number).order_by(dispatches.c.id)
        with self._reading() as connection:
            return [_dispatch(row) for row in connection.execute(query)]


def _dispatch(row: Row[Any]) -> Dispatch:
    return Dispatch(row.publication_id, row.channel, row.at, bool(row.done), row.message_id)


def _sound_heads(rows: Iterable[Row[Any]]) -> Iterator[Publication]:
    """Yield publications without their files; a damaged one is left out and told."""
    for row in rows:
        try:
            yield _head(row)
        except ValueError as error:
            tell_left_out(f"publications {row.id}", error)


def _head(row: Row[Any], **files: bytes) -> Publication:
    return Publication(
        id=row.id,
        day=date.fromisoformat(row.day),
        made_at=row.made_at,
        language=row.language,
        title=row.title,
        sha256=row.sha256,
        rules=row.rules,
        number=row.number,
        items=PUBLISHED_ITEMS.validate_python(row.items),
        files=files,
        unapproved=bool(row.unapproved),
        lead=row.lead,
        erratum=row.erratum,
    )


def _publication(connection: Connection, row: Row[Any]) -> Publication:
    files = {}
    query = select(publication_files).where(publication_files.c.publication_id == row.id)
    for file in connection.execute(query.order_by(publication_files.c.name)):
        try:
            body = zlib.decompress(file.body)
        except zlib.error:
            body = b""
        if hashlib.sha256(body).hexdigest() != file.sha256:
            raise StorageError(
                Message(
                    mark(
                        "digest {number}: {file} is not as it was published (SHA-256 {sha256}): restore the database "
                        "from a backup (diembao db restore)"
                    ),
                    number=row.id,
                    file=file.name,
                    sha256=file.sha256,
                ),
                "damaged",
            )
        files[file.name] = body
    return _head(row, **files)


def _record(connection: Connection, event: AuditEvent) -> None:
    from storage.audit.chain import append  # with its hashes and tables; who reads has no use for it

    append(connection, event)
