"""An article and its tags as their JSON is stored → its line of JSON Lines, without parsing what is only copied.

The line is what json.dumps makes of the flat record of the whole Item (`analysis.tables.writers.flat_value`). Only JSON
that json.dumps wrote, of the fields of today's records in their order, can be copied: `json_sum` tells that when an
article is stored, and an export compares the sum with what it reads. Whatever else it finds (the form of an older
release, damage, a text that was changed since) is no line; its reader takes the whole Item, which says the same more
slowly.
"""

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.records import Article, ByteHit, Evidence, PlaceFound, Tags, TopicFound, VerdictReason
from pipeline.tables.columns import cut
from pipeline.tables.translated_items import TranslatedCells
from pipeline.tagging.reason_text import relevance_reason_text, without_name

_KINDS = (Article, Tags, PlaceFound, TopicFound, Evidence, VerdictReason, ByteHit)
_ARTICLE, _TAGS, _PLACE, _TOPIC, _EVIDENCE, _REASON, _HIT = (
    tuple(field.name for field in fields(kind)) for kind in _KINDS
)
#: Where the sum begins, so that one of other fields is never the same.
_FORM = zlib.crc32(repr([_ARTICLE, _TAGS, _PLACE, _TOPIC, _EVIDENCE, _REASON, _HIT]).encode())
_STRING = rb'"(?:[^"\\]|\\.)*"'
#: An article from the time of its publication on; before it come strings and a list of strings alone, so that no other
#: key of that name does.
_PUBLISHED = b', "published": '
_END_OF_ARTICLE = re.compile(
    rb', "published": (null|"[^"]*")(, "published_from": "[^"]*", "published_precision": "[^"]*",'
    rb' "published_ambiguous": (?:true|false)), "modified": (null|"[^"]*"), "language": (%b)'
    rb'(, "image": (?:null|%b), "text_from": "[^"]*"), "reason": ("[^"]*")(, "parts": .*)\}' % (_STRING, _STRING),
    re.DOTALL,
)
#: Tags up to their reason, and what ends it: its parameters are no objects themselves.
_HEAD_OF_TAGS = re.compile(rb'\{("language": %b, "relevance": "[^"]*", "relevance_score": [^,]+, "reason": )' % _STRING)
_END_OF_REASON = b'}}, "places": '
#: Bytes of a stored time up to its second, with the quotation mark before it.
_SECOND = len('"2026-11-01T00:00:00')
#: The translated cells of nearly all articles.
_NONE = TranslatedCells()


class LineHead(NamedTuple):
    """The fields of an Item beside its article and tags: bytes are JSON, but for the key."""

    #: letters and digits alone
    key: bytes
    story: bytes
    version: int
    #: id, name, country and category, of `json_outlet`
    outlet: bytes
    first_seen: bytes
    fetched_at: bytes
    feed_url: bytes
    changed: bool
    taken_down: bytes
    event: bytes
    origin: bytes
    reach: bytes
    #: when its page was captured, if an archive had it first; else null
    captured_at: bytes = b"null"


def json_sum(article: Mapping[str, Any], tags: Mapping[str, Any]) -> int | None:
    """Return the checksum of an article and its tags, parsed, as json.dumps writes them.

    None where they are not of today's form.
    """
    if not _is_of_todays_form(article, tags):
        return None
    try:
        return sum_of(*(json.dumps(one, ensure_ascii=False).encode() for one in (article, tags)))
    except UnicodeEncodeError:  # half of a surrogate pair
        return None


def sum_of(article: bytes, tags: bytes) -> int:
    """Return the checksum of the stored bytes."""
    return zlib.crc32(tags, zlib.crc32(article, _FORM))


