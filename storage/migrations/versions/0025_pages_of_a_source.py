"""pages of a source by time, texts by their page: what a source delivers is read without reading all pages

Revision ID: 0025
Revises: 0024
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_documents_source_id_fetched_at"), "documents", ["source_id", "fetched_at"])
    op.create_index(op.f("ix_versions_document_id"), "versions", ["document_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_versions_document_id"), table_name="versions")
    op.drop_index(op.f("ix_documents_source_id_fetched_at"), table_name="documents")
