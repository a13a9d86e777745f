"""Text → Tags: its language, whether it is about the province, where it is set, its topics and its tone."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Evidence, PlaceFound, Tags, Text, VerdictReason
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging import places, relevance, topics
from pipeline.tagging.mentions import Mention, PlaceMentions
from pipeline.tagging.reason_text import relevance_reason_text
from pipeline.tagging.words import tone
from pipeline.tagging.words.watched import find_matter
from pipeline.text.language import detect_language
from pipeline.text.normalize import normalise_both

_EVIDENCE = 6
#: Code of the reason of an irrelevant text about a watched matter
WATCHED = "watched"


def tag(text: Text, rules: Rulebook) -> Tags:
    """Tag a text by the rules; never raises, whatever the strings hold."""
    title, body = normalise_both(text.title, text.text)
    language = detect_language(title, body, text.language)
    day = text.published.date() if text.published else None
    found = places.find_places(title, body, language, day, text.url, rules)
    judged = relevance.judge_relevance(found, language, rules)
    zones = (found.title, found.text)
    filed = topics.assign_topics(found, language, rules)
    about = judged.relevance != "no"
    reason = judged.reason
    if not about and (matter := find_matter(zones, language, day, rules)) is not None:
        reason = VerdictReason(WATCHED, {"matter": matter.id, "names": matter.words})
    toned = tone.ToneVerdict("neutral")
    if about:
        toned = tone.judge_tone(zones, language, filed.chances, 2 * judged.score - 1, rules)
    return Tags(
        language=language,
        relevance=judged.relevance,
        relevance_score=round(judged.score, 3),
        reason=reason,
        places=_places(found, judged) if about else (),
        topics=filed.assigned,
        near=filed.near,
        tone=toned.tone,
        rules=rules.version,
        tone_words=toned.words,
    )


def _places(found: PlaceMentions, judged: relevance.RelevanceVerdict) -> tuple[PlaceFound, ...]:
    by_place: dict[str, list[Mention]] = {}
    for mention in judged.mentions:
        if mention.withheld:
            continue
        by_place.setdefault(mention.place.id, []).append(mention)
    return tuple(
        PlaceFound(
            mentions[0].place.id,
            mentions[0].place.name,
            mentions[0].place.unit,
            tuple(_evidence(found, m) for m in mentions[:_EVIDENCE]),
        )
        for mentions in by_place.values()
    )


def _evidence(found: PlaceMentions, mention: Mention) -> Evidence:
    zone = found.zone(mention.where)
    return Evidence(mention.where, mention.start, mention.end, zone.text[mention.start : mention.end])


def tags_to_json(record_id: str, tags: Tags) -> dict[str, Any]:
    """Return the JSON line of `diembao tag`: scores 0 to 1, offsets in characters after NFC."""
    return {
        "id": record_id,
        "language": tags.language,
        "relevance": tags.relevance,
        "relevance_score": tags.relevance_score,
        "reason": relevance_reason_text(tags.reason),
        "places": [
            {"id": p.id, "name": p.name, "unit": p.unit, "evidence": [_span(e) for e in p.evidence]}
            for p in tags.places
        ],
        "topics": [{"id": t.id, "score": t.score, "evidence": [_span(e) for e in t.evidence]} for t in tags.topics],
        "near": [{"id": t.id, "score": t.score, "evidence": [_span(e) for e in t.evidence]} for t in tags.near],
        "tone": tags.tone,
        "rules": tags.rules,
    }


def _span(evidence: Evidence) -> dict[str, Any]:
    return {"where": evidence.where, "start": evidence.start, "end": evidence.end, "words": evidence.words}


def text_from_record(record: Mapping[str, Any]) -> Text:
    """Read a record with 'id', 'title', 'text' and maybe 'language', 'url', 'published' (ISO 8601, or its beginning).

    Raises ValueError that names the key at fault.
    """
    for name in ("id", "title", "text"):
        if name not in record:
            raise ValueError(Message(mark("'{name}' is missing"), name=name))
    for name in ("title", "text", "language", "url", "published"):
        value = record.get(name)
        if value is not None and not isinstance(value, str):
            raise ValueError(Message(mark("'{name}' must be a text, found {value!r}"), name=name, value=value))
    published = record.get("published")
    return Text(
        id=str(record["id"]),
        title=record["title"] or "",
        text=record["text"] or "",
        language=record.get("language") or None,
        url=record.get("url") or None,
        published=_moment(published) if published else None,
    )


def _moment(value: str) -> datetime:
    whole = {4: f"{value}-01-01", 7: f"{value}-01"}.get(len(value), value)
    try:
        moment = datetime.fromisoformat(whole)
    except ValueError:
        try:
            moment = datetime.combine(date.fromisoformat(whole[:10]), datetime.min.time())
        except ValueError:
            raise ValueError(Message(mark("'published' is no ISO 8601 time: {value!r}"), value=value[:40])) from None
    return moment.astimezone() if moment.tzinfo is None else moment
