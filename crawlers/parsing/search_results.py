"""The response of a news search (GDELT, Google News, Bing News) → entries, each with its outlet."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from crawlers.parsing.entry_links import bad_link, choose_link
from crawlers.parsing.feed_fields import decompress, plain_text
from crawlers.parsing.feeds import parse_feed
from crawlers.parsing.parsed_feed import ParsedFeed
from crawlers.parsing.redirect_links import is_redirect_link, unwrap_link
from pipeline.records import BadLink, Entry, Reason
from pipeline.text import safe_json
from pipeline.text.urls import resolve_url, site_of

#: Words with which a search refuses a request for coming too soon.
_RATE_LIMIT = re.compile(r"limit requests|too many requests|rate limit", re.IGNORECASE)
_HTML = re.compile(rb"\W*<(?:!doctype\s+)?html\b", re.IGNORECASE)

#: ISO 639 codes by GDELT's names, for the languages that diembao tells apart.
_LANGUAGES = {
    "vietnamese": "vi", "english": "en", "french": "fr", "german": "de", "spanish": "es", "russian": "ru",
    "chinese": "zh", "japanese": "ja", "korean": "ko", "thai": "th", "laothian": "lo", "lao": "lo", "khmer": "km",
    "italian": "it", "portuguese": "pt", "indonesian": "id", "arabic": "ar", "ukrainian": "uk", "bulgarian": "bg",
}  # fmt: skip


def parse_search_results(
    body: bytes, *, url: str, content_type: str = "", max_entries: int = 2000, now: datetime | None = None
) -> ParsedFeed:
    """Parse GDELT's JSON, or a feed of other outlets' articles; never raises."""
    try:
        body = decompress(body)
        start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
        if start[:1] == b"{":
            return _parse_gdelt(start, url, max_entries)
        if start[:1] != b"<" or _HTML.match(start[:2000]):
            return _parse_refusal(start)
    except Exception as error:  # Hostile bytes raise many types; one feed must not end the crawl.
        return ParsedFeed(reason=Reason.BAD_FEED, note=f"{type(error).__name__}: {error}"[:300])
    # The outlets are of any country: a time without a zone gives its day only.
    parsed = parse_feed(
        body, url=url, content_type=content_type, max_entries=max_entries, now=now, has_outlets=True, country=""
    )
    return replace(parsed, entries=tuple(_as_outlet_entry(entry) for entry in parsed.entries))


def _parse_gdelt(body: bytes, url: str, limit: int) -> ParsedFeed:
    # GDELT does not escape control characters and lone backslashes in titles.
    text = body.decode("utf-8", "replace")
    try:
        data = safe_json.loads_json(text)
    except ValueError:
        data = safe_json.loads_json(re.sub(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})', r"\\\\", text))
    articles = data.get("articles", [])
    if not isinstance(articles, list) or (data and "articles" not in data):
        return ParsedFeed(reason=Reason.NOT_A_FEED, note="JSON, but no list of articles")
    entries: list[Entry] = []
    bad: list[BadLink] = []
    invalid = 0
    for raw in articles[:limit]:
        if not isinstance(raw, dict):
            invalid += 1
            continue
        written = str(raw.get("url") or "")
        if (link := choose_link(url, written)) is None:
            bad.append(bad_link(url, written, str(raw.get("title") or "")))
        else:
            entries.append(_gdelt_entry(raw, link))
    return ParsedFeed(tuple(entries), invalid + len(bad), tuple(bad))


def _gdelt_entry(raw: dict[str, Any], link: str) -> Entry:
    # `seendate` is when GDELT came upon the article, years late for an old one: no time of publication.
    image = str(raw.get("socialimage") or "")
    return Entry(
        url=link,
        title=_close_gaps(plain_text(str(raw.get("title") or ""))),
        language=_LANGUAGES.get(str(raw.get("language") or "").lower()),
        image=resolve_url(link, image) if image else None,
        outlet=plain_text(str(raw.get("domain") or "")) or site_of(link),
    )


def _close_gaps(title: str) -> str:
    """Remove the spaces that GDELT puts before punctuation in a headline ("Ninh Thuan , Vietnam : wind")."""
    return re.sub(r" ([,.;:!?%)\]])(?= |$)", r"\1", title)


def _parse_refusal(body: bytes) -> ParsedFeed:
    text = plain_text(body[:20000].decode("utf-8", "replace"))
    message = " ".join(text.split())[:200]
    if _RATE_LIMIT.search(message):
        return ParsedFeed(reason=Reason.RATE_LIMITED, note=message)
    # GDELT refuses in plain words with status 200; a search never responds with an HTML page.
    reason = Reason.NOT_A_FEED if _HTML.match(body[:2000]) else Reason.BAD_FEED
    return ParsedFeed(reason=reason if message else Reason.EMPTY, note=message)


def _as_outlet_entry(entry: Entry) -> Entry:
    """Return an entry as its outlet's own feed would give it: with its own link, without the outlet in the title."""
    link = unwrap_link(entry.url)
    outlet = entry.outlet or ("" if is_redirect_link(link) else site_of(link))
    title = entry.title.removesuffix(f" - {outlet}") if outlet else entry.title
    # Google's summary repeats the headline and the outlet.
    repeats = entry.summary.startswith(title) and len(entry.summary) < len(title) + len(outlet) + 10
    return replace(entry, url=link, outlet=outlet, title=title, summary="" if repeats else entry.summary)
