"""Bytes of RSS, Atom and JSON Feed → entries, even from broken feeds."""

import io
import re
import sys
from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.sax import SAXException

from crawlers.parsing.entry_links import bad_link, choose_link
from crawlers.parsing.feed_fields import CONTROL, DateCustom, TooLarge, decompress, plain_text
from crawlers.parsing.parsed_feed import ParsedFeed
from crawlers.parsing.poll_hints import hint_from_feed
from pipeline import clock
from pipeline.dates.zones import country_of_page
from pipeline.metadata.bylines import name_of_mailbox
from pipeline.records import BadLink, Entry, Reason
from pipeline.text import safe_json
from pipeline.text.urls import resolve_url

_ENTRY_START = re.compile(rb"<(item|entry)[\s>]", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:item|entry)\s*>", re.IGNORECASE)
#: A numeric character reference: &#xE1; or &#225;.
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
_XML_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
#: Most entries of a broken feed that are parsed one by one.
_MAX_PIECES = 200


def parse_feed(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    max_entries: int = 2000,
    now: datetime | None = None,
    has_outlets: bool = False,
    country: str = "VN",
    language: str = "",
) -> ParsedFeed:
    """Parse a feed; never raises. `url` is its final address, against which relative links are resolved.

    `has_outlets` says that it lists articles of other outlets, and names the outlet of each. `country` (ISO 3166-1, ''
    if unknown) and `language` (BCP 47) are the outlet's: by them its dates without a zone, or without an order of day
    and month, are read.
    """
    if not country and not has_outlets:
        country = country_of_page(language, url)
    custom = DateCustom(now or clock.now(), country, language)
    try:
        body = decompress(body)
        if not body.strip():
            return ParsedFeed(reason=Reason.EMPTY)
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            return _parse_json(body, url, max_entries, custom)
        return _parse_xml(body, url, content_type, max_entries, custom, has_outlets)
    except TooLarge as error:
        return ParsedFeed(reason=Reason.TOO_LARGE, note=str(error))
    except Exception as error:  # feedparser raises many types on hostile bytes; one feed must not end the crawl.
        return ParsedFeed(reason=Reason.BAD_FEED, note=f"{type(error).__name__}: {error}"[:300])


def _parse_xml(
    body: bytes, url: str, content_type: str, limit: int, custom: DateCustom, has_outlets: bool
) -> ParsedFeed:
    body, total = _cut_after(_REFERENCE.sub(_valid_reference, body), limit)
    if (text := _as_utf8(body)) is not None:
        body, content_type = text.encode(), "application/xml; charset=utf-8"
    headers = {"content-type": content_type}
    if b"xml:base" in body:
        # Only feedparser knows which element a base is of. Else it is not told of `url`: it would resolve links by
        # urljoin, which drops empty segments of paths and turns an impossible link, or "#", into something else.
        headers["content-location"] = url
    parsed = _run_feedparser(body, headers)
    if len(parsed.entries) < len(pieces := _split_entries(body)):
        # An unclosed tag swallows the entries after it; parsed one by one, only its own entry suffers.
        singles = [entry for piece in pieces for entry in _run_feedparser(piece, headers).entries]
        parsed.entries = max(parsed.entries, singles, key=len)
    # A feed may be empty, and many have an undefined &nbsp; in the title: only other errors make an empty feed broken.
    error = parsed.get("bozo_exception")
    broken = isinstance(error, SAXException) and "undefined entity" not in str(error)
    if not parsed.entries and (broken or not parsed.version):
        # A body that begins like a feed is a bad feed; a page, or an error in words, is no feed.
        looks_like_feed = re.search(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]", body[:2000])
        return ParsedFeed(reason=Reason.BAD_FEED if looks_like_feed else Reason.NOT_A_FEED, note=_parse_error(parsed))
    entries: list[Entry] = []
    bad: list[BadLink] = []
    language = custom.language or str(parsed.feed.get("language") or "")
    custom = replace(custom, language=language).fitted_to(_date_of(raw)[0] for raw in parsed.entries[:limit])
    for raw in parsed.entries[:limit]:
        written, guid = str(raw.get("link") or ""), str(raw.get("id") or "")
        link = choose_link(url, written, *_other_links(raw), *([guid] if _is_address(guid) else []))
        if link is None:
            bad.append(bad_link(url, written, str(raw.get("title") or "")))
            continue
        entry = _entry(raw, link, guid, custom)
        entries.append(replace(entry, outlet=_outlet(raw)) if has_outlets else entry)
    if not entries and bad and broken:
        return ParsedFeed(invalid=len(bad), bad_links=tuple(bad), reason=Reason.BAD_FEED, note=_parse_error(parsed))
    note = _parse_error(parsed)
    if max(total, len(parsed.entries)) > limit:
        note = f"{max(total, len(parsed.entries))} entries, the first {limit} taken"
    return ParsedFeed(tuple(entries), len(bad), tuple(bad), note=note, poll_hint=hint_from_feed(parsed.feed))


