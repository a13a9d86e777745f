"""The tables of maintenance: people's decisions, daily sums of polls and fetches, what was read of each page."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, ForeignKey, Index, Integer, String, Table, Text

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

# A text that came with a page, and not from a feed alone, has one row. Kept apart from `versions`, whose rows are
# large: five weeks of readings are compared for every status, ledger and digest.
page_readings = Table(
    "page_readings",
    metadata,
    Column("version_id", Integer, ForeignKey("versions.id"), primary_key=True, comment="the text"),
    Column("document_id", Integer, ForeignKey("documents.id"), nullable=False, comment="the page it was read from"),
    Column("source_id", String, ForeignKey("sources.id"), nullable=False, comment="the outlet the page came from"),
    Column("at", Instant, nullable=False, comment="when the page was fetched"),
    Column("text", Integer, nullable=False, comment="1: a text was read from the page itself"),
    Column("title", Integer, nullable=False, comment="1: and a headline"),
    Column("date", Integer, nullable=False, comment="1: and a date"),
    Column("asked", Text, nullable=False, comment="parts that the source's selectors were asked for, between blanks"),
    Column("missed", Text, nullable=False, comment="those of them that were not found"),
    Column("agreement", Float, comment="F1 of words between the selectors' text and the readers'"),
    Column("place", Text, nullable=False, comment="element that held the text; may be empty"),
    Index(None, "at"),
)

# Kept by triggers (storage.engine.row_counts).
row_counts = Table(
    "row_counts",
    metadata,
    Column("kind", String, primary_key=True, comment="the table; stories: the different stories of items"),
    Column("outcome", String, primary_key=True, comment="outcome of these rows; empty: of the table as a whole"),
    Column("reason", String, primary_key=True, comment="outcome_reason of these rows; empty: not counted apart"),
    Column("total", BigInteger, nullable=False, comment="how many there are"),
    info={"derived": True},
)
