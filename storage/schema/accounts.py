"""The tables of the desk's people: departments, accounts, what they sign in with, and what they prefer.

Tables whose `info` has "momentary" hold what ends by itself: they are in no backup, so that a restored database revives
no session and no link that was ended or used since.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.engine.instants import Instant
from storage.schema.core import metadata

departments = Table(
    "departments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("handle", String, nullable=False, comment="as it is named in comments: @so-y-te"),
    Column("name", String, nullable=False, comment="as it is shown"),
    Column("mail", String, nullable=False, comment="address of its mailbox; '': none"),
    Column("disabled", Integer, nullable=False, comment="1: nothing more is assigned to it"),
    UniqueConstraint("handle"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, comment="name to sign in with, in small letters"),
    Column("full_name", String, nullable=False, comment="the person's name as it is shown"),
    Column("mail", String, nullable=False, comment="the person's mail address; '': none"),
    Column("role", String, nullable=False, comment="viewer, reviewer, editor, analyst, administrator or auditor"),
    Column("department_id", Integer, ForeignKey("departments.id"), comment="the department; empty: of none"),
    Column("language", String, nullable=False, comment="vi or en: what the desk is shown in"),
    Column("disabled", Integer, nullable=False, comment="1: cannot sign in"),
    Column("erased_at", Instant, comment="when name and addresses were erased; empty: they were not"),
    Column("created_at", Instant, nullable=False, comment="when it was made"),
    Column("password_hash", String, comment="argon2id; empty: no password was set yet"),
    Column("password_at", Instant, comment="when the password was set"),
    Column("totp_secret", String, comment="secret of the second factor, encrypted with a key of desk.key"),
    Column("totp_confirmed", Integer, nullable=False, comment="1: a code of it was accepted once"),
    Column("totp_step", Integer, nullable=False, comment="step (30 s since 1970) of the last code that was accepted"),
    Column("sso_subject", String, comment="issuer and subject of single sign-on; empty: none"),
    Column("version", Integer, nullable=False, comment="1, and one more with each change"),
    UniqueConstraint("name"),
    UniqueConstraint("sso_subject"),
    CheckConstraint(
        "role IN ('viewer', 'reviewer', 'editor', 'analyst', 'administrator', 'auditor')",
        name="role",
    ),
    Index(None, "department_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False, comment="whose it is"),
    Column("token_hash", String, nullable=False, comment="SHA-256 of the token in the browser's cookie"),
    Column("begun_at", Instant, nullable=False, comment="when the person signed in"),
    Column("used_at", Instant, nullable=False, comment="last request, to a minute"),
    Column("ends_at", Instant, nullable=False, comment="when it ends however it is used"),
    Column("idle_seconds", Integer, nullable=False, comment="seconds without a request after which it ends"),
    Column("address", String, nullable=False, comment="network address of the browser"),
    Column("agent", String, nullable=False, comment="what the browser calls itself"),
    UniqueConstraint("token_hash"),
    Index(None, "account_id"),
    Index(None, "ends_at"),
    info={"momentary": True},
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id"), comment="for whom; empty: for the first administrator"),
    Column("token_hash", String, nullable=False, comment="SHA-256 of the token in the link"),
    Column("at", Instant, nullable=False, comment="when it was made"),
    Column("until", Instant, nullable=False, comment="until when it can be used, once"),
    Column("resets_second_factor", Integer, nullable=False, comment="1: it takes the second factor off the account"),
    UniqueConstraint("token_hash"),
    Index(None, "account_id"),
    info={"momentary": True},
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False, comment="whose it is"),
    Column("code_hash", String, nullable=False, comment="SHA-256 of the code"),
    Column("used_at", Instant, comment="when it was used; empty: not yet"),
    UniqueConstraint("account_id", "code_hash"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, comment="when"),
    Column(
        "name_hash", String, nullable=False, comment="SHA-256 of the name typed, which may be a password by mistake"
    ),
    Column("source", String, nullable=False, comment="network address, or a device that is known to the account"),
    Column("succeeded", Integer, nullable=False, comment="1: the person got in"),
    Index(None, "name_hash", "source", "at"),
    Index(None, "name_hash", "at"),
    Index(None, "source", "at"),
    Index(None, "at"),
    info={"momentary": True},
)

calendar_tokens = Table(
    "calendar_tokens",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id"), primary_key=True, comment="whose it is"),
    Column("token_hash", String, nullable=False, comment="SHA-256 of the token in the address of its calendar"),
    Column("at", Instant, nullable=False, comment="when it was made"),
    UniqueConstraint("token_hash"),
    info={"momentary": True},
)

account_preferences = Table(
    "account_preferences",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id"), primary_key=True, comment="whose it is"),
    Column("key", String, primary_key=True, comment="what is preferred, e.g. keys"),
    Column("value", Text, nullable=False, comment="how, as JSON"),
)
