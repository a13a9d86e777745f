"""Digest → the matters of its day: stories about one event, with all who carry them, and those to be told first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.digest.model import Digest
from analysis.stories.grouping import Story, newest_first
from analysis.stories.ranking import AttentionItem
from pipeline.records import Item

#: Matters that a brief tells
TOLD = 5


@dataclass(frozen=True, slots=True)
class Matter:
    """Stories of a day about one event, the one to name it by first."""

    stories: tuple[Story, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for story in self.stories for item in story.items)

    @property
    def outlets(self) -> tuple[Item, ...]:
        """The first article of each outlet, in order of publication; undated last."""
        first: dict[str, Item] = {}
        for item in sorted(self.items, key=newest_first):
            first.setdefault(item.source_id, item)
        return tuple(first.values())

    def spoken(self, language: str) -> Item:
        """Return the article to name and quote the matter by: one in `language` with a text, else the first lead."""
        leads = [story.lead for story in self.stories]
        for item in (*leads, *self.items):
            if item.language.split("-")[0] == language and (item.article.text or item.article.lead):
                return item
        return leads[0]


def day_matters(day: Digest) -> list[Matter]:
    """Return the matters about the province: those to be read first in their order, then by outlets and relevance."""
    groups: dict[str, list[Story]] = {}
    # A person may put a story first that only names the province.
    for story in (*_main_stories(day), *(top.story for top in day.top if top.story in day.mentions)):
        groups.setdefault(_key(story), []).append(story)
    first = {_key(top.story): n for n, top in reversed(list(enumerate(day.top)))}
    urgent = {_key(one.story) for one in day.attention}

    def order(pair: tuple[str, list[Story]]) -> tuple[object, ...]:
        key, stories = pair
        lead = stories[0].lead
        outlets = len({item.source_id for story in stories for item in story.items})
        return first.get(key, len(first)), -outlets, key not in urgent, -lead.tags.relevance_score, newest_first(lead)

    return [Matter(tuple(stories)) for _, stories in sorted(groups.items(), key=order)]


def added_matters(day: Digest) -> list[Matter]:
    """Return the matters that the brief tells beside the stories to be read first, in its order."""
    first = {_key(top.story) for top in day.top}
    return [matter for matter in day_matters(day)[:TOLD] if _key(matter.stories[0]) not in first]


def attention_matters(day: Digest) -> Iterator[tuple[AttentionItem, Matter]]:
    """Yield what asks for attention, in its order, each event once; its matter begins with the story that asks."""
    matters = {_key(story): matter for matter in day_matters(day) for story in matter.stories}
    told: set[str] = set()
    for one in day.attention:
        key = _key(one.story)
        if key not in told:
            told.add(key)
            others = matters[key].stories if key in matters else ()
            yield one, Matter((one.story, *(story for story in others if story != one.story)))


@dataclass(frozen=True, slots=True)
class ForeignTopic:
    """What the press abroad says of one topic; '' is the id of no topic."""

    topic: str
    items: tuple[Item, ...]

    @property
    def countries(self) -> Counter[str]:
        return Counter(item.country for item in self.items)


def foreign_topics(day: Digest, home: str = "VN") -> list[ForeignTopic]:
    """Return the articles about the province by outlets of other countries, by their first topic, most first."""
    groups: dict[str, list[Item]] = {}
    for story in _main_stories(day):
        for item in story.items:
            if item.country != home:
                topics = item.tags.topics or story.lead.tags.topics
                groups.setdefault(topics[0].id if topics else "", []).append(item)
    told = [ForeignTopic(topic, tuple(sorted(items, key=newest_first))) for topic, items in groups.items()]
    return sorted(told, key=lambda t: (-len(t.items), t.topic == "", t.topic))


def _main_stories(day: Digest) -> Iterator[Story]:
    sections: Iterable[Sequence[Story]] = (section.stories for section in day.sections)
    for part in (*sections, day.foreign, day.undated):
        yield from part


def _key(story: Story) -> str:
    return story.lead.event or story.lead.story
