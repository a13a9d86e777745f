"""Text → all that its verdicts are made of: language, names, relevance, and what it has of every topic."""

from dataclasses import dataclass

from pipeline.records import Text
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging import places, relevance
from pipeline.tagging.mentions import PlaceMentions
from pipeline.tagging.topic_verdicts import TopicReading, read_topics
from pipeline.tagging.zones import Zone
from pipeline.text.language import detect_language
from pipeline.text.normalize import normalise_both


@dataclass(frozen=True, slots=True)
class TextReading:
    """What was found in a text."""

    language: str
    found: PlaceMentions
    judged: relevance.RelevanceVerdict
    topics: tuple[TopicReading, ...]

    @property
    def zones(self) -> tuple[Zone, Zone]:
        return self.found.title, self.found.text

    @property
    def is_about(self) -> bool:
        """Whether the text is about the province, as its subject or beside others."""
        return self.judged.relevance != "no"

    @property
    def main(self) -> float:
        """The chance that the province is the subject of a text about it."""
        return 2 * self.judged.score - 1

    @property
    def chances(self) -> dict[str, float]:
        """Topic → chance by the model of the rules."""
        return {reading.topic.id: reading.chance for reading in self.topics}


def read_text(text: Text, rules: Rulebook) -> TextReading:
    """Find in a text what the rules look for."""
    title, body = normalise_both(text.title, text.text)
    language = detect_language(title, body, text.language)
    day = text.published.date() if text.published else None
    found = places.find_places(title, body, language, day, text.url, rules)
    judged = relevance.judge_relevance(found, language, rules)
    return TextReading(language, found, judged, tuple(read_topics(found, language, rules)))
