"""texts of articles in the reader's language: by engines, by people, and a glossary

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_texts",
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("part", sa.String(), nullable=False, comment="title, lead, excerpt or text (the whole)"),
        sa.Column("sha256", sa.String(), nullable=False, comment="of the text, in UTF-8; hex"),
        sa.Column("language", sa.String(), nullable=False, comment="of the text, without region"),
        sa.Column(
            "version_id", sa.Integer(), nullable=False, comment="the version whose text it is: of another one it is old"
        ),
        sa.Column("tagging_id", sa.Integer(), nullable=False, comment="the tagging by which the excerpt was chosen"),
        sa.CheckConstraint("part IN ('title', 'lead', 'excerpt', 'text')", name=op.f("ck_item_texts_part")),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_item_texts_item_key_items")),
        sa.PrimaryKeyConstraint("item_key", "part", name=op.f("pk_item_texts")),
    )
    op.create_index(op.f("ix_item_texts_sha256"), "item_texts", ["sha256"])
    op.create_table(
        "translations",
        sa.Column(
            "id",
            sa.Integer(),
            nullable=False,
            comment="of several engines the latest sound translation is shown",
        ),
        sa.Column("sha256", sa.String(), nullable=False, comment="of the original text"),
        sa.Column("source", sa.String(), nullable=False, comment="language of the original, without region"),
        sa.Column("target", sa.String(), nullable=False, comment="language of the translation"),
        sa.Column("backend", sa.String(), nullable=False, comment="openai, libretranslate or ctranslate2"),
        sa.Column("model", sa.String(), nullable=False, comment="what translated, as the backend calls it"),
        sa.Column("version", sa.String(), nullable=False, comment="of the model; '': not told"),
        sa.Column("text", sa.Text(), nullable=False, comment="the translation; '' where it is not shown"),
        sa.Column(
            "refusal",
            sa.JSON(),
            nullable=True,
            comment="why it is not shown (pipeline.records.VerdictReason); empty: it is",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was translated, or last tried"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="requests so far, failed ones and the last"),
        sa.Column(
            "next_try",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it is tried again after the engine failed; empty: it is done",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translations")),
        sa.UniqueConstraint(
            "sha256",
            "source",
            "target",
            "backend",
            "model",
            "version",
            name=op.f("uq_translations_sha256_source_target_backend_model_version"),
        ),
    )
    op.create_table(
        "translation_corrections",
        sa.Column("id", sa.Integer(), nullable=False, comment="a later one outweighs an earlier one"),
        sa.Column("sha256", sa.String(), nullable=False, comment="of the original text"),
        sa.Column("source", sa.String(), nullable=False, comment="language of the original, without region"),
        sa.Column("target", sa.String(), nullable=False, comment="language of the translation"),
        sa.Column(
            "text",
            sa.Text(),
            nullable=False,
            comment="as a person put it; '': taken back, the engine's is shown again",
        ),
        sa.Column("who", sa.String(), nullable=False, comment="who put it so"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation_corrections")),
    )
    op.create_index(op.f("ix_translation_corrections_sha256"), "translation_corrections", ["sha256"])
    op.create_table(
        "glossary_terms",
        sa.Column("language", sa.String(), nullable=False, comment="of the term, without region"),
        sa.Column("term", sa.String(), nullable=False, comment="as it stands in texts of that language"),
        sa.Column("translation", sa.Text(), nullable=False, comment="what it is to be called in the reader's language"),
        sa.Column("who", sa.String(), nullable=False, comment="who said so"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("language", "term", name=op.f("pk_glossary_terms")),
    )


def downgrade() -> None:
    for table in ("glossary_terms", "translation_corrections", "translations", "item_texts"):
        op.drop_table(table)
