"""Every record that moves through diembao; the modules stand in the order in which they move."""

from pipeline.records.articles import Article, ByteHit, Document, HitPlace, Precision, PublishedFrom, TextFrom
from pipeline.records.crawl import Candidate, Entry, FeedState, Fetched, FetchFailure, Poll
from pipeline.records.examinations import Coverage, Examined, Irrelevant, Unreadable
from pipeline.records.items import Decision, DecisionField, Highlighted, Item, Level, SavedSearch, SearchHit, Version
from pipeline.records.jobs import Alert, JobOutcome, JobRun
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
from pipeline.records.tags import Evidence, PlaceFound, Relevance, Tags, Text, Tone, TopicFound, VerdictReason

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
    "FetchFailure",
    "Fetched",
    "Flag",
    "FlagKind",
    "Highlighted",
    "HitPlace",
    "Irrelevant",
    "Item",
    "JobOutcome",
    "JobRun",
    "LedgerEntry",
    "Level",
    "PageReading",
    "PlaceFound",
    "Poll",
    "Precision",
    "PublishedFrom",
    "Reach",
    "Reason",
    "Relevance",
    "SavedSearch",
    "SearchHit",
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
    "Unreadable",
    "VerdictReason",
    "Version",
]