def _is_of_todays_form(article: Any, tags: Any) -> bool:
    """Whether parsed JSON has the fields of today's records, in their order."""
    return (
        type(article) is dict
        and type(tags) is dict
        and tuple(article) == _ARTICLE
        and tuple(tags) == _TAGS
        and tuple(tags["reason"]) == _REASON
        and all(tuple(hit) == _HIT for hit in article["hits"])
        and _are(tags["places"], _PLACE)
        and _are(tags["topics"], _TOPIC)
        and _are(tags["near"], _TOPIC)
        and all(tuple(words) == _EVIDENCE for words in tags["tone_words"])
    )


def _are(found: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> bool:
    return all(tuple(one) == names and all(tuple(words) == _EVIDENCE for words in one["evidence"]) for one in found)


def stored_line(head: LineHead, article: bytes, tags: bytes, translated: TranslatedCells = _NONE) -> bytes | None:
    """Return the line of an article whose sum is right, with its end; None where its JSON cannot be copied."""
    at = article.find(_PUBLISHED)
    end = _END_OF_ARTICLE.fullmatch(article, at) if at > 0 else None
    before = _HEAD_OF_TAGS.match(tags)
    after = tags.find(_END_OF_REASON)
    if end is None or before is None or after < 0:
        return None
    published, published_as, modified, language, image, reason, parts = end.groups()
    key, story, version, outlet, first_seen, fetched_at, feed_url, changed, gone, event, origin, reach, captured = head
    # Joined and not formatted, so that the text is copied once.
    return b"".join(
        (
            b'{"key": "', key, b'", "story": ', story, b', "version": %d, ' % version, outlet,
            b', "first_seen": ', first_seen, b', "fetched_at": ', fetched_at, b', "feed_url": ', feed_url,
            b', "changed": true, "taken_down": ' if changed else b', "changed": false, "taken_down": ', gone,
            b', "event": ', event, b', "origin": ', origin, b', "reach": ', reach,
            b', "captured_at": ', captured, _translated(translated),
            b'"live", ' if captured == b"null" else b'"archive", ',
            memoryview(article)[1:at], _PUBLISHED, _time(published), published_as,
            b', "modified": ', _time(modified), image, parts, b', "declared_language": ', language,
            b', "read_as": ', reason, b", ", before[1], _sentence(tags[before.end() : after + 2]), tags[after + 2 :],
            b"\n",
        )
    )  # fmt: skip


def json_bytes(value: Any) -> bytes:
    """Return a value as a line has it. Raises UnicodeEncodeError for half of a surrogate pair."""
    return json.dumps(value, ensure_ascii=False).encode()


def _time(stored: bytes) -> bytes:
    """Return a time within an article as a line has it: to the second, with its own offset."""
    # Nearly all are in UTC.
    if stored[-2:] == b'Z"':
        return stored[:_SECOND] + b'+00:00"'
    return stored if stored == b"null" else _other_time(stored)


@lru_cache(maxsize=4096)
def _other_time(stored: bytes) -> bytes:
    return json_bytes(datetime.fromisoformat(json.loads(stored)).isoformat(timespec="seconds"))


def json_outlet(source_id: str, name: str, country: str, category: str) -> bytes:
    """Return the fields of an outlet as a line has them."""
    return json_bytes({"source_id": source_id, "outlet": name, "country": country, "category": category})[1:-1]


def _translated(cells: TranslatedCells) -> bytes:
    """Return the fields of a translation, and the name of the field behind them."""
    if cells is _NONE:
        return b', "title_vi": "", "excerpt_vi": "", "translated_by": [], "provenance": '
    found = json_bytes({"title_vi": cells.title, "excerpt_vi": cut(cells.excerpt), "translated_by": cells.by})
    return b', %b, "provenance": ' % found[1:-1]


@lru_cache(maxsize=4096)
def _sentence(reason: bytes) -> bytes:
    """Return the sentence of a stored reason."""
    found = json.loads(reason)
    named: Sequence[tuple[str, Any]] = [
        (name, tuple(value) if isinstance(value, list) else value) for name, value in found["parameters"].items()
    ]
    return json_bytes(relevance_reason_text(without_name(VerdictReason(found["code"], dict(named))), "vi"))
