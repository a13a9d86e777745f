"""Every record that moves through diembao; the modules stand in the order in which they move."""

from pipeline.records.articles import Article, ByteHit, Document, HitPlace, Precision, PublishedFrom, TextFrom
from pipeline.records.crawl import Candidate, Entry, FeedState, Fetched, Poll, Unfetched
from pipeline.records.examinations import Coverage, Examined, Irrelevant, Unreadable
from pipeline.records.items import Decision, DecisionField, Hit, Item, Level, Marked, SavedSearch, Version
from pipeline.records.jobs import Alert, JobEnd, JobRun
from pipeline.records.outcomes import CandidateOutcome, DocumentOutcome, Reason
from pipeline.records.source_health import (
    Flag,
    FlagKind,
    LedgerEntry,
    PageReading,
    SourceDay,
    SourceFigures,
    SourceState,
)
from pipeline.records.sources import CrawlSettings, Feed, FeedKind, Reach, Selectors, Source, SourceCategory
from pipeline.records.tags import Evidence, PlaceFound, Relevance, Tags, Text, Tone, TopicFound

__all__ = [
    "Alert",
    "Article",
    "ByteHit",
    "Candidate",
    "CandidateOutcome",
    "Coverage",
    "CrawlSettings",
    "Decision",
    "DecisionField",
    "Document",
    "DocumentOutcome",
    "Entry",
    "Evidence",
    "Examined",
    "Feed",
    "FeedKind",
    "FeedState",
    "Fetched",
    "Flag",
    "FlagKind",
    "Hit",
    "HitPlace",
    "Irrelevant",
    "Item",
    "JobEnd",
    "JobRun",
    "LedgerEntry",
    "Level",
    "Marked",
    "PageReading",
    "PlaceFound",
    "Poll",
    "Precision",
    "PublishedFrom",
    "Reach",
    "Reason",
    "Relevance",
    "SavedSearch",
    "Selectors",
    "Source",
    "SourceCategory",
    "SourceDay",
    "SourceFigures",
    "SourceState",
    "Tags",
    "Text",
    "TextFrom",
    "Tone",
    "TopicFound",
    "Unfetched",
    "Unreadable",
    "Version",
]
