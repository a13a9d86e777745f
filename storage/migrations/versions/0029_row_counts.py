"""numbers of rows, by outcome where there is one, kept by triggers: a status counts nothing

Triggers and numbers are made by storage.engine.row_counts at the end of an upgrade.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from storage.engine.row_counts import drop_triggers

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "row_counts",
        sa.Column("kind", sa.String(), nullable=False, comment="the table; stories: the different stories of items"),
        sa.Column(
            "outcome", sa.String(), nullable=False, comment="outcome of these rows; empty: of the table as a whole"
        ),
        sa.Column(
            "reason", sa.String(), nullable=False, comment="outcome_reason of these rows; empty: not counted apart"
        ),
        sa.Column("total", sa.BigInteger(), nullable=False, comment="how many there are"),
        sa.PrimaryKeyConstraint("kind", "outcome", "reason", name=op.f("pk_row_counts")),
    )


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.drop_table("row_counts")
