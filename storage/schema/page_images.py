"""The table of page images: the file of each, or why there is none."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from storage.schema.core import metadata
from storage.schema.instants import Instant

page_images = Table(
    "page_images",
    metadata,
    Column(
        "document_id",
        Integer,
        ForeignKey("documents.id"),
        primary_key=True,
        comment="the page that the text of the image was read from, some time before",
    ),
    Column("at", Instant, nullable=False, comment="when the image was taken, or last tried"),
    Column("url", Text, nullable=False, comment="address after redirects"),
    Column("reason", String, nullable=False, comment="ok, or why there is no image (pipeline.records.Reason)"),
    Column("note", Text, nullable=False, default="", comment="detail of the reason"),
    Column("attempts", Integer, nullable=False, comment="visits so far, those that failed and the one that did not"),
    Column("next_try", Instant, comment="when it is tried again; empty: not by itself"),
    Column("file", String, nullable=False, default="", comment="path in the folder images of the home; '': no file"),
    Column("sha256", String, nullable=False, default="", comment="of the file's bytes"),
    Column("size", Integer, nullable=False, default=0, comment="bytes of the file"),
    Column(
        "missing_parts",
        Integer,
        nullable=False,
        default=0,
        comment="pictures, style sheets and scripts of the page that could not be had",
    ),
    Column("shows_title", Integer, nullable=False, default=1, comment="1: the headline stood on the page then"),
    Column("removed_at", Instant, comment="when retention took the file away; empty: it did not"),
    Index(None, "at"),
)
