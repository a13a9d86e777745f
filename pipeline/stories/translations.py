"""Reports of one story in several languages → the same topics and tone for all of them.

The words of one language say more than those of another; the matter is the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.records import Item, Tags


def agree_translations(story: Sequence[Item], decided: Collection[str] = ()) -> dict[str, Tags]:
    """Return the tags of the items of one story that change, by key of the item.

    The report that was first published speaks for those in other languages, or the first one that a person decided on
    (`decided`, keys of items). What a person decided on stays as it is.
    """
    items = sorted(story, key=lambda item: (item.key not in decided, item.published_or_seen, item.key))
    if not items:
        return {}
    source = items[0]
    agreed = {
        item.key: _agreed(item.tags, source.tags)
        for item in items
        if item.language != source.language and item.key not in decided
    }
    labels = {item.key: _labels(item.tags) for item in items}
    return {key: tags for key, tags in agreed.items() if _labels(tags) != labels[key]}


def _agreed(tags: Tags, source: Tags) -> Tags:
    """Return tags with the topics and tone of `source`; evidence is kept where it is of the text's own words."""
    own = {topic.id: topic for topic in (*tags.topics, *tags.near)}
    topics = tuple(
        replace(topic, evidence=own[topic.id].evidence if topic.id in own else ()) for topic in source.topics
    )
    near = tuple(topic for topic in tags.near if topic.id not in {t.id for t in topics})
    words = tags.tone_words if tags.tone == source.tone else ()
    return replace(tags, topics=topics, near=near, tone=source.tone, tone_words=words)


def _labels(tags: Tags) -> tuple[str, tuple[str, ...]]:
    return tags.tone, tuple(topic.id for topic in tags.topics)
