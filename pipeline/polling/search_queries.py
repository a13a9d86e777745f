"""Query feed and its names → the addresses to fetch, each with its time span."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from urllib.parse import quote

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Feed
from pipeline.text.urls import is_fetchable

#: Most letters of one query. GDELT answers "Your query was too short or too long." from about 250 on (257 and 288 were
#: refused, as public projects report); Google hears 32 words.
_LETTERS = 180
#: Most queries for the names of one feed; more would be a burden to the service
_QUERIES = 4
#: Shortest look back of a query: a search finds an article hours after it was published
_SPAN = timedelta(days=3)
#: Overlap with the last answer after an outage
_OVERLAP = timedelta(days=1)
#: GDELT searches "a rolling window of the last 3 months" (blog.gdeltproject.org/gdelt-doc-2-0-api-debuts).
_OLDEST = timedelta(days=85)
#: Below this GDELT answers "Timespan is too short."; a service that takes days is not asked for less than one.
_SHORTEST = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One address of a query feed, and what it asks for."""

    url: str
    query: str
    since: datetime
    until: datetime


def search_queries(feed: Feed, last: datetime | None, now: datetime) -> tuple[list[SearchQuery], tuple[str, ...]]:
    """Return the queries of a query feed, and the names that did not fit into them.

    `last` is when it was last read in full; the span reaches back beyond it, at least three days.
    """
    since = min(now - _SPAN, last - _OVERLAP if last else now)
    since, until = max(since, now - _OLDEST), now
    if not _by_hours(feed):
        # Whole days: of which zone is not known, so that tomorrow may have begun there.
        since, until = _midnight(since), _midnight(now + timedelta(days=2))
    queries, omitted = _queries(feed.terms)
    return [_search_query(feed, query, since, until) for query in queries], omitted


def split_in_halves(feed: Feed, question: SearchQuery, answered: int) -> list[SearchQuery]:
    """Return the two halves of a question whose answer was full; none where it was not, or cannot be divided."""
    if feed.per_answer is None or answered < feed.per_answer or "{since" not in feed.url:
        return []
    by_hours = _by_hours(feed)
    middle = question.since + (question.until - question.since) / 2
    middle = middle if by_hours else _midnight(middle)
    shortest = _SHORTEST if by_hours else timedelta(days=1)
    if middle - question.since < shortest or question.until - middle < shortest:
        return []
    return [
        _search_query(feed, question.query, question.since, middle),
        _search_query(feed, question.query, middle, question.until),
    ]


def _by_hours(feed: Feed) -> bool:
    return "{since" not in feed.url or "%H" in feed.url


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def template_fault(template: str) -> str:
    """Return what is wrong with the template of a query feed; '' where nothing is."""
    if "{query}" not in template:
        return Message(mark("has no {query}"))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    try:
        filled = _filled(template, "x", at, at)
    except (KeyError, ValueError, IndexError, AttributeError, TypeError):
        return Message(mark("cannot be filled in: only {query} {since} {until} {days} may stand in braces"))
    return "" if is_fetchable(filled) else Message(mark("gives no http(s) address: {address}"), address=filled)


def _filled(template: str, query: str, since: datetime, until: datetime) -> str:
    days = max(1, ceil((until - since) / timedelta(days=1)))
    return template.format(query=quote(query, safe=""), since=since, until=until, days=days)


def _search_query(feed: Feed, query: str, since: datetime, until: datetime) -> SearchQuery:
    return SearchQuery(_filled(feed.url, query, since, until), query, since, until)


def _queries(names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Join names by OR into a few queries; return them, and the names that did not fit."""
    groups: list[list[str]] = []
    for number, name in enumerate(names):
        # Only what has a blank is a phrase: GDELT answers "The specified phrase is too short." to a quoted word.
        word = f'"{name}"' if re.search(r"[\s-]", name) else name
        if not groups or len(" OR ".join([*groups[-1], word])) > _LETTERS:
            if len(groups) == _QUERIES:
                return [_joined(group) for group in groups], tuple(names[number:])
            groups.append([])
        groups[-1].append(word)
    return [_joined(group) for group in groups], ()


def _joined(words: list[str]) -> str:
    # GDELT: "Queries containing OR'd terms must be surrounded by ()", and a single one must not be.
    return words[0] if len(words) == 1 else f"({' OR '.join(words)})"
