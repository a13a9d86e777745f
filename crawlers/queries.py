"""A query feed, names and a span of time → the addresses to ask; and what a news search answers → entries."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from crawlers.feeds import ParsedFeed, parse_feed, plain, unpack
from pipeline.records import Entry, Feed, Reason
from pipeline.urls import is_fetchable, resolve, site_of

#: Letters of one query. GDELT answers "Your query was too short or too long." from about 250 on (257 and 288 were
#: refused, as public projects report); Google hears 32 words.
_LETTERS = 180
#: Queries that the names of one feed may take: more names than that would be a burden to the service.
_QUERIES = 4
#: A span is asked for again until it is so old: a search finds an article hours after it was published.
_SPAN = timedelta(days=3)
#: After an outage the span reaches back to the last answer, and so much further.
_OVERLAP = timedelta(days=1)
#: GDELT searches "a rolling window of the last 3 months" (blog.gdeltproject.org/gdelt-doc-2-0-api-debuts).
_OLDEST = timedelta(days=85)
#: Below this GDELT answers "Timespan is too short."; a service that takes days is not asked for less than one.
_SHORTEST = timedelta(hours=2)

_SLOW_DOWN = re.compile(r"limit requests|too many requests|rate limit", re.IGNORECASE)
_HTML = re.compile(rb"\W*<(?:!doctype\s+)?html\b", re.IGNORECASE)
#: Google News hides an article's address behind a token; the older ones hold it in base64.
_TOKEN = re.compile(r"/rss/articles/([\w-]{20,}={0,2})$")
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]+")
_TARGET = re.compile(r"""\bdata-n-au=["']([^"']+)["']""")

#: What GDELT calls the languages that diembao tells apart.
_LANGUAGES = {
    "vietnamese": "vi", "english": "en", "french": "fr", "german": "de", "spanish": "es", "russian": "ru",
    "chinese": "zh", "japanese": "ja", "korean": "ko", "thai": "th", "laothian": "lo", "lao": "lo", "khmer": "km",
    "italian": "it", "portuguese": "pt", "indonesian": "id", "arabic": "ar", "ukrainian": "uk", "bulgarian": "bg",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """One address of a query feed, and what it asks for."""

    url: str
    query: str
    since: datetime
    until: datetime


def questions(feed: Feed, last: datetime | None, now: datetime) -> tuple[list[Question], tuple[str, ...]]:
    """Return what to ask of a query feed, and the names for which there was no room.

    `last` is when it was last read in full; the span reaches back beyond it, at least three days.
    """
    since = min(now - _SPAN, last - _OVERLAP if last else now)
    since = max(since, now - _OLDEST)
    queries, left = _queries(feed.terms)
    return [_question(feed, query, since, now) for query in queries], left


def halves(feed: Feed, question: Question, answered: int) -> list[Question]:
    """Return the two halves of a question whose answer was full; none where it was not, or cannot be divided."""
    if feed.per_answer is None or answered < feed.per_answer or "{since" not in feed.url:
        return []
    by_hours = "%H" in feed.url
    middle = question.since + (question.until - question.since) / 2
    if not by_hours:
        middle = middle.replace(hour=0, minute=0, second=0, microsecond=0)
    shortest = _SHORTEST if by_hours else timedelta(days=1)
    if middle - question.since < shortest or question.until - middle < shortest:
        return []
    return [
        _question(feed, question.query, question.since, middle),
        _question(feed, question.query, middle, question.until),
    ]


def fault_of(template: str) -> str:
    """Return what is wrong with the template of a query feed; '' where nothing is."""
    if "{query}" not in template:
        return "has no {query}"
    at = datetime(2026, 1, 1, tzinfo=UTC)
    try:
        filled = _filled(template, "x", at, at)
    except (KeyError, ValueError, IndexError, AttributeError, TypeError) as error:
        return (
            f"cannot be filled in ({type(error).__name__}: {error}); known are {{query}} {{since}} {{until}} {{days}}"
        )
    return "" if is_fetchable(filled) else f"gives no http(s) address: {filled}"


def _filled(template: str, query: str, since: datetime, until: datetime) -> str:
    days = max(1, ceil((until - since) / timedelta(days=1)))
    return template.format(query=quote(query, safe=""), since=since, until=until, days=days)


def _question(feed: Feed, query: str, since: datetime, until: datetime) -> Question:
    return Question(_filled(feed.url, query, since, until), query, since, until)


def _queries(names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Join names by OR into a few queries; return them, and the names that found no place."""
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


# answers


