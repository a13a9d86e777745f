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
    Column("item_key", String, primary_key=True, comment="the article, which is about the province or mentions it"),
    Column("cells", Text, nullable=False, comment="of its row in a CSV what is its own (pipeline.tables.csv_rows)"),
    info={"derived": True},
)
