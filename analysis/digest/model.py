"""Items and sources of one period → the Digest that every output format shows."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from analysis.anomalies.surges import Surge
from analysis.digest.corrections import Erratum
from analysis.digest.office import NOBODY, Office
from analysis.digest.translated import UNTRANSLATED, Translations
from analysis.stories.edition import Edition
from analysis.stories.grouping import Story, group_into_stories, newest_first
from analysis.stories.ranking import (
    AttentionItem,
    OutletRow,
    TopStory,
    attention_items,
    outlet_table,
    top_stories,
    with_chosen,
)
from pipeline.records import Item, ItemLine, SourceDay, Tone
from pipeline.tagging.words.gravity import Gravity


@dataclass(frozen=True, slots=True)
class Counts:
    stories: int
    items: int
    outlets: int
    #: items beside these that name a place which nothing shows to be of the province
    uncertain: int = 0
    #: items beside these about watched matters
    related: int = 0


@dataclass(frozen=True, slots=True)
class DigestPeriod:
    """Time that a digest covers, and when it was made.

    Raises ValueError for times without a zone and for a period that ends before it starts.
    """

    day: date
    #: aware, in the zone in which times are shown
    start: datetime
    #: exclusive
    end: datetime
    made_at: datetime
    #: time at which the digest was due, if it is late (aware)
    due: datetime | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.made_at.tzinfo is None:
            raise ValueError("start, end and made_at need a time zone")
        if self.start >= self.end:
            raise ValueError(f"the period ends ({self.end.isoformat()}) before it starts ({self.start.isoformat()})")


@dataclass(frozen=True, slots=True)
class DigestRules:
    """Rules by which a digest is arranged."""

    version: str
    #: ids of topics in the order of their sections; other topics follow by size
    topics: Sequence[str] = ()
    #: ids of topics whose stories ask for attention, whatever their tone
    signals: Collection[str] = ()
    #: country that is not foreign, ISO 3166-1 alpha-2
    home: str = "VN"
    #: what is grave in an item, by its key: it orders what is read first and what asks for attention
    gravity: Mapping[str, Gravity] = field(default_factory=dict)
    #: keys of articles whose stories a person put first, in that order
    chosen: Sequence[str] = ()
    #: whether those are all to be read first: the machine adds none
    chosen_alone: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    #: id of the topic; '' for stories without a topic
    topic: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """Coverage of one period. Every story is in exactly one of `foreign`, `sections`, `undated` and `mentions`."""

    day: date
    #: aware, in the zone in which times are shown
    start: datetime
    #: exclusive
    end: datetime
    made_at: datetime
    rules_version: str
    counts: Counts
    #: counts of the period before; None if nothing was collected in it
    previous: Counts | None
    #: tone → number of items
    tones: Mapping[Tone, int]
    domestic: int
    foreign_items: int
    #: language tag → number of items, most first
    languages: Mapping[str, int]
    #: stories about the province whose lead is by an outlet of another country
    foreign: tuple[Story, ...]
    sections: tuple[Section, ...]
    #: stories about the province by outlets of its own country, time of publication unknown
    undated: tuple[Story, ...]
    #: stories that name the province in passing
    mentions: tuple[Story, ...]
    sources: tuple[SourceDay, ...]
    #: stories to read first, at most three where no person chose them; each is in its own section too
    top: tuple[TopStory, ...] = ()
    #: stories that may ask for an answer; each is in its own section too
    attention: tuple[AttentionItem, ...] = ()
    outlets: tuple[OutletRow, ...] = ()
    #: numbers of items on the same weekday of the weeks before, newest first; days without collection are left out
    weekdays: tuple[int, ...] = ()
    #: corrections of earlier digests
    errata: tuple[Erratum, ...] = ()
    #: SHA-256 of the set of articles, hex (`content_hash`)
    sha256: str = ""
    #: sources, topics and places with more articles than the weeks before let expect
    unusual: tuple[Surge, ...] = ()
    #: time at which it was due, if it was made later; None: in time
    due: datetime | None = None
    #: the edition before, by which stories are new or go on; None: there is none
    edition: Edition | None = None
    #: items outside the counts that name a place which nothing shows to be of the province, for a person to decide
    uncertain: tuple[Item, ...] = ()
    #: items outside the counts about matters that are watched without the province's name, by label of the matter
    related: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    #: what people made of it
    office: Office = NOBODY
    #: its articles in the reader's language, as far as they are translated
    translations: Translations = UNTRANSLATED

    @property
    def id(self) -> str:
        return f"DB-{self.day:%Y%m%d}-{self.sha256[:8]}"


def count_items(items: Iterable[Item | ItemLine]) -> Counts:
    """Return the numbers of stories, items and outlets among `items`."""
    items = list(items)
    return Counts(len({i.story for i in items}), len(items), len({i.source_id for i in items}))


def build_digest(
    items: Iterable[Item],
    period: DigestPeriod,
    rules: DigestRules,
    *,
    previous: Counts | None = None,
    sources: Sequence[SourceDay] = (),
    weekdays: Sequence[int] = (),
    errata: Sequence[Erratum] = (),
    unusual: Sequence[Surge] = (),
) -> Digest:
    """Arrange the items of one period, which may be none; the other parameters become fields of the Digest."""
    items = sorted(items, key=newest_first)
    stories = group_into_stories(items)
    foreign: list[Story] = []
    undated: list[Story] = []
    mentions: list[Story] = []
    by_topic: dict[str, list[Story]] = defaultdict(list)
    for story in stories:
        if story.lead.tags.relevance != "main":
            mentions.append(story)
        elif story.lead.country != rules.home:
            foreign.append(story)
        elif not story.lead.is_dated:
            undated.append(story)
        else:
            topics = story.lead.tags.topics
            by_topic[topics[0].id if topics else ""].append(story)
    tones = Counter[Tone](i.tags.tone for i in items)
    abroad = sum(i.country != rules.home for i in items)
    languages = Counter(i.language for i in items)
    zone = period.start.tzinfo
    return Digest(
        day=period.day,
        start=period.start,
        end=period.end,
        made_at=period.made_at.astimezone(zone),
        rules_version=rules.version,
        counts=count_items(items),
        previous=previous,
        tones={tone: tones[tone] for tone in ("positive", "neutral", "negative", "unsure")},
        domestic=len(items) - abroad,
        foreign_items=abroad,
        languages=dict(sorted(languages.items(), key=lambda pair: (-pair[1], pair[0]))),
        foreign=tuple(foreign),
        sections=_sections(by_topic, rules.topics),
        undated=tuple(undated),
        mentions=tuple(mentions),
        sources=tuple(sorted(sources, key=lambda s: (s.name.casefold(), s.source_id))),
        top=with_chosen(
            top_stories(stories, rules.home, rules.gravity, period.end),
            stories,
            rules.chosen,
            home=rules.home,
            gravity=rules.gravity,
            alone=rules.chosen_alone,
        ),
        attention=attention_items(stories, rules.signals, rules.gravity, home=rules.home, end=period.end),
        outlets=outlet_table(items, stories),
        weekdays=tuple(weekdays),
        errata=tuple(errata),
        unusual=tuple(unusual),
        sha256=content_hash(items, period.start, period.end),
        due=period.due.astimezone(zone) if period.due is not None else None,
    )


def _sections(by_topic: Mapping[str, Sequence[Story]], topics: Sequence[str]) -> tuple[Section, ...]:
    """Return the sections in the order of `topics`, then by size; stories without a topic last."""
    place = {topic: n for n, topic in enumerate(topics)}
    order = sorted(by_topic, key=lambda t: (t == "", place.get(t, len(place)), -len(by_topic[t]), t))
    return tuple(Section(topic, tuple(by_topic[topic])) for topic in order)


def content_hash(items: Iterable[Item], start: datetime, end: datetime) -> str:
    """Return the SHA-256 (hex) of the input of a digest: its texts, their tags and stories, the bounds of the period.

    The order of the items does not matter.
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
