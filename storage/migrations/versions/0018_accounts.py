"""the desk's people: departments, accounts, sessions, invitations, recovery codes, attempts to sign in

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "departments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False, comment="as it is named in comments: @so-y-te"),
        sa.Column("name", sa.String(), nullable=False, comment="as it is shown"),
        sa.Column("mail", sa.String(), nullable=False, comment="address of its mailbox; '': none"),
        sa.Column("disabled", sa.Integer(), nullable=False, comment="1: nothing more is assigned to it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("handle", name=op.f("uq_departments_handle")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="name to sign in with, in small letters"),
        sa.Column("full_name", sa.String(), nullable=False, comment="the person's name as it is shown"),
        sa.Column("mail", sa.String(), nullable=False, comment="the person's mail address; '': none"),
        sa.Column(
            "role", sa.String(), nullable=False, comment="viewer, reviewer, editor, analyst, administrator or auditor"
        ),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="the department; empty: of none"),
        sa.Column("language", sa.String(), nullable=False, comment="vi or en: what the desk is shown in"),
        sa.Column("disabled", sa.Integer(), nullable=False, comment="1: cannot sign in"),
        sa.Column(
            "erased_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when name and addresses were erased; empty: they were not",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="when it was made"),
        sa.Column("password_hash", sa.String(), nullable=True, comment="argon2id; empty: no password was set yet"),
        sa.Column("password_at", sa.DateTime(timezone=True), nullable=True, comment="when the password was set"),
        sa.Column(
            "totp_secret",
            sa.String(),
            nullable=True,
            comment="secret of the second factor, encrypted with a key of desk.key",
        ),
        sa.Column("totp_confirmed", sa.Integer(), nullable=False, comment="1: a code of it was accepted once"),
        sa.Column(
            "totp_step",
            sa.Integer(),
            nullable=False,
            comment="step (30 s since 1970) of the last code that was accepted",
        ),
        sa.Column(
            "sso_subject", sa.String(), nullable=True, comment="issuer and subject of single sign-on; empty: none"
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="1, and one more with each change"),
        sa.CheckConstraint(
            "role IN ('viewer', 'reviewer', 'editor', 'analyst', 'administrator', 'auditor')",
            name=op.f("ck_accounts_role"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_accounts_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
        sa.UniqueConstraint("sso_subject", name=op.f("uq_accounts_sso_subject")),
    )
    op.create_index(op.f("ix_accounts_department_id"), "accounts", ["department_id"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="whose it is"),
        sa.Column("token_hash", sa.String(), nullable=False, comment="SHA-256 of the token in the browser's cookie"),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False, comment="when the person signed in"),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False, comment="last request, to a minute"),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="when it ends however it is used"),
        sa.Column(
            "idle_seconds", sa.Integer(), nullable=False, comment="seconds without a request after which it ends"
        ),
        sa.Column("address", sa.String(), nullable=False, comment="network address of the browser"),
        sa.Column("agent", sa.String(), nullable=False, comment="what the browser calls itself"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"])
    op.create_index(op.f("ix_sessions_ends_at"), "sessions", ["ends_at"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True, comment="for whom; empty: for the first administrator"),
        sa.Column("token_hash", sa.String(), nullable=False, comment="SHA-256 of the token in the link"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it was made"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False, comment="until when it can be used, once"),
        sa.Column(
            "resets_second_factor",
            sa.Integer(),
            nullable=False,
            comment="1: it takes the second factor off the account",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_invitations_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_account_id"), "invitations", ["account_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="whose it is"),
        sa.Column("code_hash", sa.String(), nullable=False, comment="SHA-256 of the code"),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="when it was used; empty: not yet"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("account_id", "code_hash", name=op.f("uq_recovery_codes_account_id_code_hash")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column(
            "name_hash",
            sa.String(),
            nullable=False,
            comment="SHA-256 of the name typed, which may be a password by mistake",
        ),
        sa.Column(
            "source", sa.String(), nullable=False, comment="network address, or a device that is known to the account"
        ),
        sa.Column("succeeded", sa.Integer(), nullable=False, comment="1: the person got in"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_at"), "sign_in_attempts", ["at"])
    op.create_index(op.f("ix_sign_in_attempts_name_hash_at"), "sign_in_attempts", ["name_hash", "at"])
    op.create_index(op.f("ix_sign_in_attempts_name_hash_source_at"), "sign_in_attempts", ["name_hash", "source", "at"])
    op.create_index(op.f("ix_sign_in_attempts_source_at"), "sign_in_attempts", ["source", "at"])
    op.create_table(
        "account_preferences",
        sa.Column("account_id", sa.Integer(), nullable=False, comment="whose it is"),
        sa.Column("key", sa.String(), nullable=False, comment="what is preferred, e.g. keys"),
        sa.Column("value", sa.Text(), nullable=False, comment="how, as JSON"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_preferences_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_account_preferences")),
    )


def downgrade() -> None:
    op.drop_table("account_preferences")
    op.drop_table("sign_in_attempts")
    op.drop_table("recovery_codes")
    op.drop_table("invitations")
    op.drop_table("sessions")
    op.drop_table("accounts")
    op.drop_table("departments")
