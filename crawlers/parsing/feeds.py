"""RSS, Atom and JSON Feed bytes → entries, whatever state they are in."""

import io
import re
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax import SAXException

from crawlers.parsing.feed_fields import CONTROL, TooLarge, decompress, parse_date, plain_text
from crawlers.parsing.poll_hints import hint_from_feed
from pipeline.records import Entry, Reason
from pipeline.text import safe_json
from pipeline.text.urls import resolve_url

_ENTRY_START = re.compile(rb"<(item|entry)[\s>]", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:item|entry)\s*>", re.IGNORECASE)
#: a reference to a character by its number
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
_DECLARED = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
#: So many entries of a broken feed are read one by one.
_PIECES = 200


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    entries: tuple[Entry, ...]
    #: entries without an address
    invalid: int = 0
    reason: Reason = Reason.OK
    note: str = ""
    #: the time between two polls that the feed itself wishes
    wish: timedelta | None = None


def parse_feed(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    max_entries: int = 2000,
    now: datetime | None = None,
    others: bool = False,
) -> ParsedFeed:
    """Read a feed; never raises. `url` is its final address, against which relative links are resolved.

    `others` says that it lists other people's articles, each with its outlet.
    """
    try:
        body = decompress(body)
        if not body.strip():
            return ParsedFeed((), reason=Reason.EMPTY)
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            return _json_feed(body, url, max_entries, now or datetime.now(UTC))
        return _xml_feed(body, url, content_type, max_entries, now or datetime.now(UTC), others)
    except TooLarge as error:
        return ParsedFeed((), reason=Reason.TOO_LARGE, note=str(error))
    except Exception as error:  # feedparser raises many kinds on hostile bytes; one feed must not end the crawl
        return ParsedFeed((), reason=Reason.BAD_FEED, note=f"{type(error).__name__}: {error}"[:300])


def _xml_feed(body: bytes, url: str, content_type: str, limit: int, now: datetime, others: bool) -> ParsedFeed:
    body, in_all = _first(_REFERENCE.sub(_possible, body), limit)
    if (text := _as_utf8(body)) is not None:
        body, content_type = text.encode(), "application/xml; charset=utf-8"
    headers = {"content-location": url, "content-type": content_type}
    parsed = _parse(body, headers)
    if len(parsed.entries) < len(pieces := _pieces(body)):
        # A tag that is not closed takes the next entries with it: read one by one, only its own suffers.
        apart = [entry for piece in pieces for entry in _parse(piece, headers).entries]
        parsed.entries = max(parsed.entries, apart, key=len)
    # A feed may be empty (and may say &nbsp; in its title, as many do); one that broke before its first entry is not.
    error = parsed.get("bozo_exception")
    broken = isinstance(error, SAXException) and "undefined entity" not in str(error)
    if not parsed.entries and (broken or not parsed.version):
        # What begins like a feed is a bad one; anything else (a page, an error in words) is none.
        meant = re.search(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]", body[:2000])
        return ParsedFeed((), reason=Reason.BAD_FEED if meant else Reason.NOT_A_FEED, note=_bozo(parsed))
    entries: list[Entry] = []
    invalid = 0
    for raw in parsed.entries[:limit]:
        link = resolve_url(url, str(raw.get("link") or "")) if raw.get("link") else None
        guid = str(raw.get("id") or "")
        link = link or resolve_url(url, guid) if (link or guid.startswith("http")) else None
        if link is None:
            invalid += 1
            continue
        entry = _entry(raw, link, guid, now)
        entries.append(replace(entry, outlet=_outlet(raw)) if others else entry)
    if not entries and invalid and broken:
        return ParsedFeed((), invalid, Reason.BAD_FEED, _bozo(parsed))
    note = _bozo(parsed)
    if max(in_all, len(parsed.entries)) > limit:
        note = f"{max(in_all, len(parsed.entries))} entries, the first {limit} taken"
    return ParsedFeed(tuple(entries), invalid, Reason.OK, note, hint_from_feed(parsed.feed))


def _parse(body: bytes, headers: dict[str, str]) -> Any:
    import feedparser

    # Only the words of an entry's markup are kept (feed_fields.plain_text): nothing to sanitise or resolve.
    return feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _possible(reference: re.Match[bytes]) -> bytes:
    """Return a character reference as it is, or U+FFFD for one that is no character: feedparser raises on it."""
    hexadecimal, decimal = reference.groups()
    # more digits than any character has, and int() would take its time over them
    digits = (hexadecimal or decimal).lstrip(b"0")
    number = int(digits or b"0", 16 if hexadecimal else 10) if len(digits) <= 7 else sys.maxsize
    return b"&#xFFFD;" if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF else reference.group(0)


def _first(body: bytes, limit: int) -> tuple[bytes, int]:
    """Return a feed cut after its first `limit` entries, and how many it has; feedparser would read them all first."""
    ends = [m.end() for m in _ENTRY_END.finditer(body)]
    if len(ends) <= limit or not limit:
        return body, len(ends)
    close = re.search(rb"</(?:channel|feed|rdf:RDF)\s*>.*", body[ends[-1] :], re.DOTALL | re.IGNORECASE)
    return body[: ends[limit - 1]] + (close.group(0)[:1000] if close else b""), len(ends)


