"""The texts an article has had and the times at which its page was asked for → what became of it after the answer.

Nothing of this is stored: it follows from versions, fetches and the moment of the answer, at any later moment too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.register.matters import LinkPart, Matter
from pipeline.register.passages import PassageState, find_passage
from pipeline.register.phrases import found_phrases, words_of

#: not_asked: its page was not read since the answer; unchanged; changed: the text is another, and the disputed words
#: stand or were reworded, or none were named; corrected: they are gone, or a notice of correction was put in;
#: changed_back: the page or the disputed words were gone and are there again; taken_down; spreading: first seen after
#: the answer, with the disputed words, or none were named; without: it never had them.
WatchState = Literal[
    "not_asked", "unchanged", "changed", "corrected", "changed_back", "taken_down", "spreading", "without"
]
#: States of which people are told.
TOLD_STATES: frozenset[WatchState] = frozenset({"changed", "corrected", "changed_back", "taken_down", "spreading"})
#: What a server answered: the page, that it is gone (404, 410), a page that says it is gone; other answers say nothing.
LookResult = Literal["page", "gone", "says_gone"]


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One text of an article."""

    number: int
    #: when its page was fetched, aware
    at: datetime
    title: str
    text: str
    #: whether it is the summary of a feed, in place of a page that could not be had, or what a page shows in front of a
    #: paywall: what is not in it may stand on the page
    is_partial: bool = False
    #: when it was read from the page; None: at once
    known_at: datetime | None = None

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Look:
    """A time, aware, at which a server answered for the page of an article."""

    at: datetime
    result: LookResult
    #: when the answer was understood; None: at once
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WatchedArticle:
    """An article of a matter, or one of its story, with all that is known of its page."""

    key: str
    url: str
    title: str
    source_id: str
    outlet: str
    country: str
    #: article that is linked, or one that belongs to the story of such a one
    part: LinkPart
    is_linked: bool
    first_seen: datetime
    #: None: not known
    published: datetime | None
    #: whether its publication is known to the hour
    is_timed: bool
    #: oldest first
    versions: tuple[TextVersion, ...] = ()
    #: oldest first
    looks: tuple[Look, ...] = ()

    @property
    def at(self) -> datetime:
        """When it was published, or first seen where that is not known to the hour."""
        return self.published if self.published is not None and self.is_timed else self.first_seen


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """A state that an article entered."""

    state: WatchState
    #: since when it is seen so, aware; may lie before the answer
    at: datetime
    #: when it was known here, aware
    known_at: datetime
    #: last time at which it was seen otherwise: the change lies between the two; None: it never was
    after: datetime | None
    #: number of the text it was seen in; None: the page was gone
    version: int | None
    #: what became of the disputed words; None: none were named, or it never had them
    passage: PassageState | None = None
    #: words of a notice of correction that were put in
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleWatch:
    """What became of an article since the answer."""

    article: WatchedArticle
    #: moment from which it is watched: of the answer, before one of the opening
    since: datetime
    #: states after that moment, oldest first; empty: it was not asked for since
    events: tuple[WatchEvent, ...]
    #: last time at which its page, or that it is gone, was seen; None: never
    looked_at: datetime | None
    #: whether disputed words are named and none of its texts ever had them
    has_never_had_passage: bool = False

    @property
    def state(self) -> WatchState:
        """Where it stands."""
        return self.events[-1].state if self.events else "not_asked"

    @property
    def entered_at(self) -> datetime | None:
        """When it was first seen in this state, without another between; None: it was not asked for."""
        first = None
        for event in reversed(self.events):
            if event.state != self.state:
                break
            first = event.at
        return first

    @property
    def last(self) -> WatchEvent | None:
        """The newest event."""
        return self.events[-1] if self.events else None

    @property
    def is_told(self) -> bool:
        """Whether people are told of its state."""
        return self.state in TOLD_STATES


def watch_since(matter: Matter) -> datetime:
    """Return the moment from which a matter's articles are compared: of its answer, before one of its opening."""
    return matter.answered_at or matter.opened_at


def watch_article(
    article: WatchedArticle,
    since: datetime,
    passage: str,
    correction: tuple[str, ...],
    until: datetime | None = None,
) -> ArticleWatch:
    """Return what became of an article after `since`; with `until` as it was known at that moment.

    `passage`: the disputed words, '' for none; `correction`: words of a notice of correction.
    """
    versions, looks = _read_versions(article, until), _looks(article, until)
    looked_at = looks[-1].at if looks else None
    if not versions:
        return ArticleWatch(article, since, (), looked_at)
    teller = _Teller(article, since, passage, correction, versions)
    never = bool(passage) and all(find_passage(passage, version.whole) != "stands" for version in versions)
    return ArticleWatch(article, since, tuple(teller.events(looks)), looked_at, never)


