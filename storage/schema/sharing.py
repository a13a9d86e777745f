"""The tables of a collection that serves several provinces.

In the database that collects: what was read of each page, and the pages that are about another province. In the
database of a province that uses them: how far it has taken them over.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.engine.instants import Instant
from storage.schema.core import metadata

shared_articles = Table(
    "shared_articles",
    metadata,
    Column("document_id", Integer, ForeignKey("documents.id"), primary_key=True, comment="the page"),
    Column("read_at", Instant, nullable=False, comment="when it was read"),
    Column("reason", String, nullable=False, comment="why it is unreadable (pipeline.records.Reason); empty: no"),
    Column("note", Text, nullable=False, comment="detail of the reason"),
    Column(
        "article",
        LargeBinary,
        nullable=False,
        comment="zlib-compressed JSON of what was read (pipeline.records.Article); of b'' where it is unreadable",
    ),
    Index(None, "read_at"),
)

watched_links = Table(
    "watched_links",
    metadata,
    Column(
        "candidate_id",
        Integer,
        ForeignKey("candidates.id"),
        primary_key=True,
        comment="link whose page is about another province that uses this collection: it is looked at again",
    ),
)

taken_positions = Table(
    "taken_positions",
    metadata,
    Column("kind", String, primary_key=True, comment="polls, links, fetches, documents; seen: links seen again"),
    Column("number", Integer, nullable=False, comment="id of the last row taken over from the database that collects"),
    Column("at", Instant, comment="the time of that row, by which a restored database is noticed"),
)

taken_documents = Table(
    "taken_documents",
    metadata,
    Column("document_id", Integer, ForeignKey("documents.id"), primary_key=True, comment="the page here"),
    Column("number", Integer, nullable=False, comment="its id in the database that collects"),
)
