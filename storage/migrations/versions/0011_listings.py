"""rows of articles as exports write them

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listings",
        sa.Column(
            "item_key",
            sa.String(),
            nullable=False,
            comment="the article, which is about the province or mentions it",
        ),
        sa.Column("cells", sa.Text(), nullable=False, comment="of its row in a CSV what is its own (pipeline.listing)"),
        sa.PrimaryKeyConstraint("item_key", name=op.f("pk_listings")),
    )
    # Whoever fills the facts fills these: the next report, search, export or articles stored.
    op.execute("DELETE FROM facts")
