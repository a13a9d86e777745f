"""Items and sources of one period → the Day that every form of the digest shows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.records import Item, SourceDay, Tone


@dataclass(frozen=True, slots=True)
class Counts:
    stories: int
    items: int
    outlets: int


@dataclass(frozen=True, slots=True)
class Story:
    """One piece of news and everyone who printed it."""

    lead: Item
    #: the others, first published first; undated last
    reprints: tuple[Item, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return self.lead, *self.reprints


@dataclass(frozen=True, slots=True)
class Section:
    #: id of the topic; '' for stories without one
    topic: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What the press wrote in one period. Every story stands in exactly one of `foreign`, `sections`, `undated`
    and `mentions`."""

    day: date
    #: aware, in the zone in which times are shown
    start: datetime
    #: exclusive
    end: datetime
    made_at: datetime
    rules_version: str
    counts: Counts
    #: of the period before; None where that was not collected
    previous: Counts | None
    #: number of items
    tones: Mapping[Tone, int]
    domestic: int
    foreign_items: int
    #: language tag → number of items, most first
    languages: Mapping[str, int]
    #: about the province, first told by an outlet of another country
    foreign: tuple[Story, ...]
    sections: tuple[Section, ...]
    #: about the province, by outlets of its own country, time of publication not known
    undated: tuple[Story, ...]
    #: name the province in passing
    mentions: tuple[Story, ...]
    sources: tuple[SourceDay, ...]


def count(items: Iterable[Item]) -> Counts:
    """Return how many stories, items and outlets `items` are."""
    items = list(items)
    return Counts(len({i.story for i in items}), len(items), len({i.source_id for i in items}))


def is_dated(item: Item) -> bool:
    """Whether its publisher said when it was published."""
    return item.article.published is not None and item.article.published_from not in ("first_seen", "none")


def build_day(
    items: Iterable[Item],
    previous_counts: Counts | None,
    sources: Sequence[SourceDay],
    day: date,
    start: datetime,
    end: datetime,
    made_at: datetime,
    rules_version: str,
    *,
    topics: Sequence[str] = (),
    home: str = "VN",
) -> Day:
    """Arrange the items of one period, which may be none.

    `start` and `end` (exclusive) are aware and carry the zone in which times are shown. `topics` gives the order
    of sections; topics not in it follow by size. `home` is the country (ISO 3166-1) that is not foreign.
    """
    if start.tzinfo is None or end.tzinfo is None or made_at.tzinfo is None:
        raise ValueError("start, end and made_at need a time zone")
    if start >= end:
        raise ValueError(f"the period ends ({end.isoformat()}) before it starts ({start.isoformat()})")
    items = sorted(items, key=_by_time)
    foreign: list[Story] = []
    undated: list[Story] = []
    mentions: list[Story] = []
    by_topic: dict[str, list[Story]] = defaultdict(list)
    for story in _stories(items):
        if story.lead.tags.relevance != "main":
            mentions.append(story)
        elif story.lead.country != home:
            foreign.append(story)
        elif not is_dated(story.lead):
            undated.append(story)
        else:
            found = story.lead.tags.topics
            by_topic[found[0].id if found else ""].append(story)
    place = {topic: n for n, topic in enumerate(topics)}
    order = sorted(by_topic, key=lambda t: (t == "", place.get(t, len(place)), -len(by_topic[t]), t))
    tones = Counter[Tone](i.tags.tone for i in items)
    away = sum(i.country != home for i in items)
    languages = Counter(language_of(i) for i in items)
    return Day(
        day=day,
        start=start,
        end=end,
        made_at=made_at.astimezone(start.tzinfo),
        rules_version=rules_version,
        counts=count(items),
        previous=previous_counts,
        tones={tone: tones[tone] for tone in ("positive", "neutral", "negative", "unsure")},
        domestic=len(items) - away,
        foreign_items=away,
        languages=dict(sorted(languages.items(), key=lambda pair: (-pair[1], pair[0]))),
        foreign=tuple(foreign),
        sections=tuple(Section(topic, tuple(by_topic[topic])) for topic in order),
        undated=tuple(undated),
        mentions=tuple(mentions),
        sources=tuple(sorted(sources, key=lambda s: (s.name.casefold(), s.source_id))),
    )


def language_of(item: Item) -> str:
    """Return the language of the text as it was detected, or else as its page declares it; '' for neither."""
    return item.tags.language or item.article.language


def _by_time(item: Item) -> tuple[bool, float, str, str]:
    published = item.article.published
    at = published if published is not None and is_dated(item) else item.first_seen
    return not is_dated(item), at.timestamp(), item.outlet, item.key


def _stories(items: Iterable[Item]) -> list[Story]:
    """Return the stories of `items`, those told by most first, then the newest first; undated last."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.story].append(item)
    stories = []
    for group in groups.values():
        # Told by whoever is most about the province and was read whole; among equals by the first to publish.
        lead = min(group, key=lambda i: (i.tags.relevance != "main", i.article.text_from != "page"))
        stories.append(Story(lead, tuple(i for i in group if i is not lead)))

    def order(story: Story) -> tuple[int, bool, float, str, str]:
        undated, at, outlet, key = _by_time(story.lead)
        return -len(story.reprints), undated, -at, outlet, key

    return sorted(stories, key=order)
