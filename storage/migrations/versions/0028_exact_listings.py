"""rows for exports that every format is written from, found by the number of their tagging

Both tables are emptied: they are filled again from what is stored when they are next asked for.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM facts")
    op.add_column(
        "facts",
        sa.Column(
            "json_sum",
            sa.BigInteger(),
            nullable=True,
            comment="checksum of text and tags as stored, by which exports take them (pipeline.tables.stored_json); "
            "empty: they do not",
        ),
    )
    op.drop_table("listings")
    op.create_table(
        "listings",
        sa.Column(
            "tagging_id",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="as in facts: the tagging that the row was made from",
        ),
        sa.Column(
            "item_key", sa.String(), nullable=False, comment="the article, which is about the province or mentions it"
        ),
        sa.Column(
            "cells",
            sa.Text(),
            nullable=False,
            comment="of its row in a CSV what is its own (pipeline.tables.csv_rows)",
        ),
        sa.Column(
            "exact_sum",
            sa.BigInteger(),
            nullable=True,
            comment="checksum of cells that tell all that other formats list; empty: those read the article",
        ),
        sa.PrimaryKeyConstraint("tagging_id", name=op.f("pk_listings")),
    )
    op.create_index(op.f("ix_listings_item_key"), "listings", ["item_key"], unique=True)


def downgrade() -> None:
    op.execute("DELETE FROM facts")
    op.drop_column("facts", "json_sum")
    op.drop_index(op.f("ix_listings_item_key"), table_name="listings")
    op.drop_table("listings")
    op.create_table(
        "listings",
        sa.Column(
            "item_key", sa.String(), nullable=False, comment="the article, which is about the province or mentions it"
        ),
        sa.Column(
            "cells",
            sa.Text(),
            nullable=False,
            comment="of its row in a CSV what is its own (pipeline.tables.csv_rows)",
        ),
        sa.PrimaryKeyConstraint("item_key", name=op.f("pk_listings")),
    )