def _other_links(raw: Any) -> list[str]:
    """Return the further links of an entry that lead to its page; enclosures and the like do not."""
    links = [str(link.get("href") or "") for link in raw.get("links") or () if link.get("rel") == "alternate"]
    return [link for link in links if link != raw.get("link")]


def _is_address(guid: str) -> bool:
    return guid.strip().lower().startswith(("http://", "https://"))


def _run_feedparser(body: bytes, headers: dict[str, str]) -> Any:
    import feedparser

    # feed_fields.plain_text keeps only the text of an entry's markup, so nothing needs sanitising or resolving.
    return feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _valid_reference(reference: re.Match[bytes]) -> bytes:
    """Return a character reference, or U+FFFD if it stands for no character: feedparser raises on such."""
    hexadecimal, decimal = reference.groups()
    # No character has more than seven digits, and int() is slow for many.
    digits = (hexadecimal or decimal).lstrip(b"0")
    number = int(digits or b"0", 16 if hexadecimal else 10) if len(digits) <= 7 else sys.maxsize
    return b"&#xFFFD;" if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF else reference.group(0)


def _cut_after(body: bytes, limit: int) -> tuple[bytes, int]:
    """Return a feed cut after its first `limit` entries, and its number of entries; feedparser would parse them all."""
    ends = [m.end() for m in _ENTRY_END.finditer(body)]
    if len(ends) <= limit or not limit:
        return body, len(ends)
    close = re.search(rb"</(?:channel|feed|rdf:RDF)\s*>.*", body[ends[-1] :], re.DOTALL | re.IGNORECASE)
    return body[: ends[limit - 1]] + (close.group(0)[:1000] if close else b""), len(ends)


def _split_entries(body: bytes) -> list[bytes]:
    """Return each entry as a feed of its own; none if there are over 200, the feed is over 2 MiB, or it is UTF-16."""
    starts = [m.start() for m in _ENTRY_START.finditer(body)]
    if not starts or len(starts) > _MAX_PIECES or len(body) > 2**21:
        return []
    head = body[: starts[0]]
    pieces: list[bytes] = []
    for start, stop in zip(starts, [*starts[1:], None], strict=True):
        piece = body[start:stop]
        if (end := _ENTRY_END.search(piece)) is not None:
            pieces.append(head + piece[: end.end()])
        elif re.search(rb"</link\s*>|<link[^>]*/>", piece, re.IGNORECASE):  # else its address may be cut off
            pieces.append(head + piece)
    return pieces


