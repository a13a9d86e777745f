"""Search hits → an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from lxml import etree

from diembao.jobs.reading.translation_words import hit_mark
from pipeline.records import SearchHit

_ATOM = "http://www.w3.org/2005/Atom"
#: Characters that XML 1.0 does not allow.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def atom(name: str, title: str, hits: Sequence[SearchHit], made_at: datetime, language: str) -> bytes:
    """Return a feed with one entry for each hit, in their order.

    `name` makes the feed's id: the same search is the same feed, whichever file it is in.
    """
    feed = etree.Element("feed", xmlns=_ATOM)
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(feed, "id", f"urn:diembao:search:{quote(name)}")
    _add(feed, "title", title)
    # The time of the newest hit: without a new hit the file stays the same, byte for byte.
    _add(feed, "updated", _time(max((hit.item.fetched_at for hit in hits), default=made_at)))
    _add(_add(feed, "author"), "name", "diembao")
    for hit in hits:
        item, entry = hit.item, _add(feed, "entry")
        _add(entry, "id", f"urn:diembao:item:{item.key}")
        translated = hit.translated_title
        title = hit.title.text if translated is None else f"{translated.text} ({hit_mark(hit)}) · {hit.title.text}"
        _add(entry, "title", title)
        _add(entry, "updated", _time(item.fetched_at))
        if item.published is not None:
            _add(entry, "published", _time(item.published))
        _add(_add(entry, "author"), "name", item.outlet)
        _add(entry, "link").set("href", _ILLEGAL.sub("", item.url))
        summary = hit.translated_snippet or hit.snippet
        _add(entry, "summary", summary.text)
        for topic in item.topics:
            _add(entry, "category").set("term", topic)
    return etree.tostring(feed, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, name)
    if text:
        element.text = _ILLEGAL.sub("", text)
    return element


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
