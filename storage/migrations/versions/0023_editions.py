"""an edition of a digest that takes the place of another says what was wrong

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ERRATUM = "what was wrong in the last edition of the day, in the office's words"


def upgrade() -> None:
    op.add_column("digest_drafts", sa.Column("erratum", sa.Text(), nullable=False, server_default="", comment=_ERRATUM))
    op.add_column(
        "publications",
        sa.Column("lead", sa.Text(), nullable=True, comment="the office's own first sentences; empty: not kept"),
    )
    op.add_column(
        "publications",
        sa.Column(
            "erratum",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="what was wrong in the edition whose place it takes, in the office's words",
        ),
    )


def downgrade() -> None:
    with op.batch_alter_table("publications") as table:
        table.drop_column("erratum")
        table.drop_column("lead")
    with op.batch_alter_table("digest_drafts") as table:
        table.drop_column("erratum")
