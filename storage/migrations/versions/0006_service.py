"""every turn of the schedule, and every alert

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(), nullable=False, comment="its name in schedule.toml"),
        sa.Column(
            "due",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the time it was for; of a job with an interval when it began",
        ),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False, comment="when it began"),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True, comment="when it ended; empty while it runs"),
        sa.Column("how", sa.String(), nullable=False, comment="how it ended (pipeline.records.JobEnd)"),
        sa.Column(
            "exit_code", sa.Integer(), nullable=True, comment="of its process; negative: the signal that ended it"
        ),
        sa.Column(
            "late_seconds",
            sa.Integer(),
            nullable=False,
            comment="between due and started, where that was late",
        ),
        sa.Column("counts", sa.JSON(), nullable=True, comment="what its commands counted, by name"),
        sa.Column("said", sa.Text(), nullable=False, comment="its last lines, without secrets"),
        sa.Column(
            "server",
            sa.String(),
            nullable=False,
            comment="host and process id of the diembao serve that ran it",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index(op.f("ix_job_runs_job_due"), "job_runs", ["job", "due"])
    op.create_index(op.f("ix_job_runs_started"), "job_runs", ["started"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False, comment="what it is about, e.g. job:digest"),
        sa.Column(
            "day",
            sa.String(),
            nullable=False,
            comment="YYYY-MM-DD in the province's zone: once a day for each cause",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was raised"),
        sa.Column("said", sa.Text(), nullable=False, comment="what happened, and the way out"),
        sa.Column("sent", sa.JSON(), nullable=False, comment="name of the channel and when it took the alert"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("cause", "day", name=op.f("uq_alerts_cause_day")),
    )
    op.create_index(op.f("ix_alerts_at"), "alerts", ["at"])
