"""The tables of an article's renditions: images of its page, and its texts in the reader's language."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.engine.instants import Instant
from storage.schema.core import metadata

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

# A text of an article and its translations meet in the SHA-256 of the text, so that reprints share what was translated.
item_texts = Table(
    "item_texts",
    metadata,
    Column("item_key", String, ForeignKey("items.key"), primary_key=True, comment="the article"),
    Column("part", String, primary_key=True, comment="title, lead, excerpt or text (the whole)"),
    Column("sha256", String, nullable=False, comment="of the text, in UTF-8; hex"),
    Column("language", String, nullable=False, comment="of the text, without region"),
    Column("version_id", Integer, nullable=False, comment="the version whose text it is: of another one it is old"),
    Column("tagging_id", Integer, nullable=False, comment="the tagging by which the excerpt was chosen"),
    CheckConstraint("part IN ('title', 'lead', 'excerpt', 'text')", name="part"),
    Index(None, "sha256"),
)

translations = Table(
    "translations",
    metadata,
    Column("id", Integer, primary_key=True, comment="of several engines the latest sound translation is shown"),
    Column("sha256", String, nullable=False, comment="of the original text"),
    Column("source", String, nullable=False, comment="language of the original, without region"),
    Column("target", String, nullable=False, comment="language of the translation"),
    Column("backend", String, nullable=False, comment="openai, libretranslate or ctranslate2"),
    Column("model", String, nullable=False, comment="what translated, as the backend calls it"),
    Column("version", String, nullable=False, comment="of the model; '': not told"),
    Column("text", Text, nullable=False, comment="the translation; '' where it is not shown"),
    Column(
        "refusal",
        JSON(none_as_null=True),
        comment="why it is not shown (pipeline.records.VerdictReason); empty: it is",
    ),
    Column("at", Instant, nullable=False, comment="when it was translated, or last tried"),
    Column("attempts", Integer, nullable=False, default=1, comment="requests so far, failed ones and the last"),
    Column("next_try", Instant, comment="when it is tried again after the engine failed; empty: it is done"),
    UniqueConstraint("sha256", "source", "target", "backend", "model", "version"),
)

translation_corrections = Table(
    "translation_corrections",
    metadata,
    Column("id", Integer, primary_key=True, comment="a later one outweighs an earlier one"),
    Column("sha256", String, nullable=False, comment="of the original text"),
    Column("source", String, nullable=False, comment="language of the original, without region"),
    Column("target", String, nullable=False, comment="language of the translation"),
    Column("text", Text, nullable=False, comment="as a person put it; '': taken back, the engine's is shown again"),
    Column("who", String, nullable=False, comment="who put it so"),
    Column("at", Instant, nullable=False, comment="when"),
    Index(None, "sha256"),
)

glossary_terms = Table(
    "glossary_terms",
    metadata,
    Column("language", String, primary_key=True, comment="of the term, without region"),
    Column("term", String, primary_key=True, comment="as it stands in texts of that language"),
    Column("translation", Text, nullable=False, comment="what it is to be called in the reader's language"),
    Column("who", String, nullable=False, comment="who said so"),
    Column("at", Instant, nullable=False, comment="when"),
)
