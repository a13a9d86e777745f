"""Stories of a day → the few to read first, those that may ask for an answer, and who wrote how much."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import log2

from analysis.digest.stories import Story, newest_first
from pipeline.records import Item, SourceCategory, TopicFound

#: stories to be read first
_TOP = 3


@dataclass(frozen=True, slots=True)
class TopStory:
    """A story to be read first, and the figures that say why."""

    story: Story
    outlets: int
    #: countries of the outlets that are not the province's own, those with most items first
    abroad: tuple[str, ...]
    #: other stories of the day that tell of the same happening
    same_event: int


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """A story that may ask for an answer. It says what was seen, and is no verdict on article or outlet."""

    story: Story
    #: items whose story does the province's image harm, as the rules see it
    negative: int
    #: the topics that call for a look, with their evidence
    signals: tuple[TopicFound, ...]


@dataclass(frozen=True, slots=True)
class OutletRow:
    source_id: str
    name: str
    country: str
    category: SourceCategory
    items: int
    stories: int
    #: stories that it was the first to publish, of those that more than one outlet has
    first: int
    negative: int


def top_stories(stories: Iterable[Story], home: str) -> tuple[TopStory, ...]:
    """Return at most three stories about the province to be read first.

    Twice the logarithm (base 2) of the number of outlets, 2 where one abroad has it, 1 where its tone is not neutral,
    and how surely it is about the province (0 to 1). Only what two outlets have, or one abroad, is a candidate, and
    of one happening only the first.
    """
    stories = [story for story in stories if story.lead.tags.relevance == "main"]
    events = Counter(story.lead.event for story in stories if story.lead.event)
    found: list[tuple[float, TopStory]] = []
    for story in stories:
        away = Counter(item.country for item in story.items if item.country != home)
        if story.outlets < 2 and not away:
            continue
        abroad = tuple(sorted(away, key=lambda country: (-away[country], country)))
        toned = story.lead.tags.tone in ("positive", "negative")
        weight = 2 * log2(story.outlets) + 2 * bool(away) + toned + story.lead.tags.relevance_score
        found.append((weight, TopStory(story, story.outlets, abroad, max(0, events[story.lead.event] - 1))))
    found.sort(key=lambda pair: (-pair[0], newest_first(pair[1].story.lead)))
    chosen: list[TopStory] = []
    for _, top in found:
        event = top.story.lead.event
        if len(chosen) < _TOP and not (event and any(t.story.lead.event == event for t in chosen)):
            chosen.append(top)
    return tuple(chosen)


def attention_items(stories: Iterable[Story], signals: Collection[str]) -> tuple[AttentionItem, ...]:
    """Return the stories about the province with a negative tone or one of the topics `signals`, most told first."""
    found = []
    for story in stories:
        if all(item.tags.relevance != "main" for item in story.items):
            continue
        negative = sum(item.tags.tone == "negative" for item in story.items)
        seen: dict[str, TopicFound] = {}
        for item in story.items:
            for topic in item.tags.topics:
                if topic.id in signals and (topic.id not in seen or topic.score > seen[topic.id].score):
                    seen[topic.id] = topic
        if negative or seen:
            found.append(AttentionItem(story, negative, tuple(seen[topic] for topic in sorted(seen))))
    return tuple(sorted(found, key=lambda a: (-a.story.outlets, newest_first(a.story.lead))))


def outlet_table(items: Iterable[Item], stories: Iterable[Story]) -> tuple[OutletRow, ...]:
    """Return who wrote how much, those with most items first."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.source_id].append(item)
    firsts = Counter(story.first.source_id for story in stories if story.outlets > 1 and story.first is not None)
    rows = [
        OutletRow(
            source_id,
            group[0].outlet,
            group[0].country,
            group[0].category,
            len(group),
            len({item.story for item in group}),
            firsts[source_id],
            sum(item.tags.tone == "negative" for item in group),
        )
        for source_id, group in groups.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.items, row.name.casefold(), row.source_id)))
