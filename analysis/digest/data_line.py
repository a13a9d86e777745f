"""An article in a foreign language → a line of what is known of it from its data."""

from collections.abc import Mapping, Sequence

from analysis.documents.labels import Labels
from pipeline.records import Item


def data_line(item: Item, mates: Sequence[Item], words: Labels, topics: Mapping[str, str]) -> str:
    """Return where an article is from and what it is about; `topics` are names by id, `mates` articles of its event."""
    topic = topics.get(item.tags.topics[0].id, "").lower() if item.tags.topics else ""
    country = words.country(item.country)
    return (
        words.say("data_topic", country=country, topic=topic) if topic else words.say("data_country", country=country)
    )
