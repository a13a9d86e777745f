"""The tables of publications: digests as they were published, and their dispatches to channels."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from storage.engine.instants import Instant
from storage.schema.core import metadata

publications = Table(
    "publications",
    metadata,
    Column("id", Integer, primary_key=True, comment="its number: diembao digest --id"),
    Column("day", String, nullable=False, comment="YYYY-MM-DD in the province's zone: the day of the digest"),
    Column("made_at", Instant, nullable=False, comment="when it was made"),
    Column("language", String, nullable=False, comment="vi or en"),
    Column("title", Text, nullable=False, comment="subject of a letter with it"),
    Column("sha256", String, nullable=False, comment="of its set of articles"),
    Column("rules", String, nullable=False, comment="version of the rules"),
    Column("number", Integer, comment="in the register of the agency"),
    Column(
        "ahead",
        Integer,
        nullable=False,
        default=0,
        server_default="0",
        comment="1: made while the clock was ahead; the digest of its day is made once more",
    ),
    Column("items", JSON, nullable=False, comment="what it said of each article"),
    Column(
        "unapproved",
        Integer,
        nullable=False,
        default=0,
        server_default="0",
        comment="1: nobody approved it by the time set for that",
    ),
    Column("lead", Text, comment="the office's own first sentences; empty: not kept"),
    Column(
        "erratum",
        Text,
        nullable=False,
        default="",
        server_default="",
        comment="what was wrong in the edition whose place it takes, in the office's words",
    ),
    Index(None, "day"),
)

publication_files = Table(
    "publication_files",
    metadata,
    Column("publication_id", Integer, ForeignKey("publications.id"), primary_key=True, comment="of which digest"),
    Column("name", String, primary_key=True, comment="name of the file"),
    Column("sha256", String, nullable=False, comment="of its bytes"),
    Column("body", LargeBinary, nullable=False, comment="its bytes, compressed by zlib"),
)

dispatches = Table(
    "dispatches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", Integer, ForeignKey("publications.id"), nullable=False, comment="which digest"),
    Column("channel", String, nullable=False, comment="name of the list of recipients, or of apprise's secret"),
    Column("at", Instant, nullable=False, comment="when it was begun"),
    Column("done", Integer, nullable=False, comment="1: it was taken; 0: begun, and how it ended is not known"),
    Column("message_id", String, nullable=False, comment="of a letter"),
    UniqueConstraint("publication_id", "channel"),
)
