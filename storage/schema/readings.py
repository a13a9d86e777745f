"""The table of page readings: what of each text the alarms of worse extraction look at, apart from the text itself."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from storage.engine.instants import Instant
from storage.schema.core import metadata

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