def _as_utf8(body: bytes) -> str | None:
    """Return the text of a body that is UTF-8, but for a few bytes, whatever charset it declares; else None.

    Text in another charset is hardly ever valid UTF-8 by chance. feedparser would decode a whole feed as Latin-1
    because of two bad bytes.
    """
    if body.isascii() or b"\x00" in body[:200]:
        return None
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
    if bad > max(3, len(text) // 500):
        return None
    return _XML_DECLARATION.sub("", text, count=1)


def _parse_error(parsed: Any) -> str:
    from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType

    error = parsed.get("bozo_exception")
    # A feed sent as text/plain, or in another charset than declared, was still parsed in full.
    harmless = isinstance(error, CharacterEncodingOverride | NonXMLContentType)
    return "" if error is None or harmless else f"{error}"[:300]


def _date_of(raw: Any) -> tuple[str, Any]:
    """Return the time of an entry as the feed writes it, and feedparser's tuple of it, or None."""
    # dict.get, because feedparser's own get returns `updated` for `published`, and warns about it.
    parsed = dict.get(raw, "published_parsed") or dict.get(raw, "updated_parsed")
    return str(dict.get(raw, "published") or dict.get(raw, "updated") or ""), parsed


def _entry(raw: Any, link: str, guid: str, custom: DateCustom) -> Entry:
    contents = [str(c.get("value") or "") for c in raw.get("content") or ()]
    names = _author_names(raw)
    return Entry(
        url=link,
        title=plain_text(str(raw.get("title") or "")),
        summary=plain_text(str(raw.get("summary") or "")),
        text=plain_text(max(contents, key=len, default="")),
        published=custom.parse(*_date_of(raw)),
        authors=tuple(plain_text(name) for name in names if name.strip()),
        language=(str(raw.get("language")) or None) if raw.get("language") else None,
        guid=CONTROL.sub("", guid)[:500],
        image=_image(raw, link),
    )


def _author_names(raw: Any) -> list[str]:
    """Return the names of an entry's authors; '' for one with an address alone.

    feedparser ends an address after four letters of its top-level domain, and takes the rest for the name: 'ne (Minh
    Trân' of 'toasoan@baovidu.online (Minh Trân)'.
    """
    text = str(raw.get("author") or "")
    names: list[str] = []
    for author in raw.get("authors") or ():
        address = str(author.get("email") or "")
        whole = text if address and address in text else str(author.get("name") or "")
        names.append(name_of_mailbox(whole))
    return names


def _outlet(raw: Any) -> str:
    """Return the outlet that a search names: <source> of RSS, or <News:Source> of Bing."""
    source = raw.get("source") or {}
    name = source.get("title") if isinstance(source, dict) else source
    return plain_text(str(name or raw.get("news_source") or ""))


def _image(raw: Any, link: str) -> str | None:
    """Return the address of an entry's picture, from Media RSS, else from an enclosure."""
    for name in ("media_content", "media_thumbnail", "enclosures"):
        for media in raw.get(name) or ():
            address = str(media.get("url") or media.get("href") or "")
            kind = str(media.get("type") or media.get("medium") or "")
            if address and (name == "media_thumbnail" or kind.startswith("image")):
                return resolve_url(link, address)
    return None


def _parse_json(body: bytes, url: str, limit: int, custom: DateCustom) -> ParsedFeed:
    data = safe_json.loads_json(body.decode("utf-8-sig", "replace"))
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(data.get("version")):
        return ParsedFeed(reason=Reason.NOT_A_FEED, note="JSON, but no JSON Feed")
    entries: list[Entry] = []
    bad: list[BadLink] = []
    invalid = 0
    dates = [str(raw.get("date_published") or "") for raw in items[:limit] if isinstance(raw, dict)]
    custom = replace(custom, language=custom.language or str(data.get("language") or "")).fitted_to(dates)
    for raw in items[:limit]:
        if not isinstance(raw, dict):
            invalid += 1
            continue
        written = [str(raw.get(name) or "") for name in ("url", "external_url")]
        key = str(raw.get("id") or "")
        # A relative id counts as the link only where there is no other.
        link = choose_link(url, *written, *([key] if _is_address(key) or not any(written) else []))
        if link is None:
            bad.append(bad_link(url, next(filter(None, [*written, key]), ""), str(raw.get("title") or "")))
            continue
        entries.append(
            Entry(
                url=link,
                title=plain_text(str(raw.get("title") or "")),
                summary=plain_text(str(raw.get("summary") or "")),
                text=plain_text(str(raw.get("content_html") or raw.get("content_text") or "")),
                published=custom.parse(str(raw.get("date_published") or "")),
                authors=_json_authors(raw),
                language=str(raw.get("language") or data.get("language") or "") or None,
                guid=CONTROL.sub("", str(raw.get("id") or ""))[:500],
                image=resolve_url(url, str(raw["image"])) if raw.get("image") else None,
            )
        )
    note = f"{len(items)} entries, the first {limit} taken" if len(items) > limit else ""
    return ParsedFeed(tuple(entries), invalid + len(bad), tuple(bad), note=note)


def _json_authors(raw: dict[str, Any]) -> tuple[str, ...]:
    """Return the names in `authors` (JSON Feed 1.1) or `author` (version 1)."""
    authors = [a for a in (raw.get("authors") or [raw.get("author")]) if isinstance(a, dict)]
    return tuple(name for a in authors if (name := plain_text(name_of_mailbox(str(a.get("name") or "")))))
