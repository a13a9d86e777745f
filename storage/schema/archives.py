"""The tables of archives read back: the receipt of each shard, and the records that are listed one by one."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.engine.instants import Instant
from storage.schema.core import metadata

archive_shards = Table(
    "archive_shards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("archive", String, nullable=False, comment="name of the archive's file or folder"),
    Column("identity", String, nullable=False, comment="hash of its size and of its first and last bytes"),
    Column("begins", BigInteger, nullable=False, comment="byte at which the shard begins; of a folder the file"),
    Column("ends", BigInteger, nullable=False, comment="byte before which its last record begins"),
    Column("selection", String, nullable=False, comment="days and sources that were asked for; empty: all"),
    Column("rules", String, nullable=False, comment="version of the rules that judged it"),
    Column("read_at", Instant, nullable=False, comment="when it was read"),
    Column("note", Text, nullable=False, default="", comment="why it could not be read; empty where it was"),
    Column("records", Integer, nullable=False, comment="records of it: the sum of the next six columns"),
    Column("no_page", Integer, nullable=False, comment="requests, notes of the crawler, images, failed answers"),
    Column("outside", Integer, nullable=False, comment="pages of other days or sources than those asked for"),
    Column("gated", Integer, nullable=False, comment="pages that name no place of the province"),
    Column("irrelevant", Integer, nullable=False, comment="pages that name one and are not about the province"),
    Column("unreadable", Integer, nullable=False, comment="damaged records, and pages without an article"),
    Column("about", Integer, nullable=False, comment="articles about the province; each has a row in archive_records"),
    UniqueConstraint("identity", "begins", "ends", "selection", "rules"),
    CheckConstraint("records = no_page + outside + gated + irrelevant + unreadable + about", name="sum"),
)

archive_records = Table(
    "archive_records",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shard_id", Integer, ForeignKey("archive_shards.id"), nullable=False, comment="the shard it is of"),
    Column("place", BigInteger, nullable=False, comment="byte at which it begins; of a folder the number of its file"),
    Column("url", Text, nullable=False, comment="address of the page; may be empty where it is unreadable"),
    Column("captured_at", Instant, comment="when the page was captured; empty where it is unreadable"),
    Column("outcome", String, nullable=False, comment="waiting, stored, known or unreadable"),
    Column("reason", String, nullable=False, default="", comment="why it is unreadable (pipeline.records.Reason)"),
    Column("note", Text, nullable=False, default="", comment="detail of the reason"),
    Column("source_id", String, nullable=False, default="", comment="its outlet while it waits; empty: not configured"),
    Column("content_type", String, nullable=False, default="", comment="Content-Type of its answer while it waits"),
    Column("body", LargeBinary, comment="zlib-compressed bytes of the page while it waits"),
    Column("entry", JSON, comment="what a JSON line says of the article while it waits"),
    Column("article", JSON, comment="all that was read while it waits (pipeline.records.Article)"),
    Column("tags", JSON, comment="all that was said of it while it waits (pipeline.records.Tags)"),
    Column("fingerprint", LargeBinary, comment="fingerprint of its text while it waits"),
    Column("document_id", Integer, ForeignKey("documents.id"), comment="the page that it became"),
    Column("item_key", String, comment="the item that it belongs to"),
    CheckConstraint("outcome IN ('waiting', 'stored', 'known', 'unreadable')", name="outcome"),
    UniqueConstraint("shard_id", "place"),
    Index(None, "outcome", "captured_at"),
    Index(None, "item_key"),
    Index(None, "document_id"),
)
