"""pace of feeds, patience of hosts, items taken down

Revision ID: 0002
Revises: 0001
"""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(), nullable=False, comment="host[:port] that asked to be left alone"),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False, comment="nothing is asked of it before"),
        sa.Column("reason", sa.String(), nullable=False, comment="what it answered (pipeline.records.Reason)"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it answered so"),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    when, number = sa.DateTime(timezone=True), sa.Integer()
    for column in (
        sa.Column(
            "host",
            sa.String(),
            nullable=False,
            server_default="",
            comment="host[:port] of its address, for the limit per host",
        ),
        sa.Column(
            "configured",
            number,
            nullable=False,
            server_default="0",
            comment="1: in sources.toml; 0: no longer, not asked",
        ),
        sa.Column(
            "fixed_minutes",
            number,
            comment="wait between two polls set by hand; empty: found by itself",
        ),
        sa.Column("interval_seconds", number, comment="wait between two polls as it was last found"),
        sa.Column(
            "penalty",
            number,
            nullable=False,
            server_default="0",
            comment="weight of the failures in a row (pipeline.polling)",
        ),
        sa.Column("next_poll", when, comment="when it is due; empty: at once"),
        sa.Column("full_at", when, comment="last answer that was no 304"),
        sa.Column("unchanged", number, nullable=False, server_default="0", comment="answers of 304 since full_at"),
        sa.Column("distrusted_until", when, comment="until then it is asked without conditions: its 304 hid new links"),
    ):
        op.add_column("feeds", column)
    op.create_index(op.f("ix_feeds_next_poll"), "feeds", ["next_poll"])
    connection = op.get_bind()
    feeds = sa.table("feeds", sa.column("url"), sa.column("host"))
    for url in list(connection.execute(sa.select(feeds.c.url)).scalars()):
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
        connection.execute(feeds.update().where(feeds.c.url == url).values(host=host))
    op.add_column(
        "items",
        sa.Column("taken_down", when, comment="when its page was first found to be gone (404, 410); empty: it stands"),
    )
