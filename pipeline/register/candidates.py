"""Articles of some days → happenings that may need a matter, with their reasons, and matters that they raise again.

The machine proposes and people decide. A reason says what stands in the reports or who carries them, and nothing else:
no verdict on a report, an outlet or a person.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, log2
from typing import Literal

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.register.matters import LinkPart, Matter
from pipeline.register.phrases import share, words_of
from pipeline.register.rules import CandidateRules

#: Why a happening may need a matter: reports of criticism by the press, a person's «cần làm rõ», words that ask for an
#: answer, a negative tone, a sensitive topic, outlets abroad, many outlets.
ReasonCode = Literal["criticism", "clarification", "request", "negative", "topic", "abroad", "spread"]
#: Reasons of which one is enough; of the others it takes two.
_ENOUGH: frozenset[ReasonCode] = frozenset({"criticism", "clarification", "request", "negative"})
_WEIGHTS: Mapping[ReasonCode, float] = {
    "criticism": 3,
    "clarification": 4,
    "request": 3,
    "negative": 2,
    "topic": 1,
    "abroad": 2,
    "spread": 1,
}
#: Likeness of titles from which on two reports may be of one matter, and the words that a title needs for it.
_NEAR, _LEAST_WORDS = 0.6, 5
#: More than a product of floats is off, less than a word.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class SeenArticle:
    """An article about the province, or that mentions it, without its text."""

    key: str
    story: str
    #: '' : none known
    event: str
    title: str
    source_id: str
    outlet: str
    country: str
    #: published, or first seen: aware
    at: datetime
    first_seen: datetime
    topics: tuple[str, ...]
    is_main: bool
    is_negative: bool
    #: whether its text has words that ask for an answer
    asks: bool = False
    #: notes «cần làm rõ» of people that hold
    clarifications: int = 0

    @property
    def happening(self) -> str:
        """What it is told under: its event, or its story where no event is known."""
        return self.event or f"story {self.story}"


@dataclass(frozen=True, slots=True)
class MatterArticle:
    """An article that belongs to a matter, with where it stands among the stories of now."""

    matter: int
    key: str
    part: LinkPart
    story: str
    event: str
    title: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A happening that may need a matter."""

    #: article to open a matter from: of the story with most outlets the first published
    item: str
    story: str
    event: str
    title: str
    outlet: str
    #: time of that article, aware
    at: datetime
    #: newest article's time, aware
    newest: datetime
    codes: tuple[ReasonCode, ...]
    #: the same reasons in words, in the order of `codes`
    reasons: tuple[Message, ...]
    articles: int
    outlets: int
    #: matters that it may raise again: people say whether it does
    joins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reason:
    code: ReasonCode
    message: Message


def find_candidates(
    articles: Iterable[SeenArticle],
    matters: Iterable[Matter],
    known: Sequence[MatterArticle],
    rules: CandidateRules,
    *,
    signals: Collection[str],
    topics: Mapping[str, str],
    home: str = "VN",
) -> tuple[Candidate, ...]:
    """Return the happenings that may need a matter; `topics` has the names of topics by id.

    Those with a reason that is enough come before what is merely carried widely, good news among it; of each the
    weightiest first.

    Articles of stories that have a matter, open or over, are left out; of a matter that is a whole event, all that were
    known when it was opened. What other stories of the event tell, or reports under a near title, may raise the matter
    again (`Candidate.joins`).
    """
    matters = list(matters)
    taken, told = {one.story for one in known}, _events_told(matters, known)
    groups: dict[str, list[SeenArticle]] = {}
    for article in articles:
        until = told.get(article.event)
        if article.story not in taken and (until is None or article.first_seen > until):
            groups.setdefault(article.happening, []).append(article)
    index = MatterIndex(matters, known)
    found: list[tuple[bool, float, Candidate]] = []
    for group in groups.values():
        reasons = list(_reasons(group, rules, signals, topics, home))
        codes: tuple[ReasonCode, ...] = tuple(reason.code for reason in reasons)
        joins = index.joinable(group)
        is_enough = not _ENOUGH.isdisjoint(codes)
        if is_enough or len(codes) > 1 or (joins and codes):
            weight = sum(_WEIGHTS[code] for code in codes) + log2(len({one.source_id for one in group}))
            found.append((is_enough, weight, _candidate(group, codes, reasons, joins)))
    found.sort(key=lambda one: (not one[0], -one[1], -one[2].newest.timestamp(), one[2].item))
    return tuple(candidate for _, _, candidate in found)


