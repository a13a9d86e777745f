"""The tables of the desk: reviews and what undoes them, holds, comments, assignments, letters, drafts of digests."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.engine.instants import Instant
from storage.schema.accounts import accounts, departments
from storage.schema.core import metadata

reviews = Table(
    "reviews",
    metadata,
    Column("item_key", String, ForeignKey("items.key"), primary_key=True, comment="the article"),
    Column("state", String, nullable=False, comment="new, reviewed, approved or rejected"),
    Column("reason", String, nullable=False, comment="of a rejection (pipeline.records.reviews); '': none"),
    Column("note", Text, nullable=False, comment="why, in that person's words"),
    Column("star", Integer, nullable=False, comment="1: chosen as a top story"),
    Column("version", Integer, nullable=False, comment="raised by one with every act on it and every undoing of one"),
    Column("account", Integer, ForeignKey(accounts.c.id), comment="who acted last; empty: a command"),
    Column("who", String, nullable=False, comment="the name of who acted last by a command; '': an account"),
    Column("at", Instant, nullable=False, comment="when"),
    Column("moment", BigInteger, nullable=False, comment="seconds since 1970 of publication, else of first sight"),
    CheckConstraint("state IN ('new', 'reviewed', 'approved', 'rejected')", name="state"),
    Index(None, "moment"),
    Index(None, "at"),
)

review_actions = Table(
    "review_actions",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were done"),
    Column("account", Integer, ForeignKey(accounts.c.id), comment="who; empty: a command"),
    Column("who", String, nullable=False, comment="the name given to a command; '': an account"),
    Column("kind", String, nullable=False, comment="approve, reject, star, topics, ..."),
    Column("at", Instant, nullable=False, comment="when"),
    Column("value", Text, nullable=False, comment="what was set"),
    Column("note", Text, nullable=False, comment="why, in that person's words"),
    Column("change", JSON, nullable=False, comment="what undoes it beside the articles' rows: rulings, moved articles"),
    Column("undone_at", Instant, comment="when its person took it back; empty: it holds"),
    Index(None, "account", "id"),
)

review_action_items = Table(
    "review_action_items",
    metadata,
    Column("action_id", Integer, ForeignKey("review_actions.id"), primary_key=True, comment="the act"),
    Column("item_key", String, ForeignKey("items.key"), primary_key=True, comment="an article it was about"),
    Column("before", JSON, nullable=False, comment="review and decided values before it"),
    Column("after", JSON, nullable=False, comment="review and decided values after it"),
    Column("decisions", JSON, nullable=False, comment="numbers of the decisions it stored"),
    Index(None, "item_key"),
)

review_holds = Table(
    "review_holds",
    metadata,
    Column("account", Integer, ForeignKey(accounts.c.id), primary_key=True, comment="who has an article open"),
    Column("item_key", String, ForeignKey("items.key"), nullable=False, comment="which"),
    Column("until", Instant, nullable=False, comment="from then on it counts no longer"),
    Index(None, "item_key"),
    info={"momentary": True},
)

comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were written"),
    Column("item_key", String, ForeignKey("items.key"), nullable=False, comment="the article"),
    Column("account", Integer, ForeignKey(accounts.c.id), nullable=False, comment="who wrote it"),
    Column("at", Instant, nullable=False, comment="when"),
    Column("text", Text, nullable=False, comment="as it was written"),
    Column("mentions", JSON, nullable=False, comment="people and departments it names (pipeline.records.reviews)"),
    Index(None, "item_key"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were made"),
    Column("item_key", String, ForeignKey("items.key"), nullable=False, comment="the article"),
    Column("scope", String, nullable=False, comment="item, or story: all articles of its story"),
    Column("department", Integer, ForeignKey(departments.c.id), nullable=False, comment="who is to look at it"),
    Column("account", Integer, ForeignKey(accounts.c.id), nullable=False, comment="who said so"),
    Column("at", Instant, nullable=False, comment="when"),
    Column("due", String, comment="YYYY-MM-DD by which it is to be done; empty: no day was set"),
    Column("note", Text, nullable=False, comment="what is to be done, in that person's words"),
    Column("done_at", Instant, comment="when it was done; empty: it is not"),
    Column("done_by", Integer, ForeignKey(accounts.c.id), comment="who said that it is done"),
    UniqueConstraint("item_key", "scope", "department"),
    CheckConstraint("scope IN ('item', 'story')", name="scope"),
    Index(None, "department", "done_at"),
)

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they came to be due"),
    Column("cause", String, nullable=False, comment="what it tells of (pipeline.records.reviews.Letter)"),
    Column("account", Integer, ForeignKey(accounts.c.id), comment="to whom; empty: to the mailbox of a department"),
    Column("at", Instant, nullable=False, comment="when it came to be due"),
    Column("state", String, nullable=False, comment="waiting, begun, sent or failed"),
    Column("attempts", Integer, nullable=False, comment="how often it was begun"),
    Column("next_try", Instant, comment="when it is tried again (empty: at once); of a begun one when it was begun"),
    Column("message_id", String, nullable=False, comment="of the letter that was begun last"),
    Column("note", Text, nullable=False, comment="why the last attempt failed"),
    Column("department", Integer, ForeignKey(departments.c.id), comment="to whose mailbox; empty: to an account"),
    UniqueConstraint("cause", "account"),
    UniqueConstraint("cause", "department"),
    CheckConstraint("(account IS NULL) <> (department IS NULL)", name="recipient"),
    CheckConstraint("state IN ('waiting', 'begun', 'sent', 'failed')", name="state"),
    Index(None, "state"),
)

digest_drafts = Table(
    "digest_drafts",
    metadata,
    Column("day", String, primary_key=True, comment="YYYY-MM-DD: the day of the digest"),
    Column("top", JSON, nullable=False, comment="keys of the top stories in their order"),
    Column("lead", Text, nullable=False, comment="the office's own first sentences"),
    Column("left_out", JSON, nullable=False, comment="keys of articles left out, each with the reason in words"),
    Column("version", Integer, nullable=False, comment="raised by one with every change"),
    Column("account", Integer, ForeignKey(accounts.c.id), comment="who changed it last; empty: a command"),
    Column("who", String, nullable=False, comment="the name given to a command; '': an account"),
    Column("at", Instant, nullable=False, comment="when"),
    Column(
        "erratum",
        Text,
        nullable=False,
        default="",
        server_default="",
        comment="what was wrong in the last edition of the day, in the office's words",
    ),
)
