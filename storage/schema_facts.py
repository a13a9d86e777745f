"""The table of what reports count: an article in a few words."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from storage.schema import metadata

# Made out of items, versions, taggings and decisions by those who fill the search index, and kept as it is.
facts = Table(
    "facts",
    metadata,
    Column("item_key", String, primary_key=True, comment="the article"),
    Column("tagging_id", Integer, nullable=False, comment="the tagging it was made from"),
    Column("at", BigInteger, nullable=False, comment="seconds since 1970 of publication, else of first sight"),
    Column("story", String, nullable=False, comment="as in items"),
    Column("relevance", String, nullable=False, comment="main, mention or no, as rules or a person last said"),
    Column("language", String, nullable=False, comment="found, else declared; may be empty"),
    Column("kind", Text, nullable=False, comment="all that is counted of it (pipeline.facts.Kind), with bars between"),
    Index(None, "at"),
    Index(None, "tagging_id"),
    info={"derived": True},
)
