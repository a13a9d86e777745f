"""how far an outlet reaches is kept with it; the next collection fills it from sources.toml

The cells of a CSV are made anew: the reason of a verdict has other words.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_COMMENT = "local, national, regional or international; empty: not known"


def upgrade() -> None:
    op.execute("DELETE FROM facts")
    op.add_column("sources", sa.Column("reach", sa.String(), nullable=False, server_default="", comment=_COMMENT))


def downgrade() -> None:
    with op.batch_alter_table("sources") as table:
        table.drop_column("reach")
