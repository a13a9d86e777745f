"""The tables of searching: the row of an article in the index, and saved searches."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy.types import UserDefinedType

from storage.engine.instants import Instant
from storage.schema.accounts import accounts
from storage.schema.core import metadata


class TsVector(UserDefinedType[str]):
    """PostgreSQL's tsvector: a text's words. SQLAlchemy's own type for it takes a twentieth of a second to read in."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        return "TSVECTOR"


# Derived from versions and taggings, and so neither copied nor compared. On SQLite the words themselves are in the
# virtual table search_index, which storage.search.index_tables creates when it is first needed.
search_items = Table(
    "search_items",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=False,
        comment="in the order of publication (else first sight): seconds since 1970 times 2^29, plus a number",
    ),
    Column("item_key", String, nullable=False, unique=True, comment="the article"),
    Column("version_id", Integer, nullable=False, comment="the text whose words these are"),
    Column("tagging_id", Integer, nullable=False, comment="the tagging whose marks these are"),
    Column("about", Integer, nullable=False, comment="1: about the province; 0: not, and only its title is searched"),
    Column("marks", Text, nullable=False, comment="outlet, topics, places, ... as the index has them"),
    Column(
        "vector",
        TsVector().with_variant(Text(), "sqlite"),
        comment="the words, on PostgreSQL; empty on SQLite",
    ),
    Index(None, "tagging_id"),
    info={"derived": True},
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("name", String, primary_key=True, comment="what it is called"),
    Column("query", Text, nullable=False, comment="what is searched for, as it was written"),
    Column("saved_at", Instant, nullable=False, comment="when it was saved"),
    Column(
        "account", Integer, ForeignKey(accounts.c.id), comment="whose it is; empty: the office's, saved by a command"
    ),
    Column("shared", Integer, nullable=False, server_default="1", comment="1: all accounts see it; 0: its own alone"),
    Column(
        "follow", Integer, nullable=False, server_default="0", comment="1: its account is told of what it finds anew"
    ),
)
