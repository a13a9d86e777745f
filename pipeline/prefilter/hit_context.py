"""Offset in the bytes of a page → its context: title, running text, caption, data, menu, or a link elsewhere."""

import re

from pipeline.records import HitPlace

_TAG = re.compile(rb"<[^<>]{0,300}>")
_META = re.compile(rb"\b(?:name|property|itemprop)\s*=\s*[\"']?([\w:.\-]+)", re.IGNORECASE)
_LEADS = (b"description", b"og:description", b"twitter:description", b"sapo")
_TITLES = (b"title", b"og:title", b"twitter:title", b"headline")
#: Bytes searched before a hit
_BEFORE = 600
#: Bytes searched before a hit for its tag and for a navigation or header around it; embedded data may be as long
_FAR = 200_000
#: Bytes around a hit in which its words are counted
_BESIDE = 1000
#: Fewest words between two tags in running text; a menu entry has fewer
_RUNNING = 6


def hit_place(page: bytes, start: int, end: int) -> HitPlace:
    """Return the context of a hit by the markup around it; `page` as normalize_bytes returns it."""
    first = max(0, start - _FAR)
    opened, closed = page.rfind(b"<", first, start), page.rfind(b">", first, start)
    if opened > closed:
        return _place_in_tag(page, opened, start)
    tag = page[opened : opened + 120]
    if tag.startswith((b"<title", b"<h1")):
        return "title"
    if tag.startswith(b"<script"):
        return "json-ld" if b"ld+json" in tag else "data"
    if tag.startswith((b"<option", b"<select", b"<nav")):
        return "menu"
    before = page[max(0, start - _BEFORE) : start]
    if before.rfind(b"<figcaption") > before.rfind(b"</figcaption"):
        return "caption"
    if before.rfind(b"<h1") > before.rfind(b"</h1"):
        return "title"
    is_link = before.rfind(b"<a ") > before.rfind(b"</a")
    last = page.find(b"<", end, end + _BESIDE)
    words = len(page[max(start - _BESIDE, closed + 1, 0) : last if last >= 0 else end].split())
    if is_link:
        # A linked name may be part of running text; a linked headline belongs to another article.
        around = _TAG.sub(b" ", page[max(0, start - 200) : end + 200])
        return "body" if words <= 4 and b"<li" not in before[-120:] and len(around.split()) > 40 else "link"
    if words >= _RUNNING or before.rfind(b"<p") > before.rfind(b"</p"):
        return "body"
    # Running text in pieces: bold names, spans.
    around = _TAG.sub(b" ", page[max(0, start - 250) : end + 250])
    return "body" if len(around.split()) > 45 else "menu"


def in_page_frame(page: bytes, at: int) -> bool:
    """Whether a place lies in the navigation, header or footer of the page, outside the article."""
    if _is_within(page, b"nav", at) or _is_within(page, b"select", at):
        return True
    # An article's own header and footer are part of it.
    return (_is_within(page, b"header", at) or _is_within(page, b"footer", at)) and not (
        _is_within(page, b"article", at) or _is_within(page, b"main", at)
    )


def _is_within(page: bytes, name: bytes, at: int) -> bool:
    opened = page.rfind(b"<" + name, max(0, at - _FAR), at)
    return opened >= 0 and page.find(b"</" + name, opened, at) < 0


def _place_in_tag(page: bytes, opened: int, start: int) -> HitPlace:
    tag = page[opened:start]
    if tag[:5] == b"<meta":
        match = _META.search(page, opened, start + 300)
        name = match.group(1) if match else b""
        return "lead" if name in _LEADS else "title" if name in _TITLES else "meta"
    attribute = tag.rpartition(b"=")[0].rpartition(b" ")[2].strip()
    is_picture = tag.startswith((b"<img", b"<figure", b"<picture", b"<video", b"<amp-img"))
    if not is_picture or attribute not in (b"alt", b"title", b"data-caption", b"data-title"):
        return "link"
    # A picture in a link mostly belongs to another article.
    before = page[max(0, opened - _BEFORE) : opened]
    is_link = before.rfind(b"<a ") > max(before.rfind(b"</a"), before.rfind(b"<figure"))
    return "link" if is_link else "caption"