def _pieces(body: bytes) -> list[bytes]:
    """Return each entry of a feed as a feed of its own; none where there are too many, or the charset is a wide one."""
    starts = [m.start() for m in _ENTRY_START.finditer(body)]
    if not starts or len(starts) > _PIECES or len(body) > 2**21:
        return []
    head = body[: starts[0]]
    found: list[bytes] = []
    for start, stop in zip(starts, [*starts[1:], None], strict=True):
        piece = body[start:stop]
        if (end := _ENTRY_END.search(piece)) is not None:
            found.append(head + piece[: end.end()])
        elif re.search(rb"</link\s*>|<link[^>]*/>", piece, re.IGNORECASE):  # else its address may be cut short
            found.append(head + piece)
    return found


def _as_utf8(body: bytes) -> str | None:
    """Return the text of what is UTF-8, or nearly so, whatever it calls itself; None for everything else.

    Text in another charset that is valid UTF-8 by chance hardly exists; and feedparser would decode a whole feed
    as Latin for two bad bytes in it.
    """
    if body.isascii() or b"\x00" in body[:200]:
        return None
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
    if bad > max(3, len(text) // 500):
        return None
    return _DECLARED.sub("", text, count=1)


def _bozo(parsed: Any) -> str:
    from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType

    error = parsed.get("bozo_exception")
    # That a server calls its feed text/plain, or a charset was overruled, is no fault of what was read.
    harmless = isinstance(error, CharacterEncodingOverride | NonXMLContentType)
    return "" if error is None or harmless else f"{error}"[:300]


def _entry(raw: Any, link: str, guid: str, now: datetime) -> Entry:
    contents = [str(c.get("value") or "") for c in raw.get("content") or ()]
    # dict.get: feedparser's own would answer one name with the other's value, and warn about it.
    when = dict.get(raw, "published_parsed") or dict.get(raw, "updated_parsed")
    written = str(dict.get(raw, "published") or dict.get(raw, "updated") or "")
    names = [str(a.get("name") or "") for a in raw.get("authors") or ()]
    return Entry(
        url=link,
        title=plain_text(str(raw.get("title") or "")),
        summary=plain_text(str(raw.get("summary") or "")),
        text=plain_text(max(contents, key=len, default="")),
        published=parse_date(written, when, now),
        authors=tuple(plain_text(name) for name in names if name.strip()),
        language=(str(raw.get("language")) or None) if raw.get("language") else None,
        guid=CONTROL.sub("", guid)[:500],
        image=_image(raw, link),
    )


def _outlet(raw: Any) -> str:
    """Return the outlet that a search names: RSS's <source>, or Bing's <News:Source>."""
    source = raw.get("source") or {}
    named = source.get("title") if isinstance(source, dict) else source
    return plain_text(str(named or raw.get("news_source") or ""))


def _image(raw: Any, link: str) -> str | None:
    """Return the address of an entry's picture: Media RSS, else an enclosure that is a picture."""
    for name in ("media_content", "media_thumbnail", "enclosures"):
        for media in raw.get(name) or ():
            address = str(media.get("url") or media.get("href") or "")
            kind = str(media.get("type") or media.get("medium") or "")
            if address and (name == "media_thumbnail" or kind.startswith("image")):
                return resolve_url(link, address)
    return None


def _json_feed(body: bytes, url: str, limit: int, now: datetime) -> ParsedFeed:
    data = safe_json.loads_json(body.decode("utf-8-sig", "replace"))
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(data.get("version")):
        return ParsedFeed((), reason=Reason.NOT_A_FEED, note="JSON, but no JSON Feed")
    entries: list[Entry] = []
    invalid = 0
    for raw in items[:limit]:
        if not isinstance(raw, dict):
            invalid += 1
            continue
        link = resolve_url(url, str(raw.get("url") or raw.get("external_url") or raw.get("id") or ""))
        if link is None:
            invalid += 1
            continue
        entries.append(
            Entry(
                url=link,
                title=plain_text(str(raw.get("title") or "")),
                summary=plain_text(str(raw.get("summary") or "")),
                text=plain_text(str(raw.get("content_html") or raw.get("content_text") or "")),
                published=parse_date(str(raw.get("date_published") or ""), None, now),
                authors=_json_authors(raw),
                language=str(raw.get("language") or data.get("language") or "") or None,
                guid=CONTROL.sub("", str(raw.get("id") or ""))[:500],
                image=resolve_url(url, str(raw["image"])) if raw.get("image") else None,
            )
        )
    note = f"{len(items)} entries, the first {limit} taken" if len(items) > limit else ""
    return ParsedFeed(tuple(entries), invalid, Reason.OK, note)


def _json_authors(raw: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of version 1.1's `authors` or version 1's `author`."""
    named = [a for a in (raw.get("authors") or [raw.get("author")]) if isinstance(a, dict)]
    return tuple(name for a in named if (name := plain_text(str(a.get("name") or ""))))
