"""The tables of stories: the place of each article among the others, and people's rulings on it."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from storage.engine.instants import Instant
from storage.schema.core import metadata

story_nodes = Table(
    "story_nodes",
    metadata,
    Column("id", Integer, primary_key=True, comment="counts the articles in the order in which they were placed"),
    Column("item_key", String, ForeignKey("items.key"), nullable=False, unique=True, comment="the article"),
    Column("version_id", Integer, ForeignKey("versions.id"), nullable=False, comment="the text it was placed by"),
    Column(
        "moment",
        BigInteger,
        nullable=False,
        comment="when it was published (else first seen): seconds since 1970 times 2^28, plus 28 bits of its key",
    ),
    Column("source_node", Integer, comment="the earlier article it repeats most faithfully; empty: repeats none"),
    Column("source_score", Float, nullable=False, default=0.0, comment="how sure that is, 0 to 1"),
    Column("event_node", Integer, comment="the earlier article of the same happening that is most like it"),
    Column("event_score", Float, nullable=False, default=0.0, comment="how sure that is, 0 to 1"),
    Column("room", Integer, nullable=False, comment="earlier look-alikes that may still come before one is left out"),
    Index(None, "source_node"),
    Index(None, "event_node"),
    Index(None, "version_id"),
)

story_keys = Table(
    "story_keys",
    metadata,
    Column(
        "key",
        BigInteger,
        primary_key=True,
        comment="a rare term, title or text (pipeline.stories.fingerprints)",
    ),
    Column("moment", BigInteger, primary_key=True, comment="moment of the node"),
    Column("node", Integer, primary_key=True, comment="an article under that key"),
    # Without a rowid SQLite keeps one B-tree, in the order in which it is searched.
    sqlite_with_rowid=False,
)

story_rulings = Table(
    "story_rulings",
    metadata,
    Column("id", Integer, primary_key=True, comment="later rulings outweigh earlier ones"),
    Column("at", Instant, nullable=False, comment="when a person said so"),
    Column("level", String, nullable=False, comment="story or event"),
    Column("kind", String, nullable=False, comment="together or apart"),
    Column("note", Text, nullable=False, default="", comment="why, in the person's words"),
    CheckConstraint("level IN ('story', 'event')", name="level"),
    CheckConstraint("kind IN ('together', 'apart')", name="kind"),
)

story_ruling_items = Table(
    "story_ruling_items",
    metadata,
    Column("ruling_id", Integer, ForeignKey("story_rulings.id"), primary_key=True, comment="the ruling"),
    Column("item_key", String, ForeignKey("items.key"), primary_key=True, comment="an article it is about"),
    Column("side", Integer, nullable=False, comment="0 or 1; 'apart' keeps the sides apart"),
    Index(None, "item_key"),
)

story_changes = Table(
    "story_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, comment="when it was found"),
    Column("level", String, nullable=False, comment="story or event"),
    Column("old", String, nullable=False, comment="key under which articles stood before"),
    Column("new", String, nullable=False, comment="key under which they stand since"),
    Column("items", Integer, nullable=False, comment="how many articles moved"),
    Index(None, "old"),
)
