"""digests as they were published, and to whom they were sent

Revision ID: 0008
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False, comment="its number: diembao digest --id"),
        sa.Column(
            "day", sa.String(), nullable=False, comment="YYYY-MM-DD in the province's zone: the day of the digest"
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, comment="when it was made"),
        sa.Column("language", sa.String(), nullable=False, comment="vi or en"),
        sa.Column("title", sa.Text(), nullable=False, comment="subject of a letter with it"),
        sa.Column("sha256", sa.String(), nullable=False, comment="of its set of articles"),
        sa.Column("rules", sa.String(), nullable=False, comment="version of the rules"),
        sa.Column("number", sa.Integer(), nullable=True, comment="in the register of the agency"),
        sa.Column("items", sa.JSON(), nullable=False, comment="what it said of each article"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
    )
    op.create_index(op.f("ix_publications_day"), "publications", ["day"])
    op.create_table(
        "publication_files",
        sa.Column("publication_id", sa.Integer(), nullable=False, comment="of which digest"),
        sa.Column("name", sa.String(), nullable=False, comment="name of the file"),
        sa.Column("sha256", sa.String(), nullable=False, comment="of its bytes"),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="its bytes, compressed by zlib"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_publication_files_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("publication_id", "name", name=op.f("pk_publication_files")),
    )
    op.create_table(
        "dispatches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False, comment="which digest"),
        sa.Column(
            "channel", sa.String(), nullable=False, comment="name of the list of recipients, or of apprise's secret"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was begun"),
        sa.Column(
            "done", sa.Integer(), nullable=False, comment="1: it was taken; 0: begun, and how it ended is not known"
        ),
        sa.Column("message_id", sa.String(), nullable=False, comment="of a letter"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_dispatches_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
        sa.UniqueConstraint("publication_id", "channel", name=op.f("uq_dispatches_publication_id_channel")),
    )