class MatterIndex:
    """Matters by the stories, events and titles of their articles, so that not every title is compared with each."""

    def __init__(self, matters: Iterable[Matter], known: Iterable[MatterArticle]) -> None:
        self._matters = {matter.id: matter for matter in matters}
        self._stories: dict[str, set[int]] = {}
        self._events: dict[str, set[int]] = {}
        #: words of a title → matters that have it
        self._titles: dict[frozenset[str], set[int]] = {}
        for one in known:
            self._stories.setdefault(one.story, set()).add(one.matter)
            self._events.setdefault(one.event, set()).add(one.matter)
            self._titles.setdefault(frozenset(words_of(one.title)), set()).add(one.matter)
        for matter in self._matters.values():
            self._titles.setdefault(frozenset(words_of(matter.title)), set()).add(matter.id)
        #: word → titles that have it
        self._having: dict[str, list[frozenset[str]]] = {}
        for title in self._titles:
            for word in title:
                self._having.setdefault(word, []).append(title)

    def joinable(self, group: Sequence[SeenArticle]) -> tuple[int, ...]:
        """Return the numbers of the matters that articles may raise again: same story or event, or a near title.

        A matter that was dropped is none, but the one that it was joined to is.
        """
        near: set[int] = set()
        for article in group:
            if article.story:
                near |= self._stories.get(article.story, set())
            if article.event:
                near |= self._events.get(article.event, set())
        for title in {article.title for article in group}:
            words = words_of(title)
            if len(words) >= _LEAST_WORDS:
                near |= self._near(frozenset(words))
        return tuple(sorted({number for one in near if (number := _kept(self._matters.get(one))) is not None}))

    def _near(self, words: frozenset[str]) -> set[int]:
        """Return the matters with a title that shares enough of its words with these."""
        # A near title has at least this share of the words, and so at least one of any so many: the rarest are tried.
        tried = len(words) - ceil(_NEAR * len(words) - _ROUNDING) + 1
        rarest = sorted(words, key=lambda word: len(self._having.get(word, ())))[:tried]
        titles = {title for word in rarest for title in self._having.get(word, ())}
        return {number for title in titles if share(words, title) >= _NEAR for number in self._titles[title]}


def _kept(matter: Matter | None) -> int | None:
    """Return the number of the matter with which another is dealt: its own, or that which it was joined to."""
    if matter is None:
        return None
    return matter.joined_to if matter.state == "not_needed" else matter.id


def _events_told(matters: Iterable[Matter], known: Iterable[MatterArticle]) -> dict[str, datetime]:
    """Return the events that are matters as a whole, with the time up to which their articles were known then."""
    whole = {matter.id: matter.opened_at for matter in matters if matter.scope == "event"}
    told: dict[str, datetime] = {}
    for one in known:
        if one.event and one.matter in whole:
            told[one.event] = max(whole[one.matter], told.get(one.event, whole[one.matter]))
    return told


def _reasons(
    group: Sequence[SeenArticle],
    rules: CandidateRules,
    signals: Collection[str],
    topics: Mapping[str, str],
    home: str,
) -> Iterable[_Reason]:
    main = [article for article in group if article.is_main]
    if notes := sum(article.clarifications for article in group):
        text = mark("Somebody wrote that something is to be made clear ({n})")
        yield _Reason("clarification", Message(text, n=notes))
    if not main:
        return
    of_topic = Counter(topic for article in main for topic in article.topics)
    for signal in sorted(set(signals) & set(of_topic)):
        yield _Reason("criticism", Message(mark("Topic: {topic}"), topic=topics.get(signal, signal)))
    if asking := sum(article.asks for article in main):
        yield _Reason("request", Message(mark("Articles that ask for an answer or pass a complaint on: {n}"), n=asking))
    if negative := sum(article.is_negative for article in main):
        yield _Reason("negative", Message(mark("Articles about the province with a negative tone: {n}"), n=negative))
    for topic in rules.topics:
        if topic in of_topic and topic not in signals:
            yield _Reason("topic", Message(mark("Topic: {topic}"), topic=topics.get(topic, topic)))
    abroad = {article.source_id for article in main if article.country != home}
    if abroad:
        yield _Reason("abroad", Message(mark("Outlets abroad that carry it: {n}"), n=len(abroad)))
    outlets = {article.source_id for article in main}
    if len(outlets) >= rules.outlets:
        yield _Reason("spread", Message(mark("Outlets that carry it: {n}"), n=len(outlets)))


def _candidate(
    group: Sequence[SeenArticle], codes: tuple[ReasonCode, ...], reasons: Sequence[_Reason], joins: tuple[int, ...]
) -> Candidate:
    about = [article for article in group if article.is_main or article.clarifications] or list(group)
    outlets = {story: len({a.source_id for a in about if a.story == story}) for story in {a.story for a in about}}
    lead = min(about, key=lambda a: (not a.is_main, -outlets[a.story], a.at, a.key))
    return Candidate(
        lead.key,
        lead.story,
        lead.event,
        lead.title,
        lead.outlet,
        lead.at,
        max(article.at for article in group),
        codes,
        tuple(reason.message for reason in reasons),
        len(group),
        len({article.source_id for article in group}),
        joins,
    )
