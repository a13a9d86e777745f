"""Items of one story in several languages → the same topics and tone for all of them."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from analysis.digest.stories import group_into_stories, newest_first
from pipeline.records import Item, Tags


def agree_translations(items: Iterable[Item], decided: Collection[str] = ()) -> list[Item]:
    """Return the items, translations with the topics and the tone of the report they translate, in the same order.

    The words of one language say more than those of another; the matter is the same. What a person decided (`decided`,
    keys of items) holds: such an item stays as it is, and speaks for the others.
    """
    items = list(items)
    changed: dict[str, Item] = {}
    for story in group_into_stories(sorted(items, key=newest_first)):
        source = next((item for item in story.items if item.key in decided), story.lead)
        for item in story.items:
            if item.language != source.language and item.key not in decided:
                changed[item.key] = replace(item, tags=_agreed(item.tags, source.tags))
    return [changed.get(item.key, item) for item in items]


def _agreed(tags: Tags, source: Tags) -> Tags:
    """Return tags with the topics and tone of `source`; evidence is kept where it is of the text's own words."""
    own = {topic.id: topic for topic in (*tags.topics, *tags.near)}
    topics = tuple(
        replace(topic, evidence=own[topic.id].evidence if topic.id in own else ()) for topic in source.topics
    )
    near = tuple(topic for topic in tags.near if topic.id not in {t.id for t in topics})
    words = tags.tone_words if tags.tone == source.tone else ()
    return replace(tags, topics=topics, near=near, tone=source.tone, tone_words=words)
