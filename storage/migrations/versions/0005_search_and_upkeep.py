"""searching, searches kept under a name, decisions of persons, what remains of old attempts

Revision ID: 0005
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The index is filled when articles are next stored or searched.
    op.create_table(
        "search_items",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="in the order of publication (else first sight): seconds since 1970 times 2^29, plus a number",
        ),
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text whose words these are"),
        sa.Column("tagging_id", sa.Integer(), nullable=False, comment="the tagging whose marks these are"),
        sa.Column(
            "about",
            sa.Integer(),
            nullable=False,
            comment="1: about the province; 0: not, and only its title is searched",
        ),
        sa.Column("marks", sa.Text(), nullable=False, comment="outlet, topics, places, ... as the index has them"),
        sa.Column(
            "vector",
            TSVECTOR().with_variant(sa.Text(), "sqlite"),
            comment="the words, on PostgreSQL; empty on SQLite",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_items")),
        sa.UniqueConstraint("item_key", name=op.f("uq_search_items_item_key")),
    )
    op.create_index(op.f("ix_search_items_tagging_id"), "search_items", ["tagging_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_search_items_vector", "search_items", ["vector"], postgresql_using="gin")
    op.create_table(
        "saved_searches",
        sa.Column("name", sa.String(), nullable=False, comment="what it is called"),
        sa.Column("query", sa.Text(), nullable=False, comment="what is searched for, as it was written"),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False, comment="when it was saved"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_saved_searches")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False, comment="later decisions outweigh earlier ones"),
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("field", sa.String(), nullable=False, comment="relevance, topics or tone"),
        sa.Column("value", sa.Text(), nullable=False, comment="what it is; of topics their ids, separated by blanks"),
        sa.Column("who", sa.String(), nullable=False, comment="who said so"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("note", sa.Text(), nullable=False, comment="why, in that person's words"),
        sa.CheckConstraint("field IN ('relevance', 'topics', 'tone')", name=op.f("ck_decisions_field")),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_decisions_item_key_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_item_key_field"), "decisions", ["item_key", "field"])
    number = [
        sa.Column(name, kind, nullable=False, comment=comment)
        for name, kind, comment in (
            ("polls", sa.Integer(), "readings of its feeds"),
            ("polls_failed", sa.Integer(), "those of them that brought neither a feed nor a 304"),
            ("entries", sa.Integer(), "links its feeds gave"),
            ("new", sa.Integer(), "those of them never seen before"),
            ("fetches", sa.Integer(), "requests for its pages"),
            ("fetches_failed", sa.Integer(), "those of them that brought neither a page nor a 304"),
            ("bytes", sa.BigInteger(), "size of those feeds and pages, decompressed"),
        )
    ]
    op.create_table(
        "attempt_days",
        sa.Column("source_id", sa.String(), nullable=False, comment="the outlet"),
        sa.Column("day", sa.String(), nullable=False, comment="YYYY-MM-DD in UTC"),
        *number,
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_attempt_days_source_id_sources")),
        sa.PrimaryKeyConstraint("source_id", "day", name=op.f("pk_attempt_days")),
    )
    op.add_column(
        "documents",
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            comment="when its bytes were taken away (retention); empty: they are here",
        ),
    )
