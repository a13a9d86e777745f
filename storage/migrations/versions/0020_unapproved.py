"""digests that went out although nobody approved them in time are marked

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_COMMENT = "1: nobody approved it by the time set for that"


def upgrade() -> None:
    op.add_column(
        "publications", sa.Column("unapproved", sa.Integer(), nullable=False, server_default="0", comment=_COMMENT)
    )


def downgrade() -> None:
    with op.batch_alter_table("publications") as table:
        table.drop_column("unapproved")
