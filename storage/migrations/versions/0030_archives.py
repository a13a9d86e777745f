"""archives of the press that are read back: receipts of their shards, and their articles

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

from storage.engine.instants import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_shards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("archive", sa.String(), nullable=False, comment="name of the archive's file or folder"),
        sa.Column("identity", sa.String(), nullable=False, comment="hash of its size and of its first and last bytes"),
        sa.Column(
            "begins", sa.BigInteger(), nullable=False, comment="byte at which the shard begins; of a folder the file"
        ),
        sa.Column("ends", sa.BigInteger(), nullable=False, comment="byte before which its last record begins"),
        sa.Column("selection", sa.String(), nullable=False, comment="days and sources that were asked for; empty: all"),
        sa.Column("rules", sa.String(), nullable=False, comment="version of the rules that judged it"),
        sa.Column("read_at", Instant(), nullable=False, comment="when it was read"),
        sa.Column("note", sa.Text(), nullable=False, comment="why it could not be read; empty where it was"),
        sa.Column("records", sa.Integer(), nullable=False, comment="records of it: the sum of the next six columns"),
        sa.Column(
            "no_page", sa.Integer(), nullable=False, comment="requests, notes of the crawler, images, failed answers"
        ),
        sa.Column(
            "outside", sa.Integer(), nullable=False, comment="pages of other days or sources than those asked for"
        ),
        sa.Column("gated", sa.Integer(), nullable=False, comment="pages that name no place of the province"),
        sa.Column(
            "irrelevant", sa.Integer(), nullable=False, comment="pages that name one and are not about the province"
        ),
        sa.Column("unreadable", sa.Integer(), nullable=False, comment="damaged records, and pages without an article"),
        sa.Column(
            "about",
            sa.Integer(),
            nullable=False,
            comment="articles about the province; each has a row in archive_records",
        ),
        sa.CheckConstraint(
            "records = no_page + outside + gated + irrelevant + unreadable + about", name=op.f("ck_archive_shards_sum")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_shards")),
        sa.UniqueConstraint(
            "identity",
            "begins",
            "ends",
            "selection",
            "rules",
            name=op.f("uq_archive_shards_identity_begins_ends_selection_rules"),
        ),
    )
    op.create_table(
        "archive_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shard_id", sa.Integer(), nullable=False, comment="the shard it is of"),
        sa.Column(
            "place",
            sa.BigInteger(),
            nullable=False,
            comment="byte at which it begins; of a folder the number of its file",
        ),
        sa.Column("url", sa.Text(), nullable=False, comment="address of the page; may be empty where it is unreadable"),
        sa.Column(
            "captured_at", Instant(), nullable=True, comment="when the page was captured; empty where it is unreadable"
        ),
        sa.Column("outcome", sa.String(), nullable=False, comment="waiting, stored, known or unreadable"),
        sa.Column("reason", sa.String(), nullable=False, comment="why it is unreadable (pipeline.records.Reason)"),
        sa.Column("note", sa.Text(), nullable=False, comment="detail of the reason"),
        sa.Column("source_id", sa.String(), nullable=False, comment="its outlet while it waits; empty: not configured"),
        sa.Column("content_type", sa.String(), nullable=False, comment="Content-Type of its answer while it waits"),
        sa.Column("body", sa.LargeBinary(), nullable=True, comment="zlib-compressed bytes of the page while it waits"),
        sa.Column("entry", sa.JSON(), nullable=True, comment="what a JSON line says of the article while it waits"),
        sa.Column(
            "article", sa.JSON(), nullable=True, comment="all that was read while it waits (pipeline.records.Article)"
        ),
        sa.Column(
            "tags", sa.JSON(), nullable=True, comment="all that was said of it while it waits (pipeline.records.Tags)"
        ),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True, comment="fingerprint of its text while it waits"),
        sa.Column("document_id", sa.Integer(), nullable=True, comment="the page that it became"),
        sa.Column("item_key", sa.String(), nullable=True, comment="the item that it belongs to"),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'stored', 'known', 'unreadable')", name=op.f("ck_archive_records_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["shard_id"], ["archive_shards.id"], name=op.f("fk_archive_records_shard_id_archive_shards")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_archive_records_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_records")),
        sa.UniqueConstraint("shard_id", "place", name=op.f("uq_archive_records_shard_id_place")),
    )
    op.create_index(op.f("ix_archive_records_document_id"), "archive_records", ["document_id"])
    op.create_index(op.f("ix_archive_records_item_key"), "archive_records", ["item_key"])
    op.create_index(op.f("ix_archive_records_outcome_captured_at"), "archive_records", ["outcome", "captured_at"])


def downgrade() -> None:
    op.drop_table("archive_records")
    op.drop_table("archive_shards")
