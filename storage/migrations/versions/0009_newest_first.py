"""the index of PostgreSQL knows in which spans of time an article lies

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is searched is made out of what is kept: the next search, or the next articles stored, fill it again.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DELETE FROM search_items")
