"""Articles as their JSON is stored → cells and flat records, without records in between.

An article whose JSON is not of today's form (an older release wrote it, a person decided something, it is damaged) is
no RawItem: its reader gives the whole Item instead, which says the same more slowly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.records import Article, Evidence, PlaceFound, Tags, TopicFound, VerdictReason
from pipeline.tables.columns import Cell, cut, distinct, local
from pipeline.tables.translated_items import TranslatedCells
from pipeline.tagging.reason_text import relevance_reason_text, without_name

_ARTICLE, _TAGS, _PLACE, _TOPIC, _EVIDENCE, _REASON = (
    tuple(field.name for field in fields(kind))
    for kind in (Article, Tags, PlaceFound, TopicFound, Evidence, VerdictReason)
)
#: Fields of an article that a flat record has under other names
_RENAMED = ("language", "reason")


class RawItem(NamedTuple):
    """The fields of an Item; the article and its tags as the database holds them."""

    key: str
    story: str
    event: str
    origin: str
    version: int
    changed: bool
    source_id: str
    outlet: str
    country: str
    category: str
    reach: str
    first_seen: datetime
    fetched_at: datetime
    taken_down: datetime | None
    feed_url: str
    article: dict[str, Any]
    tags: dict[str, Any]
    #: number of words of its text
    words: int
    translated: TranslatedCells


def is_of_todays_form(article: Any, tags: Any) -> bool:
    """Whether stored JSON has the fields of today's records, in their order."""
    return (
        type(article) is dict
        and type(tags) is dict
        and tuple(article) == _ARTICLE
        and tuple(tags) == _TAGS
        and tuple(tags["reason"]) == _REASON
        and _are(tags["places"], _PLACE)
        and _are(tags["topics"], _TOPIC)
        and _are(tags["near"], _TOPIC)
        and all(tuple(words) == _EVIDENCE for words in tags["tone_words"])
    )


def _are(found: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> bool:
    return all(tuple(one) == names and all(tuple(words) == _EVIDENCE for words in one["evidence"]) for one in found)


def cells_of_raw(item: RawItem) -> tuple[Cell, ...]:
    """Return the cells of an article, as `columns.ITEMS` gives them."""
    article, tags = item.article, item.tags
    places, topics = tags["places"], tags["topics"]
    published = article["published"]
    return (
        item.key,
        item.story,
        item.event,
        item.origin,
        item.version,
        local(datetime.fromisoformat(published)) if published else None,
        article["published_from"],
        article["published_precision"] if published else "",
        article["published_ambiguous"],
        _local(item.first_seen),
        item.outlet,
        item.source_id,
        item.country,
        item.category,
        tags["language"] or article["language"],
        article["title"],
        cut(article["lead"]),
        distinct(article["authors"]),
        article["section"],
        tags["relevance"],
        round(tags["relevance_score"], 3),
        _sentence(tags["reason"]),
        distinct(place["name"] for place in places),
        distinct(place["unit"] for place in places),
        tuple(topic["id"] for topic in topics),
        tuple(f"{topic['score']:.2f}" for topic in topics),
        tags["tone"],
        distinct(_folded(words) for words in tags["tone_words"]),
        distinct(_folded(words) for group in (*places, *topics) for words in group["evidence"]),
        article["text_from"],
        article["reason"],
        item.words,
        article["canonical"] or article["url"],
        item.feed_url,
        _local(item.fetched_at),
        tags["rules"],
        item.translated.title,
        cut(item.translated.excerpt),
        item.translated.by,
    )


# What one collection brings has the same times.
_local = lru_cache(maxsize=4096)(local)


def _folded(evidence: Mapping[str, str]) -> str:
    return " ".join(evidence["words"].split())


def flat_of_raw(item: RawItem) -> dict[str, Any]:
    """Return the fields of an article in one level, as `analysis.tables.writers.flat_value` returns them."""
    article, tags = dict(item.article), dict(item.tags)
    for name in ("published", "modified"):
        if article[name]:
            article[name] = datetime.fromisoformat(article[name])
    article["declared_language"], article["read_as"] = (article.pop(name) for name in _RENAMED)
    tags["reason"] = _sentence(tags["reason"])
    return {
        "key": item.key,
        "story": item.story,
        "version": item.version,
        "source_id": item.source_id,
        "outlet": item.outlet,
        "country": item.country,
        "category": item.category,
        "first_seen": item.first_seen,
        "fetched_at": item.fetched_at,
        "feed_url": item.feed_url,
        "changed": item.changed,
        "taken_down": item.taken_down,
        "event": item.event,
        "origin": item.origin,
        "reach": item.reach,
        "title_vi": item.translated.title,
        "excerpt_vi": cut(item.translated.excerpt),
        "translated_by": item.translated.by,
        **article,
        **tags,
    }


def _sentence(reason: Mapping[str, Any]) -> str:
    named: Sequence[tuple[str, Any]] = [
        (name, tuple(value) if isinstance(value, list) else value) for name, value in reason["parameters"].items()
    ]
    return _sentence_of(reason["code"], tuple(named), tuple(type(value) for _, value in named))


@lru_cache(maxsize=4096)
def _sentence_of(code: str, parameters: tuple[tuple[str, Any], ...], _kinds: tuple[type, ...]) -> str:
    """Return the sentence of a reason; the kinds tell True from 1."""
    return relevance_reason_text(without_name(VerdictReason(code, dict(parameters))), "vi")
