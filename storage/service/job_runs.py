"""Turns of the schedule and alerts → rows and back, and who alone may run the schedule on a database."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import (
    Connection,
    Engine,
    Function,
    NullPool,
    Row,
    create_engine,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from pipeline.records import Alert, JobOutcome, JobRun
from storage.engine.connection import connect
from storage.engine.errors import StorageError
from storage.schema.core import runs
from storage.schema.service import alerts, job_runs

#: key of the advisory lock of the one `diembao serve` of a PostgreSQL database: "serve" in ASCII
_SERVE = int.from_bytes(b"serve", "big")
#: a server whose machine lost its power is known to be gone after 60 + 3 * 10 seconds
_KEEPALIVE = "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


class JobRuns:
    """What the service did, in the tables `job_runs` and `alerts` of one database; used by one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(reads=True) as connection:
            yield connection

    def begin_job(self, job: str, due: datetime, at: datetime, late: int, server: str, /) -> int:
        """Note that a job begins (`late` in seconds); return the number of the turn."""
        row = {"job": job, "due": due, "started": at, "late_seconds": late, "server": server, "how": "", "said": ""}
        with self._engine.begin() as connection:
            key = connection.execute(insert(job_runs).values(**row)).inserted_primary_key
            assert key is not None
            return int(key[0])

    def end_job(self, run: JobRun, /) -> None:
        """Note how a turn ended that `begin_job` gave its number."""
        change: dict[str, Any] = {"ended": run.ended, "how": run.outcome, "exit_code": run.exit_code}
        change |= {"said": run.output_tail, "counts": dict(run.counts)}
        with self._engine.begin() as connection:
            connection.execute(update(job_runs).where(job_runs.c.id == run.id).values(**change))

    def plan_job(self, job: str, at: datetime, server: str, /) -> None:
        """Note that a job is known from now on, so that turns missed from here on are made up for."""
        row = {
            "job": job,
            "due": at,
            "started": at,
            "ended": at,
            "how": JobOutcome.PLANNED,
            "server": server,
            "said": "",
        }
        with self._engine.begin() as connection:
            connection.execute(insert(job_runs).values(late_seconds=0, **row))

    def lose_open(self, at: datetime, /) -> int:
        """Note that turns without an end were lost with their server; return how many."""
        change = {"ended": at, "how": JobOutcome.LOST}
        with self._engine.begin() as connection:
            return connection.execute(update(job_runs).where(job_runs.c.ended.is_(None)).values(**change)).rowcount

    def jobs_since(self, since: datetime, /, jobs: Collection[str] = ()) -> list[JobRun]:
        """Return the turns that were due or began since then, oldest first; of every job, or of those named."""
        query = select(job_runs).where((job_runs.c.due >= since) | (job_runs.c.started >= since))
        if jobs:
            query = query.where(job_runs.c.job.in_(jobs))
        with self._reading() as connection:
            return [_run(row) for row in connection.execute(query.order_by(job_runs.c.id))]

    def last_of_each(self, *how: JobOutcome) -> dict[str, JobRun]:
        """Return the latest turn of every job, or the latest that ended so."""
        return self._of_each(func.max(job_runs.c.id), how)

    def first_of_each(self) -> dict[str, JobRun]:
        """Return the first turn of every job that is still remembered: since when it is known."""
        return self._of_each(func.min(job_runs.c.id), ())

    def _of_each(self, which: Function[Any], how: Collection[JobOutcome]) -> dict[str, JobRun]:
        ids = select(which).group_by(job_runs.c.job)
        if how:
            ids = ids.where(job_runs.c.how.in_(how))
        with self._reading() as connection:
            found = connection.execute(select(job_runs).where(job_runs.c.id.in_(ids)))
            return {row.job: _run(row) for row in found}

    def counted(self, commands: Collection[str], since: datetime, until: datetime, /) -> tuple[dict[str, int], bool]:
        """Return what such commands begun in that time counted, and whether one of them has no end."""
        query = select(runs.c.counts, runs.c.ended).where(
            runs.c.command.in_(commands), runs.c.started >= since, runs.c.started <= until
        )
        with self._reading() as connection:
            rows = connection.execute(query.order_by(runs.c.id)).all()
        counts: dict[str, int] = {}
        for row in rows:
            for name, n in (row.counts or {}).items():
                counts[name] = counts.get(name, 0) + int(n)
        return counts, any(row.ended is None for row in rows)

    def forget(self, before: datetime, /) -> int:
        """Delete turns and alerts from before then; return how many."""
        with self._engine.begin() as connection:
            gone = connection.execute(delete(job_runs).where(job_runs.c.started < before)).rowcount
            return gone + connection.execute(delete(alerts).where(alerts.c.at < before)).rowcount

    def raise_alert(self, alert: Alert, /) -> bool:
        """Store an alert unless its cause has one of that day; return whether it was new."""
        with self._engine.begin() as connection:
            same = select(alerts.c.id).where(alerts.c.cause == alert.cause, alerts.c.day == alert.day)
            if connection.execute(same).first() is not None:
                return False
            row = {"cause": alert.cause, "day": alert.day, "at": alert.at, "said": alert.said, "sent": {}}
            connection.execute(insert(alerts).values(**row))
            return True

    def alerts_since(self, since: datetime, /) -> list[Alert]:
        """Return the alerts raised since then, oldest first."""
        query = select(alerts).where(alerts.c.at >= since).order_by(alerts.c.id)
        with self._reading() as connection:
            return [Alert(r.cause, r.day, r.at, r.said, dict(r.sent)) for r in connection.execute(query)]

    def alerts_sent(self, sent: Sequence[Alert], channel: str, at: datetime, /) -> None:
        """Note that a channel took these alerts."""
        with self._engine.begin() as connection:
            for alert in sent:
                here = (alerts.c.cause == alert.cause, alerts.c.day == alert.day)
                before: Mapping[str, str] = connection.execute(select(alerts.c.sent).where(*here)).scalar_one()
                change = {**before, channel: at.isoformat()}
                connection.execute(update(alerts).where(*here).values(sent=change))


