"""the audit: a chain of entries that nobody can change, and people's names beside it

Triggers refuse to change or delete an entry; of people's fields they allow only the erasure.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


#: Trigger → table, event, and the condition under which it refuses ("" always).
_REFUSALS = {
    "audit_entries_no_update": ("audit_entries", "UPDATE", ""),
    "audit_entries_no_delete": ("audit_entries", "DELETE", ""),
    "audit_people_only_erasure": (
        "audit_people",
        "UPDATE",
        "NEW.seq <> OLD.seq OR NEW.part <> OLD.part OR COALESCE(NEW.account, -1) <> COALESCE(OLD.account, -1) "
        "OR NEW.salt <> '' OR NEW.name <> '' OR NEW.address <> '' OR NEW.details <> ''",
    ),
    "audit_people_no_delete": ("audit_people", "DELETE", ""),
    "audit_head_only_forward": ("audit_head", "UPDATE", "NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1"),
    "audit_head_no_delete": ("audit_head", "DELETE", ""),
}
#: INSERT OR REPLACE of SQLite deletes the row in its way without calling the triggers of DELETE.
_REPLACEMENTS = {
    "audit_entries_no_replace": (
        "audit_entries",
        "EXISTS (SELECT 1 FROM audit_entries WHERE seq = NEW.seq OR previous = NEW.previous)",
    ),
    "audit_people_no_replace": (
        "audit_people",
        "EXISTS (SELECT 1 FROM audit_people WHERE seq = NEW.seq AND part = NEW.part)",
    ),
    "audit_head_no_replace": ("audit_head", "EXISTS (SELECT 1 FROM audit_head)"),
}


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False, comment="1, 2, 3 … without a gap"),
        sa.Column("at", sa.String(), nullable=False, comment="when, as text in UTC with microseconds"),
        sa.Column("action", sa.String(), nullable=False, comment="what was done, e.g. account.created"),
        sa.Column("object_kind", sa.String(), nullable=False, comment="what it was done to, e.g. account"),
        sa.Column("object_id", sa.String(), nullable=False, comment="its key"),
        sa.Column("before", sa.Text(), nullable=False, comment="its state before, as canonical JSON"),
        sa.Column("after", sa.Text(), nullable=False, comment="its state after, as canonical JSON"),
        sa.Column(
            "account",
            sa.Integer(),
            nullable=True,
            comment="number of the account that did it; empty: a command or the machine",
        ),
        sa.Column("way", sa.String(), nullable=False, comment="desk, command or machine"),
        sa.Column("actor_hash", sa.String(), nullable=False, comment="SHA-256 of the actor's row of audit_people"),
        sa.Column(
            "object_hash", sa.String(), nullable=False, comment="SHA-256 of the object's row of audit_people; '': none"
        ),
        sa.Column("previous", sa.String(), nullable=False, comment="hash of the entry before; of the first 64 zeros"),
        sa.Column("hash", sa.String(), nullable=False, comment="SHA-256 of all other columns as canonical JSON"),
        sa.CheckConstraint("way IN ('desk', 'command', 'machine')", name=op.f("ck_audit_entries_way")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("previous", name=op.f("uq_audit_entries_previous")),
    )
    op.create_index(op.f("ix_audit_entries_account_seq"), "audit_entries", ["account", "seq"])
    op.create_index(op.f("ix_audit_entries_action_seq"), "audit_entries", ["action", "seq"])
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"])
    op.create_index(
        op.f("ix_audit_entries_object_kind_object_id_seq"), "audit_entries", ["object_kind", "object_id", "seq"]
    )
    op.create_table(
        "audit_people",
        sa.Column("seq", sa.Integer(), nullable=False, comment="the entry"),
        sa.Column("part", sa.String(), nullable=False, comment="actor: who did it; object: whom it was done to"),
        sa.Column("account", sa.Integer(), nullable=True, comment="number of the account that the fields are about"),
        sa.Column("salt", sa.String(), nullable=False, comment="random; '' once the fields were erased"),
        sa.Column("name", sa.Text(), nullable=False, comment="sign-in name of the actor"),
        sa.Column("address", sa.Text(), nullable=False, comment="network address of the actor"),
        sa.Column("details", sa.Text(), nullable=False, comment="personal fields of the object, as canonical JSON"),
        sa.CheckConstraint("part IN ('actor', 'object')", name=op.f("ck_audit_people_part")),
        sa.ForeignKeyConstraint(["seq"], ["audit_entries.seq"], name=op.f("fk_audit_people_seq_audit_entries")),
        sa.PrimaryKeyConstraint("seq", "part", name=op.f("pk_audit_people")),
    )
    op.create_index(op.f("ix_audit_people_account"), "audit_people", ["account"])
    op.create_index(op.f("ix_audit_people_name_seq"), "audit_people", ["name", "seq"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False, comment="1: there is one row"),
        sa.Column(
            "seq", sa.Integer(), nullable=False, comment="number of the last entry: shows where the end was cut off"
        ),
        sa.Column("hash", sa.String(), nullable=False, comment="its hash"),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )

    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def _guard_sqlite() -> None:
    replacements = {name: (table, "INSERT", when) for name, (table, when) in _REPLACEMENTS.items()}
    for name, (table, event, when) in {**_REFUSALS, **replacements}.items():
        condition = f"WHEN {when} " if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition}"
            f"BEGIN SELECT RAISE(ABORT, '{table}: an entry of the audit is never changed'); END"
        )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ': an entry of the audit is never changed', "
        "ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for name, (table, event, when) in _REFUSALS.items():
        condition = f"WHEN ({when}) " if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {condition}"
            "EXECUTE FUNCTION refuse_audit_change()"
        )
    for table in ("audit_entries", "audit_people", "audit_head"):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            "EXECUTE FUNCTION refuse_audit_change()"
        )


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_people")
    op.drop_table("audit_entries")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_audit_change()")
