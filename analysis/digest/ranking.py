"""Stories of a day → stories to read first, stories that may ask for an answer, and the table of outlets."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import log2

from analysis.digest.stories import Story, newest_first
from pipeline.records import Item, SourceCategory, TopicFound

#: Stories to read first
_TOP = 3


@dataclass(frozen=True, slots=True)
class TopStory:
    """A story to read first, with the figures that explain the choice."""

    story: Story
    outlets: int
    #: foreign countries of its outlets, those with most items first
    abroad: tuple[str, ...]
    #: number of other stories of the day about the same event
    same_event: int


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """A story that may ask for an answer: observations, no verdict on the article or the outlet."""

    story: Story
    #: number of items with a negative tone
    negative: int
    #: topics that ask for attention, with their evidence
    signals: tuple[TopicFound, ...]


@dataclass(frozen=True, slots=True)
class OutletRow:
    source_id: str
    name: str
    country: str
    category: SourceCategory
    items: int
    stories: int
    #: stories of several outlets that it published first
    first: int
    negative: int


def top_stories(stories: Iterable[Story], home: str) -> tuple[TopStory, ...]:
    """Return at most three stories about the province to read first.

    Candidates are stories of two outlets or of one abroad; of each event only the best. Weight: twice the logarithm
    (base 2) of the number of outlets, plus 2 for an outlet abroad, 1 for a tone that is not neutral, and the relevance
    score (0 to 1).
    """
    stories = [story for story in stories if story.lead.tags.relevance == "main"]
    events = Counter(story.lead.event for story in stories if story.lead.event)
    candidates: list[tuple[float, TopStory]] = []
    for story in stories:
        foreign = Counter(item.country for item in story.items if item.country != home)
        if story.outlets < 2 and not foreign:
            continue
        abroad = tuple(sorted(foreign, key=lambda country: (-foreign[country], country)))
        toned = story.lead.tags.tone in ("positive", "negative")
        weight = 2 * log2(story.outlets) + 2 * bool(foreign) + toned + story.lead.tags.relevance_score
        candidates.append((weight, TopStory(story, story.outlets, abroad, max(0, events[story.lead.event] - 1))))
    candidates.sort(key=lambda pair: (-pair[0], newest_first(pair[1].story.lead)))
    chosen: list[TopStory] = []
    for _, top in candidates:
        event = top.story.lead.event
        if len(chosen) < _TOP and not (event and any(t.story.lead.event == event for t in chosen)):
            chosen.append(top)
    return tuple(chosen)


def attention_items(stories: Iterable[Story], signals: Collection[str]) -> tuple[AttentionItem, ...]:
    """Return the stories about the province with a negative tone or a topic of `signals`, most outlets first."""
    attention = []
    for story in stories:
        if all(item.tags.relevance != "main" for item in story.items):
            continue
        negative = sum(item.tags.tone == "negative" for item in story.items)
        best: dict[str, TopicFound] = {}
        for item in story.items:
            for topic in item.tags.topics:
                if topic.id in signals and (topic.id not in best or topic.score > best[topic.id].score):
                    best[topic.id] = topic
        if negative or best:
            attention.append(AttentionItem(story, negative, tuple(best[topic] for topic in sorted(best))))
    return tuple(sorted(attention, key=lambda a: (-a.story.outlets, newest_first(a.story.lead))))


def outlet_table(items: Iterable[Item], stories: Iterable[Story]) -> tuple[OutletRow, ...]:
    """Return the outlets with their counts, those with most items first."""
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
