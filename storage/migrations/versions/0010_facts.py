"""what reports count, an article in a few words; pages found by their day without reading them all

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Made out of what is kept: the next report, search or articles stored fill it.
    op.create_table(
        "facts",
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("tagging_id", sa.Integer(), nullable=False, comment="the tagging it was made from"),
        sa.Column(
            "at", sa.BigInteger(), nullable=False, comment="seconds since 1970 of publication, else of first sight"
        ),
        sa.Column("story", sa.String(), nullable=False, comment="as in items"),
        sa.Column(
            "relevance", sa.String(), nullable=False, comment="main, mention or no, as rules or a person last said"
        ),
        sa.Column("language", sa.String(), nullable=False, comment="found, else declared; may be empty"),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="all that is counted of it (pipeline.facts.Kind), with bars between",
        ),
        sa.PrimaryKeyConstraint("item_key", name=op.f("pk_facts")),
    )
    op.create_index(op.f("ix_facts_at"), "facts", ["at"])
    op.create_index(op.f("ix_facts_tagging_id"), "facts", ["tagging_id"])
    op.create_index(
        op.f("ix_documents_fetched_at_source_id_outcome_outcome_reason"),
        "documents",
        ["fetched_at", "source_id", "outcome", "outcome_reason"],
    )
