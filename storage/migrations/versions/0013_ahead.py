"""digests that were made while the clock was ahead are marked

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COMMENT = "1: made while the clock was ahead; the digest of its day is made once more"


def upgrade() -> None:
    op.add_column(
        "publications", sa.Column("ahead", sa.Integer(), nullable=False, server_default="0", comment=_COMMENT)
    )


def downgrade() -> None:
    with op.batch_alter_table("publications") as table:
        table.drop_column("ahead")
