"""Items of one period → stories: one piece of news and everyone who printed it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.records import Item


@dataclass(frozen=True, slots=True)
class Story:
    """One piece of news and everyone who printed it."""

    lead: Item
    #: the others, first published first; undated last
    reprints: tuple[Item, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return self.lead, *self.reprints

    @property
    def outlets(self) -> int:
        return len({item.source_id for item in self.items})

    @property
    def first(self) -> Item | None:
        """The first published of those whose time of publication is known."""
        return min((item for item in self.items if item.is_dated), key=newest_first, default=None)

    @property
    def origin(self) -> str:
        """Whom most of those credit who credit somebody ('TTXVN'); '': nobody."""
        found = Counter(item.origin for item in self.items if item.origin)
        return min(found, key=lambda name: (-found[name], name), default="")


def newest_first(item: Item) -> tuple[bool, float, str, str]:
    """Order items by time, undated last."""
    return not item.is_dated, item.published_or_seen.timestamp(), item.outlet, item.key


def group_into_stories(items: Iterable[Item]) -> list[Story]:
    """Return the stories of `items` (in order of time), those told by most first, then the newest; undated last."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.story].append(item)
    stories = []
    for group in groups.values():
        # Told by whoever is most about the province and was read whole; among equals by the first to publish.
        lead = min(group, key=lambda i: (i.tags.relevance != "main", i.article.text_from != "page"))
        stories.append(Story(lead, tuple(i for i in group if i is not lead)))

    def order(story: Story) -> tuple[int, bool, float, str, str]:
        undated, at, outlet, key = newest_first(story.lead)
        return -len(story.reprints), undated, -at, outlet, key

    return sorted(stories, key=order)
