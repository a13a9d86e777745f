"""The tables of the service: every run of a scheduled job, and every alert."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text, UniqueConstraint

from storage.engine.instants import Instant
from storage.schema.core import metadata

job_runs = Table(
    "job_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", String, nullable=False, comment="its name in schedule.toml"),
    Column("due", Instant, nullable=False, comment="the time it was for; of a job with an interval when it began"),
    Column("started", Instant, nullable=False, comment="when it began"),
    Column("ended", Instant, comment="when it ended; empty while it runs"),
    Column("how", String, nullable=False, default="", comment="how it ended (pipeline.records.JobOutcome)"),
    Column("exit_code", Integer, comment="of its process; negative: the signal that ended it"),
    Column("late_seconds", Integer, nullable=False, default=0, comment="between due and started, where that was late"),
    Column("counts", JSON, comment="what its commands counted, by name"),
    Column("said", Text, nullable=False, default="", comment="its last lines, without secrets"),
    Column("server", String, nullable=False, comment="host and process id of the diembao serve that ran it"),
    Index(None, "job", "due"),
    Index(None, "started"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cause", String, nullable=False, comment="what it is about, e.g. job:digest"),
    Column("day", String, nullable=False, comment="YYYY-MM-DD in the province's zone: once a day for each cause"),
    Column("at", Instant, nullable=False, comment="when it was raised"),
    Column("said", Text, nullable=False, comment="what happened, and the way out"),
    Column("sent", JSON, nullable=False, comment="name of the channel and when it took the alert"),
    UniqueConstraint("cause", "day"),
    Index(None, "at"),
)
