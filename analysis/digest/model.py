"""Items and sources of one period → the Day that every form of the digest shows."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from analysis.anomalies.surges import Surge
from analysis.digest.corrections import Erratum
from analysis.digest.ranking import AttentionItem, OutletRow, TopStory, attention_items, outlet_table, top_stories
from analysis.digest.stories import Story, group_into_stories, newest_first
from pipeline.records import Item, SourceDay, Tone


@dataclass(frozen=True, slots=True)
class Counts:
    stories: int
    items: int
    outlets: int


@dataclass(frozen=True, slots=True)
class Section:
    #: id of the topic; '' for stories without one
    topic: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Digest:
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
    #: at most three to be read first; each of them stands in its own place too
    top: tuple[TopStory, ...] = ()
    #: those that may ask for an answer; likewise
    attention: tuple[AttentionItem, ...] = ()
    outlets: tuple[OutletRow, ...] = ()
    #: numbers of items on the same weekday of the weeks before, where that day was collected; newest first
    weekdays: tuple[int, ...] = ()
    #: corrections of earlier digests
    errata: tuple[Erratum, ...] = ()
    #: SHA-256 of the set of articles (`fingerprint`)
    sha256: str = ""
    #: sources, topics and places of which it tells more than the weeks before let expect
    unusual: tuple[Surge, ...] = ()
    #: when it was to be made, where it was made later than that; None: in time
    due: datetime | None = None

    @property
    def id(self) -> str:
        return f"DB-{self.day:%Y%m%d}-{self.sha256[:8]}"


def count_items(items: Iterable[Item]) -> Counts:
    """Return how many stories, items and outlets `items` are."""
    items = list(items)
    return Counts(len({i.story for i in items}), len(items), len({i.source_id for i in items}))


def build_digest(
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
    signals: Collection[str] = (),
    weekdays: Sequence[int] = (),
    errata: Sequence[Erratum] = (),
    unusual: Sequence[Surge] = (),
    due: datetime | None = None,
) -> Digest:
    """Arrange the items of one period, which may be none.

    `start` and `end` (exclusive) are aware and carry the zone in which times are shown. `topics` gives the order
    of sections; topics not in it follow by size. `home` is the country (ISO 3166-1) that is not foreign.
    Stories with one of the topics `signals` are listed as asking for attention, whatever their tone.
    `due` (aware) is given where the digest is late.
    """
    if start.tzinfo is None or end.tzinfo is None or made_at.tzinfo is None:
        raise ValueError("start, end and made_at need a time zone")
    if start >= end:
        raise ValueError(f"the period ends ({end.isoformat()}) before it starts ({start.isoformat()})")
    items = sorted(items, key=newest_first)
    foreign: list[Story] = []
    undated: list[Story] = []
    mentions: list[Story] = []
    by_topic: dict[str, list[Story]] = defaultdict(list)
    stories = group_into_stories(items)
    for story in stories:
        if story.lead.tags.relevance != "main":
            mentions.append(story)
        elif story.lead.country != home:
            foreign.append(story)
        elif not story.lead.is_dated:
            undated.append(story)
        else:
            found = story.lead.tags.topics
            by_topic[found[0].id if found else ""].append(story)
    place = {topic: n for n, topic in enumerate(topics)}
    order = sorted(by_topic, key=lambda t: (t == "", place.get(t, len(place)), -len(by_topic[t]), t))
    tones = Counter[Tone](i.tags.tone for i in items)
    away = sum(i.country != home for i in items)
    languages = Counter(i.language for i in items)
    return Digest(
        day=day,
        start=start,
        end=end,
        made_at=made_at.astimezone(start.tzinfo),
        rules_version=rules_version,
        counts=count_items(items),
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
        top=top_stories(stories, home),
        attention=attention_items(stories, signals),
        outlets=outlet_table(items, stories),
        weekdays=tuple(weekdays),
        errata=tuple(errata),
        unusual=tuple(unusual),
        sha256=content_hash(items, start, end),
        due=due.astimezone(start.tzinfo) if due is not None else None,
    )


def content_hash(items: Iterable[Item], start: datetime, end: datetime) -> str:
    """Return the SHA-256 (hex) of what a period's digest rests on: which texts, under which tags, of which time.

    Equal for equal sets in whatever order; another text, tagging, grouping or bound makes another.
    """
    lines = sorted(
        " ".join(
            [i.key, str(i.version), i.story, i.event, i.tags.rules, i.tags.relevance, i.tags.tone]
            + [p.id for p in i.tags.places]
            + [t.id for t in i.tags.topics]
        )
        for i in items
    )
    text = "\n".join([start.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat(), *lines])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
