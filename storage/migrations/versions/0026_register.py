"""the register: matters that the press raised, their steps, articles and notes, and what goes beside

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_RECIPIENT = "(account IS NULL) <> (department IS NULL)"


def _letters(*more: sa.schema.SchemaItem) -> sa.Table:
    """Return the table as version 0025 has it, and more: SQLite makes it anew, and what it reads of checks varies."""
    return sa.Table(
        "letters",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=bool(more)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_letters_account_accounts")),
        sa.UniqueConstraint("cause", "account", name=op.f("uq_letters_cause_account")),
        sa.CheckConstraint("state IN ('waiting', 'begun', 'sent', 'failed')", name=op.f("ck_letters_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.Index(op.f("ix_letters_state"), "state"),
    )


def upgrade() -> None:
    op.create_table(
        "matters",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were opened"),
        sa.Column("title", sa.Text(), nullable=False, comment="what it is about, in the office's words"),
        sa.Column("kind", sa.String(), nullable=False, comment="id of a kind of register.toml"),
        sa.Column("scope", sa.String(), nullable=False, comment="item, story or event: what it was opened from"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="when it was opened"),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False, comment="when the report was first seen"),
        sa.Column(
            "state", sa.String(), nullable=False, comment="new, assigned, preparing, answered, closed or not_needed"
        ),
        sa.Column("unit", sa.Integer(), nullable=True, comment="the department in charge; empty: none yet"),
        sa.Column(
            "due", sa.String(), nullable=True, comment="last day, local, on which it is to be answered; empty: no term"
        ),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), nullable=True, comment="the moment, where its term counts hours"
        ),
        sa.Column("passage", sa.Text(), nullable=False, comment="the disputed words of the report; '': none"),
        sa.Column("is_unexpected", sa.Integer(), nullable=False, comment="1: its clock counts hours from first sight"),
        sa.Column("answer_text", sa.Text(), nullable=False, comment="what was answered"),
        sa.Column("answer_number", sa.String(), nullable=False, comment="number and signs of the answer's document"),
        sa.Column("answer_day", sa.String(), nullable=True, comment="day of the answer's document"),
        sa.Column("answer_address", sa.Text(), nullable=False, comment="where accurate information was published"),
        sa.Column(
            "answered_at", sa.DateTime(timezone=True), nullable=True, comment="when a person said that it is answered"
        ),
        sa.Column(
            "settled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the answer was given with which it was first closed; stays for ever",
        ),
        sa.Column("result", sa.Text(), nullable=False, comment="what was seen in the press after the answer"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was dropped"),
        sa.Column(
            "joined_to",
            sa.Integer(),
            nullable=True,
            comment="number of the matter with which it is dealt; empty: its own",
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True, comment="when it was closed"),
        sa.Column("version", sa.Integer(), nullable=False, comment="number of its steps"),
        sa.CheckConstraint("scope IN ('item', 'story', 'event')", name=op.f("ck_matters_scope")),
        sa.CheckConstraint(
            "state IN ('new', 'assigned', 'preparing', 'answered', 'closed', 'not_needed')",
            name=op.f("ck_matters_state"),
        ),
        sa.ForeignKeyConstraint(["unit"], ["departments.id"], name=op.f("fk_matters_unit_departments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
    )
    op.create_index(op.f("ix_matters_opened_at"), "matters", ["opened_at"], unique=False)
    op.create_index(op.f("ix_matters_state_due"), "matters", ["state", "due"], unique=False)
    op.create_index(op.f("ix_matters_unit"), "matters", ["unit"], unique=False)
    op.create_table(
        "matter_notes",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were written"),
        sa.Column("matter", sa.Integer(), nullable=False, comment="the matter"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("account", sa.Integer(), nullable=False, comment="who wrote it"),
        sa.Column("department", sa.Integer(), nullable=True, comment="the person's department then"),
        sa.Column(
            "text",
            sa.Text(),
            nullable=True,
            comment="for the matter's units and the office alone; empty: erased when its time was over",
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_matter_notes_account_accounts")),
        sa.ForeignKeyConstraint(
            ["department"], ["departments.id"], name=op.f("fk_matter_notes_department_departments")
        ),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_matter_notes_matter_matters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_notes")),
    )
    op.create_index(op.f("ix_matter_notes_at"), "matter_notes", ["at"], unique=False)
    op.create_index(op.f("ix_matter_notes_matter"), "matter_notes", ["matter"], unique=False)
    op.create_table(
        "matter_steps",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were made"),
        sa.Column("matter", sa.Integer(), nullable=False, comment="the matter"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column(
            "kind", sa.String(), nullable=False, comment="open, assign, begin, answer, ... (pipeline.register.matters)"
        ),
        sa.Column("account", sa.Integer(), nullable=True, comment="who; empty: a command"),
        sa.Column("who", sa.String(), nullable=False, comment="the name given to a command; '': an account"),
        sa.Column("department", sa.Integer(), nullable=True, comment="the person's department then"),
        sa.Column("sets", sa.JSON(), nullable=False, comment="fields of the matter that it set"),
        sa.Column("text", sa.Text(), nullable=False, comment="why, in that person's words"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_matter_steps_account_accounts")),
        sa.ForeignKeyConstraint(
            ["department"], ["departments.id"], name=op.f("fk_matter_steps_department_departments")
        ),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_matter_steps_matter_matters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_steps")),
    )
    op.create_index(op.f("ix_matter_steps_at"), "matter_steps", ["at"], unique=False)
    op.create_index(op.f("ix_matter_steps_matter_id"), "matter_steps", ["matter", "id"], unique=False)
    op.create_table(
        "matter_units",
        sa.Column("matter", sa.Integer(), nullable=False, comment="the matter"),
        sa.Column("department", sa.Integer(), nullable=False, comment="a unit that takes part"),
        sa.ForeignKeyConstraint(
            ["department"], ["departments.id"], name=op.f("fk_matter_units_department_departments")
        ),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_matter_units_matter_matters")),
        sa.PrimaryKeyConstraint("matter", "department", name=op.f("pk_matter_units")),
    )
    op.create_index(op.f("ix_matter_units_department"), "matter_units", ["department"], unique=False)
    op.create_table(
        "press_contacts",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were written"),
        sa.Column("day", sa.String(), nullable=False, comment="the day, local"),
        sa.Column(
            "kind", sa.String(), nullable=False, comment="conference, periodic, unexpected, spoken, written or refusal"
        ),
        sa.Column("unit", sa.Integer(), nullable=True, comment="the department that spoke; empty: the office"),
        sa.Column("outlet", sa.String(), nullable=False, comment="who asked or was told; '': the press at large"),
        sa.Column("subject", sa.Text(), nullable=False, comment="about what"),
        sa.Column("matter", sa.Integer(), nullable=True, comment="the matter that it belongs to"),
        sa.Column(
            "refusal", sa.String(), nullable=False, comment="of a refusal its reason, a code of register.toml; else ''"
        ),
        sa.Column("document", sa.String(), nullable=False, comment="number of its document; '': none"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was written down"),
        sa.Column("account", sa.Integer(), nullable=False, comment="who wrote it down"),
        sa.Column(
            "withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="when it was taken back; empty: it holds"
        ),
        sa.CheckConstraint("(kind = 'refusal') = (refusal <> '')", name=op.f("ck_press_contacts_refusal")),
        sa.CheckConstraint(
            "kind IN ('conference', 'periodic', 'unexpected', 'spoken', 'written', 'refusal')",
            name=op.f("ck_press_contacts_kind"),
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_press_contacts_account_accounts")),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_press_contacts_matter_matters")),
        sa.ForeignKeyConstraint(["unit"], ["departments.id"], name=op.f("fk_press_contacts_unit_departments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_contacts")),
    )
    op.create_index(op.f("ix_press_contacts_day"), "press_contacts", ["day"], unique=False)
    op.create_table(
        "yearly_figures",
        sa.Column(
            "id", sa.Integer(), nullable=False, comment="in the order in which they were typed in; the last one holds"
        ),
        sa.Column("year", sa.Integer(), nullable=False, comment="year of the report"),
        sa.Column("figure", sa.String(), nullable=False, comment="which of the six figures"),
        sa.Column("value", sa.Integer(), nullable=False, comment="the number"),
        sa.Column("total", sa.Integer(), nullable=True, comment="the whole that it is of; empty: of none"),
        sa.Column("source", sa.Text(), nullable=False, comment="where it comes from, in that person's words"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("account", sa.Integer(), nullable=False, comment="who typed it in"),
        sa.CheckConstraint("value >= 0 AND (total IS NULL OR total >= value)", name=op.f("ck_yearly_figures_value")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_yearly_figures_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yearly_figures")),
    )
    op.create_index(op.f("ix_yearly_figures_year"), "yearly_figures", ["year"], unique=False)
    op.create_table(
        "clarifications",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were written"),
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("account", sa.Integer(), nullable=False, comment="who wrote it"),
        sa.Column("text", sa.Text(), nullable=False, comment="what is to be made clear"),
        sa.Column(
            "withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="when it was taken back; empty: it holds"
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_clarifications_account_accounts")),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_clarifications_item_key_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarifications")),
    )
    op.create_index(op.f("ix_clarifications_item_key"), "clarifications", ["item_key"], unique=False)
    op.create_table(
        "matter_links",
        sa.Column("id", sa.Integer(), nullable=False, comment="in the order in which they were made"),
        sa.Column("matter", sa.Integer(), nullable=False, comment="the matter"),
        sa.Column("item_key", sa.String(), nullable=False, comment="the article"),
        sa.Column("part", sa.String(), nullable=False, comment="origin, again, answer or result"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="since when"),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True, comment="until when; empty: it holds"),
        sa.CheckConstraint("part IN ('origin', 'again', 'answer', 'result')", name=op.f("ck_matter_links_part")),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_matter_links_item_key_items")),
        sa.ForeignKeyConstraint(["matter"], ["matters.id"], name=op.f("fk_matter_links_matter_matters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_links")),
    )
    op.create_index(op.f("ix_matter_links_item_key"), "matter_links", ["item_key"], unique=False)
    op.create_index(op.f("ix_matter_links_matter"), "matter_links", ["matter"], unique=False)

    op.create_table(
        "calendar_tokens",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="whose it is"),
        sa.Column(
            "token_hash", sa.String(), nullable=False, comment="SHA-256 of the token in the address of its calendar"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was made"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_calendar_tokens_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_calendar_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_tokens_token_hash")),
    )
    with op.batch_alter_table("letters", copy_from=_letters()) as table:
        table.alter_column("account", existing_type=sa.Integer(), nullable=True)
        table.add_column(
            sa.Column("department", sa.Integer(), nullable=True, comment="to whose mailbox; empty: to an account")
        )
        table.create_foreign_key(op.f("fk_letters_department_departments"), "departments", ["department"], ["id"])
        table.create_unique_constraint(op.f("uq_letters_cause_department"), ["cause", "department"])
        table.create_check_constraint(op.f("ck_letters_recipient"), _RECIPIENT)


def downgrade() -> None:
    op.execute("DELETE FROM letters WHERE account IS NULL")
    of_today = _letters(
        sa.Column("department", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["department"], ["departments.id"], name=op.f("fk_letters_department_departments")),
        sa.UniqueConstraint("cause", "department", name=op.f("uq_letters_cause_department")),
        sa.CheckConstraint(_RECIPIENT, name=op.f("ck_letters_recipient")),
    )
    with op.batch_alter_table("letters", copy_from=of_today) as table:
        table.drop_constraint(op.f("ck_letters_recipient"), type_="check")
        table.drop_constraint(op.f("uq_letters_cause_department"), type_="unique")
        table.drop_constraint(op.f("fk_letters_department_departments"), type_="foreignkey")
        table.drop_column("department")
        table.alter_column("account", existing_type=sa.Integer(), nullable=False)
    op.drop_table("calendar_tokens")
    op.drop_table("matter_links")
    op.drop_table("clarifications")
    op.drop_table("yearly_figures")
    op.drop_table("press_contacts")
    op.drop_table("matter_units")
    op.drop_table("matter_steps")
    op.drop_table("matter_notes")
    op.drop_table("matters")