def parse_answer(
    body: bytes, *, url: str, content_type: str = "", max_entries: int = 2000, now: datetime | None = None
) -> ParsedFeed:
    """Read what a news search answers: GDELT's JSON, or a feed of other people's articles; never raises."""
    try:
        body = unpack(body)
        start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
        if start[:1] == b"{":
            return _gdelt(start, url, max_entries)
        if start[:1] != b"<" or _HTML.match(start[:2000]):
            return _message(start)
    except Exception as error:  # hostile bytes raise many kinds; one feed must not end the crawl
        return ParsedFeed((), reason=Reason.BAD_FEED, note=f"{type(error).__name__}: {error}"[:300])
    parsed = parse_feed(body, url=url, content_type=content_type, max_entries=max_entries, now=now, others=True)
    return replace(parsed, entries=tuple(_other(entry) for entry in parsed.entries))


def _gdelt(body: bytes, url: str, limit: int) -> ParsedFeed:
    # GDELT leaves control characters and lone backslashes of titles as they are.
    text = body.decode("utf-8", "replace")
    try:
        data = json.loads(text, strict=False)
    except ValueError:
        data = json.loads(re.sub(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})', r"\\\\", text), strict=False)
    articles = data.get("articles", [])
    if not isinstance(articles, list) or (data and "articles" not in data):
        return ParsedFeed((), reason=Reason.NOT_A_FEED, note="JSON, but no list of articles")
    entries: list[Entry] = []
    invalid = 0
    for raw in articles[:limit]:
        link = resolve(url, str(raw.get("url") or "")) if isinstance(raw, dict) and raw.get("url") else None
        if link is None:
            invalid += 1
            continue
        entries.append(_article(raw, link))
    return ParsedFeed(tuple(entries), invalid)


def _article(raw: dict[str, Any], link: str) -> Entry:
    # `seendate` is when GDELT came upon it, which for an old article is years late: no time of publication.
    image = str(raw.get("socialimage") or "")
    return Entry(
        url=link,
        title=_untypeset(plain(str(raw.get("title") or ""))),
        language=_LANGUAGES.get(str(raw.get("language") or "").lower()),
        image=resolve(link, image) if image else None,
        outlet=plain(str(raw.get("domain") or "")) or site_of(link),
    )


def _untypeset(title: str) -> str:
    """Take back the blanks that GDELT puts around the marks of a headline ("Ninh Thuan , Vietnam : wind")."""
    return re.sub(r" ([,.;:!?%)\]])(?= |$)", r"\1", title)


def _message(body: bytes) -> ParsedFeed:
    said = plain(body[:20000].decode("utf-8", "replace"))
    said = " ".join(said.split())[:200]
    if _SLOW_DOWN.search(said):
        return ParsedFeed((), reason=Reason.RATE_LIMITED, note=said)
    # A refusal in words has status 200 with GDELT; a whole page is something else altogether.
    kind = Reason.NOT_A_FEED if _HTML.match(body[:2000]) else Reason.BAD_FEED
    return ParsedFeed((), reason=kind if said else Reason.EMPTY, note=said)


def _other(entry: Entry) -> Entry:
    """Return an entry of a search as its own outlet would give it."""
    link = unwrap(entry.url)
    outlet = entry.outlet or ("" if is_wrapped(link) else site_of(link))
    title = entry.title.removesuffix(f" - {outlet}") if outlet else entry.title
    # Google's summary is the headline once more, and the outlet.
    repeats = entry.summary.startswith(title) and len(entry.summary) < len(title) + len(outlet) + 10
    return replace(entry, url=link, outlet=outlet, title=title, summary="" if repeats else entry.summary)


# addresses behind addresses


def unwrap(url: str) -> str:
    """Return the address that a search's own link leads to, where the link itself says so; else the link."""
    parts = urlsplit(url)
    if parts.path.endswith("/apiclick.aspx"):
        target = parse_qs(parts.query).get("url", [""])[0]
        return target if is_fetchable(target) else url
    if (token := _TOKEN.search(parts.path)) is not None:
        for target in _within(token[1]):
            return target
    return url


def is_wrapped(url: str) -> bool:
    """Whether an address is a search's own, behind which an article's is hidden."""
    return "/rss/articles/" in url and _TOKEN.search(urlsplit(url).path) is not None


def target_of(body: bytes, url: str) -> str | None:
    """Return the article's address in the page that a hidden one (`is_wrapped`) gives."""
    from html import unescape

    found = _TARGET.search(body[:500_000].decode("utf-8", "replace"))
    target = unescape(found[1]) if found else ""
    return target if is_fetchable(target) and site_of(target) != site_of(url) else None


def _within(token: str) -> Iterator[str]:
    try:
        held = base64.urlsafe_b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return
    for found in _ADDRESS.findall(held):
        address = found.decode("ascii")
        if is_fetchable(address) and "." in (urlsplit(address).hostname or ""):
            yield address
