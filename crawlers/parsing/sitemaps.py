"""Sitemap, news-sitemap and sitemap-index bytes → entries, and the addresses of further sitemaps."""

import re
import zlib
from datetime import UTC, datetime

from crawlers.parsing.entry_links import bad_link, choose_link
from crawlers.parsing.feed_fields import DateCustom, TooLarge, decompress, plain_text
from crawlers.parsing.parsed_feed import ParsedFeed
from pipeline import clock
from pipeline.dates.zones import country_of_page
from pipeline.records import BadLink, Entry, Reason


def parse_sitemap(
    body: bytes,
    *,
    url: str,
    max_entries: int = 2000,
    now: datetime | None = None,
    country: str = "VN",
    language: str = "",
) -> ParsedFeed:
    """Parse an XML sitemap, a sitemap index or a plain text list.

    Dated entries come first, newest first. `url` is the final address, against which relative links are resolved.
    `country` (ISO 3166-1, '' if unknown) and `language` (BCP 47) are the outlet's, for dates without a zone.
    """
    custom = DateCustom(now or clock.now(), country or country_of_page(language, url), language)
    try:
        body = decompress(body)
    except TooLarge as error:
        return ParsedFeed(reason=Reason.TOO_LARGE, note=str(error))
    except (OSError, EOFError, zlib.error) as error:
        return ParsedFeed(reason=Reason.BAD_FEED, note=f"gzip: {error}"[:300])
    if not body.strip():
        return ParsedFeed(reason=Reason.EMPTY)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"<", b"\xff", b"\xfe"):
        return _text(body, url, max_entries)
    return _xml(body, url, max_entries, custom)


def _text(body: bytes, url: str, limit: int) -> ParsedFeed:
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines() if line.strip()]
    entries: list[Entry] = []
    bad: list[BadLink] = []
    for line in lines[:limit]:
        # A sitemap lists whole addresses only (sitemaps.org): other lines are words.
        link = choose_link(url, line) if line.lower().startswith("http") else None
        if link is None:
            bad.append(bad_link(url, line, ""))
        else:
            entries.append(Entry(link))
    if not entries:
        # A text without any address is no list of them, and its lines are not links.
        return ParsedFeed(invalid=len(bad), reason=Reason.NOT_A_FEED)
    return ParsedFeed(tuple(entries), len(bad), tuple(bad))


def _xml(body: bytes, url: str, limit: int, custom: DateCustom) -> ParsedFeed:
    from lxml import etree

    if re.match(rb"\W*(?:<!--.*?-->\s*)?<(?:!doctype\s+)?html\b", body[:2000], re.IGNORECASE | re.DOTALL):
        return ParsedFeed(reason=Reason.NOT_A_FEED, note="an HTML page")
    if b"<!ENTITY" in body[:10000].upper():
        return ParsedFeed(reason=Reason.BAD_FEED, note="declares entities")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return ParsedFeed(reason=Reason.BAD_FEED, note=str(error)[:300])
    if root is None:
        return ParsedFeed(reason=Reason.BAD_FEED, note="no XML")
    # A sitemap that was cut off gives the entries before the cut, and a note.
    note = f"not well-formed: {parser.error_log[0].message}"[:300] if len(parser.error_log) else ""
    kind = etree.QName(root).localname.lower()
    if kind not in ("urlset", "sitemapindex"):
        return ParsedFeed(reason=Reason.NOT_A_FEED, note=f"<{kind}>")
    dated: list[tuple[datetime | None, Entry]] = []
    bad: list[BadLink] = []
    for node in root.iterchildren():
        if not isinstance(node.tag, str):
            continue
        fields = {
            etree.QName(child).localname: (child.text or "").strip()
            for child in node.iterdescendants()
            if isinstance(child.tag, str)
        }
        address = fields.get("loc") or (node.text or "").strip()  # some sitemaps leave <loc> out
        link = choose_link(url, address)
        if link is None:
            bad.append(bad_link(url, address, fields.get("title", "")))
            continue
        published = fields.get("publication_date") or ""
        entry = Entry(
            url=link,
            title=plain_text(fields.get("title", "")),
            published=custom.parse(published) if published else None,
            language=fields.get("language") or None,
        )
        # lastmod serves to sort only: many sites write the time of the sitemap there.
        dated.append((entry.published or custom.parse(fields.get("lastmod", "")), entry))
    oldest = datetime(1970, 1, 1, tzinfo=UTC)
    dated.sort(key=lambda pair: pair[0] or oldest, reverse=True)
    entries = tuple(entry for _, entry in dated[:limit])
    if kind == "sitemapindex":
        return ParsedFeed(children=tuple(entry.url for entry in entries), invalid=len(bad), note=note)
    return ParsedFeed(entries, len(bad), tuple(bad[:limit]), note=note)
