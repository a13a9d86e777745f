"""the desk: reviews, what undoes them, holds, comments, assignments, letters, drafts; whose a saved search is

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("state", sa.String(), nullable=False, comment="new, reviewed, approved or rejected"),
        sa.Column("reason", sa.String(), nullable=False, comment="of a rejection (pipeline.records.reviews); '': none"),
        sa.Column("note", sa.Text(), nullable=False, comment="why, in that person's words"),
        sa.Column("star", sa.Integer(), nullable=False, comment="1: chosen as a top story"),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="raised by one with every act on it and every undoing of one",
        ),
        sa.Column("account", sa.Integer(), nullable=True, comment="who acted last; empty: a command"),
        sa.Column(
            "who", sa.String(), nullable=False, comment="the name of who acted last by a command; '': an account"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column(
            "moment", sa.BigInteger(), nullable=False, comment="seconds since 1970 of publication, else of first sight"
        ),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_reviews_item_key_items")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_reviews_account_accounts")),
        sa.CheckConstraint("state IN ('new', 'reviewed', 'approved', 'rejected')", name=op.f("ck_reviews_state")),
        sa.PrimaryKeyConstraint("item_key", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_at"), "reviews", ["at"])
    op.create_index(op.f("ix_reviews_moment"), "reviews", ["moment"])
    op.create_table(
        "review_actions",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were done"),
        sa.Column("account", sa.Integer(), nullable=True, comment="who; empty: a command"),
        sa.Column("who", sa.String(), nullable=False, comment="the name given to a command; '': an account"),
        sa.Column("kind", sa.String(), nullable=False, comment="approve, reject, star, topics, ..."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("value", sa.Text(), nullable=False, comment="what was set"),
        sa.Column("note", sa.Text(), nullable=False, comment="why, in that person's words"),
        sa.Column(
            "change",
            sa.JSON(),
            nullable=False,
            comment="what undoes it beside the articles' rows: rulings, moved articles",
        ),
        sa.Column(
            "undone_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when its person took it back; empty: it holds",
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_review_actions_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_actions")),
    )
    op.create_index(op.f("ix_review_actions_account_id"), "review_actions", ["account", "id"])
    op.create_table(
        "review_action_items",
        sa.Column("action_id", sa.Integer(), nullable=False, comment="the act"),
        sa.Column("item_key", sa.String(), nullable=False, comment="an article it was about"),
        sa.Column("before", sa.JSON(), nullable=False, comment="review and decided values before it"),
        sa.Column("after", sa.JSON(), nullable=False, comment="review and decided values after it"),
        sa.Column("decisions", sa.JSON(), nullable=False, comment="numbers of the decisions it stored"),
        sa.ForeignKeyConstraint(
            ["action_id"], ["review_actions.id"], name=op.f("fk_review_action_items_action_id_review_actions")
        ),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_review_action_items_item_key_items")),
        sa.PrimaryKeyConstraint("action_id", "item_key", name=op.f("pk_review_action_items")),
    )
    op.create_index(op.f("ix_review_action_items_item_key"), "review_action_items", ["item_key"])
    op.create_table(
        "review_holds",
        sa.Column("account", sa.Integer(), nullable=False, comment="who has an article open"),
        sa.Column("item_key", sa.String(), nullable=False, comment="which"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False, comment="from then on it counts no longer"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_review_holds_account_accounts")),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_review_holds_item_key_items")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_review_holds")),
    )
    op.create_index(op.f("ix_review_holds_item_key"), "review_holds", ["item_key"])
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were written"),
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("account", sa.Integer(), nullable=False, comment="who wrote it"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("text", sa.Text(), nullable=False, comment="as it was written"),
        sa.Column(
            "mentions", sa.JSON(), nullable=False, comment="people and departments it names (pipeline.records.reviews)"
        ),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_comments_item_key_items")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_comments_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(op.f("ix_comments_item_key"), "comments", ["item_key"])
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were made"),
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("scope", sa.String(), nullable=False, comment="item, or story: all articles of its story"),
        sa.Column("department", sa.Integer(), nullable=False, comment="who is to look at it"),
        sa.Column("account", sa.Integer(), nullable=False, comment="who said so"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column(
            "due", sa.String(), nullable=True, comment="YYYY-MM-DD by which it is to be done; empty: no day was set"
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="what is to be done, in that person's words"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True, comment="when it was done; empty: it is not"),
        sa.Column("done_by", sa.Integer(), nullable=True, comment="who said that it is done"),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_assignments_item_key_items")),
        sa.ForeignKeyConstraint(["department"], ["departments.id"], name=op.f("fk_assignments_department_departments")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_assignments_account_accounts")),
        sa.ForeignKeyConstraint(["done_by"], ["accounts.id"], name=op.f("fk_assignments_done_by_accounts")),
        sa.UniqueConstraint("item_key", "scope", "department", name=op.f("uq_assignments_item_key_scope_department")),
        sa.CheckConstraint("scope IN ('item', 'story')", name=op.f("ck_assignments_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_department_done_at"), "assignments", ["department", "done_at"])
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they came to be due"),
        sa.Column("cause", sa.String(), nullable=False, comment="what it tells of: 'comment 12', 'assignment 3'"),
        sa.Column("account", sa.Integer(), nullable=False, comment="to whom"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it came to be due"),
        sa.Column("state", sa.String(), nullable=False, comment="waiting, begun, sent or failed"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="how often it was begun"),
        sa.Column(
            "next_try",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it is tried again (empty: at once); of a begun one when it was begun",
        ),
        sa.Column("message_id", sa.String(), nullable=False, comment="of the letter that was begun last"),
        sa.Column("note", sa.Text(), nullable=False, comment="why the last attempt failed"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_letters_account_accounts")),
        sa.UniqueConstraint("cause", "account", name=op.f("uq_letters_cause_account")),
        sa.CheckConstraint("state IN ('waiting', 'begun', 'sent', 'failed')", name=op.f("ck_letters_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index(op.f("ix_letters_state"), "letters", ["state"])
    op.create_table(
        "digest_drafts",
        sa.Column("day", sa.String(), nullable=False, comment="YYYY-MM-DD: the day of the digest"),
        sa.Column("top", sa.JSON(), nullable=False, comment="keys of the top stories in their order"),
        sa.Column("lead", sa.Text(), nullable=False, comment="the office's own first sentences"),
        sa.Column(
            "left_out", sa.JSON(), nullable=False, comment="keys of articles left out, each with the reason in words"
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="raised by one with every change"),
        sa.Column("account", sa.Integer(), nullable=True, comment="who changed it last; empty: a command"),
        sa.Column("who", sa.String(), nullable=False, comment="the name given to a command; '': an account"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_digest_drafts_account_accounts")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_digest_drafts")),
    )
    with op.batch_alter_table("saved_searches") as batch:
        batch.add_column(
            sa.Column(
                "account",
                sa.Integer(),
                nullable=True,
                comment="whose it is; empty: the office's, saved by a command",
            )
        )
        batch.add_column(
            sa.Column(
                "shared",
                sa.Integer(),
                nullable=False,
                server_default="1",
                comment="1: all accounts see it; 0: its own alone",
            )
        )
        batch.add_column(
            sa.Column(
                "follow",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="1: its account is told of what it finds anew",
            )
        )
        batch.create_foreign_key(op.f("fk_saved_searches_account_accounts"), "accounts", ["account"], ["id"])
    op.create_index(op.f("ix_facts_relevance_at"), "facts", ["relevance", "at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_facts_relevance_at"), table_name="facts")
    with op.batch_alter_table("saved_searches") as batch:
        batch.drop_constraint(op.f("fk_saved_searches_account_accounts"), type_="foreignkey")
        batch.drop_column("follow")
        batch.drop_column("shared")
        batch.drop_column("account")
    op.drop_table("digest_drafts")
    op.drop_table("letters")
    op.drop_table("assignments")
    op.drop_table("comments")
    op.drop_table("review_holds")
    op.drop_table("review_action_items")
    op.drop_table("review_actions")
    op.drop_table("reviews")
