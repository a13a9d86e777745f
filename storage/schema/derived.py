"""The tables derived from articles: facts that reports count, and CSV cells that exports write."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from storage.schema.core import metadata

# Both follow from items, versions, taggings and decisions; storage.search.index fills them together with the index.
facts = Table(
    "facts",
    metadata,
    Column("item_key", String, primary_key=True, comment="the article"),
    Column("tagging_id", Integer, nullable=False, comment="the tagging it was made from"),
    Column("at", BigInteger, nullable=False, comment="seconds since 1970 of publication, else of first sight"),
    Column("story", String, nullable=False, comment="as in items"),
    Column("relevance", String, nullable=False, comment="main, mention or no, as rules or a person last said"),
    Column("language", String, nullable=False, comment="found, else declared; may be empty"),
    Column(
        "kind",
        Text,
        nullable=False,
        comment="all that is counted of it, with bars between (pipeline.tables.facts)",
    ),
    Column(
        "json_sum",
        BigInteger,
        comment="checksum of text and tags as stored, by which exports take them (pipeline.tables.stored_json); "
        "empty: they do not",
    ),
    Index(None, "at"),
    # The articles about the province of some days, however many others were read on them.
    Index(None, "relevance", "at"),
    Index(None, "tagging_id"),
    info={"derived": True},
)

# A table apart from the facts, so that these stay small: they are read a million at a time, many to a disk page.
listings = Table(
    "listings",
    metadata,
    # Found by a number from the facts, in about the order in which exports list articles: half the cost of its key.
    Column(
        "tagging_id",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="as in facts: the tagging that the row was made from",
    ),
    Column("item_key", String, nullable=False, comment="the article, which is about the province or mentions it"),
    Column("cells", Text, nullable=False, comment="of its row in a CSV what is its own (pipeline.tables.csv_rows)"),
    Column(
        "exact_sum",
        BigInteger,
        comment="checksum of cells that tell all that other formats list; empty: those read the article",
    ),
    Index(None, "item_key", unique=True),
    info={"derived": True},
)
