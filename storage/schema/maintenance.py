"""The tables of maintenance: people's decisions, and daily sums of polls and fetches that retention deleted."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.engine.instants import Instant
from storage.schema.core import metadata

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True, comment="later decisions outweigh earlier ones"),
    Column("item_key", String, ForeignKey("items.key"), nullable=False, comment="the article"),
    Column("field", String, nullable=False, comment="relevance, topics or tone"),
    Column("value", Text, nullable=False, comment="what it is; of topics their ids, separated by blanks"),
    Column("who", String, nullable=False, comment="who said so"),
    Column("at", Instant, nullable=False, comment="when"),
    Column("note", Text, nullable=False, default="", comment="why, in that person's words"),
    CheckConstraint("field IN ('relevance', 'topics', 'tone')", name="field"),
    Index(None, "item_key", "field"),
)

attempt_days = Table(
    "attempt_days",
    metadata,
    Column("source_id", String, ForeignKey("sources.id"), primary_key=True, comment="the outlet"),
    Column("day", String, primary_key=True, comment="YYYY-MM-DD in UTC"),
    Column("polls", Integer, nullable=False, comment="readings of its feeds"),
    Column("polls_failed", Integer, nullable=False, comment="those of them that brought neither a feed nor a 304"),
    Column("entries", Integer, nullable=False, comment="links its feeds gave"),
    Column("new", Integer, nullable=False, comment="those of them never seen before"),
    Column("fetches", Integer, nullable=False, comment="requests for its pages"),
    Column("fetches_failed", Integer, nullable=False, comment="those of them that brought neither a page nor a 304"),
    Column("bytes", BigInteger, nullable=False, comment="size of those feeds and pages, decompressed"),
)
