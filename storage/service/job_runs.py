"""Runs of the schedule's jobs, and alerts, in the tables `job_runs` and `alerts`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Function,
    Row,
    delete,
    func,
    insert,
    select,
    update,
)

from pipeline.records import Alert, JobOutcome, JobRun
from storage.engine.damage import stored_code
from storage.engine.dialects import utc_day
from storage.engine.facet import Facet
from storage.schema.core import runs
from storage.schema.service import alerts, job_runs


class JobRuns(Facet):
    """The runs of scheduled jobs, and the alerts, of one database; used by one thread."""

    # runs of commands
    def begin_run(self, command: str, at: datetime, /) -> int:
        """Note that a command begins; return the number of its run."""
        with self._writing() as connection:
            key = connection.execute(insert(runs).values(command=command, started=at)).inserted_primary_key
            assert key is not None
            return int(key[0])

    def end_run(self, run: int, at: datetime, exit_code: int, counts: Mapping[str, int], /) -> None:
        """Note how a run ended and what it counted."""
        change = {"ended": at, "exit_code": exit_code, "counts": dict(counts)}
        with self._writing() as connection:
            connection.execute(update(runs).where(runs.c.id == run).values(**change))

    # jobs of the service
    def begin_job(self, job: str, due: datetime, at: datetime, late: int, server: str, /) -> int:
        """Store that a job begins, `late` seconds after it was due; return the number of the run."""
        row = {"job": job, "due": due, "started": at, "late_seconds": late, "server": server, "how": "", "said": ""}
        with self._writing() as connection:
            key = connection.execute(insert(job_runs).values(**row)).inserted_primary_key
            assert key is not None
            return int(key[0])

    def end_job(self, run: JobRun, /) -> None:
        """Store how a run ended, by the number that `begin_job` returned."""
        change: dict[str, Any] = {"ended": run.ended, "how": run.outcome, "exit_code": run.exit_code}
        change |= {"said": run.output_tail, "counts": dict(run.counts)}
        with self._writing() as connection:
            connection.execute(update(job_runs).where(job_runs.c.id == run.id).values(**change))

    def plan_job(self, job: str, at: datetime, server: str, /) -> None:
        """Store that a job is scheduled from now on, so that runs missed after this are made up for."""
        row = {
            "job": job,
            "due": at,
            "started": at,
            "ended": at,
            "how": JobOutcome.PLANNED,
            "server": server,
            "said": "",
        }
        with self._writing() as connection:
            connection.execute(insert(job_runs).values(late_seconds=0, **row))

    def lose_open(self, at: datetime, /) -> int:
        """Mark runs without an end as lost with their server; return how many."""
        change = {"ended": at, "how": JobOutcome.LOST}
        with self._writing() as connection:
            return connection.execute(update(job_runs).where(job_runs.c.ended.is_(None)).values(**change)).rowcount

    def jobs_since(self, since: datetime, /, jobs: Collection[str] = ()) -> list[JobRun]:
        """Return the runs that were due or began since then, oldest first; of the named jobs, or of all."""
        query = select(job_runs).where((job_runs.c.due >= since) | (job_runs.c.started >= since))
        if jobs:
            query = query.where(job_runs.c.job.in_(jobs))
        with self._reading() as connection:
            return [_run(row) for row in connection.execute(query.order_by(job_runs.c.id))]

    def last_of_each(self, *how: JobOutcome) -> dict[str, JobRun]:
        """Return the latest run of every job, or its latest run with one of these outcomes."""
        return self._of_each(func.max(job_runs.c.id), how)

    def first_of_each(self) -> dict[str, JobRun]:
        """Return the oldest stored run of every job, which tells since when the job is known."""
        return self._of_each(func.min(job_runs.c.id), ())

    def _of_each(self, which: Function[Any], how: Collection[JobOutcome]) -> dict[str, JobRun]:
        ids = select(which).group_by(job_runs.c.job)
        if how:
            ids = ids.where(job_runs.c.how.in_(how))
        with self._reading() as connection:
            found = connection.execute(select(job_runs).where(job_runs.c.id.in_(ids)))
            return {row.job: _run(row) for row in found}

    def counted(self, commands: Collection[str], since: datetime, until: datetime, /) -> tuple[dict[str, int], bool]:
        """Return the summed counts of runs of these commands begun in [since, until], and whether one has not ended."""
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

    def forget(self, days: int, /) -> int:
        """Delete job runs and alerts older than the last `days` days on which a job ran; return how many.

        Days are counted by runs, not by the clock: one that jumps years ahead for an hour makes nothing forgotten.
        """
        with self._writing() as connection:
            day = utc_day(connection, job_runs.c.started)
            oldest_kept = connection.execute(
                select(func.min(job_runs.c.started)).group_by(day).order_by(day.desc()).offset(days - 1).limit(1)
            ).scalar_one_or_none()
            if oldest_kept is None:
                return 0
            before = oldest_kept
            gone = connection.execute(delete(job_runs).where(job_runs.c.started < before)).rowcount
            return gone + connection.execute(delete(alerts).where(alerts.c.at < before)).rowcount

    def raise_alert(self, alert: Alert, /) -> bool:
        """Store an alert unless its cause already has one on that day; return whether it was stored."""
        with self._writing() as connection:
            same = select(alerts.c.id).where(alerts.c.cause == alert.cause, alerts.c.day == alert.day)
            if connection.execute(same).first() is not None:
                return False
            row = {"cause": alert.cause, "day": alert.day, "at": alert.at, "said": alert.text, "sent": {}}
            connection.execute(insert(alerts).values(**row))
            return True

    def alerts_since(self, since: datetime, /) -> list[Alert]:
        """Return the alerts raised since then, oldest first."""
        query = select(alerts).where(alerts.c.at >= since).order_by(alerts.c.id)
        with self._reading() as connection:
            return [Alert(r.cause, r.day, r.at, r.said, dict(r.sent)) for r in connection.execute(query)]

    def alerts_page(self, before: int | None, limit: int, /) -> tuple[list[Alert], int | None]:
        """Return a page of the alerts, newest first, and `before` of the next page; None where there is none."""
        query = select(alerts).order_by(alerts.c.id.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(alerts.c.id < before)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        page = [Alert(r.cause, r.day, r.at, r.said, dict(r.sent)) for r in rows[:limit]]
        return page, rows[limit - 1].id if len(rows) > limit else None

    def alerts_sent(self, sent: Sequence[Alert], channel: str, at: datetime, /) -> None:
        """Store that a channel delivered these alerts."""
        with self._writing() as connection:
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
        stored_code(JobOutcome, row.how, JobOutcome.FAILED) if row.how else "",
        row.exit_code,
        row.late_seconds,
        row.counts or {},
        row.said,
    )
