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
    Column("dated", Integer, nullable=False, comment="1: its time of publication is known"),
    Column("source_id", String, nullable=False, comment="the outlet"),
    Column("story", String, nullable=False, comment="as in items"),
    Column("relevance", String, nullable=False, comment="main, mention or no, as rules or a person last said"),
    Column("tone", String, nullable=False, comment="likewise"),
    Column("language", String, nullable=False, comment="found, else declared; may be empty"),
    Column("topics", Text, nullable=False, comment="ids between blanks, most certain first"),
    Column("places", Text, nullable=False, comment="ids between blanks"),
    Index(None, "at"),
    Index(None, "tagging_id"),
    info={"derived": True},
)
