"""Sitemap, news-sitemap and sitemap-index bytes → entries, and the addresses of further sitemaps."""

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

from crawlers.parsing.feed_fields import TooLarge, decompress, parse_date, plain_text
from pipeline.records import Entry, Reason
from pipeline.text.urls import resolve_url


@dataclass(frozen=True, slots=True)
class ParsedSitemap:
    entries: tuple[Entry, ...] = ()
    #: addresses of further sitemaps, newest first where the index dates them
    children: tuple[str, ...] = ()
    invalid: int = 0
    reason: Reason = Reason.OK
    note: str = ""


def parse_sitemap(body: bytes, *, url: str, max_entries: int = 2000, now: datetime | None = None) -> ParsedSitemap:
    """Read a sitemap of any kind. Entries come newest first where they are dated."""
    now = now or datetime.now(UTC)
    try:
        body = decompress(body)
    except TooLarge as error:
        return ParsedSitemap(reason=Reason.TOO_LARGE, note=str(error))
    except (OSError, EOFError, zlib.error) as error:
        return ParsedSitemap(reason=Reason.BAD_FEED, note=f"gzip: {error}"[:300])
    if not body.strip():
        return ParsedSitemap(reason=Reason.EMPTY)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"<", b"\xff", b"\xfe"):
        return _text(body, url, max_entries)
    return _xml(body, url, max_entries, now)


def _text(body: bytes, url: str, limit: int) -> ParsedSitemap:
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines() if line.strip()]
    found = [resolve_url(url, line) if line.startswith("http") else None for line in lines[:limit]]
    good = tuple(Entry(link) for link in found if link)
    if not good:
        return ParsedSitemap(invalid=len(found), reason=Reason.NOT_A_FEED)
    return ParsedSitemap(good, invalid=len(found) - len(good))


def _xml(body: bytes, url: str, limit: int, now: datetime) -> ParsedSitemap:
    from lxml import etree

    if re.match(rb"\W*(?:<!--.*?-->\s*)?<(?:!doctype\s+)?html\b", body[:2000], re.IGNORECASE | re.DOTALL):
        return ParsedSitemap(reason=Reason.NOT_A_FEED, note="an HTML page")
    if b"<!ENTITY" in body[:10000].upper():
        return ParsedSitemap(reason=Reason.BAD_FEED, note="declares entities")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return ParsedSitemap(reason=Reason.BAD_FEED, note=str(error)[:300])
    if root is None:
        return ParsedSitemap(reason=Reason.BAD_FEED, note="no XML")
    # A sitemap that was cut off gives what it has, and says so.
    note = f"not well-formed: {parser.error_log[0].message}"[:300] if len(parser.error_log) else ""
    kind = etree.QName(root).localname.lower()
    if kind not in ("urlset", "sitemapindex"):
        return ParsedSitemap(reason=Reason.NOT_A_FEED, note=f"<{kind}>")
    dated: list[tuple[datetime | None, Entry]] = []
    invalid = 0
    for node in root.iterchildren():
        if not isinstance(node.tag, str):
            continue
        fields = {
            etree.QName(child).localname: (child.text or "").strip()
            for child in node.iterdescendants()
            if isinstance(child.tag, str)
        }
        written = fields.get("loc") or (node.text or "").strip()  # some leave <loc> out
        link = resolve_url(url, written) if written else None
        if link is None:
            invalid += 1
            continue
        when = fields.get("publication_date") or ""
        entry = Entry(
            url=link,
            title=plain_text(fields.get("title", "")),
            published=parse_date(when, None, now) if when else None,
            language=fields.get("language") or None,
        )
        # lastmod orders, but is no time of publication: many sites write the time of the sitemap there.
        dated.append((entry.published or parse_date(fields.get("lastmod", ""), None, now), entry))
    oldest = datetime(1970, 1, 1, tzinfo=UTC)
    dated.sort(key=lambda pair: pair[0] or oldest, reverse=True)
    entries = tuple(entry for _, entry in dated[:limit])
    if kind == "sitemapindex":
        return ParsedSitemap(children=tuple(entry.url for entry in entries), invalid=invalid, note=note)
    return ParsedSitemap(entries, invalid=invalid, note=note)
