"""The edition before → which stories of a digest are new, and which go on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from analysis.stories.grouping import Story
from pipeline.records import Item, ItemLine
from pipeline.records.publications import Publication


@dataclass(frozen=True, slots=True)
class Edition:
    """An earlier digest: what its readers know already."""

    day: date
    #: keys of its articles
    items: frozenset[str]
    #: keys of the stories and events to which its articles belong now
    matters: frozenset[str]

    def holds(self, story: Story) -> bool:
        """Whether it held an article of this story, or one about the same event."""
        return any(i.key in self.items or self.matters & {i.story, i.event} for i in story.items)


def edition_of(day: date, items: Iterable[Item | ItemLine]) -> Edition:
    """Return the edition of a day that held these articles."""
    items = list(items)
    matters = {key for item in items for key in (item.story, item.event) if key}
    return Edition(day, frozenset(item.key for item in items), frozenset(matters))


def published_edition(publication: Publication, known: Mapping[str, Item]) -> Edition:
    """Return a published digest as an edition; `known` holds its articles as they are now, as far as they are."""
    keys = [item.key for item in publication.items if not item.erratum]
    edition = edition_of(publication.day, (known[key] for key in keys if key in known))
    return Edition(edition.day, edition.items | set(keys), edition.matters)
