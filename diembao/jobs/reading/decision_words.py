"""What persons decided of an item → lines for a person."""

from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from diembao.jobs.reading.value_words import TopicNames, grade_words, tone_words, topic_words
from pipeline.i18n.catalogs import translate, translate_code
from pipeline.records import Decision
from pipeline.tagging.reason_text import note_words


def decision_lines(
    decisions: Iterable[Decision], topics: TopicNames, zone: ZoneInfo, people: Mapping[str, str]
) -> Iterator[str]:
    """Yield a line for each decision, oldest first: what, who, when, why. The newest of a field holds.

    `people` are full names by the names under which they sign in.
    """
    for decision in decisions:
        yield translate(
            "Decided: {field} = {value} ({who}, {at:%H:%M %d/%m/%Y}){note}",
            field=translate_code("explanation", decision.field),
            value=_value_words(decision, topics),
            who=people.get(decision.who, decision.who) or translate_code("relevance-names", "reviewer"),
            at=decision.at.astimezone(zone),
            note=f": {note_words(decision.note)}" if decision.note else "",
        )


def _value_words(decision: Decision, topics: TopicNames) -> str:
    if decision.field == "relevance":
        return grade_words(decision.value)
    if decision.field == "tone":
        return tone_words(decision.value)
    return ", ".join(topic_words(topics, id) for id in decision.value.split()) or "–"
