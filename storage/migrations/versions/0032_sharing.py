"""a collection that serves several provinces: what was read of its pages, and how far another has taken it over

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

from storage.engine.instants import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shared_articles",
        sa.Column("document_id", sa.Integer(), nullable=False, comment="the page"),
        sa.Column("read_at", Instant(), nullable=False, comment="when it was read"),
        sa.Column(
            "reason",
            sa.String(),
            nullable=False,
            comment="why it is unreadable (pipeline.records.Reason); empty: no",
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="detail of the reason"),
        sa.Column(
            "article",
            sa.LargeBinary(),
            nullable=False,
            comment="zlib-compressed JSON of what was read (pipeline.records.Article); of b'' where it is unreadable",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_shared_articles_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_shared_articles")),
    )
    op.create_index(op.f("ix_shared_articles_read_at"), "shared_articles", ["read_at"])
    op.create_table(
        "watched_links",
        sa.Column(
            "candidate_id",
            sa.Integer(),
            nullable=False,
            comment="link whose page is about another province that uses this collection: it is looked at again",
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_watched_links_candidate_id_candidates")
        ),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_watched_links")),
    )
    op.create_table(
        "taken_positions",
        sa.Column(
            "kind", sa.String(), nullable=False, comment="polls, links, fetches, documents; seen: links seen again"
        ),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="id of the last row taken over from the database that collects",
        ),
        sa.Column(
            "at", Instant(), nullable=True, comment="the time of that row, by which a restored database is noticed"
        ),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_taken_positions")),
    )
    op.create_table(
        "taken_documents",
        sa.Column("document_id", sa.Integer(), nullable=False, comment="the page here"),
        sa.Column("number", sa.Integer(), nullable=False, comment="its id in the database that collects"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_taken_documents_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_taken_documents")),
    )


def downgrade() -> None:
    op.drop_table("taken_documents")
    op.drop_table("taken_positions")
    op.drop_table("watched_links")
    op.drop_index(op.f("ix_shared_articles_read_at"), "shared_articles")
    op.drop_table("shared_articles")
