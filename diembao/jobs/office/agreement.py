"""How often people overruled the rules: relevance, each topic, tone, by week, and the rules behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pipeline.records import Tags
    from storage.database import Database
    from storage.office.agreement import Judged, JudgedArticle

#: Rules that are named, and articles named with each.
MOST_RULES, MOST_ARTICLES = 10, 5
RuleKind = Literal["place", "topic", "tone"]


@dataclass(slots=True)
class Share:
    """Of so many judged, so many were overruled."""

    judged: int = 0
    overruled: int = 0

    def count(self, overruled: bool) -> None:
        self.judged += 1
        self.overruled += overruled

    @property
    def percent(self) -> int:
        return round(100 * self.overruled / self.judged) if self.judged else 0


@dataclass(slots=True)
class WeekAgreement:
    """A week of judgements, by the Monday on which it began."""

    week: date
    relevance: Share = field(default_factory=Share)
    #: of articles: whether their set of topics was changed
    topics: Share = field(default_factory=Share)
    tone: Share = field(default_factory=Share)


@dataclass(slots=True)
class TopicAgreement:
    """A topic: articles that rules or people filed under it, and those of them on which they differ."""

    id: str
    filed: int = 0
    #: people took it away, or added it
    removed: int = 0
    added: int = 0

    @property
    def percent(self) -> int:
        return round(100 * (self.removed + self.added) / self.filed) if self.filed else 0


@dataclass(slots=True)
class RelevanceChanges:
    """How relevance was overruled: articles taken out, taken in, and moved between main and mention."""

    out: int = 0
    into: int = 0
    grade: int = 0


@dataclass(frozen=True, slots=True)
class NamedArticle:
    key: str
    title: str
    outlet: str


@dataclass(slots=True)
class OverruledRule:
    """Words that made the rules say something, and how often people said otherwise."""

    #: of what they are evidence: a place of the province, a topic, a tone
    kind: RuleKind
    #: id of the topic; '': none
    topic: str
    #: in small letters; '': the topic was found without words
    words: str
    #: judged articles in which they counted
    fired: int = 0
    overruled: int = 0
    #: some of the articles, in the order of their keys
    articles: list[NamedArticle] = field(default_factory=list)

    @property
    def percent(self) -> int:
        return round(100 * self.overruled / self.fired) if self.fired else 0


@dataclass(frozen=True, slots=True)
class Agreement:
    """How rules and people agree since a day."""

    since: date
    relevance: Share
    changes: RelevanceChanges
    topics_of_articles: Share
    tone: Share
    #: the oldest first, weeks without a judgement too
    weeks: Sequence[WeekAgreement]
    #: most often overruled first
    topics: Sequence[TopicAgreement]
    rules: Sequence[OverruledRule]


def agreement(storage: Database, zone: ZoneInfo, at: datetime, weeks: int) -> Agreement:
    """Return how people agreed with the rules in this week and those before it, `weeks` of them in all."""
    today = at.astimezone(zone).date()
    first = _monday(today) - timedelta(weeks=weeks - 1)
    judged = storage.office.judged(datetime.combine(first, time.min, zone))
    return count_agreement(judged, zone, first, weeks)


def count_agreement(judged: Iterable[JudgedArticle], zone: ZoneInfo, first: date, weeks: int) -> Agreement:
    """Count judgements, from the Monday `first` on."""
    by_week = {first + timedelta(weeks=n): WeekAgreement(first + timedelta(weeks=n)) for n in range(weeks)}
    relevance, topics, tone, changes = Share(), Share(), Share(), RelevanceChanges()
    by_topic: dict[str, TopicAgreement] = {}
    rules: dict[tuple[RuleKind, str, str], OverruledRule] = {}
    for article in judged:
        named = NamedArticle(article.key, article.title, article.outlet)
        for matter, one in article.fields.items():
            week = by_week.get(_monday(one.at.astimezone(zone).date()))
            if week is None:
                continue
            overruled = is_overruled(matter, one)
            if matter == "relevance":
                _count_relevance(one, changes)
                shares = relevance, week.relevance
            elif matter == "topics":
                _count_topics(one, by_topic)
                shares = topics, week.topics
            else:
                shares = tone, week.tone
            for share in shares:
                share.count(overruled)
            _count_rules(rules, _rules_of(matter, one), named)
    listed = sorted(by_topic.values(), key=lambda t: (-(t.removed + t.added), -t.percent, t.id))
    ranked = sorted((r for r in rules.values() if r.overruled), key=_rank)
    return Agreement(first, relevance, changes, topics, tone, tuple(by_week.values()), listed, ranked[:MOST_RULES])


def is_overruled(matter: str, one: Judged) -> bool:
    """Whether a person said something else than the rules had said."""
    if one.value is None:
        return False
    if matter == "topics":
        return set(one.value.split()) != _topics(one.machine)
    return one.value != (one.machine.relevance if matter == "relevance" else one.machine.tone)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _topics(tags: Tags) -> set[str]:
    return {topic.id for topic in tags.topics}


def _said_topics(one: Judged) -> set[str]:
    return _topics(one.machine) if one.value is None else set(one.value.split())


def _count_relevance(one: Judged, changes: RelevanceChanges) -> None:
    machine, person = one.machine.relevance, one.value
    if machine == person:
        return
    if person == "no":
        changes.out += 1
    elif machine == "no":
        changes.into += 1
    else:
        changes.grade += 1


def _count_topics(one: Judged, by_topic: dict[str, TopicAgreement]) -> None:
    machine, person = _topics(one.machine), _said_topics(one)
    for name in machine | person:
        counted = by_topic.setdefault(name, TopicAgreement(name))
        counted.filed += 1
        counted.removed += name not in person
        counted.added += name not in machine


def _rules_of(matter: str, one: Judged) -> Iterator[tuple[RuleKind, str, str, bool]]:
    """Yield (kind, topic, words, whether it was overruled) of each rule that counted for a value of the machine."""
    tags = one.machine
    if matter == "relevance" and tags.relevance != "no":
        overruled = is_overruled(matter, one)
        for words in {mark.words.lower() for place in tags.places for mark in place.evidence}:
            yield "place", "", words, overruled
    elif matter == "topics":
        kept = _said_topics(one)
        for topic in tags.topics:
            for words in {mark.words.lower() for mark in topic.evidence} or {""}:
                yield "topic", topic.id, words, topic.id not in kept
    elif matter == "tone":
        overruled = is_overruled(matter, one)
        for words in {mark.words.lower() for mark in tags.tone_words}:
            yield "tone", "", words, overruled


def _count_rules(
    rules: dict[tuple[RuleKind, str, str], OverruledRule],
    counted: Iterable[tuple[RuleKind, str, str, bool]],
    article: NamedArticle,
) -> None:
    for kind, topic, words, overruled in counted:
        rule = rules.setdefault((kind, topic, words), OverruledRule(kind, topic, words))
        rule.fired += 1
        rule.overruled += overruled
        if overruled and len(rule.articles) < MOST_ARTICLES:
            rule.articles.append(article)


def _rank(rule: OverruledRule) -> tuple[int, float, str, str, str]:
    return (-rule.overruled, -rule.overruled / rule.fired, rule.kind, rule.topic, rule.words)
