"""Bytes of a page that is not about the province → its title and day, for share of voice, without extraction."""

import re
from datetime import UTC, datetime
from html import unescape

from pipeline.html.parser import collapse_spaces
from pipeline.prefilter.normalize_bytes import has_words
from pipeline.records import Article, Document, PublishedFrom, Reason
from pipeline.text.address_shapes import loose_form
from pipeline.text.urls import normalise_url

_TITLE = re.compile(rb"<title[^>]*>(.{1,1000}?)</title", re.IGNORECASE | re.DOTALL)
_OG_TITLE = re.compile(
    rb"<meta[^>]{0,200}?og:title[\"'][^>]{0,200}?content\s*=\s*(?:\"([^\"]{1,600})\"|'([^']{1,600})')", re.IGNORECASE
)
_PUBLISHED = re.compile(
    rb"(?:article:published_time[\"'][^>]{0,100}?content\s*=\s*[\"']|\"datePublished\"\s*:\s*\")"
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d[^\"']{0,15})",
    re.IGNORECASE,
)
#: The beginnings of _PUBLISHED in small letters
_STATED = (b"article:published_time", b'"datepublished"')
#: Bytes that are searched for title and time; of these the first, in which the time mostly stands
_HEAD, _EARLY = 200_000, 6_000
#: Fewest bytes of visible words of a skimmed page; a shorter page is extracted, to name what hides its text
_LEAST = 1500


def skim(document: Document) -> Article | None:
    """Return title and day of a page without extraction; None if it has no title or hardly any text.

    None also for a link that was redirected: whether its page is the article only the extracted text tells.
    """
    if document.entry.url and loose_form(document.url) != loose_form(document.entry.url):
        return None
    head = document.body[:_HEAD]
    title = document.entry.title or _title(head)
    if not title or document.reason is not Reason.OK or not has_words(document.body, _LEAST):
        return None
    published = document.entry.published
    origin: PublishedFrom = "feed"
    if (found := _find_published(head)) is not None and (when := _moment(found.group(1), document.fetched_at)):
        published, origin = when, "page"
    return Article(
        url=document.url,
        canonical=normalise_url(document.url),
        title=title,
        lead="",
        text="",
        published=published,
        published_from="none" if published is None else origin,
        parts={"title": "skim", "text": "none"},
    )


def _find_published(head: bytes) -> re.Match[bytes] | None:
    """Return the first time of publication; to find the words before the pattern takes a tenth of its time."""
    early = _PUBLISHED.search(head, 0, _EARLY)
    if early is not None and early.end() < _EARLY:
        return early
    small = head.lower()
    places: list[int] = []
    for words in _STATED:
        at = small.find(words)
        while at >= 0:
            places.append(at)
            at = small.find(words, at + 1)
    return next((found for at in sorted(places) if (found := _PUBLISHED.match(head, at))), None)


def _title(head: bytes) -> str:
    found = _OG_TITLE.search(head) or _TITLE.search(head)
    if found is None:
        return ""
    raw = next(group for group in found.groups() if group is not None)
    try:
        title = raw.decode("utf-8")
    except UnicodeDecodeError:  # in another encoding, which a whole page tells better than its title
        return ""
    return collapse_spaces(unescape(title))


def _moment(written: bytes, fetched_at: datetime) -> datetime | None:
    try:
        when = datetime.fromisoformat(written.decode("ascii").strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    if when.tzinfo is None or when.year < 1995 or when > fetched_at:
        return None
    return when.astimezone(UTC)
