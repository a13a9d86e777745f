"""links by the time at which a feed first gave them: a page of the ledger of a day reads no other day

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_candidates_first_seen"), "candidates", ["first_seen"])


def downgrade() -> None:
    op.drop_index(op.f("ix_candidates_first_seen"), table_name="candidates")
