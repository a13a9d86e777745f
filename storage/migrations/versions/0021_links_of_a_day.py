"""links by the time at which a feed first gave them: a page of the ledger of a day reads no other day

Revision ID: 0021
Revises: 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_candidates_first_seen"), "candidates", ["first_seen"])


def downgrade() -> None:
    op.drop_index(op.f("ix_candidates_first_seen"), table_name="candidates")