def changes_between(watches: Iterable[ArticleWatch], start: datetime, end: datetime) -> list[tuple[str, WatchEvent]]:
    """Return what people are told of that became known in (start, end], as (key of the article, event), in order."""
    found = [
        (watch.article.key, event)
        for watch in watches
        for event in watch.events
        if start < event.known_at <= end and event.state in TOLD_STATES
    ]
    return sorted(found, key=lambda pair: (pair[1].known_at, pair[0]))


def _read_versions(article: WatchedArticle, until: datetime | None) -> tuple[TextVersion, ...]:
    """Return the texts to compare: whole ones, where there are any; a part is no state of a page."""
    known = tuple(v for v in article.versions if until is None or (v.known_at or v.at) <= until)
    return tuple(version for version in known if not version.is_partial) or known


def _looks(article: WatchedArticle, until: datetime | None) -> list[Look]:
    """Return the looks in their order; a page that was read is one, though its fetch is no longer known."""
    asked = {look.at for look in article.looks}
    read = [Look(v.at, "page", v.known_at) for v in article.versions if v.at not in asked and not v.is_partial]
    known = (look for look in (*article.looks, *read) if until is None or (look.known_at or look.at) <= until)
    return sorted(known, key=lambda look: look.at)


class _Teller:
    """Tells the states of one article, look by look."""

    def __init__(
        self,
        article: WatchedArticle,
        since: datetime,
        passage: str,
        correction: tuple[str, ...],
        versions: tuple[TextVersion, ...],
    ) -> None:
        self._since, self._passage, self._correction = since, passage, correction
        self._versions = versions
        self._is_new = article.first_seen > since
        earlier = [version for version in versions if version.at <= since]
        base = earlier[-1] if earlier else versions[0]
        self._words = words_of(base.whole)
        self._notices = found_phrases(base.whole, correction)
        known = [version for version in versions if version.number <= base.number]
        self._had_passage = any(self._find(version) == "stands" for version in known)
        #: whether its page or the disputed words were gone at some time since; they may have been at the answer
        self._was_gone = self._had_passage and self._find(base) == "absent"

    def _find(self, version: TextVersion) -> PassageState | None:
        return find_passage(self._passage, version.whole) if self._passage else None

    def events(self, looks: Sequence[Look]) -> Iterator[WatchEvent]:
        """Yield the states as they were seen after the moment of the answer; the first may have begun before it."""
        run: WatchEvent | None = None
        told: WatchEvent | None = None
        seen: datetime | None = None
        for look in looks:
            event = self._event(look, seen)
            run = event if run is None or _what(event) != _what(run) else run
            if look.at > self._since:
                if run is not told:
                    yield run
                    told = run
                self._was_gone |= run.state in ("corrected", "taken_down")
                self._was_gone |= run.state == "changed" and not self._had_passage
            seen = look.at

    def _event(self, look: Look, seen: datetime | None) -> WatchEvent:
        known_at = look.known_at or look.at
        if look.result != "page":
            return WatchEvent("taken_down", look.at, known_at, seen, None)
        version = next((one for one in reversed(self._versions) if one.at <= look.at), self._versions[0])
        found = self._find(version) if self._had_passage else None
        notices = tuple(sorted(found_phrases(version.whole, self._correction) - self._notices))
        state = self._state(words_of(version.whole) == self._words, found, bool(notices))
        return WatchEvent(state, look.at, known_at, seen, version.number, found, notices)

    def _state(self, is_same: bool, found: PassageState | None, has_notice: bool) -> WatchState:
        if found == "absent" or has_notice:
            return "corrected"
        if self._was_gone and (found == "stands" or is_same):
            return "changed_back"
        if self._is_new and (found == "stands" or (is_same and not self._passage)):
            return "spreading"
        if not is_same:
            return "changed"
        return "without" if self._passage and found is None else "unchanged"


def _what(event: WatchEvent) -> tuple[object, ...]:
    """Return what makes an event another one than the one before: a further edit of a page that is changed is one."""
    return event.state, event.version if event.state == "changed" else None, event.notices
