"""Items of one period → stories: a report and its reprints."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.records import Item


@dataclass(frozen=True, slots=True)
class Story:
    """A report and its reprints."""

    lead: Item
    #: the other items, first published first; undated last
    reprints: tuple[Item, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return self.lead, *self.reprints

    @property
    def outlets(self) -> int:
        return len({item.source_id for item in self.items})

    @property
    def first(self) -> Item | None:
        """The first published item with a known time of publication; None if all are undated."""
        return min((item for item in self.items if item.is_dated), key=newest_first, default=None)

    @property
    def origin(self) -> str:
        """Agency or outlet that most items credit ('TTXVN'), of those that credit any; '': none."""
        counts = Counter(item.origin for item in self.items if item.origin)
        return min(counts, key=lambda name: (-counts[name], name), default="")


def newest_first(item: Item) -> tuple[bool, float, str, str]:
    """Return a sort key: by time of publication, undated last."""
    return not item.is_dated, item.published_or_seen.timestamp(), item.outlet, item.key


def group_into_stories(items: Iterable[Item]) -> list[Story]:
    """Return the stories of `items` (in order of time), most reprints first, then the newest; undated last."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.story].append(item)
    stories = []
    for group in groups.values():
        # Lead: an item about the province whose page was read; among equals the first in order.
        lead = min(group, key=lambda i: (i.tags.relevance != "main", i.article.text_from != "page"))
        stories.append(Story(lead, tuple(i for i in group if i is not lead)))

    def order(story: Story) -> tuple[int, bool, float, str, str]:
        undated, at, outlet, key = newest_first(story.lead)
        return -len(story.reprints), undated, -at, outlet, key

    return sorted(stories, key=order)