def _run(row: Row[Any]) -> JobRun:
    return JobRun(
        row.id,
        row.job,
        row.due,
        row.started,
        row.ended,
        JobOutcome(row.how) if row.how else "",
        row.exit_code,
        row.late_seconds,
        row.counts or {},
        row.said,
    )


class LockedElsewhere(StorageError):
    """Another `diembao serve` runs on this database; the message says which."""


class LeaderLock:
    """The right to run the schedule on a database, for as long as this object and its process live.

    On SQLite a lock on a file beside the database, on PostgreSQL an advisory lock of a connection kept for it: the
    system, or the server, takes it back when the process ends, however it ends.
    """

    def __init__(self, address: str, who: str) -> None:
        """Take the right, or raise HeldElsewhere."""
        self._who = who
        self._lock: FileLock | None = None
        self._connection: Connection | None = None
        engine = connect(address)
        engine.dispose()
        self._shown = engine.url.render_as_string()
        if engine.dialect.name == "sqlite":
            self._take_file(Path(engine.url.database or ""))
        else:
            options = {"application_name": f"diembao serve {who}"[:63], "options": _KEEPALIVE}
            self._engine = create_engine(
                engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=options
            )
            self._take_connection()

    def _take_file(self, database: Path) -> None:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(database.with_name(f"{database.name}.serve.lock"))
        told = database.with_name(f"{database.name}.serve.json")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            with suppress(OSError, ValueError):
                holder = json.loads(told.read_text("utf-8"))["who"]
                raise LockedElsewhere(f"{self._shown}: held by diembao serve on {holder}") from None
            raise LockedElsewhere(f"{self._shown}: held by another diembao serve ({lock.lock_file})") from None
        told.write_text(json.dumps({"who": self._who}), "utf-8")
        self._lock = lock

    def _take_connection(self) -> None:
        try:
            connection = self._engine.connect()
            if connection.execute(text(f"SELECT pg_try_advisory_lock({_SERVE})")).scalar_one():
                self._connection = connection
                return
            holder = connection.execute(
                text(
                    "SELECT a.application_name, a.backend_start FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                    "WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database "
                    f"WHERE datname = current_database()) AND (l.classid::bigint << 32) + l.objid::bigint = {_SERVE}"
                )
            ).first()
            connection.close()
        except SQLAlchemyError as error:
            raise StorageError(f"{self._shown}: {getattr(error, 'orig', None) or error}") from error
        named = f"{holder[0]}, since {holder[1]:%Y-%m-%d %H:%M}" if holder else "another diembao serve"
        raise LockedElsewhere(f"{self._shown}: held by {named}")

    def keep(self) -> None:
        """Look whether the right is still ours and take it again if the database was restarted meanwhile.

        Raises HeldElsewhere where another took it, StorageError where the database does not answer.
        """
        if self._lock is not None:
            return
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
                return
            except SQLAlchemyError:
                with suppress(SQLAlchemyError):
                    self._connection.invalidate()
                self._connection = None
        self._take_connection()

    def release(self) -> None:
        if self._lock is not None:
            self._lock.release()
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
