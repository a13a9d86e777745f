"""articles that an archive had first: when they were captured, in the items and among the facts

Where there are such articles the facts are emptied, and filled again from what is stored when they are next asked for,
which brings the mark into the search index too.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

from storage.engine.instants import Instant

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_COMMENT = "when its page was captured, if an archive had it first; empty: found live"
#: The first text of an article was read back from an archive.
_FOUND = (
    "SELECT v.item_key FROM archive_records r JOIN versions v ON v.document_id = r.document_id "
    "WHERE r.outcome = 'stored' AND v.number = 1"
)


def upgrade() -> None:
    op.add_column("items", sa.Column("captured_at", Instant(), nullable=True, comment=_COMMENT))
    found = op.get_bind().execute(sa.text(f"UPDATE items SET captured_at = first_seen WHERE key IN ({_FOUND})"))
    op.execute("DELETE FROM facts" if found.rowcount else "UPDATE facts SET kind = kind || '|'")


def downgrade() -> None:
    op.execute("DELETE FROM facts")
    op.drop_column("items", "captured_at")
