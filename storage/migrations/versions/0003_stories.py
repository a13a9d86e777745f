"""stories and events that keep their names, and what a person said of them

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "items",
        sa.Column(
            "event",
            sa.String(),
            nullable=False,
            server_default="",
            comment="key of the first item of the happening it tells of",
        ),
    )
    op.add_column(
        "items",
        sa.Column(
            "origin",
            sa.String(),
            nullable=False,
            server_default="",
            comment="agency or outlet it credits for its text",
        ),
    )
    op.create_index(op.f("ix_items_story"), "items", ["story"])
    op.create_index(op.f("ix_items_event"), "items", ["event"])
    op.execute("UPDATE items SET event = key, story = key")
    op.create_table(
        "story_nodes",
        sa.Column(
            "id",
            sa.Integer(),
            nullable=False,
            comment="counts the articles in the order in which they were placed",
        ),
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text it was placed by"),
        sa.Column(
            "moment",
            sa.BigInteger(),
            nullable=False,
            comment="when it was published (else first seen): seconds since 1970 times 2^28, plus 28 bits of its key",
        ),
        sa.Column(
            "source_node",
            sa.Integer(),
            nullable=True,
            comment="the earlier article it repeats most faithfully; empty: repeats none",
        ),
        sa.Column("source_score", sa.Float(), nullable=False, comment="how sure that is, 0 to 1"),
        sa.Column(
            "event_node",
            sa.Integer(),
            nullable=True,
            comment="the earlier article of the same happening that is most like it",
        ),
        sa.Column("event_score", sa.Float(), nullable=False, comment="how sure that is, 0 to 1"),
        sa.Column(
            "room",
            sa.Integer(),
            nullable=False,
            comment="earlier look-alikes that may still come before one is left out",
        ),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_story_nodes_item_key_items")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_story_nodes_version_id_versions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_nodes")),
        sa.UniqueConstraint("item_key", name=op.f("uq_story_nodes_item_key")),
    )
    for column in ("source_node", "event_node", "version_id"):
        op.create_index(op.f(f"ix_story_nodes_{column}"), "story_nodes", [column])
    op.create_table(
        "story_keys",
        sa.Column(
            "key",
            sa.BigInteger(),
            nullable=False,
            comment="a rare term, title or text (pipeline.sketches.keys_of)",
        ),
        sa.Column("moment", sa.BigInteger(), nullable=False, comment="moment of the node"),
        sa.Column("node", sa.Integer(), nullable=False, comment="an article under that key"),
        sa.PrimaryKeyConstraint("key", "moment", "node", name=op.f("pk_story_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "story_rulings",
        sa.Column("id", sa.Integer(), nullable=False, comment="later rulings outweigh earlier ones"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when a person said so"),
        sa.Column("level", sa.String(), nullable=False, comment="story or event"),
        sa.Column("kind", sa.String(), nullable=False, comment="together or apart"),
        sa.Column("note", sa.Text(), nullable=False, comment="why, in the person's words"),
        sa.CheckConstraint("level IN ('story', 'event')", name=op.f("ck_story_rulings_level")),
        sa.CheckConstraint("kind IN ('together', 'apart')", name=op.f("ck_story_rulings_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_rulings")),
    )
    op.create_table(
        "story_ruling_items",
        sa.Column("ruling_id", sa.Integer(), nullable=False, comment="the ruling"),
        sa.Column("item_key", sa.String(), nullable=False, comment="an article it is about"),
        sa.Column("side", sa.Integer(), nullable=False, comment="0 or 1; 'apart' keeps the sides apart"),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_story_ruling_items_item_key_items")),
        sa.ForeignKeyConstraint(
            ["ruling_id"], ["story_rulings.id"], name=op.f("fk_story_ruling_items_ruling_id_story_rulings")
        ),
        sa.PrimaryKeyConstraint("ruling_id", "item_key", name=op.f("pk_story_ruling_items")),
    )
    op.create_index(op.f("ix_story_ruling_items_item_key"), "story_ruling_items", ["item_key"])
    op.create_table(
        "story_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was found"),
        sa.Column("level", sa.String(), nullable=False, comment="story or event"),
        sa.Column("old", sa.String(), nullable=False, comment="key under which articles stood before"),
        sa.Column("new", sa.String(), nullable=False, comment="key under which they stand since"),
        sa.Column("items", sa.Integer(), nullable=False, comment="how many articles moved"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_changes")),
    )
    op.create_index(op.f("ix_story_changes_old"), "story_changes", ["old"])
