"""The tables of collecting and examining, each column with a sentence: runs, sources, feeds, links, pages, articles."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from pipeline.records import CandidateOutcome, DocumentOutcome
from storage.engine.instants import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: type[CandidateOutcome] | type[DocumentOutcome]) -> CheckConstraint:
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("command", String, nullable=False, comment="the diembao command, e.g. collect"),
    Column("started", Instant, nullable=False, comment="when it began"),
    Column("ended", Instant, comment="when it ended; empty while it runs, or if it was killed"),
    Column("exit_code", Integer, comment="0 done, 1 done but something failed"),
    Column("counts", JSON, comment="what it did, by name"),
)

sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True, comment="id in sources.toml"),
    Column("name", String, nullable=False, comment="name of the outlet as shown"),
    Column("home", String, nullable=False, comment="address of its front page"),
    Column("country", String, nullable=False, comment="ISO 3166-1 alpha-2"),
    Column("category", String, nullable=False, comment="local, central, vn_foreign_service or foreign"),
    Column("kind", String, nullable=False, comment="newspaper, agency, broadcaster, ..."),
    Column("enabled", Integer, nullable=False, comment="1: asked; 0: kept in the list, not asked"),
    Column(
        "reach",
        String,
        nullable=False,
        server_default="",
        comment="local, national, regional or international; empty: not known",
    ),
)

feeds = Table(
    "feeds",
    metadata,
    Column("url", String, primary_key=True, comment="address of the feed as configured"),
    Column("source_id", String, ForeignKey("sources.id"), nullable=False, comment="whose feed it is"),
    Column("etag", String, comment="validator of the last full answer"),
    Column("last_modified", String, comment="validator of the last full answer"),
    Column("polled_at", Instant, comment="end of the last poll"),
    Column("failures", Integer, nullable=False, default=0, comment="polls failed in a row"),
    Column("host", String, nullable=False, default="", comment="host[:port] of its address, for the limit per host"),
    Column("configured", Integer, nullable=False, default=0, comment="1: in sources.toml; 0: no longer, not asked"),
    Column("fixed_minutes", Integer, comment="wait between two polls set by hand; empty: found by itself"),
    Column("interval_seconds", Integer, comment="wait between two polls as it was last found"),
    Column(
        "penalty",
        Integer,
        nullable=False,
        default=0,
        comment="weight of the failures in a row",
    ),
    Column("next_poll", Instant, comment="when it is due; empty: at once"),
    Column("full_at", Instant, comment="last answer that was no 304"),
    Column("unchanged", Integer, nullable=False, default=0, comment="answers of 304 since full_at"),
    Column("distrusted_until", Instant, comment="until then it is asked without conditions: its 304 hid new links"),
    Index(None, "next_poll"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String, primary_key=True, comment="host[:port] that asked to be left alone"),
    Column("not_before", Instant, nullable=False, comment="nothing is asked of it before"),
    Column("reason", String, nullable=False, comment="what it answered (pipeline.records.Reason)"),
    Column("at", Instant, nullable=False, comment="when it answered so"),
)

polls = Table(
    "polls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.id"), nullable=False, comment="the run that polled"),
    Column("source_id", String, ForeignKey("sources.id"), nullable=False, comment="whose feed it is"),
    Column("feed_url", String, nullable=False, comment="address of the feed as configured"),
    Column("at", Instant, nullable=False, comment="end of the poll"),
    Column("reason", String, nullable=False, comment="how it ended (pipeline.records.Reason)"),
    Column("status", Integer, comment="HTTP status of the last answer, if there was one"),
    Column("note", Text, nullable=False, comment="detail of the reason"),
    Column("size", Integer, nullable=False, comment="bytes of the feed after decompression"),
    Column("entries", Integer, nullable=False, comment="links the feed gave: the sum of the next five columns"),
    Column("new", Integer, nullable=False, comment="links never seen before"),
    Column(
        "changed",
        Integer,
        nullable=False,
        comment="links known, but of which the feed now says something else",
    ),
    Column("known", Integer, nullable=False, comment="links known and unchanged"),
    Column("repeated", Integer, nullable=False, comment="links that stood in the same feed before"),
    Column("invalid", Integer, nullable=False, comment="entries without an address that could be fetched"),
    CheckConstraint("entries = new + changed + known + repeated + invalid", name="sum"),
    Index(None, "at"),
)

candidates = Table(
    "candidates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "source_id",
        String,
        ForeignKey("sources.id"),
        nullable=False,
        comment="the source that brought it first",
    ),
    Column("feed_url", String, nullable=False, comment="the feed that brought it first"),
    Column("url", String, nullable=False, unique=True, comment="normalised address (pipeline.text.urls.normalise_url)"),
    Column("first_seen", Instant, nullable=False, comment="when a feed first gave it"),
    Column("last_seen", Instant, nullable=False, comment="when a feed last gave it"),
    Column("entry", JSON, nullable=False, comment="what the feed says of it (pipeline.records.Entry)"),
    Column("outcome", String, nullable=False, comment="where it stands (pipeline.records.CandidateOutcome)"),
    Column("reason", String, nullable=False, comment="how the last attempt ended"),
    Column("attempts", Integer, nullable=False, default=0, comment="failed attempts in a row"),
    Column("next_try", Instant, comment="when to fetch it (again); empty: not by itself"),
    Column("checks", Integer, nullable=False, default=0, comment="how often the page was asked again for changes"),
    Column("etag", String, comment="validator of the last page"),
    Column("last_modified", String, comment="validator of the last page"),
    Column("digest", String, comment="SHA-256 of the last page"),
    Column("item_key", String, comment="the item it led to"),
    _one_of("outcome", CandidateOutcome),
    Index(None, "outcome", "next_try"),
    Index(None, "item_key"),
    # The links of a day, without a look at those of all others.
    Index(None, "first_seen"),
)

fetches = Table(
    "fetches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.id"), nullable=False, comment="the run that fetched"),
    Column(
        "candidate_id",
        Integer,
        ForeignKey("candidates.id"),
        nullable=False,
        comment="whose page was asked for",
    ),
    Column("at", Instant, nullable=False, comment="when the answer was complete, or the attempt given up"),
    Column("url", String, nullable=False, comment="address after redirects"),
    Column("reason", String, nullable=False, comment="how it ended (pipeline.records.Reason)"),
    Column("status", Integer, comment="HTTP status of the last answer, if there was one"),
    Column("note", Text, nullable=False, comment="detail of the reason"),
    Column("size", Integer, nullable=False, comment="bytes of the page after decompression"),
    Index(None, "at"),
    Index(None, "candidate_id"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("candidate_id", Integer, ForeignKey("candidates.id"), nullable=False, comment="whose page it is"),
    Column("source_id", String, ForeignKey("sources.id"), nullable=False, comment="the outlet it came from"),
    Column("url", String, nullable=False, comment="address after redirects"),
    Column("fetched_at", Instant, nullable=False, comment="when it was fetched"),
    Column("content_type", String, nullable=False, comment="Content-Type header of the answer"),
    Column(
        "body",
        LargeBinary,
        nullable=False,
        comment="zlib-compressed bytes of the page; of b'' where it was not had",
    ),
    Column("entry", JSON, nullable=False, comment="what the feed said when it was fetched"),
    Column("reason", String, nullable=False, comment="why there is no page; 'ok' where there is"),
    Column("outcome", String, nullable=False, comment="what examining it gave (pipeline.records.DocumentOutcome)"),
    Column("outcome_reason", String, nullable=False, default="", comment="why it was unreadable, or read in part only"),
    Column("note", Text, nullable=False, default="", comment="detail of outcome_reason"),
    Column("examined_at", Instant, comment="when it was examined"),
    Column("removed_at", Instant, comment="when its bytes were taken away (retention); empty: they are here"),
    _one_of("outcome", DocumentOutcome),
    # Why pages are unreadable is counted by it too.
    Index(None, "outcome", "outcome_reason"),
    Index(None, "candidate_id"),
    # Covers the counts of a day, so that they read no page.
    Index(None, "fetched_at", "source_id", "outcome", "outcome_reason", "reason"),
    # The pages of one source in a time: its page at the desk, new selectors.
    Index(None, "source_id", "fetched_at"),
)

items = Table(
    "items",
    metadata,
    Column("key", String, primary_key=True, comment="stable id: hash of the address it was first shown under"),
    Column("url", String, nullable=False, comment="address it is shown under"),
    Column("source_id", String, ForeignKey("sources.id"), nullable=False, comment="the outlet"),
    Column(
        "candidate_id",
        Integer,
        ForeignKey("candidates.id"),
        nullable=False,
        comment="the link that leads to it",
    ),
    Column("first_seen", Instant, nullable=False, comment="when it was first fetched"),
    Column("version", Integer, nullable=False, comment="number of its newest version, from 1"),
    Column("story", String, nullable=False, comment="key of an item of the story it belongs to: reprints share it"),
    Column("event", String, nullable=False, default="", comment="key of an item of the happening it tells of"),
    Column("origin", String, nullable=False, default="", comment="agency or outlet it credits for its text"),
    Column("taken_down", Instant, comment="when its page was first found to be gone (404, 410); empty: it stands"),
    Column("captured_at", Instant, comment="when its page was captured, if an archive had it first; empty: found live"),
    Index(None, "first_seen"),
    Index(None, "candidate_id"),
    Index(None, "story"),
    Index(None, "event"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_key", String, ForeignKey("items.key"), nullable=False, comment="whose version it is"),
    Column("number", Integer, nullable=False, comment="1 for the first text, 2 for its first change, ..."),
    Column(
        "document_id",
        Integer,
        ForeignKey("documents.id"),
        nullable=False,
        comment="the page it was read from",
    ),
    Column("fetched_at", Instant, nullable=False, comment="when that page was fetched"),
    Column("text_hash", String, nullable=False, comment="SHA-256 of title and text, white space folded"),
    Column("title", Text, nullable=False, comment="headline"),
    Column("published", Instant, comment="when it was published; empty where not known"),
    Column(
        "article",
        JSON,
        nullable=False,
        comment="all that was read (pipeline.records.Article)",
    ),
    Column(
        "fingerprint",
        LargeBinary,
        nullable=False,
        comment="fingerprint of the text, for stories (pipeline.stories.fingerprints)",
    ),
    UniqueConstraint("item_key", "number"),
    Index(None, "published"),
    Index(None, "document_id"),
)

taggings = Table(
    "taggings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version_id", Integer, ForeignKey("versions.id"), nullable=False, comment="the text that was tagged"),
    Column("rules", String, nullable=False, comment="version of the rules that tagged it"),
    Column("tagged_at", Instant, nullable=False, comment="when"),
    Column("relevance", String, nullable=False, comment="main, mention or no"),
    Column("score", Float, nullable=False, comment="0 to 1"),
    Column("tags", JSON, nullable=False, comment="all that was said, with evidence (pipeline.records.Tags)"),
    UniqueConstraint("version_id", "rules"),
    Index(None, "relevance"),
)
