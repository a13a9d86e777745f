"""The addresses tried at a site → the feeds worth polling."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from pipeline.records import Feed, FeedKind, Reason

#: Source of the address: robots.txt, a link of the front page, the front page itself or one that lists feeds, a guess.
FoundIn = Literal["robots.txt", "link", "page", "usual"]

#: Age of the newest entry beyond which a feed counts as abandoned.
_STALE = timedelta(days=60)
#: Share of a feed's links, missing from the feeds chosen before it, that makes it worth polling too.
_MIN_NEW_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class DiscoveredFeed:
    """One address of a site, and what a request for it gave."""

    url: str
    kind: FeedKind
    how: FoundIn
    reason: Reason
    note: str = ""
    #: Normalised addresses of its entries.
    links: frozenset[str] = frozenset()
    #: Time of its newest dated entry, aware.
    newest: datetime | None = None
    language: str = ""

    @property
    def holds(self) -> bool:
        """Whether the address was read and lists at least one link."""
        return self.reason is Reason.OK and bool(self.links)


@dataclass(slots=True)
class DiscoveredSite:
    """A site, and every address that was tried there."""

    url: str
    #: Outcome of the request for `url` itself.
    reason: Reason = Reason.ERROR
    note: str = ""
    name: str = ""
    language: str = ""
    offers: list[DiscoveredFeed] = field(default_factory=list)


def choose_feeds(offers: Sequence[DiscoveredFeed], now: datetime) -> tuple[Feed, ...]:
    """Return the feeds that together list what the site publishes.

    Fresh feeds and news sitemaps come first; without any, other sitemaps; without those, the section page.
    """
    usable = [offer for offer in offers if offer.holds]
    fresh = [o for o in usable if o.newest is None or o.newest >= now - _STALE]
    news = [o for o in fresh if o.kind == "feed" or (o.kind == "sitemap" and o.newest is not None)]
    for group in (news, [o for o in usable if o.kind == "sitemap"], [o for o in usable if o.kind == "listing"]):
        if group:
            return tuple(Feed(offer.url, offer.kind) for offer in _without_repeats(group))
    return ()


def _without_repeats(offers: Sequence[DiscoveredFeed]) -> Iterator[DiscoveredFeed]:
    """Yield the offers that add links: feeds before sitemaps, those with most links first."""
    covered: set[str] = set()
    for offer in sorted(offers, key=lambda o: (o.kind != "feed", -len(o.links))):
        if len(offer.links - covered) > _MIN_NEW_SHARE * len(offer.links):
            covered |= offer.links
            yield offer
