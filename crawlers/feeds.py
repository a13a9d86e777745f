"""RSS, Atom and JSON Feed bytes → entries, whatever state they are in."""

import calendar
import io
import json
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

from pipeline.records import Entry, Reason
from pipeline.urls import resolve

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: 'GMT+7': written so by many Vietnamese sites, and unknown to parsers of mail dates
_OFFSET = re.compile(r"(?:GMT|UTC)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?\s*$")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\D+(\d{1,2}):(\d{2}))?")


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    entries: tuple[Entry, ...]
    #: entries without an address
    invalid: int = 0
    reason: Reason = Reason.OK
    note: str = ""


def parse_feed(
    body: bytes, *, url: str, content_type: str = "", max_entries: int = 2000, now: datetime | None = None
) -> ParsedFeed:
    """Read a feed; never raises. `url` is its final address, against which relative links are resolved."""
    if not body.strip():
        return ParsedFeed((), reason=Reason.EMPTY)
    try:
        if body.lstrip()[:1] == b"{":
            return _json_feed(body, url, max_entries, now or datetime.now(UTC))
        return _xml_feed(body, url, content_type, max_entries, now or datetime.now(UTC))
    except Exception as error:  # feedparser raises many kinds on hostile bytes; one feed must not end the crawl
        return ParsedFeed((), reason=Reason.BAD_FEED, note=f"{type(error).__name__}: {error}"[:300])


def _xml_feed(body: bytes, url: str, content_type: str, limit: int, now: datetime) -> ParsedFeed:
    import feedparser

    # feedparser decodes a whole feed as Latin for two bad bytes; what is nearly UTF-8 is UTF-8.
    text = body.decode("utf-8", "replace")
    if 0 < text.count("\ufffd") <= max(3, len(text) // 500) and b"\x00" not in body[:200]:
        body, content_type = text.encode(), "application/xml; charset=utf-8"
    parsed = feedparser.parse(
        io.BytesIO(body), response_headers={"content-location": url, "content-type": content_type}
    )
    if not parsed.entries and not parsed.version:
        html = re.match(rb"\s*(<!doctype html|<html)", body[:500], re.IGNORECASE)
        return ParsedFeed(
            (), reason=Reason.NOT_A_FEED if html or not parsed.bozo else Reason.BAD_FEED, note=_bozo(parsed)
        )
    entries: list[Entry] = []
    invalid = 0
    for raw in parsed.entries[:limit]:
        link = resolve(url, str(raw.get("link") or "")) if raw.get("link") else None
        guid = str(raw.get("id") or "")
        link = link or resolve(url, guid) if (link or guid.startswith("http")) else None
        if link is None:
            invalid += 1
            continue
        entries.append(_entry(raw, link, guid, now))
    note = _bozo(parsed)
    if len(parsed.entries) > limit:
        note = f"{len(parsed.entries)} entries, the first {limit} taken; {note}".rstrip("; ")
    return ParsedFeed(tuple(entries), invalid, Reason.OK, note)


def _bozo(parsed: Any) -> str:
    return f"{parsed.get('bozo_exception')}"[:300] if parsed.bozo and parsed.get("bozo_exception") else ""


def _entry(raw: Any, link: str, guid: str, now: datetime) -> Entry:
    contents = [str(c.get("value") or "") for c in raw.get("content") or ()]
    # dict.get: feedparser's own would answer one name with the other's value, and warn about it.
    when = dict.get(raw, "published_parsed") or dict.get(raw, "updated_parsed")
    written = str(dict.get(raw, "published") or dict.get(raw, "updated") or "")
    names = [str(a.get("name") or "") for a in raw.get("authors") or ()]
    return Entry(
        url=link,
        title=plain(str(raw.get("title") or "")),
        summary=plain(str(raw.get("summary") or "")),
        text=plain(max(contents, key=len, default="")),
        published=date_of(written, when, now),
        authors=tuple(plain(name) for name in names if name.strip()),
        language=(str(raw.get("language")) or None) if raw.get("language") else None,
        guid=_CONTROL.sub("", guid)[:500],
    )


def _json_feed(body: bytes, url: str, limit: int, now: datetime) -> ParsedFeed:
    data = json.loads(body.decode("utf-8-sig", "replace"))
    if "jsonfeed.org" not in str(data.get("version")):
        return ParsedFeed((), reason=Reason.NOT_A_FEED)
    entries: list[Entry] = []
    invalid = 0
    for raw in data.get("items", ())[:limit]:
        link = resolve(url, str(raw.get("url") or raw.get("external_url") or raw.get("id") or ""))
        if link is None:
            invalid += 1
            continue
        entries.append(
            Entry(
                url=link,
                title=plain(str(raw.get("title") or "")),
                summary=plain(str(raw.get("summary") or "")),
                text=plain(str(raw.get("content_html") or raw.get("content_text") or "")),
                published=date_of(str(raw.get("date_published") or ""), None, now),
                authors=tuple(plain(str(a.get("name") or "")) for a in raw.get("authors") or ()),
                language=raw.get("language") or data.get("language"),
                guid=str(raw.get("id") or "")[:500],
            )
        )
    return ParsedFeed(tuple(entries), invalid)


def plain(markup: str) -> str:
    """Return the text of a piece of HTML, paragraphs by newline, without control characters."""
    markup = _CONTROL.sub("", markup)
    if "<" not in markup and "&" not in markup:
        return " ".join(markup.split())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        soup = BeautifulSoup(markup, "lxml")
    for block in soup.find_all(["p", "br", "div", "li", "h1", "h2", "h3"]):
        block.append("\n")
    lines = (" ".join(line.split()) for line in soup.get_text().splitlines())
    return "\n".join(line for line in lines if line)


def date_of(written: str, parsed: Any, now: datetime) -> datetime | None:
    """Return when a feed says an entry was published, aware; None for nothing or nonsense.

    A time without a zone, and one in 'ICT', is Vietnam's: feedparser takes both for UTC.
    """
    found: datetime | None = None
    day_first = _DAY_FIRST.search(written)
    offset = _OFFSET.search(written)
    try:
        if offset and not day_first:
            sign, hours, minutes = offset.groups()
            found = parsedate_to_datetime(f"{written[: offset.start()]}{sign}{int(hours):02}{minutes or '00'}")
        elif day_first:
            day, month, year, hour, minute = (int(x or 0) for x in day_first.groups())
            found = datetime(year, month, day, hour, minute, tzinfo=_ZONE)
        elif parsed is not None:
            found = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
            if not re.search(r"(Z|GMT|UTC?|[A-Z]{3}|[+-]\d{2}:?\d{2})\s*$", written.strip()) or "ICT" in written:
                found = found.replace(tzinfo=_ZONE)
        elif written:
            found = datetime.fromisoformat(written.strip().replace("Z", "+00:00"))
            found = found if found.tzinfo else found.replace(tzinfo=_ZONE)
    except (ValueError, OverflowError):
        return None
    if found is None or found.year < 1995 or found > now + timedelta(days=1):
        return None
    return found
