"""Text → Tags: its language, whether it is about the province, where it is set, its topics and its tone."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Evidence, PlaceFound, Tags, Text, TopicFound, VerdictReason
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging import relevance
from pipeline.tagging.mentions import Mention, PlaceMentions
from pipeline.tagging.opinion.asking import ask_opinion
from pipeline.tagging.reason_text import relevance_reason_text
from pipeline.tagging.text_reading import TextReading, read_text
from pipeline.tagging.topic_verdicts import assign_topics
from pipeline.tagging.words.tone import ToneVerdict, find_tone_words, judge_by_rules
from pipeline.tagging.words.watched import find_matter

_EVIDENCE = 6
#: Code of the reason of an irrelevant text about a watched matter
WATCHED = "watched"


def tag(text: Text, rules: Rulebook, *, everywhere: bool = False) -> Tags:
    """Tag a text by the rules; never raises, whatever the strings hold.

    The second opinion on topics and tone, where `rules` have one, is asked of texts about the province alone, which are
    few; `everywhere`: of all, and then each has a tone. Where its encoder fails the rules decide alone, and the tags
    bear their version.
    """
    reading = read_text(text, rules)
    judged, reason = reading.judged, reading.judged.reason
    day = text.published.date() if text.published else None
    if not reading.is_about and (matter := find_matter(reading.zones, reading.language, day, rules)) is not None:
        reason = VerdictReason(WATCHED, {"matter": matter.id, "names": matter.words})
    opinion, version = None, rules.version
    if rules.opinion is not None and (reading.is_about or everywhere):
        opinion = ask_opinion(reading, rules)
        version = rules.version if opinion else rules.version_alone
    filed = assign_topics(reading.topics, reading.zones, opinion.topic if opinion else None)
    if opinion is not None:
        filed = opinion.with_words(filed)
    toned = ToneVerdict("neutral")
    if opinion is not None:
        toned = opinion.tone()
    elif reading.is_about:
        toned = _judge_tone(reading, rules)
    return Tags(
        language=reading.language,
        relevance=judged.relevance,
        relevance_score=round(judged.score, 3),
        reason=reason,
        places=_places(reading.found, judged) if reading.is_about else (),
        topics=filed.assigned,
        near=filed.near,
        tone=toned.tone,
        rules=version,
        tone_words=toned.words,
        tone_by="model" if toned.by_model else "rules",
        tone_score=toned.score,
    )


def _judge_tone(reading: TextReading, rules: Rulebook) -> ToneVerdict:
    words = find_tone_words(reading.zones, reading.language, rules)
    return judge_by_rules(words, reading.zones, reading.chances, reading.main, rules)


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
    """Return the JSON line of `diembao tag`: scores 0 to 1, offsets in characters after NFC.

    What the second opinion alone gives has `by`, or the line `tone_by`.
    """
    line = {
        "id": record_id,
        "language": tags.language,
        "relevance": tags.relevance,
        "relevance_score": tags.relevance_score,
        "reason": relevance_reason_text(tags.reason),
        "places": [
            {"id": p.id, "name": p.name, "unit": p.unit, "evidence": [_span(e) for e in p.evidence]}
            for p in tags.places
        ],
        "topics": list(map(_topic, tags.topics)),
        "near": list(map(_topic, tags.near)),
        "tone": tags.tone,
        "rules": tags.rules,
    }
    return line if tags.tone_by == "rules" else {**line, "tone_by": tags.tone_by}


def _topic(topic: TopicFound) -> dict[str, Any]:
    row = {"id": topic.id, "score": topic.score, "evidence": [_span(e) for e in topic.evidence]}
    return row if topic.by == "rules" else {**row, "by": topic.by}


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
