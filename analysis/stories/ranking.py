"""Stories of a day → stories to read first, stories that may ask for an answer, and the table of outlets."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log2

from analysis.stories.grouping import Story, newest_first
from pipeline.records import Item, SourceCategory, TopicFound
from pipeline.tagging.words.gravity import NOTHING, Gravity, gravest

#: Stories to read first
_TOP = 3
#: Hours after which news is no longer fresh
_STALE_HOURS = 48
NO_GRAVITY: Mapping[str, Gravity] = {}


@dataclass(frozen=True, slots=True)
class Reach:
    """Who carries a happening, over all stories of its event."""

    items: int
    outlets: int
    languages: int
    #: foreign countries of its outlets, those with most items first
    abroad: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopStory:
    """A story to read first, with the figures that explain the choice; they count its whole event."""

    story: Story
    outlets: int
    #: foreign countries of its outlets, those with most items first
    abroad: tuple[str, ...]
    #: number of other stories of the day about the same event
    same_event: int
    items: int = 1
    languages: int = 1
    gravity: Gravity = NOTHING
    #: whether a person gave it its place
    placed: bool = False
    #: whether a person put it first and the machine did not
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """A happening that may ask for an answer: observations, no verdict on the article or the outlet."""

    #: the story of its event to read first
    story: Story
    #: number of items with a negative tone
    negative: int
    #: topics that ask for attention, with their evidence
    signals: tuple[TopicFound, ...]
    #: other stories of the day about the same event
    others: tuple[Story, ...] = ()
    gravity: Gravity = NOTHING
    reach: Reach = Reach(1, 1, 1, ())

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for story in (self.story, *self.others) for item in story.items)


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


def top_stories(
    stories: Iterable[Story], home: str, gravity: Mapping[str, Gravity] = NO_GRAVITY, end: datetime | None = None
) -> tuple[TopStory, ...]:
    """Return at most three stories about the province to read first, one of each event.

    Candidates are events of two outlets or of one abroad. Weight: `_weight` of the event, plus 2 for an outlet abroad,
    1 for a tone that is not neutral, and the relevance score (0 to 1) of the best story.
    """
    candidates: list[tuple[float, TopStory]] = []
    for group in by_event(story for story in stories if story.lead.tags.relevance == "main"):
        reach = reach_of(group, home)
        if reach.outlets < 2 and not reach.abroad:
            continue
        # The story with most outlets speaks for the event, one from home before one from abroad.
        best = min(group, key=lambda s: (-s.outlets, s.lead.country != home, newest_first(s.lead)))
        tags, top = best.lead.tags, _top_story(best, group, reach, gravity)
        toned = tags.tone in ("positive", "negative")
        weight = _weight(top.gravity, reach, group, end) + 2 * bool(reach.abroad) + toned + tags.relevance_score
        candidates.append((weight, top))
    candidates.sort(key=lambda pair: (-pair[0], newest_first(pair[1].story.lead)))
    return tuple(top for _, top in candidates[:_TOP])


def _top_story(story: Story, group: Sequence[Story], reach: Reach, gravity: Mapping[str, Gravity]) -> TopStory:
    grave = gravest(gravity.get(item.key, NOTHING) for one in group for item in one.items)
    return TopStory(story, reach.outlets, reach.abroad, len(group) - 1, reach.items, reach.languages, grave)


def with_chosen(
    machine: Sequence[TopStory],
    stories: Iterable[Story],
    chosen: Sequence[str],
    *,
    home: str,
    gravity: Mapping[str, Gravity] = NO_GRAVITY,
    alone: bool = False,
) -> tuple[TopStory, ...]:
    """Return the stories that a person chose, by their keys or their articles', in that order, then the machine's.

    The machine's fill up to three and repeat no event; with `alone` they are left away. Keys that no story has are
    passed over, and each story stands once.
    """
    stories = list(stories)
    # By the key of an article or, where no article of the day bears it, by that of a story.
    by_item = {story.lead.story: story for story in stories}
    by_item |= {item.key: story for story in stories for item in story.items}
    groups = {id(story): group for group in by_event(stories) for story in group}
    picked = {id(by_item[key]): by_item[key] for key in chosen if key in by_item}.values()
    by_machine = {id(one.story) for one in machine}
    top = [
        replace(
            _top_story(story, groups[id(story)], reach_of(groups[id(story)], home), gravity),
            placed=True,
            chosen=id(story) not in by_machine,
        )
        for story in picked
    ]
    told = {id(other) for story in picked for other in groups[id(story)]}
    rest = [] if alone else [one for one in machine if id(one.story) not in told]
    return (*top, *rest[: max(0, _TOP - len(top))])


def _weight(grave: Gravity, reach: Reach, group: Sequence[Story], end: datetime | None) -> float:
    """Return twice the gravity and the logarithm (base 2) of the outlets, plus freshness: 1 now, 0 after two days."""
    newest = max(item.published_or_seen for story in group for item in story.items)
    age = (end - newest).total_seconds() / 3600 if end is not None else 0.0
    return 2 * grave.weight + 2 * log2(reach.outlets) + max(0.0, min(1.0, 1 - age / _STALE_HOURS))


def by_event(stories: Iterable[Story]) -> list[list[Story]]:
    """Return the stories of each event, in the order of `stories`; a story without an event is one of its own."""
    groups: dict[str, list[Story]] = {}
    for story in stories:
        groups.setdefault(story.lead.event or f"story {story.lead.story}", []).append(story)
    return list(groups.values())


def reach_of(stories: Iterable[Story], home: str) -> Reach:
    """Return who carries some stories."""
    items = [item for story in stories for item in story.items]
    foreign = Counter(item.country for item in items if item.country != home)
    abroad = tuple(sorted(foreign, key=lambda country: (-foreign[country], country)))
    languages = {item.language.split("-")[0] for item in items} - {""}
    return Reach(len(items), len({item.source_id for item in items}), len(languages), abroad)


def attention_items(
    stories: Iterable[Story],
    signals: Collection[str],
    gravity: Mapping[str, Gravity] = NO_GRAVITY,
    *,
    home: str = "VN",
    end: datetime | None = None,
) -> tuple[AttentionItem, ...]:
    """Return the happenings that ask for attention, the gravest, widest carried and freshest first (`_weight`).

    They are those about the province with a negative tone or a topic of `signals`; and all that is grave, also where
    the province is only mentioned. An accident that hurt nobody is grave where it is about the province. `gravity` is
    by key of item, `end` the end of the period.
    """
    attention: list[tuple[float, AttentionItem]] = []
    for group in by_event(stories):
        chosen = [story for story in group if _asks(story, signals, gravity)]
        if not chosen:
            continue
        items = [item for story in chosen for item in story.items]
        best: dict[str, TopicFound] = {}
        for topic in (topic for item in items for topic in item.tags.topics if topic.id in signals):
            if topic.id not in best or topic.score > best[topic.id].score:
                best[topic.id] = topic
        grave = gravest(gravity.get(item.key, NOTHING) for item in items)
        reach = reach_of(group, home)
        # The story with most outlets speaks for the happening, one about the province before one that names it.
        lead = min(chosen, key=lambda s: (not _is_main(s), -s.outlets, newest_first(s.lead)))
        others = tuple(story for story in chosen if story is not lead)
        negative = sum(item.tags.tone == "negative" for item in items)
        found = AttentionItem(lead, negative, tuple(best[t] for t in sorted(best)), others, grave, reach)
        attention.append((_weight(grave, reach, chosen, end) + _is_main(lead), found))
    attention.sort(key=lambda pair: (-pair[0], newest_first(pair[1].story.lead)))
    return tuple(found for _, found in attention)


def _is_main(story: Story) -> bool:
    return any(item.tags.relevance == "main" for item in story.items)


def _asks(story: Story, signals: Collection[str], gravity: Mapping[str, Gravity]) -> bool:
    grave = gravest(gravity.get(item.key, NOTHING) for item in story.items)
    negative = any(item.tags.tone == "negative" for item in story.items)
    signal = any(topic.id in signals for item in story.items for topic in item.tags.topics)
    return asks_for_attention(_is_main(story), negative, signal, grave)


def asks_for_attention(main: bool, negative: bool, signal: bool, grave: Gravity) -> bool:
    """Whether a story asks for attention: `main`, it is about the province; a tone, a topic of signals, what is grave.

    See `attention_items`.
    """
    if not main:
        return grave.is_grave
    return negative or signal or grave.is_grave or grave.accident


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
