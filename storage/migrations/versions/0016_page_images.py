"""images of articles' pages: where the file of each lies, or why there is none

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_images",
        sa.Column(
            "document_id",
            sa.Integer(),
            nullable=False,
            comment="the page that the text of the image was read from, some time before",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when the image was taken, or last tried"),
        sa.Column("url", sa.Text(), nullable=False, comment="address after redirects"),
        sa.Column(
            "reason", sa.String(), nullable=False, comment="ok, or why there is no image (pipeline.records.Reason)"
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="detail of the reason"),
        sa.Column(
            "attempts",
            sa.Integer(),
            nullable=False,
            comment="visits so far, those that failed and the one that did not",
        ),
        sa.Column(
            "next_try",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it is tried again; empty: not by itself",
        ),
        sa.Column("file", sa.String(), nullable=False, comment="path in the folder images of the home; '': no file"),
        sa.Column("sha256", sa.String(), nullable=False, comment="of the file's bytes"),
        sa.Column("size", sa.Integer(), nullable=False, comment="bytes of the file"),
        sa.Column(
            "missing_parts",
            sa.Integer(),
            nullable=False,
            comment="pictures, style sheets and scripts of the page that could not be had",
        ),
        sa.Column("shows_title", sa.Integer(), nullable=False, comment="1: the headline stood on the page then"),
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when retention took the file away; empty: it did not",
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_page_images_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_page_images")),
    )
    op.create_index(op.f("ix_page_images_at"), "page_images", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_page_images_at"), table_name="page_images")
    op.drop_table("page_images")
