"""The table of claims: the names under which links claim an article, by which one article at two addresses is found."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from storage.schema.core import metadata

claims = Table(
    "claims",
    metadata,
    Column("candidate_id", Integer, ForeignKey("candidates.id"), primary_key=True, comment="the link"),
    Column(
        "name",
        String,
        primary_key=True,
        comment="a loose address of its page; guid:, number:, time: or text: of its article; item: a former key",
    ),
    Index(None, "name"),
    # Without a rowid SQLite keeps one B-tree beside the index.
    sqlite_with_rowid=False,
)
