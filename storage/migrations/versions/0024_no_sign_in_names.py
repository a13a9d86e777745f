"""rows of the CSV without the names under which people sign in: they are made anew without them

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A row that is not stored is made from its article when it is asked for.
    op.execute(sa.text("DELETE FROM listings WHERE cells LIKE :said").bindparams(said="%đã xem và quyết định%"))


def downgrade() -> None:
    pass
